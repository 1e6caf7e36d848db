"""Concentrations over the course: what models expect of patients, where models differ, and what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from breathline.figures.series import TimeAxis, time_axis
from breathline.figures.style import ACCENT, INK, MUTED, RULE, TREATMENT_WASH, new_figure, styled
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.exposure import DrugExposure, MeasuredLevel

WIDTH_IN, HEIGHT_IN = 7.4, 2.9
DASHES: tuple[tuple[float, ...], ...] = (
    (),
    (6, 2),
    (2, 1.5),
    (6, 2, 1.5, 2),
    (1, 2.5),
    (10, 3),
    (4, 1, 1, 1, 1, 1),
)
"""Dashes that tell the models apart without colour, one after the other."""

SHORTEST_BETWEEN_NAMES = 0.062
"""Names of models at the right edge stand at least so far apart, as a share of the height."""


def draw_exposure(assessment: Assessment, drug: DrugExposure, say: Wording) -> Figure | None:
    """Draw the trough of one drug over its course; None where nothing was estimated.

    Parameters
    ----------
    assessment
        Decides whether time is counted in weeks of treatment.
    drug
        One of ``assessment.exposure.drugs``.
    say
        Words of the figure.
    """
    if not drug.course:
        return None
    with styled():
        figure = new_figure(WIDTH_IN, HEIGHT_IN)
        axes: Axes = figure.add_axes((0.075, 0.16, 0.7, 0.79))
        weeks = [point.week for point in drug.course]
        axes.fill_between(
            weeks,
            [point.pooled.low for point in drug.course],
            [point.pooled.high for point in drug.course],
            color=TREATMENT_WASH,
            linewidth=0,
            zorder=1,
        )
        for place in range(len(drug.models)):
            troughs = [point.by_model[place] for point in drug.course]
            axes.plot(weeks, troughs, color=ACCENT, linewidth=1.3, dashes=_dashes(place), zorder=2)
        _draw_measured(axes, drug.levels, time_axis(assessment), say)
        axes.set_ylim(0, _top(drug))
        margin = 0.03 * max(weeks[-1] - min(weeks[0] - 1.0, 0.0), 1.0)
        axes.set_xlim(min(weeks[0] - 1.0, *_places(drug.levels, time_axis(assessment), weeks[0])) - margin,
                      max(weeks[-1], *_places(drug.levels, time_axis(assessment), weeks[-1])) + margin)  # fmt: skip
        axes.set_xlabel(say("timeline.weeks"), fontsize=8, color=MUTED)
        axes.set_ylabel(say("exposure.axis", analyte=drug.analyte, unit=say.unit(drug.unit)), fontsize=8)
        axes.grid(axis="y", color=RULE, linewidth=0.5)
        axes.set_axisbelow(True)
        _name_models(axes, drug)
    return figure


def _dashes(place: int) -> tuple[float, ...]:
    return DASHES[place % len(DASHES)] or (1, 0)


def _top(drug: DrugExposure) -> float:
    measured = [level.value for level in drug.levels if level.value is not None]
    measured += [level.predicted.high for level in drug.levels if level.predicted is not None]
    return 1.08 * max([point.pooled.high for point in drug.course] + measured)


def _places(levels: Sequence[MeasuredLevel], axis: TimeAxis, otherwise: float) -> list[float]:
    """Give where measured concentrations lie in time, and one place more, so that there is always one."""
    places = [axis.place(level.concentration.when) for level in levels if level.value is not None]
    return [otherwise, *(place for place in places if place is not None)]


def _draw_measured(axes: Axes, levels: Sequence[MeasuredLevel], axis: TimeAxis, say: Wording) -> None:
    """Draw what was measured, with what was expected then; a triangle lay below quantification, hollow is not used."""
    for level in levels:
        x = axis.place(level.concentration.when)
        if x is None or level.value is None:
            continue
        if level.predicted is not None:
            # A peak is not to be held against the shading, which is of troughs: its own range stands behind it.
            axes.plot(
                [x, x], [level.predicted.low, level.predicted.high], color=MUTED, linewidth=0.9, zorder=3
            )
        if level.concentration.hours_after_dose is not None:
            axes.annotate(
                say("levels.hours", hours=f"{level.concentration.hours_after_dose:g}"), (x, level.value),
                xytext=(6, 0), textcoords="offset points", va="center", fontsize=7, color=INK,
            )  # fmt: skip
        axes.plot(
            x,
            level.value,
            linestyle="",
            marker="v" if level.concentration.below_limit else "o",
            markersize=5.5,
            markerfacecolor=INK if level.used else "white",
            markeredgecolor=INK,
            zorder=4,
            clip_on=False,
        )


def _name_models(axes: Axes, drug: DrugExposure) -> None:
    """Write the name of each model at the end of its line, pushed apart where they would overprint."""
    top = axes.get_ylim()[1]
    ends = sorted((drug.course[-1].by_model[place] / top, place) for place in range(len(drug.models)))
    heights: list[float] = []
    for height, _ in ends:
        lowest = heights[-1] + SHORTEST_BETWEEN_NAMES if heights else 0.0
        heights.append(max(height, lowest))
    for (end, place), height in zip(ends, heights, strict=True):
        axes.plot(
            [1.0, 1.03], [end, height], transform=axes.transAxes, color=RULE, linewidth=0.6, clip_on=False
        )
        axes.plot(
            [1.035, 1.095],
            [height, height],
            transform=axes.transAxes,
            color=ACCENT,
            linewidth=1.3,
            dashes=_dashes(place),
            clip_on=False,
        )
        name = drug.models[place].label.split(", ")[-1]
        axes.text(1.105, height, name, transform=axes.transAxes, va="center", fontsize=7.5, color=INK)
