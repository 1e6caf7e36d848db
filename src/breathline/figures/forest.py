"""Every change on treatment in units of the smallest difference that matters, for one column of a journal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from breathline.figures.balance import MARKERS, WIDEST, Scaled, scale_changes
from breathline.figures.style import COLUMN_IN, INK, JUDGEMENT_COLOURS, MUTED, RULE, new_figure, styled
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment

ROW_IN, TOP_IN, BOTTOM_IN = 0.25, 0.08, 0.62
PLOT = (0.37, 0.365)
"""Left edge and width of the plot, as shares of the width."""

LETTERS = 22
LEAST = 2.0
"""The scale reaches so far to either side at least, in important differences."""
SMALL = 6.5


def draw_forest(assessment: Assessment, say: Wording) -> Figure | None:
    """Draw one row a measure, better to the right; None where no change was counted in such units."""
    changes = [one for one in scale_changes(assessment.changes) if one.value is not None]
    if not changes:
        return None
    height = TOP_IN + BOTTOM_IN + ROW_IN * len(changes)
    with styled():
        figure = new_figure(COLUMN_IN, height)
        axes: Axes = figure.add_axes(
            (PLOT[0], BOTTOM_IN / height, PLOT[1], ROW_IN * len(changes) / height), zorder=1
        )
        axes.set_ylim(len(changes) - 0.5, -0.5)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.spines["bottom"].set_color(RULE)
        _draw_rows(axes, changes, say)
        note = say("figure.forest_by_error") if any(one.by_error for one in changes) else ""
        shown = textwrap.fill(f"{say('figure.forest_scale')} {note}", 62)
        figure.text(0.02, 0.02, shown, fontsize=6, color=MUTED, va="bottom")
    return figure


def _draw_rows(axes: Axes, changes: Sequence[Scaled], say: Wording) -> None:
    known = [end for one in changes for end in (one.value, one.low, one.high) if end is not None]
    limits = (max(min([-LEAST, *known]) * 1.08, -WIDEST), min(max([LEAST, *known]) * 1.08, WIDEST))
    axes.set_xlim(*limits)
    axes.axvspan(-1, 1, color="#eef1f3", linewidth=0, zorder=0)
    axes.axvline(0, color=MUTED, linewidth=0.7, zorder=1)
    for row, one in enumerate(changes):
        _draw_row(axes, row, one, limits)
        name = say("balance.by_error", label=one.label) if one.by_error else one.label
        _beside(axes, row, textwrap.fill(_clipped(name), LETTERS), (0, -5, "right"), INK)
        word = f"{say.number(one.value or 0.0, 1, sign=True)} {say(f'balance.judgement.{one.judgement}')}"
        _beside(axes, row, word, (1, 4, "left"), JUDGEMENT_COLOURS[one.judgement])
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.tick_params(axis="x", labelsize=SMALL, length=2, pad=2)


def _draw_row(axes: Axes, row: int, one: Scaled, limits: tuple[float, float]) -> None:
    """Draw a change with its interval; what lies beyond the scale ends in an arrow."""
    value, colour = one.value or 0.0, JUDGEMENT_COLOURS[one.judgement]
    if one.low is not None and one.high is not None:
        low, high = (max(limits[0], min(limits[1], end)) for end in (one.low, one.high))
        axes.plot([low, high], [row, row], color=colour, linewidth=1.0, zorder=2)
        for end, place, marker in ((one.low, low, "<"), (one.high, high, ">")):
            if end != place:
                axes.plot(place, row, marker=marker, color=colour, markersize=3.5, clip_on=False, zorder=2)
    shown = max(limits[0], min(limits[1], value))
    hollow = one.judgement in ("no_change", "cannot_tell")
    axes.plot(
        shown, row, linestyle="",
        marker=MARKERS[one.judgement] if shown == value else ">" if value > 0 else "<",
        markersize=4.5, markerfacecolor="white" if hollow else colour, markeredgecolor=colour,
        markeredgewidth=1.0, zorder=3, clip_on=False,
    )  # fmt: skip


def _beside(axes: Axes, row: int, text: str, place: tuple[int, int, str], colour: str) -> None:
    side, apart, align = place
    axes.annotate(
        text, (side, row), xycoords=("axes fraction", "data"), xytext=(apart, 0), textcoords="offset points",
        ha=align, va="center", fontsize=SMALL, color=colour, linespacing=0.95, annotation_clip=False,
    )  # fmt: skip


def _clipped(text: str) -> str:
    longest = 2 * LETTERS - 3
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
