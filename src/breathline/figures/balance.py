"""Benefit and harm on one panel: each change in units that matter, beside each event's grade and duration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from breathline.figures.series import MOST_BEFORE, TimeAxis, time_axis, treatment_span
from breathline.figures.style import (
    INK,
    JUDGEMENT_COLOURS,
    MUTED,
    RULE,
    TREATMENT_WASH,
    new_figure,
    styled,
)
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.change import Change, Direction
from breathline.model.patient import Event

WIDTH_IN = 7.4
ROW_IN = 0.225
TOP_IN, BOTTOM_IN = 0.34, 0.52
LEFT_PLOT = (0.27, 0.21)
RIGHT_PLOT = (0.785, 0.165)
"""Left edge and width of the two plots, as shares of the width; their labels stand to the left of each."""

BENEFIT_LEFT, HARM_LEFT = 0.012, 0.62
"""Where the two headings begin, as shares of the width."""

LETTERS, EVENT_LETTERS = 29, 22
MOST_EVENTS = 16
WIDEST = 8.0
"""The scale of changes ends here at the latest, in important differences; what lies beyond is an arrow."""

MARKERS = {"better": "o", "worse": "s", "no_change": "o", "cannot_tell": "D"}
GRADE_FILLS = {1: "white", 2: "#d5dade", 3: "#98a2ab", 4: "#56616b", 5: "#10171d"}
"""The graver the darker; the grade stands beside it as a number too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled:
    """A change counted in the smallest one that matters, better to the right.

    Parameters
    ----------
    by_error
        True where no important difference is established, so that it is counted in its measurement error.
    """

    label: str
    judgement: str
    value: float | None
    low: float | None = None
    high: float | None = None
    by_error: bool = False


def scale_changes(changes: Sequence[Change]) -> tuple[Scaled, ...]:
    """Count every change in its important difference, in its error where there is none; those last."""
    scaled = [_scaled(change) for change in changes]
    return tuple(sorted(scaled, key=lambda one: (one.value is None, one.by_error)))


def _scaled(change: Change) -> Scaled:
    limit = change.important_difference or change.error
    judgement = change.judgement.value
    if change.delta is None or not limit:
        return Scaled(label=change.label, judgement=judgement, value=None)
    sign = 1.0 if change.direction is Direction.HIGHER else -1.0
    ends = [None if end is None else sign * end / limit for end in (change.low, change.high)]
    low, high = ends if sign > 0 else ends[::-1]
    return Scaled(
        label=change.label,
        judgement=judgement,
        value=sign * change.delta / limit,
        low=low,
        high=high,
        by_error=not change.important_difference,
    )


def draw_balance(assessment: Assessment, say: Wording) -> Figure | None:
    """Draw benefit beside harm; None where there is no change to show.

    Parameters
    ----------
    assessment
        The whole result.
    say
        Words of the figure.
    """
    changes = scale_changes(assessment.changes)
    if not changes:
        return None
    events = _chosen(assessment)
    rows = max(len(changes), len(events), 3)
    height = TOP_IN + BOTTOM_IN + ROW_IN * rows
    with styled():
        figure = new_figure(WIDTH_IN, height)
        _draw_changes(_plot(figure, LEFT_PLOT, max(len(changes), 3), height), changes, say)
        _draw_events(_plot(figure, RIGHT_PLOT, max(len(events), 3), height), assessment, events, say)
        for x, key in ((BENEFIT_LEFT, "balance.benefit"), (HARM_LEFT, "balance.harm")):
            figure.text(x, 1 - 0.17 / height, say(key), fontsize=9, fontweight="bold", va="center", color=INK)
    return figure


def _chosen(assessment: Assessment) -> list[Event]:
    """Give the events shown: the gravest where there are too many, in order of time."""
    events = list(assessment.safety.events)
    if len(events) > MOST_EVENTS:
        events = sorted(events, key=lambda event: (event.serious is not True, -(event.grade or 0)))[
            :MOST_EVENTS
        ]
    return sorted(events, key=lambda event: (event.start is None, event.start.order if event.start else 0.0))


def _plot(figure: Figure, place: tuple[float, float], rows: int, height: float) -> Axes:
    """Give the axes of so many rows, counted from the top."""
    bottom, tall = (height - TOP_IN - ROW_IN * rows) / height, ROW_IN * rows / height
    axes: Axes = figure.add_axes((place[0], bottom, place[1], tall))
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    return axes


def _label(axes: Axes, row: float, shown: str, colour: str = INK) -> None:
    axes.annotate(
        shown, (0, row), xycoords=("axes fraction", "data"), xytext=(-8, 0), textcoords="offset points",
        ha="right", va="center", fontsize=7.5, color=colour, annotation_clip=False,
    )  # fmt: skip


