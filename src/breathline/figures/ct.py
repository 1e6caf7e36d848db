"""Baseline and follow-up CT at the same heights of the lungs, in the lung window, patterns outlined."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from breathline.figures.outline import outline_patterns, window_lung
from breathline.figures.pairing import ShownScan, pair_levels, shown_codes
from breathline.figures.style import COLUMN_IN, INK, MUTED, PATTERN_STYLES, new_figure, styled
from breathline.figures.wording import Wording
from breathline.model.volume import KeySlice

EDGE_IN, TOP_IN, BOTTOM_IN = 0.05, 0.28, 0.42
SMALL = 6.5
SCALE_BAR_MM = 50.0


def draw_ct(shown: Sequence[ShownScan], say: Wording) -> Figure:
    """Draw the slices kept of one or two scans, one row a height, all panels at one scale.

    Parameters
    ----------
    shown
        The scans with their slices; the first stands left.
    say
        Words of the figure.
    """
    levels = pair_levels(shown)
    wide, high = frame_mm([item for scan in shown for item in scan.slices])
    panel = (COLUMN_IN - 2 * EDGE_IN) / len(shown)
    panel_high = panel * high / wide
    height = TOP_IN + panel_high * len(levels) + BOTTOM_IN
    with styled():
        figure = new_figure(COLUMN_IN, height)
        for row, level in enumerate(levels):
            for column, item in enumerate(level.slices):
                left, bottom = EDGE_IN + column * panel, height - TOP_IN - (row + 1) * panel_high
                size = ((panel - 0.03) / COLUMN_IN, (panel_high - 0.03) / height)
                axes = figure.add_axes((left / COLUMN_IN, bottom / height, *size))
                if item is None:
                    axes.set_axis_off()
                    axes.text(
                        0.5, 0.5, say("ct.no_slice"), ha="center", va="center", color=MUTED, fontsize=SMALL
                    )
                    continue
                _draw_slice(axes, item, shown[column], (wide, high), say)
        for column, scan in enumerate(shown):
            title = f"{say(f'ct.role.{scan.role}')}: {say.short_moment(scan.summary.when)}"
            x = (EDGE_IN + (column + 0.5) * panel) / COLUMN_IN
            figure.text(x, 1 - 0.14 / height, title, ha="center", va="center", weight="bold", fontsize=7.5)
        _draw_key(figure, shown, say)
    return figure


def frame_mm(slices: Sequence[KeySlice]) -> tuple[float, float]:
    """Give the width and height that hold every slice, so that all are shown at one scale [mm]."""
    wide = max(item.hu.shape[1] * item.pixel_mm[1] for item in slices)
    high = max(item.hu.shape[0] * item.pixel_mm[0] for item in slices)
    return wide, high


def _draw_slice(
    axes: Axes, item: KeySlice, scan: ShownScan, frame: tuple[float, float], say: Wording
) -> None:
    rows, columns = item.hu.shape
    row_mm, column_mm = item.pixel_mm
    wide, high = columns * column_mm, rows * row_mm
    extent = (-wide / 2, wide / 2, high / 2, -high / 2)
    axes.set_facecolor("black")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.imshow(window_lung(item.hu), cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="bilinear")
    for outline in outline_patterns(item.labels, shown_codes(scan.summary.labels, tuple(PATTERN_STYLES))):
        colour, dashes = PATTERN_STYLES[outline.pattern]
        placed = [(line + 0.5) * (column_mm, row_mm) - (wide / 2, high / 2) for line in outline.lines]
        style = (0.0, dashes) if dashes else "solid"
        axes.add_collection(LineCollection(placed, colors=colour, linewidths=0.5, linestyles=[style]))
    axes.set_xlim(-frame[0] / 2, frame[0] / 2)
    axes.set_ylim(frame[1] / 2, -frame[1] / 2)
    _draw_marks(axes, frame, item, say)


def _draw_marks(axes: Axes, frame: tuple[float, float], item: KeySlice, say: Wording) -> None:
    halo = [withStroke(linewidth=1.2, foreground="black")]
    across, down = frame[0] / 2, frame[1] / 2
    for x, letter in ((-across + 13, say("ct.right")), (across - 13, say("ct.left"))):
        axes.text(
            x,
            0,
            letter,
            color="white",
            weight="bold",
            ha="center",
            va="center",
            fontsize=SMALL,
            path_effects=halo,
        )
    bar_y, bar_x = down - 10, across - 12
    axes.plot([bar_x - SCALE_BAR_MM, bar_x], [bar_y, bar_y], color="white", linewidth=1.2, path_effects=halo)
    axes.text(
        bar_x - SCALE_BAR_MM / 2,
        bar_y - 5,
        say("ct.scale_bar"),
        color="white",
        fontsize=6,
        ha="center",
        va="bottom",
        path_effects=halo,
    )
    height = say("ct.height_short", percent=say.number(100 * item.height, 0))
    axes.text(
        -across + 8, down - 8, height, color="white", fontsize=6, ha="left", va="bottom", path_effects=halo
    )


def _draw_key(figure: Figure, shown: Sequence[ShownScan], say: Wording) -> None:
    present = patterns_present(shown)
    handles = []
    for name in present:
        colour, dashes = PATTERN_STYLES[name]
        handles.append(Line2D([], [], color=colour, linestyle=(0, dashes) if dashes else "-", linewidth=1.4))
    labels = [say(f"pattern.{name}") for name in present]
    legend = figure.legend(
        handles, labels, loc="lower center", ncols=min(3, max(1, len(labels))), handlelength=2.8, fontsize=SMALL,
        facecolor=INK, columnspacing=1.0, borderpad=0.3, labelspacing=0.25, borderaxespad=0.2,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_color("white")
    legend.set_visible(bool(present))


def patterns_present(shown: Sequence[ShownScan]) -> tuple[str, ...]:
    """Name the patterns that are outlined on at least one of the slices."""
    found = set()
    for scan in shown:
        for name, code in shown_codes(scan.summary.labels, tuple(PATTERN_STYLES)).items():
            if any((item.labels == code).any() for item in scan.slices):
                found.add(name)
    return tuple(name for name in PATTERN_STYLES if name in found)
