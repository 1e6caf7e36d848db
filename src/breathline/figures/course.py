"""What happened when: drugs, visits, scans and adverse events, for one column of a journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from breathline.figures.series import MOST_BEFORE, TimeAxis, time_axis, treatment_span
from breathline.figures.style import (
    ACCENT,
    COLUMN_IN,
    INK,
    MUTED,
    PREVIOUS,
    RULE,
    TREATMENT_WASH,
    new_figure,
    styled,
)
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.exposure import Role

ROW_IN, TOP_IN, BOTTOM_IN = 0.19, 0.06, 0.36
LEFT_IN, RIGHT_IN = 1.3, 0.1
LETTERS, TERM_LETTERS, MOST_EVENTS = 21, 13, 8
SMALL = 6.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the figure.

    Parameters
    ----------
    bars
        First and last place on the axis of time; a last place of None runs on.
    marks
        Places of single days.
    judged
        True for the judged treatment, whose bars are filled.
    """

    label: str
    bars: tuple[tuple[float, float | None], ...] = ()
    marks: tuple[float, ...] = ()
    judged: bool = False


def draw_course(assessment: Assessment, say: Wording) -> Figure | None:
    """Draw the course of treatment; None where nothing but visits can be placed in time."""
    axis = time_axis(assessment)
    rows = [*_drugs(assessment, axis), *_days(assessment, axis, say), *_events(assessment, axis, say)]
    shown = _limits(rows)
    if shown is None or not any(row.bars for row in rows):
        return None
    height = TOP_IN + BOTTOM_IN + ROW_IN * len(rows)
    with styled():
        figure = new_figure(COLUMN_IN, height)
        wide = COLUMN_IN - LEFT_IN - RIGHT_IN
        box = (LEFT_IN / COLUMN_IN, BOTTOM_IN / height, wide / COLUMN_IN, ROW_IN * len(rows) / height)
        axes: Axes = figure.add_axes(box)
        axes.set_xlim(*shown)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        span = treatment_span(assessment.timeline, axis, shown[1])
        if span is not None:
            axes.axvspan(*span, color=TREATMENT_WASH, linewidth=0, zorder=0)
        for place, row in enumerate(rows):
            _draw_row(axes, place, row, shown)
        axes.set_yticks(range(len(rows)), [_clipped(row.label) for row in rows])
        axes.tick_params(axis="y", length=0, labelsize=SMALL, labelcolor=INK, pad=3)
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: say.week(x)))
        axes.tick_params(axis="x", labelsize=SMALL, length=2, pad=2)
        if not axis.weeks:
            axes.set_xticks([])
        words = say("timeline.weeks" if axis.weeks else "timeline.dates")
        axes.set_xlabel(words, fontsize=SMALL, color=MUTED, labelpad=2)
    return figure


def _drugs(assessment: Assessment, axis: TimeAxis) -> list[Row]:
    """Give one row a drug and part, in the order of the log; the judged treatment comes last, above the rest."""
    found: dict[tuple[str, bool], list[tuple[float, float | None]]] = {}
    for course in assessment.exposure.courses:
        start = axis.place(course.start)
        if start is not None:
            key = (course.drug, course.role is Role.TREATMENT)
            found.setdefault(key, []).append((start, axis.place(course.stop)))
    ordered = sorted(found.items(), key=lambda one: one[0][1])
    return [Row(label=drug, bars=tuple(bars), judged=judged) for (drug, judged), bars in ordered]


def _days(assessment: Assessment, axis: TimeAxis, say: Wording) -> list[Row]:
    visits = [axis.place(when) for when in assessment.timeline.visits]
    scans = [axis.place(scan.when) for scan in assessment.scans]
    rows = [
        Row(label=say("figure.course_visits"), marks=tuple(x for x in visits if x is not None)),
        Row(label=say("timeline.ct"), marks=tuple(x for x in scans if x is not None)),
    ]
    return [row for row in rows if row.marks]


def _events(assessment: Assessment, axis: TimeAxis, say: Wording) -> list[Row]:
    """Give the gravest events, in the order in which they began."""
    dated = [(start, one) for one in assessment.safety.events if (start := axis.place(one.start)) is not None]
    gravest = sorted(dated, key=lambda pair: (pair[1].serious is not True, -(pair[1].grade or 0), pair[0]))
    chosen = sorted(gravest[:MOST_EVENTS], key=lambda pair: pair[0])
    return [
        Row(
            label=event.term
            if event.grade is None
            else say("figure.course_event", term=_clipped(event.term, TERM_LETTERS), grade=event.grade),
            bars=((start, axis.place(event.stop)),),
        )
        for start, event in chosen
    ]


def _limits(rows: Sequence[Row]) -> tuple[float, float] | None:
    """Give the time shown: that of visits, scans and treatment, and of older drugs half as long again at most."""
    near = [x for row in rows for x in row.marks]
    near += [x for row in rows if row.judged for bar in row.bars for x in bar if x is not None]
    ends = [x for row in rows for bar in row.bars for x in bar if x is not None]
    if not near and not ends:
        return None
    near = near or ends
    last = max([*near, *ends])
    first = max(min([*near, *ends]), min(near) - MOST_BEFORE * (last - min(near)))
    margin = max(0.03 * (last - first), 0.5)
    return first - margin, last + margin


def _draw_row(axes: Axes, place: int, row: Row, shown: tuple[float, float]) -> None:
    axes.axhline(place, color=RULE, linewidth=0.5, zorder=1)
    for start, stop in row.bars:
        left, right = max(start, shown[0]), min(shown[1] if stop is None else stop, shown[1])
        least = 0.012 * (shown[1] - shown[0])  # a single day is still seen
        axes.barh(
            place, max(right - left, least), left=left, height=0.56, zorder=2, linewidth=0.7,
            color=ACCENT if row.judged else "white", edgecolor=ACCENT if row.judged else PREVIOUS,
            hatch=None if row.judged else "//////",
        )  # fmt: skip
        if start < shown[0]:
            axes.plot(left, place, marker=4, color=INK, markersize=3.5, clip_on=False, zorder=3)
        if stop is None:
            axes.plot(right, place, marker=5, color=INK, markersize=3.5, clip_on=False, zorder=3)
    axes.plot(row.marks, [place] * len(row.marks), linestyle="", marker="|", markersize=6,
              markeredgewidth=1.1, color=INK, zorder=3)  # fmt: skip


def _clipped(text: str, letters: int = LETTERS) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"
