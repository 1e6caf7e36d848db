"""Every measure over time, one small panel each, for one column of a journal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from breathline.figures.series import Point, TimeAxis, is_absent, points_of, time_axis, treatment_span
from breathline.figures.style import COLUMN_IN, INK, MUTED, RULE, TREATMENT_WASH, new_figure, styled
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.change import Change, Direction
from breathline.model.measurement import Absence

COLUMNS = 2
PANEL_IN, PLOT_IN = 0.98, 0.6
BOTTOM_IN = 0.42
LEFT_IN, GAP_IN = 0.36, 0.1
LETTERS = 30
SMALL = 6.0
ERROR_WASH = "#e3e8ec"

Panel = tuple[Change, tuple[Point, ...]]


def draw_outcomes(assessment: Assessment, say: Wording) -> Figure | None:
    """Draw the values of every judged measure that is there at all; None where none has two on the axis of time.

    The band is the baseline with the measurement error: a value inside it does not differ from the baseline
    beyond error. Vertical lines are intervals of single values, where those are known.
    """
    axis = time_axis(assessment)
    panels = [(change, points_of(assessment, change.measure, axis)) for change in assessment.changes]
    panels = [(change, points) for change, points in panels if len(points) > 1 and not is_absent(change)]
    if not panels:
        return None
    rows = -(-len(panels) // COLUMNS)
    height = rows * PANEL_IN + BOTTOM_IN
    wide = (COLUMN_IN - COLUMNS * LEFT_IN - GAP_IN) / COLUMNS
    limits = _time_limits(panels)
    with styled():
        figure = new_figure(COLUMN_IN, height)
        for number, (change, points) in enumerate(panels):
            row, column = divmod(number, COLUMNS)
            left = LEFT_IN + column * (wide + LEFT_IN + GAP_IN / 2)
            bottom = height - (row + 1) * PANEL_IN + 0.05
            axes: Axes = figure.add_axes(
                (left / COLUMN_IN, bottom / height, wide / COLUMN_IN, PLOT_IN / height)
            )
            axes.set_xlim(*limits)
            span = treatment_span(assessment.timeline, axis, limits[1])
            if span is not None:
                axes.axvspan(*span, color=TREATMENT_WASH, linewidth=0, zorder=0)
            _draw_panel(axes, change, points, axis, say)
            last_of_column = number + COLUMNS >= len(panels)
            _draw_time(axes, say, labelled=last_of_column, weeks=axis.weeks)
        under = say("timeline.weeks" if axis.weeks else "timeline.dates")
        caption = textwrap.fill(f"{under[:1].upper()}{under[1:]}. {say('figure.series_key')}", 74)
        figure.text(0.02, 0.02 / height, caption, fontsize=SMALL, color=MUTED, va="bottom")
    return figure


def _time_limits(panels: Sequence[Panel]) -> tuple[float, float]:
    places = [point.x for _, points in panels for point in points]
    margin = max(0.04 * (max(places) - min(places)), 0.5)
    return min(places) - margin, max(places) + margin


def _draw_panel(axes: Axes, change: Change, points: Sequence[Point], axis: TimeAxis, say: Wording) -> None:
    axes.plot([p.x for p in points], [p.value for p in points], color=INK, linewidth=0.9, marker="o",
              markersize=2.8, markerfacecolor="white", markeredgewidth=0.8, zorder=3)  # fmt: skip
    for point in points:
        if point.low is not None and point.high is not None:
            axes.plot([point.x, point.x], [point.low, point.high], color=INK, linewidth=0.7, zorder=2)
    for when in (change.baseline_when, change.followup_when):
        x = axis.place(when)
        judged = next((point for point in points if point.x == x), None)
        if judged is not None:
            axes.plot(judged.x, judged.value, marker="o", markersize=3.2, color=INK, zorder=4)
    if change.error is not None and not isinstance(change.baseline, Absence):
        ends = (change.baseline - change.error, change.baseline + change.error)
        axes.axhspan(*ends, facecolor=ERROR_WASH, alpha=0.7, linewidth=0, zorder=1)
        for end in ends:  # the treatment is shaded too, and grey is grey in print
            axes.axhline(end, color=MUTED, linewidth=0.6, dashes=(3, 2), zorder=1)
    axes.set_ylim(*_value_limits(change, points))
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=change.unit == "class"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: _tick(y, change, say)))
    axes.tick_params(axis="y", labelsize=SMALL, length=2, pad=1.5)
    axes.set_title(_title(change, say), fontsize=SMALL, loc="left", pad=3, color=INK, linespacing=1.05)


def _value_limits(change: Change, points: Sequence[Point]) -> tuple[float, float]:
    shown = [end for p in points for end in (p.value, p.low, p.high) if end is not None]
    if change.error is not None and not isinstance(change.baseline, Absence):
        shown += [change.baseline - change.error, change.baseline + change.error]
    lowest = min(point.value for point in points)
    low, high = min(shown), max(shown)
    if lowest >= 0.0:  # what was never negative is not drawn as if it could be
        low = max(low, 0.0)
    pad = 0.08 * (high - low) or max(abs(high) * 0.1, 0.5)
    return low - pad, high + pad


def _tick(value: float, change: Change, say: Wording) -> str:
    if change.unit == "class":
        return say.value(value, change.measure, 0) if value == round(value) else ""
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")


def _title(change: Change, say: Wording) -> str:
    unit = say.unit(change.unit)
    name = change.label if len(change.label) <= LETTERS + 8 else f"{change.label[: LETTERS + 7]}…"
    lower = say("outcomes.lower_is_better") if change.direction is Direction.LOWER else ""
    below = ", ".join(part for part in (unit, lower) if part)
    return f"{textwrap.shorten(name, LETTERS + 8, placeholder='…')}\n{below}"


def _draw_time(axes: Axes, say: Wording, *, labelled: bool, weeks: bool) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.tick_params(axis="x", labelsize=SMALL, length=2, pad=1.5, labelbottom=labelled and weeks)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: say.week(x)))
    axes.spines["bottom"].set_color(RULE)
    if not weeks:
        axes.set_xticks([])
