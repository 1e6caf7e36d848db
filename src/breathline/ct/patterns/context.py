"""What the neighbours of a block look like: what a first look called them, pooled near and far."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from breathline.ct.coarse import Mask
from breathline.ct.patterns.features import Floats

REACHES_MM = (3.0, 10.0)
"""Half widths of the windows: less than a lobule, and a lobule with its neighbours [mm]."""


def pooled(
    said: Floats, lung: Mask, spacing_mm: tuple[float, float, float], reach_mm: float, *, separate: bool
) -> Floats:
    """Mean of what was said of the blocks of lung in the window around each.

    Parameters
    ----------
    said
        (blocks of lung, columns), in array order.
    lung, spacing_mm
        Where they lie, and the width of a block [mm].
    separate
        Slices are apart: each is looked at by itself.

    Returns
    -------
    (columns, slices, rows, columns), 0 outside the lungs.
    """
    reach = np.array([max(1, round(reach_mm / step)) for step in spacing_mm])
    if separate:
        reach[0] = 0
    share = lung / np.maximum(box_sum(lung.astype(np.float32), reach), np.float32(1.0))
    found = np.zeros((said.shape[1], *lung.shape), np.float32)
    for number in range(said.shape[1]):
        found[number][lung] = said[:, number]
        found[number] = box_sum(found[number], reach) * share
    return found


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def box_sum(values: Floats, reach: NDArray[np.int64]) -> Floats:  # noqa: C901, PLR0912  # compiled loops over axes
    """Sum over a window of `reach` blocks to each side along (slices, rows, columns); nothing lies outside.

    >>> box_sum(np.ones((1, 1, 4), np.float32), np.array([0, 0, 1]))[0, 0].tolist()
    [2.0, 3.0, 3.0, 2.0]
    """
    nz, ny, nx = values.shape
    rz, ry, rx = reach
    along = np.empty_like(values)
    for row in numba.prange(nz * ny):
        z, y = row // ny, row % ny
        total = 0.0
        for x in range(-rx, nx):
            if x + rx < nx:
                total += values[z, y, x + rx]
            if x - rx - 1 >= 0:
                total -= values[z, y, x - rx - 1]
            if x >= 0:
                along[z, y, x] = total
    across = np.empty_like(values)
    for z in numba.prange(nz):
        sums = np.zeros(nx)
        for y in range(-ry, ny):
            if y + ry < ny:
                sums += along[z, y + ry]
            if y - ry - 1 >= 0:
                sums -= along[z, y - ry - 1]
            if y >= 0:
                across[z, y] = sums
    for y in numba.prange(ny):
        sums = np.zeros(nx)
        for z in range(-rz, nz):
            if z + rz < nz:
                sums += across[z + rz, y]
            if z - rz - 1 >= 0:
                sums -= across[z - rz - 1, y]
            if z >= 0:
                along[z, y] = sums
    return along


def read_context(
    said: Floats, lung: Mask, spacing_mm: tuple[float, float, float], *, separate: bool
) -> Floats:
    """Give what the first look says of each block and of its surroundings: (blocks of lung, columns)."""
    parts = [said]
    parts += [pooled(said, lung, spacing_mm, reach, separate=separate)[:, lung].T for reach in REACHES_MM]
    return np.concatenate(parts, axis=1)
