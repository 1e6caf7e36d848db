"""What changed on a slice, drawn over the baseline: a colour, a hatch and an outline for each change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from PIL import Image

from breathline.figures.outline import window_lung
from breathline.figures.style import MUTED, new_figure, styled
from breathline.figures.wording import Wording
from breathline.model.ct_change import ChangeSlice

Grey = NDArray[np.uint8]
"""(rows, columns): 0 black to 255 white."""
Colours = NDArray[np.uint8]
"""(rows, columns, 3): red, green, blue."""

SMALLEST_PX = 360
"""Slices narrower than this are enlarged, so that a hatch can be seen [pixels]."""
PANEL_IN = 2.9


@dataclass(frozen=True, slots=True)
class Look:
    """How a change is drawn.

    Parameters
    ----------
    colour
        Red, green, blue.
    fill
        How much of the colour covers the slice, 0 to 1.
    hatch
        ``rising``, ``falling``, ``crossed``, ``dotted`` or empty.
    """

    colour: tuple[int, int, int]
    fill: float
    hatch: str


CHANGE_LOOKS: Mapping[str, Look] = {
    "cleared": Look((86, 180, 233), 0.42, "rising"),
    "new": Look((230, 72, 32), 0.50, "crossed"),
    "progressed": Look((20, 0, 40), 0.72, "falling"),
    "regressed": Look((0, 190, 145), 0.40, "dotted"),
    "persistent": Look((240, 228, 66), 0.0, ""),
    "not_compared": Look((150, 150, 150), 0.25, "dotted"),
}
"""Sky blue, vermilion, bluish green and yellow of Okabe and Ito, which stay apart in every common colour blindness;
hatches tell them apart without colour. What progressed is dark with white lines, and persistent disease is outlined."""
LINES: Mapping[str, tuple[int, int, int]] = {"progressed": (255, 255, 255)}
"""Colour of hatch and outline where it is not that of the fill."""


def shown_grey(hu: NDArray[np.int16], scale: int) -> Grey:
    """Give a slice in the lung window, enlarged a whole number of times."""
    grey = Image.fromarray(window_lung(hu))
    size = (grey.width * scale, grey.height * scale)
    return np.asarray(grey.resize(size, Image.Resampling.BILINEAR), dtype=np.uint8)


def scale_of(item: ChangeSlice) -> int:
    """Give how many times a slice is enlarged."""
    return max(1, -(-SMALLEST_PX // int(item.baseline.shape[1])))


def overlay(item: ChangeSlice, codes: Mapping[str, int], scale: int) -> Colours:
    """Draw what changed over the baseline's slice.

    Parameters
    ----------
    codes
        Name and code of each change in the change map.
    scale
        How many times the slice is enlarged.
    """
    grey = shown_grey(item.baseline, scale)
    picture = np.repeat(grey[..., None], 3, axis=2).astype(np.float32)
    change = np.kron(item.change, np.ones((scale, scale), dtype=np.uint8))
    for name, look in CHANGE_LOOKS.items():
        mask = change == codes.get(name, -1)
        if not mask.any():
            continue
        colour = np.array(look.colour, dtype=np.float32)
        line = np.array(LINES.get(name, look.colour), dtype=np.float32)
        picture[mask] = (1 - look.fill) * picture[mask] + look.fill * colour
        picture[mask & _hatched(mask.shape, look.hatch)] = line
        picture[_edge(mask)] = line
    return np.rint(picture).astype(np.uint8)


def swatch(name: str, size: tuple[int, int] = (16, 34)) -> Colours:
    """Draw how a change looks, on the grey of lung, for a key."""
    change = np.zeros(size, dtype=np.uint8)
    change[2:-2, 2:-2] = 1
    item = ChangeSlice(
        height=0.0, position_mm=0.0, baseline=np.full(size, -820, np.int16), followup=np.zeros(size, np.int16),
        change=change, pixel_mm=(1.0, 1.0),
    )  # fmt: skip
    return overlay(item, {name: 1}, 1)


def _hatched(shape: tuple[int, ...], hatch: str) -> NDArray[np.bool_]:
    rows, columns = np.indices(shape)
    rising, falling = (rows + columns) % 7 == 0, (rows - columns) % 7 == 0
    kinds = {
        "rising": rising,
        "falling": falling,
        "crossed": rising | falling,
        "dotted": (rows % 5 == 0) & (columns % 5 == 0),
    }
    return np.asarray(kinds.get(hatch, np.zeros(shape, dtype=bool)))


def _edge(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Give the pixels of a region that touch what is not it."""
    padded = np.pad(mask, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return np.asarray(mask & ~inner)


def changes_shown(slices: Sequence[ChangeSlice], codes: Mapping[str, int]) -> tuple[str, ...]:
    """Name the changes that are drawn on at least one slice, in the order of the key."""
    return tuple(
        name
        for name in CHANGE_LOOKS
        if name in codes and any(bool((item.change == codes[name]).any()) for item in slices)
    )


def draw_change(
    slices: Sequence[ChangeSlice], codes: Mapping[str, int], titles: tuple[str, str], say: Wording
) -> Figure:
    """Draw baseline, follow-up laid on it, and what changed, one row a height, from the apex down.

    Parameters
    ----------
    titles
        Baseline and follow-up in words.
    """
    levels = sorted(slices, key=lambda item: -item.height)
    tallest = max(item.baseline.shape[0] * item.pixel_mm[0] for item in levels)
    widest = max(item.baseline.shape[1] * item.pixel_mm[1] for item in levels)
    high = PANEL_IN * tallest / widest
    width, height = 3 * PANEL_IN + 0.2, high * len(levels) + 0.9
    with styled():
        figure = new_figure(width, height)
        for row, item in enumerate(levels):
            scale = scale_of(item)
            panels = (
                shown_grey(item.baseline, scale),
                shown_grey(item.followup, scale),
                overlay(item, codes, scale),
            )
            for column, panel in enumerate(panels):
                place = (0.1 + column * PANEL_IN + 0.03, height - 0.35 - (row + 1) * high + 0.03)
                box = (
                    place[0] / width,
                    place[1] / height,
                    (PANEL_IN - 0.06) / width,
                    (high - 0.06) / height,
                )
                _draw_panel(figure.add_axes(box), panel)
        for column, title in enumerate((*titles, say("change.overlay"))):
            x = (0.1 + (column + 0.5) * PANEL_IN) / width
            figure.text(x, 1 - 0.2 / height, title, ha="center", va="center", weight="bold")
        _draw_key(figure, changes_shown(slices, codes), say)
    return figure


def _draw_panel(axes: Axes, panel: Grey | Colours) -> None:
    axes.set_axis_off()
    axes.add_patch(Rectangle((0, 0), 1, 1, transform=axes.transAxes, color="black", zorder=-1))
    axes.imshow(panel, cmap="gray", vmin=0, vmax=255, interpolation="nearest")


def _draw_key(figure: Figure, names: Sequence[str], say: Wording) -> None:
    width, height = figure.get_size_inches()
    for number, name in enumerate(names):
        left = 0.2 + number * (width - 0.4) / max(1, len(names))
        axes = figure.add_axes((left / width, 0.2 / height, 0.34 / width, 0.16 / height))
        axes.set_axis_off()
        axes.imshow(swatch(name), interpolation="nearest")
        figure.text(
            (left + 0.4) / width,
            0.28 / height,
            say(f"change.kind.{name}"),
            va="center",
            fontsize=7.5,
            color=MUTED,
        )
