"""The timeline: every measure, drug, scan and adverse event on one axis of time, treatment shaded."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.dates as mdates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from breathline.figures.series import MOST_BEFORE, Point, TimeAxis, points_of, time_axis, treatment_span
from breathline.figures.style import (
    ACCENT,
    INK,
    JUDGEMENT_COLOURS,
    MUTED,
    PREVIOUS,
    RULE,
    TREATMENT_WASH,
    new_figure,
    styled,
)
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.change import Change, Direction
from breathline.model.exposure import Course

WIDTH_IN = 7.4
LABEL_IN = 2.1
VALUE_IN = 0.95
LANE_IN, LOW_LANE_IN, FEW_LANES = 0.62, 0.46, 6
"""Height of a lane, and of each where there are more than a few."""

MOST_LANES = 9
"""With more measures than this, those with most values are drawn; the tables have them all."""

LABEL_LETTERS = 26
BAR_IN = 0.21
MARK_IN = 0.24
POINTS_PER_INCH = 72.0
ORDINAL_OF_1970 = 719163


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What all lanes share."""

    axis: TimeAxis
    start: float
    stop: float
    span: tuple[float, float] | None


def draw_timeline(assessment: Assessment, say: Wording) -> Figure | None:
    """Draw the timeline of an assessment; None where nothing in the record can be placed in time.

    Parameters
    ----------
    assessment
        The whole result.
    say
        Words of the figure.
    """
    axis = time_axis(assessment)
    lanes = _lanes(assessment, axis)
    frame = _frame(assessment, axis, lanes)
    if frame is None:
        return None
    courses = [course for course in assessment.exposure.courses if _bar(course, frame) is not None]
    marks = _mark_lanes(assessment, frame, say)
    top, bottom = 0.1, 0.5
    bars_in, marks_in = BAR_IN * len(courses), MARK_IN * len(marks)
    lane_in = LANE_IN if len(lanes) <= FEW_LANES else LOW_LANE_IN
    height = top + bars_in + marks_in + lane_in * len(lanes) + bottom
    with styled():
        figure = new_figure(WIDTH_IN, max(height, 1.4))
        cursor = height - top
        if courses:
            cursor -= bars_in
            _draw_courses(_lane(figure, cursor, bars_in, height), courses, frame, say)
        if marks:
            cursor -= marks_in
            _draw_marks(_lane(figure, cursor, marks_in, height), marks, frame)
        for change, points in lanes:
            cursor -= lane_in
            _draw_measure(_lane(figure, cursor + 0.05, lane_in - 0.1, height), change, points, frame, say)
        _draw_time(_lane(figure, bottom, height - top - bottom, height), frame, say)
    return figure


def _lanes(assessment: Assessment, axis: TimeAxis) -> list[tuple[Change, tuple[Point, ...]]]:
    every = [(change, points_of(assessment, change.measure, axis)) for change in assessment.changes]
    lanes = [lane for lane in every if lane[1]]
    most = sorted(lanes, key=lambda lane: -len(lane[1]))[:MOST_LANES]
    return [lane for lane in lanes if lane in most]


def _frame(
    assessment: Assessment, axis: TimeAxis, lanes: Sequence[tuple[Change, tuple[Point, ...]]]
) -> _Frame | None:
    places = [point.x for _, points in lanes for point in points]
    moments = [scan.when for scan in assessment.scans]
    moments += [assessment.timeline.treatment_start, assessment.timeline.treatment_stop]
    moments += list(assessment.timeline.visits)
    places += [place for when in moments if (place := axis.place(when)) is not None]
    if not places:
        return None
    events = [place for e in assessment.safety.events if (place := axis.place(e.start)) is not None]
    first, last = min(places), max([*places, *events])
    span = treatment_span(assessment.timeline, axis, last)
    starts = [place for c in assessment.exposure.courses if (place := axis.place(c.start)) is not None]
    starts += events
    # Older courses and events widen the axis, but never so far that the visits crowd into a corner.
    first = max(min([first, *starts]), first - MOST_BEFORE * (last - first))
    margin = max(0.03 * (last - first), 1.0)
    return _Frame(axis=axis, start=first - margin, stop=last + margin, span=span)


def _lane(figure: Figure, bottom_in: float, lane_in: float, height: float) -> Axes:
    width = (WIDTH_IN - LABEL_IN - VALUE_IN) / WIDTH_IN
    axes: Axes = figure.add_axes((LABEL_IN / WIDTH_IN, bottom_in / height, width, lane_in / height))
    return axes


