"""How uneven the lung is from voxel to voxel: haze is even, lines of fibrosis are not."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.coarse import Mask
from breathline.ct.patterns.parenchyma import NEIGHBOURHOOD_MM, Parenchyma
from breathline.model.volume import LabelMap, Volume

VESSEL_HU = -100
"""Voxels above this are vessel or wall and say nothing about the lung between them [HU]."""
EVEN_SD_HU = 100.0
"""Haze over normal lung, its own grain included, is rarely more uneven than this; on the phantom, where truth is
known, three quarters of ground-glass lie below it and three quarters of reticulation above [HU]."""


def find_uneven(volume: Volume, lungs: LabelMap, parenchyma: Parenchyma) -> Mask:
    """Find blocks of lung that are more uneven than haze and this scan's noise explain.

    Such blocks may be lines of fibrosis with haze between them, or the border of haze. A method that cannot tell
    them from ground-glass counts them as doubtful.
    """
    part = tuple(
        slice(first, min(size, first + count * n))
        for first, count, n, size in zip(
            parenchyma.start, parenchyma.hu.shape, parenchyma.factor, volume.hu.shape, strict=True
        )
    )
    sums = _sums(volume.hu[part], lungs.labels[part], np.array(parenchyma.factor), parenchyma.hu.shape)
    size = [2 * round(NEIGHBOURHOOD_MM / step) + 1 for step in parenchyma.spacing_mm]
    if parenchyma.separate:
        size[0] = 1
    count, total, square = (ndimage.uniform_filter(one, size) for one in sums)
    mean = total / np.maximum(count, 1e-6)
    spread = np.sqrt(np.maximum(square / np.maximum(count, 1e-6) - mean**2, 0.0))
    lung = parenchyma.side > 0
    if not lung.any():
        return lung
    # The evenest tenth of the lungs shows the noise of the scan.
    noise = float(np.percentile(spread[lung], 10))
    return np.asarray(lung & (spread > np.hypot(EVEN_SD_HU, noise)))


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _sums(
    hu: NDArray[np.int16], labels: NDArray[np.uint8], factor: NDArray[np.int64], shape: tuple[int, int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Count, sum and sum of squares of the lung voxels of each block, counted from −800 HU to keep digits."""
    count = np.zeros(shape, np.float32)
    total = np.zeros(shape, np.float32)
    square = np.zeros(shape, np.float32)
    for k in numba.prange(shape[0]):
        for z in range(k * factor[0], min((k + 1) * factor[0], hu.shape[0])):
            for y in range(hu.shape[1]):
                j = y // factor[1]
                for x in range(hu.shape[2]):
                    if labels[z, y, x] and hu[z, y, x] < VESSEL_HU:
                        value = np.float32(max(hu[z, y, x], -1024) + 800)
                        i = x // factor[2]
                        count[k, j, i] += 1.0
                        total[k, j, i] += value
                        square[k, j, i] += value * value
    return count, total, square
