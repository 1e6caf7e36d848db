"""No place of the lung may land behind its neighbour: where a displacement folds, it is smoothed until it does not."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.align.lattice import FloatArray
from breathline.ct.align.smoothing import Cells

LEAST_JACOBIAN = 0.1
"""Lung squeezed to a tenth of its volume between two breaths is a fold about to happen."""
_MOST_ROUNDS = 50


def unfolded(displacement: FloatArray, cells: Cells, step_mm: float) -> FloatArray:
    """Give the displacement smoothed where, and only where, it folds."""
    for _ in range(_MOST_ROUNDS):
        folds = squeezed(displacement, cells, step_mm) < LEAST_JACOBIAN
        if not folds.any():
            break
        around = ndimage.binary_dilation(folds, np.ones((3, 3, 3), dtype=bool), iterations=2) & cells
        displacement = _evened(displacement, cells, around)
    return displacement


def squeezed(displacement: FloatArray, cells: Cells, step_mm: float) -> FloatArray:
    """Give the smallest Jacobian at the corners of the boxes that begin at each cell's centre; 1 outside the lung.

    Between eight centres the displacement is interpolated linearly along each axis. Its Jacobian at the eight corners
    of such a box bounds it closely inside.
    """
    found = np.ones(cells.shape, dtype=np.float32)
    _least(displacement, cells, np.float32(1 / step_mm), found)
    return found


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _least(field: FloatArray, cells: Cells, each: np.float32, found: FloatArray) -> None:
    depth, height, width = cells.shape
    slope = np.empty((3, 3), dtype=np.float32)
    for k in range(depth - 1):
        for j in range(height - 1):
            for i in range(width - 1):
                if not cells[k : k + 2, j : j + 2, i : i + 2].all():
                    continue
                for corner in range(8):
                    c, b, a = k + (corner >> 2), j + ((corner >> 1) & 1), i + (corner & 1)
                    for n in range(3):
                        slope[n, 0] = (field[k + 1, b, a, n] - field[k, b, a, n]) * each
                        slope[n, 1] = (field[c, j + 1, a, n] - field[c, j, a, n]) * each
                        slope[n, 2] = (field[c, b, i + 1, n] - field[c, b, i, n]) * each
                        slope[n, n] += 1
                    found[k, j, i] = min(found[k, j, i], _determinant(slope))


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _determinant(m: NDArray[np.float32]) -> np.float32:
    return np.float32(
        m[0, 0] * (m[1, 1] * m[2, 2] - m[1, 2] * m[2, 1])
        - m[0, 1] * (m[1, 0] * m[2, 2] - m[1, 2] * m[2, 0])
        + m[0, 2] * (m[1, 0] * m[2, 1] - m[1, 1] * m[2, 0])
    )


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _evened(field: FloatArray, cells: Cells, where: Cells) -> FloatArray:
    """Give each marked cell the mean of itself and its neighbours in the lung."""
    found = field.copy()
    for k in range(1, cells.shape[0] - 1):
        for j in range(1, cells.shape[1] - 1):
            for i in range(1, cells.shape[2] - 1):
                if not where[k, j, i]:
                    continue
                for n in range(3):
                    total, count = np.float32(0), np.float32(0)
                    for c in range(k - 1, k + 2):
                        for b in range(j - 1, j + 2):
                            for a in range(i - 1, i + 2):
                                if cells[c, b, a]:
                                    total += field[c, b, a, n]
                                    count += 1
                    found[k, j, i, n] = total / count
    return found
