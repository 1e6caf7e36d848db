"""Densities of the lungs, from a histogram of their Hounsfield units."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from breathline.ct.interval import Interval, measurement
from breathline.model.measurement import Measurement

CALIBRATION_HU = 5.0
"""Hounsfield units of one scanner drift by about this much; an assumption, stated where it is used [HU]."""

_LOWEST, _HIGHEST = -1024, 1024


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _count_values(hu: NDArray[np.int16], labels: NDArray[np.uint8], parts: NDArray[np.int64]) -> None:
    for z in numba.prange(hu.shape[0]):
        for y in range(hu.shape[1]):
            for x in range(hu.shape[2]):
                side = labels[z, y, x]
                if side:
                    parts[z, side - 1, min(max(hu[z, y, x], _LOWEST), _HIGHEST - 1) - _LOWEST] += 1


def histograms(hu: NDArray[np.int16], labels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(side, value): voxels of each Hounsfield value from -1024 up."""
    total = np.zeros((2, _HIGHEST - _LOWEST))
    for first in range(0, hu.shape[0], 64):
        layers = slice(first, first + 64)
        parts = np.zeros((hu[layers].shape[0], 2, _HIGHEST - _LOWEST), np.int64)
        _count_values(hu[layers], labels[layers], parts)
        total += parts.sum(axis=0)
    return total


def densities(region: str, voxels: NDArray[np.float64]) -> list[Measurement]:
    """Measure a region's densities from the voxels of each Hounsfield value."""
    values = np.arange(_LOWEST, _HIGHEST)
    mean = float(np.average(values, weights=voxels))
    return [
        measurement(
            "ct_mean_density", region, "HU", Interval(mean, mean - CALIBRATION_HU, mean + CALIBRATION_HU)
        ),
        measurement("ct_haa", region, "%", _share_between(voxels, -600.0, -250.0)),
        measurement("ct_laa950", region, "%", _share_between(voxels, -2000.0, -950.0)),
    ]


def _share_between(voxels: NDArray[np.float64], low: float, high: float) -> Interval:
    """Share of voxels from `low` up to and below `high`, with the calibration moved both ways [%]."""
    values = np.arange(_LOWEST, _HIGHEST)
    total = voxels.sum()

    def share(shift: float) -> float:
        return 100.0 * float(voxels[(values >= low + shift) & (values < high + shift)].sum() / total)

    moved = [share(shift) for shift in (-CALIBRATION_HU, 0.0, CALIBRATION_HU)]
    return Interval(moved[1], min(moved), max(moved))
