"""A displacement field on disk as NIfTI, written plane by plane: at full resolution it is larger than the scan."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from breathline.gzipped import gzipped
from breathline.model.volume import StoredGrid
from breathline.nifti import FLOAT, stored_header

QUANTUM_MM = 1 / 64
"""Displacements are rounded to this, far below a voxel, so that the file stays small [mm]."""

_AT_A_TIME = 32
_WORKERS = 2

Planes = Callable[[int], NDArray[np.float32]]
"""Gives a plane of the stored array by its number: one component [mm]."""


def write_vectors(
    target: Path,
    grid: StoredGrid,
    shape: tuple[int, ...],
    component: Callable[[int], Planes],
    told: Callable[[int, int], None],
) -> None:
    """Write a displacement, x, y and z in LPS, on a stored grid.

    Parameters
    ----------
    shape
        Planes, rows and columns of the stored array.
    component
        Gives the planes of a component: 0 x, 1 y, 2 z. Asked for one after the other.
    told
        Hears how many planes are written, and of how many.
    """
    with target.open("wb") as stream, ThreadPoolExecutor(_WORKERS) as pool:
        stream.write(gzipped(stored_header(shape, FLOAT, grid, vectors=True)))
        for number in range(3):
            planes = component(number)
            for first in range(0, shape[0], _AT_A_TIME):
                last = min(first + _AT_A_TIME, shape[0])
                for part in pool.map(lambda n: _packed(planes(n)), range(first, last)):  # noqa: B023  # used up here
                    stream.write(part)
                told(number * shape[0] + last, 3 * shape[0])


def _packed(plane: NDArray[np.float32]) -> bytes:
    rounded = np.rint(plane / QUANTUM_MM) * QUANTUM_MM
    return gzipped(rounded.astype("<f4").tobytes())
