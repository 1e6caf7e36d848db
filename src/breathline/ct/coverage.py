"""How much of the lungs lies outside the picture: beside it, above it and below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breathline.model.volume import PADDING, LabelMap, Volume

CHEST_RADIUS_MM = 110.0
"""Radius of the curve of an adult's chest wall, by which a lung cut straight would go on [mm]; an assumption."""
APEX_MM2 = 200.0
"""Lung in the highest slice from which the apices are taken to be cut; in the shared scans it shows none [mm²]."""
BASE_MM2 = 500.0
"""Lung in the lowest slice from which the bases are taken to be cut: a thin recess is not [mm²]."""
LONGEST_END_MM = 60.0
"""Cut through the middle, lungs hardly narrow: no more than this length is guessed to lie beyond [mm]; what is
told is what is lost at least."""
END_MM = 20.0
"""Length of the lungs' end from whose narrowing the missing part is guessed [mm]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Lung that lies outside the picture, about [mL]: 0 where nothing is cut.

    Parameters
    ----------
    beside_ml
        By side: ``right``, ``left``, ``front``, ``back``.
    """

    beside_ml: Mapping[str, float]
    apices_ml: float
    bases_ml: float
    slices_with_lung: int


def measure_coverage(volume: Volume, lungs: LabelMap) -> Coverage:
    """Measure where the picture cuts the lungs, and guess what is lost from the shape at the cut."""
    inside = lungs.labels > 0
    areas = inside.sum(axis=(1, 2)) * volume.geometry.spacing_mm[1] * volume.geometry.spacing_mm[2]
    heights = volume.geometry.heights_mm
    return Coverage(
        beside_ml=_beside(volume, inside),
        apices_ml=_beyond(areas[::-1], heights[-1] - heights[::-1]) if areas[-1] > APEX_MM2 else 0.0,
        bases_ml=_beyond(areas, heights) if areas[0] > BASE_MM2 else 0.0,
        slices_with_lung=int(np.count_nonzero(areas)),
    )


def _beyond(areas: NDArray[np.float64], heights: NDArray[np.float64]) -> float:
    """Guess the volume below the first slice: a cone that narrows as fast as the lungs do there [mL]."""
    near = int(np.clip(np.searchsorted(heights, END_MM), 1, areas.size - 1))
    width = np.sqrt(areas[0])
    narrowing = max((np.sqrt(areas[near]) - width) / max(heights[near], 1e-3), 0.3)  # even a bullet ends
    length = min(width / narrowing, LONGEST_END_MM)
    return float(areas[0] * length / 3.0 / 1000.0)


def _beside(volume: Volume, inside: NDArray[np.bool_]) -> dict[str, float]:
    """Guess what the edge of the picture, or of the round field of view, cuts off on each side [mL]."""
    _, dy, dx = volume.geometry.spacing_mm
    lost = volume.hu == PADDING if bool((volume.hu[:: max(1, len(inside) // 8)] == PADDING).any()) else None
    spans = volume.geometry.spans_mm
    found = {}
    for name, axis, last, step in (
        ("right", 2, False, dy),
        ("left", 2, True, dy),
        ("front", 1, False, dx),
        ("back", 1, True, dx),
    ):
        edge = np.take(inside, -1 if last else 0, axis).sum(axis=1).astype(float)
        if lost is not None:
            edge += _against(inside, lost, axis, last=last)
        chord = np.minimum(edge * step, 1.6 * CHEST_RADIUS_MM)
        millilitres = float((chord**3 / (12.0 * CHEST_RADIUS_MM) * spans).sum()) / 1000.0
        found[name] = millilitres if np.count_nonzero(chord > 10.0) >= 2 else 0.0
    return found


def _against(
    inside: NDArray[np.bool_], lost: NDArray[np.bool_], axis: int, *, last: bool
) -> NDArray[np.float64]:
    """Count lung voxels whose neighbour on that side was not reconstructed, slice by slice."""
    low: list[slice] = [slice(None)] * 3
    high: list[slice] = [slice(None)] * 3
    low[axis], high[axis] = slice(None, -1), slice(1, None)
    pair = inside[tuple(low)] & lost[tuple(high)] if last else inside[tuple(high)] & lost[tuple(low)]
    return np.asarray(pair.sum(axis=(1, 2)), dtype=np.float64)
