"""The error of having scanned only some slices (interval HRCT)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breathline.ct.interval import Z95, Interval


def cavalieri(areas: NDArray[np.float64], *, smooth: bool) -> float:
    """Give the standard error of a sum over evenly spaced slices (Gundersen and Jensen 1987), as `areas`.

    `smooth` is for shapes whose section changes steadily (a lung); patterns start and end abruptly.
    """
    used = np.trim_zeros(areas)
    if used.size < 3:
        return float(used.sum())
    a, b, c = (float(np.dot(used[k:], used[: used.size - k])) for k in range(3))
    variance = max(0.0, 3.0 * a - 4.0 * b + c) / (240.0 if smooth else 12.0)
    return float(np.sqrt(variance))


def with_sampling(
    extent: Interval,
    patterns: NDArray[np.uint8],
    lungs: NDArray[np.uint8],
    codes: list[int],
    sides: tuple[int, ...],
) -> Interval:
    """Widen the interval of an extent [%] by the error of having scanned only some slices."""
    mine = np.isin(lungs, sides)
    areas = (np.isin(patterns, codes) & mine).sum(axis=(1, 2)).astype(float)
    error = Z95 * 100.0 * cavalieri(areas, smooth=False) / max(1.0, float(mine.sum()))
    down = float(np.hypot(extent.value - extent.low, error))
    up = float(np.hypot(extent.high - extent.value, error))
    return Interval(extent.value, max(0.0, extent.value - down), min(100.0, extent.value + up))
