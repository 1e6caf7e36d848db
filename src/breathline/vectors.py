"""A displacement field on disk as NIfTI, written plane by plane: at full resolution it is larger than the scan."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from breathline.model.volume import StoredGrid

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
        stream.write(gzip.compress(_header(grid, shape), compresslevel=1, mtime=0))
        for number in range(3):
            planes = component(number)
            for first in range(0, shape[0], _AT_A_TIME):
                last = min(first + _AT_A_TIME, shape[0])
                for part in pool.map(lambda n: _packed(planes(n)), range(first, last)):  # noqa: B023  # used up here
                    stream.write(part)
                told(number * shape[0] + last, 3 * shape[0])


def _packed(plane: NDArray[np.float32]) -> bytes:
    rounded = np.rint(plane / QUANTUM_MM) * QUANTUM_MM
    return gzip.compress(rounded.astype("<f4").tobytes(), compresslevel=1, mtime=0)


def _header(grid: StoredGrid, shape: tuple[int, ...]) -> bytes:
    """Give a NIfTI-1 header for a vector image; its world is RAS, so x and y change sign."""
    affine = np.array(grid.direction).reshape(3, 3) * np.array(grid.spacing_mm)
    affine = np.column_stack([affine, grid.origin_mm])
    affine[:2] *= -1.0
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, 5, *shape[::-1], 1, 3, 1, 1)
    struct.pack_into("<h", head, 68, 1007)  # NIFTI_INTENT_VECTOR
    struct.pack_into("<hh", head, 70, 16, 32)  # float32
    struct.pack_into("<8f", head, 76, 1.0, *grid.spacing_mm, 1.0, 1.0, 1.0, 1.0)
    struct.pack_into("<fff", head, 108, 352.0, 1.0, 0.0)
    struct.pack_into("<b", head, 123, 2)  # millimetres
    struct.pack_into("<hh", head, 252, 0, 2)  # the affine below alone says where it lies
    struct.pack_into("<12f", head, 280, *affine.ravel())
    head[344:348] = b"n+1\0"
    return bytes(head)