def _clipped(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def _draw_changes(axes: Axes, changes: Sequence[Scaled], say: Wording) -> None:
    known = [abs(end) for one in changes for end in (one.value, one.low, one.high) if end is not None]
    widest = min(max([2.0, *known]) * 1.08, WIDEST)
    axes.set_xlim(-widest, widest)
    axes.axvspan(-1, 1, color="#eef1f3", linewidth=0, zorder=0)
    axes.axvline(0, color=MUTED, linewidth=0.8, zorder=1)
    for row, one in enumerate(changes):
        label = _clipped(one.label, LETTERS)
        name = say("balance.by_error", label=label) if one.by_error else label
        _label(axes, row, name, MUTED if one.by_error else INK)
        word = say(f"balance.judgement.{one.judgement}")
        colour = JUDGEMENT_COLOURS[one.judgement]
        if one.value is not None:
            _draw_change(axes, row, one, widest)
            number = say.number(one.value, 1, sign=True)
            word = f"{number}  {word}"
        axes.annotate(
            word, (1, row), xycoords=("axes fraction", "data"), xytext=(5, 0), textcoords="offset points",
            ha="left", va="center", fontsize=7, color=colour, annotation_clip=False,
        )  # fmt: skip
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel(say("balance.scale"), fontsize=7.5, color=MUTED)
    axes.tick_params(axis="x", labelsize=7, length=2)


def _draw_change(axes: Axes, row: int, one: Scaled, widest: float) -> None:
    assert one.value is not None
    colour = JUDGEMENT_COLOURS[one.judgement]
    if one.low is not None and one.high is not None:
        axes.plot(
            [max(one.low, -widest), min(one.high, widest)], [row, row], color=colour, linewidth=1.1, zorder=2
        )
    beyond = abs(one.value) > widest
    place = max(-widest, min(widest, one.value))
    hollow = one.judgement in ("no_change", "cannot_tell")
    axes.plot(
        place, row, linestyle="",
        marker=(">" if one.value > 0 else "<") if beyond else MARKERS[one.judgement],
        markersize=5.5, markerfacecolor="white" if hollow else colour, markeredgecolor=colour,
        markeredgewidth=1.2, zorder=3, clip_on=False,
    )  # fmt: skip


def _draw_events(axes: Axes, assessment: Assessment, events: Sequence[Event], say: Wording) -> None:
    axis = time_axis(assessment)
    span = _span(assessment, events, axis)
    if span is None or not events:
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        none = say(f"timeline.events_note.{assessment.safety.status.value}", count=0)
        told = say("balance.undated") if events else none
        axes.annotate(
            told, (HARM_LEFT, 0), xycoords=("figure fraction", "data"), va="center", fontsize=8.5, color=MUTED,
            annotation_clip=False,
        )  # fmt: skip
        for row, event in enumerate(events):
            _label(axes, row, _clipped(event.term, EVENT_LETTERS))
        return
    axes.set_xlim(*span)
    treated = treatment_span(assessment.timeline, axis, span[1])
    if treated is not None:
        axes.axvspan(*treated, color=TREATMENT_WASH, linewidth=0, zorder=0)
    for row, event in enumerate(events):
        _label(axes, row, _clipped(event.term, EVENT_LETTERS))
        _draw_event(axes, row, event, axis, span)
        axes.annotate(
            _grade(event, say), (1, row), xycoords=("axes fraction", "data"), xytext=(5, 0),
            textcoords="offset points", ha="left", va="center", fontsize=8, fontweight="bold", color=INK,
            annotation_clip=False,
        )  # fmt: skip
    more = len(assessment.safety.events) - len(events)
    under = say("timeline.weeks" if axis.weeks else "timeline.dates")
    axes.set_xlabel(
        f"{under}\n{say('balance.more', count=more)}" if more else under, fontsize=7.5, color=MUTED
    )
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.tick_params(axis="x", labelsize=7, length=2)
    if not axis.weeks:
        axes.set_xticks([])


def _grade(event: Event, say: Wording) -> str:
    grade = "?" if event.grade is None else str(event.grade)
    return say("balance.serious", grade=grade) if event.serious else grade


def _span(assessment: Assessment, events: Sequence[Event], axis: TimeAxis) -> tuple[float, float] | None:
    """Give the time shown: that of the treatment and of all events, of old ones no more than half as long again."""
    moments = [assessment.timeline.treatment_start, assessment.timeline.treatment_stop]
    moments += [when for when in assessment.timeline.visits if not axis.weeks or (when.week or 0.0) >= 0]
    places = [place for when in moments if (place := axis.place(when)) is not None]
    ends = [axis.place(when) for event in events for when in (event.start, event.stop)]
    dated = [place for place in ends if place is not None]
    if not dated or all(event.start is None for event in events):
        return None
    last = max([*places, *dated])
    first = min(places) if places else min(dated)
    first = max(min([first, *dated]), first - MOST_BEFORE * (last - first))
    margin = max(0.04 * (last - first), 0.5)
    return first - margin, last + margin


def _draw_event(axes: Axes, row: int, event: Event, axis: TimeAxis, span: tuple[float, float]) -> None:
    """Draw an event as a bar as long as it lasted; one without an end runs on as an arrow."""
    start, stop = axis.place(event.start), axis.place(event.stop)
    if start is None:
        axes.text((span[0] + span[1]) / 2, row, "?", ha="center", va="center", fontsize=8, color=MUTED)
        return
    before, start = start < span[0], max(start, span[0])
    end = span[1] if stop is None else max(stop, start + 0.012 * (span[1] - span[0]))
    axes.barh(
        row, end - start, left=start, height=0.3 + 0.1 * (event.grade or 1),
        color="white" if event.grade is None else GRADE_FILLS[event.grade], edgecolor=INK, linewidth=0.8,
        hatch="////" if event.grade is None else None, zorder=2,
    )  # fmt: skip
    if before:
        axes.plot(start, row, marker=4, color=INK, markersize=5, clip_on=False, zorder=3)
    if stop is None:
        axes.plot(end, row, marker=5, color=INK, markersize=5, clip_on=False, zorder=3)
