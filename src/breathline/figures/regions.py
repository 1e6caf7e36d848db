"""The twelve regions of the lungs as a map: how much of each is diseased at each date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from breathline.figures.pairing import ShownScan
from breathline.figures.style import ACCENT, COLUMN_IN, INK, MUTED, PAPER, new_figure, styled
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment, ScanSummary
from breathline.model.measurement import Absence

ZONES = ("upper", "middle", "lower")
ACROSS = (("right", "peripheral"), ("right", "central"), ("left", "central"), ("left", "peripheral"))
"""As a reader faces the patient: the right lung at the left."""

CELLS = frozenset(f"{side}_{zone}_{rind}" for zone in ZONES for side, rind in ACROSS)

MAPPED = ("ct_ground_glass", "ct_fibrosis", "ct_ild")
MOST_MAPS = 2
MAP_IN, ROW_IN, TOP_IN, BOTTOM_IN = 1.5, 1.08, 0.16, 0.4
LEFT_IN = 0.38
SMALL = 6.5
SHADES = LinearSegmentedColormap.from_list("breathline", [PAPER, "#7fb0c6", ACCENT])

DARK = 0.76
"""Above this share of the darkest shade a number is written in white: either way its contrast is 4.5 or more."""

Extents = Mapping[str, float]


def draw_regions(assessment: Assessment, shown: Sequence[ShownScan], say: Wording) -> Figure | None:
    """Draw one map a scan and measure, shaded by extent, the number in each cell; None without regions."""
    maps = {measure: [extents_of(assessment, measure, scan.summary) for scan in shown] for measure in MAPPED}
    drawn = [measure for measure in MAPPED if any(maps[measure])][:MOST_MAPS]
    if not drawn:
        return None
    height = TOP_IN + BOTTOM_IN + ROW_IN * len(drawn)
    with styled():
        figure = new_figure(COLUMN_IN, height)
        for row, measure in enumerate(drawn):
            most = max([1.0, *(value for one in maps[measure] for value in one.values())])
            for column, extents in enumerate(maps[measure]):
                box = (LEFT_IN + column * (MAP_IN + 0.06), BOTTOM_IN + (len(drawn) - 1 - row) * ROW_IN + 0.04)
                size = (MAP_IN / COLUMN_IN, (ROW_IN - 0.24) / height)
                axes: Axes = figure.add_axes((box[0] / COLUMN_IN, box[1] / height, *size))
                _draw_map(axes, extents, most, say, named=column == 0)
                title = f"{_label(assessment, measure)}" if column == 0 else ""
                axes.set_title(title, fontsize=SMALL, loc="left", pad=2.5, color=INK)
        for column, scan in enumerate(shown):
            words = f"{say(f'ct.role.{scan.role}')}, {say.short_moment(scan.summary.when)}"
            x = (LEFT_IN + column * (MAP_IN + 0.06) + MAP_IN / 2) / COLUMN_IN
            figure.text(x, 1 - 0.1 / height, words, fontsize=7, weight="bold", ha="center", va="center")
        figure.text(0.02, 0.03 / height, say("figure.regions_key"), fontsize=6, color=MUTED, va="bottom")
    return figure


def extents_of(assessment: Assessment, measure: str, scan: ScanSummary) -> dict[str, float]:
    """Give the extent of a measure by region of one scan [%]; regions without lung are left out."""
    return {
        own.region: own.value
        for item in assessment.measurements
        if (own := item.measurement).measure == measure
        and own.unit == "%"
        and own.origin.scan == scan.name
        and own.region in CELLS
        and not isinstance(own.value, Absence)
    }


def _label(assessment: Assessment, measure: str) -> str:
    return next(item.label for item in assessment.measurements if item.measurement.measure == measure)


def _draw_map(axes: Axes, extents: Extents, most: float, say: Wording, *, named: bool) -> None:
    axes.set_xlim(-0.1, len(ACROSS) + 0.1)
    axes.set_ylim(len(ZONES), 0)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    for x, (side, rind) in enumerate(ACROSS):
        middle = x + 0.5 + _apart(side)
        word = say(f"figure.regions_{rind}")
        axes.text(middle, len(ZONES) + 0.08, word, fontsize=6, ha="center", va="top", color=MUTED)
    for y, zone in enumerate(ZONES):
        for x, (side, rind) in enumerate(ACROSS):
            _draw_cell(axes, (x + _apart(side), y), extents.get(f"{side}_{zone}_{rind}"), most)
        if named:
            axes.text(
                -0.2, y + 0.5, say(f"figure.regions_{zone}"), fontsize=6, ha="right", va="center", color=MUTED
            )


def _apart(side: str) -> float:
    """Give how far a lung is moved from the middle."""
    return 0.1 if side == "left" else -0.1


def _draw_cell(axes: Axes, place: tuple[float, float], extent: float | None, most: float) -> None:
    x, y = place
    share = 0.0 if extent is None else extent / most
    hatch = "////" if extent is None else None
    axes.add_patch(
        Rectangle((x, y), 1, 1, facecolor=SHADES(share), edgecolor=INK, linewidth=0.5, hatch=hatch)
    )
    if extent is not None:
        colour = PAPER if share > DARK else "black"
        number = f"{extent:.0f}" if extent >= 10 else f"{extent:.1f}"
        axes.text(x + 0.5, y + 0.52, number, fontsize=SMALL, ha="center", va="center", color=colour)