def _prepare(axes: Axes, frame: _Frame) -> None:
    axes.set_xlim(frame.start, frame.stop)
    axes.set_xticks([])
    axes.patch.set_visible(False)


def _bar(course: Course, frame: _Frame) -> tuple[float, float, bool, bool] | None:
    """Give where a course begins and ends in the frame, and whether it runs on beyond either side."""
    start, stop = frame.axis.place(course.start), frame.axis.place(course.stop)
    if start is None:
        return None
    open_end = stop is None
    stop = frame.stop if stop is None else stop
    before, after = start < frame.start, open_end or stop > frame.stop
    start, stop = max(start, frame.start), min(stop, frame.stop)
    return (start, stop, before, after) if stop > start else None


def _draw_courses(axes: Axes, courses: Sequence[Course], frame: _Frame, say: Wording) -> None:
    _prepare(axes, frame)
    axes.set_ylim(len(courses) - 0.5, -0.5)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    for row, course in enumerate(courses):
        bar = _bar(course, frame)
        if bar is None:
            continue
        start, stop, before, after = bar
        judged = course.role == "treatment"
        axes.barh(
            row,
            stop - start,
            left=start,
            height=0.56,
            color=ACCENT if judged else "white",
            edgecolor=ACCENT if judged else PREVIOUS,
            hatch=None if judged else "/////",
            linewidth=0.8,
            zorder=2,
        )
        if before:
            axes.plot(start, row, marker=4, color=INK, markersize=5, clip_on=False, zorder=3)
        if after:
            axes.plot(stop, row, marker=5, color=INK, markersize=5, clip_on=False, zorder=3)
    axes.set_yticks(range(len(courses)), [_clip(course.drug) for course in courses])
    _left_labels(axes)
    for row, course in enumerate(courses):
        if course.daily_dose is not None:
            dose = say("exposure.daily", dose=say.amount(course.daily_dose), unit=course.unit)
            _at_right(axes, (len(courses) - 0.5 - row) / len(courses), dose)


def _left_labels(axes: Axes) -> None:
    """Line the labels up with the names of the measures below."""
    axes.tick_params(axis="y", length=0, labelsize=8, labelcolor=INK, pad=(LABEL_IN - 0.08) * POINTS_PER_INCH)
    for label in axes.get_yticklabels():
        label.set_horizontalalignment("left")


def _at_right(axes: Axes, y: float, text: str, colour: str = MUTED) -> None:
    axes.text(1.02, y, text, transform=axes.transAxes, ha="left", va="center", fontsize=7.5, color=colour)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marks:
    label: str
    marker: str
    hollow: tuple[float, ...]
    full: tuple[float, ...]
    note: str


def _mark_lanes(assessment: Assessment, frame: _Frame, say: Wording) -> list[_Marks]:
    lanes = []
    scans = tuple(x for scan in assessment.scans if (x := frame.axis.place(scan.when)) is not None)
    if scans:
        lanes.append(_Marks(label=say("timeline.ct"), marker="s", hollow=(), full=scans, note=""))
    safety = assessment.safety
    places = [frame.axis.place(event.start) for event in safety.events]
    on = set(safety.on_treatment)
    full = tuple(x for row, x in enumerate(places) if x is not None and row in on)
    hollow = tuple(x for row, x in enumerate(places) if x is not None and row not in on)
    note = say(f"timeline.events_note.{safety.status.value}", count=len(safety.events))
    lanes.append(_Marks(label=say("timeline.events"), marker="D", hollow=hollow, full=full, note=note))
    return lanes


def _draw_marks(axes: Axes, lanes: Sequence[_Marks], frame: _Frame) -> None:
    _prepare(axes, frame)
    axes.set_ylim(len(lanes) - 0.5, -0.5)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    for row, lane in enumerate(lanes):
        axes.axhline(row, color=RULE, linewidth=0.6, zorder=1)
        for places, face in ((lane.hollow, "white"), (lane.full, INK)):
            seen = [x for x in places if x >= frame.start]
            axes.plot(
                seen,
                [row] * len(seen),
                linestyle="",
                marker=lane.marker,
                markersize=5,
                markerfacecolor=face,
                markeredgecolor=INK,
                markeredgewidth=0.8,
                alpha=0.85,
                zorder=3,
                clip_on=False,
            )
        if any(x < frame.start for x in (*lane.hollow, *lane.full)):
            axes.plot(frame.start, row, marker=4, color=INK, markersize=5, clip_on=False, zorder=3)
        _at_right(axes, (len(lanes) - 0.5 - row) / len(lanes), lane.note)
    axes.set_yticks(range(len(lanes)), [lane.label for lane in lanes])
    _left_labels(axes)


