"""Breathing during the scan: slices that lie beside their neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breathline.model.volume import LabelMap, Volume

ROWS_MM = 4.0
"""Distance between the lines on which the lungs' edges are followed [mm]."""
THICKEST_MM = 3.0
"""Where slices lie further apart, the chest's own shape hides small steps [mm]."""


def measure_jitter(volume: Volume, lungs: LabelMap) -> float | None:
    """Measure by how much single slices lie beside the mean of their neighbours.

    The outer edges of the lungs are followed on many lines in the middle of the chest; a breath or a heave moves
    all edges of a slice the same way, a vessel or a rib only some, so the median over the lines counts.

    Returns
    -------
    float or None
        Root mean square of the shifts [mm]; None for slices with gaps, thick slices, or too few.
    """
    dz, dy, dx = volume.geometry.spacing_mm
    inside: NDArray[np.bool_] = np.asarray(lungs.labels > 0)
    areas = inside.sum(axis=(1, 2))
    used = np.flatnonzero(areas > 0.3 * areas.max()) if areas.any() else np.array([], dtype=np.int64)
    if volume.geometry.is_interval or dz > THICKEST_MM or used.size < 20:
        return None
    middle = inside[used[0] : used[-1] + 1]
    across = _shifts(middle[:, :: max(1, round(ROWS_MM / dy))], 2) * dx
    along = _shifts(middle[:, :, :: max(1, round(ROWS_MM / dx))], 1) * dy
    steps = np.hypot(across, along)
    return float(np.sqrt(np.mean(np.square(steps))))


def _shifts(inside: NDArray[np.bool_], axis: int) -> NDArray[np.float64]:
    """Shift of each slice along an axis against the mean of its neighbours [voxels]."""
    size = inside.shape[axis]
    there: NDArray[np.bool_] = np.asarray(inside.any(axis=axis))
    first = inside.argmax(axis=axis).astype(np.float64)
    last = size - 1 - np.flip(inside, axis).argmax(axis=axis).astype(np.float64)
    usable = there[:-2] & there[1:-1] & there[2:]
    shifts = np.zeros(len(inside) - 2)
    both = np.zeros((2, *usable.shape))
    for number, edge in enumerate((first, last)):
        both[number] = edge[1:-1] - 0.5 * (edge[:-2] + edge[2:])
    for layer in range(len(shifts)):
        lines = usable[layer]
        if lines.sum() >= 5:
            # A step aside moves both edges alike; deeper breath moves them apart.
            left, right = (float(_middle(both[k, layer][lines])) for k in (0, 1))
            shifts[layer] = max(abs(left + right), abs(left - right)) / 2.0
    return shifts


def _middle(values: NDArray[np.float64]) -> float:
    """Mean of the middle half: a median that does not stick to whole voxels."""
    ordered = np.sort(values)
    quarter = ordered.size // 4
    return float(ordered[quarter : ordered.size - quarter].mean())