def _draw_measure(axes: Axes, change: Change, points: Sequence[Point], frame: _Frame, say: Wording) -> None:
    _prepare(axes, frame)
    axes.spines["bottom"].set_visible(False)
    axes.spines["left"].set_visible(False)
    xs, ys = [point.x for point in points], [point.value for point in points]
    axes.plot(xs, ys, color=INK, marker="o", markersize=4, markerfacecolor="white", zorder=3)
    for point in points:
        if point.low is not None and point.high is not None:
            axes.plot([point.x, point.x], [point.low, point.high], color=INK, linewidth=0.9, zorder=2)
    for judged in (change.baseline_when, change.followup_when):
        x = frame.axis.place(judged)
        y = next((point.value for point in points if point.x == x), None)
        if x is not None and y is not None:
            axes.plot(x, y, marker="o", markersize=4.5, color=INK, zorder=4)
    spread = [limit for p in points for limit in (p.value, p.low, p.high) if limit is not None]
    low, high = min(spread), max(spread)
    pad = 0.16 * (high - low) or max(abs(high) * 0.1, 0.5)
    axes.set_ylim(low - pad, high + pad)
    _scale(axes, change, (min(ys), max(ys)), say)
    _name(axes, change, say)
    word = textwrap.fill(say(f"judgement.{change.judgement.value}"), 14)
    _at_right(axes, 0.5, word, JUDGEMENT_COLOURS[change.judgement.value])


def _scale(axes: Axes, change: Change, ends: tuple[float, float], say: Wording) -> None:
    low, high = axes.get_ylim()
    ticks = sorted(set(ends))
    words = [say.value(tick, change.measure, change.decimals) for tick in ticks]
    if len(ticks) == 2 and ticks[1] - ticks[0] < 0.3 * (high - low):  # two labels would overprint
        ticks, words = [sum(ticks) / 2], ["\N{EN DASH}".join(words)]
    axes.set_yticks(ticks, words)
    axes.tick_params(axis="y", length=2, pad=2, labelcolor=MUTED)


def _name(axes: Axes, change: Change, say: Wording) -> None:
    left = -(LABEL_IN - 0.08) / (WIDTH_IN - LABEL_IN - VALUE_IN)
    unit = say.unit(change.unit)
    lower = say("outcomes.lower_is_better") if change.direction is Direction.LOWER else ""
    below = " · ".join(part for part in (unit, lower) if part)
    label = textwrap.fill(_clip(change.label, 2 * LABEL_LETTERS - 4), LABEL_LETTERS)
    axes.text(left, 0.5, f"{label}\n", transform=axes.transAxes, va="center", fontsize=8, linespacing=1.15)
    below_y = 0.5 - 0.17 * (1 + label.count("\n"))
    axes.text(left, below_y, below, transform=axes.transAxes, va="center", fontsize=7, color=MUTED)


def _clip(text: str, longest: int = 30) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _draw_time(axes: Axes, frame: _Frame, say: Wording) -> None:
    axes.set_xlim(frame.start, frame.stop)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.patch.set_visible(False)
    axes.set_zorder(-1)
    shift = 0 if frame.axis.weeks else ORDINAL_OF_1970
    if frame.span is not None:
        axes.axvspan(
            frame.span[0] - shift, frame.span[1] - shift, color=TREATMENT_WASH, linewidth=0, zorder=0
        )
    if frame.axis.weeks:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=9, integer=True))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: say.week(x)))
        axes.set_xlabel(say("timeline.weeks"), labelpad=3)
    else:
        axes.set_xlim(frame.start - ORDINAL_OF_1970, frame.stop - ORDINAL_OF_1970)
        locator = mdates.AutoDateLocator(maxticks=8)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        axes.set_xlabel(say("timeline.dates"), labelpad=3)
    axes.grid(visible=True, axis="x", color=RULE, linewidth=0.4)
    axes.set_axisbelow(True)
