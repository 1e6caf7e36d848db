"""NIfTI files without a library: volumes written for viewing, and stored arrays read whole or plane by plane."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from breathline.errors import OutputError
from breathline.gzipped import gzipped_parts
from breathline.model.volume import StoredGrid

_HEAD = 352
FLOAT = 16
"""Code of single precision."""
_TYPES = {2: "u1", 4: "<i2", FLOAT: "<f4"}
_CODES = {"u1": 2, "i2": 4}
_BITS = {2: 8, 4: 16, FLOAT: 32}
_VECTORS = 1007
"""NIFTI_INTENT_VECTOR."""
_PLANES_A_PART = 8


def write_volume(target: Path, values: NDArray[Any], spacing_mm: tuple[float, float, float]) -> None:
    """Write an array whose axes run to the head, to the front and to the patient's right; compressed lightly.

    Parameters
    ----------
    values
        (planes, rows, columns), ``int16`` or ``uint8``.
    spacing_mm
        Along the same axes [mm]. The middle of the volume lies at the origin of its world.
    """
    _write(target, _header(values, spacing_mm), values, noisy=values.dtype.itemsize > 1)


def write_stored(target: Path, values: NDArray[Any], grid: StoredGrid, *, noisy: bool = False) -> None:
    """Write an array that lies as its scan's file does, on that file's grid.

    Parameters
    ----------
    values
        (planes, rows, columns), ``int16`` or ``uint8``.
    noisy
        True for a picture, False for labels.
    """
    _write(target, stored_header(values.shape, _CODES[values.dtype.str[1:]], grid), values, noisy=noisy)


def _write(target: Path, header: bytes, values: NDArray[Any], *, noisy: bool) -> None:
    parts = (values[n : n + _PLANES_A_PART].tobytes() for n in range(0, values.shape[0], _PLANES_A_PART))
    with target.open("wb") as stream:
        for piece in gzipped_parts(chain([header], parts), noisy=noisy):
            stream.write(piece)


def stored_header(shape: tuple[int, ...], kind: int, grid: StoredGrid, *, vectors: bool = False) -> bytes:
    """Give the header of an array on the grid of a scan's file; the world of NIfTI is RAS, so x and y change sign.

    Parameters
    ----------
    kind
        Code of the type of its numbers.
    vectors
        True if each place holds three numbers.
    """
    affine = np.array(grid.direction).reshape(3, 3) * np.array(grid.spacing_mm)
    affine = np.column_stack([affine, grid.origin_mm])
    affine[:2] *= -1.0
    head = _blank(shape, grid.spacing_mm, kind)
    if vectors:
        struct.pack_into("<8h", head, 40, 5, *shape[::-1], 1, 3, 1, 1)
        struct.pack_into("<h", head, 68, _VECTORS)
    struct.pack_into("<12f", head, 280, *affine.ravel())
    return bytes(head)


def _header(values: NDArray[Any], spacing_mm: tuple[float, float, float]) -> bytes:
    sizes, steps = values.shape[::-1], spacing_mm[::-1]
    head = _blank(values.shape, steps, _CODES[values.dtype.str[1:]])
    for row, (size, step) in enumerate(zip(sizes, steps, strict=True)):
        line = [0.0, 0.0, 0.0, -step * (size - 1) / 2.0]
        line[row] = step
        struct.pack_into("<4f", head, 280 + 16 * row, *line)
    return bytes(head)


def _blank(shape: tuple[int, ...], steps_mm: Sequence[float], kind: int) -> bytearray:
    """Give a header whose place in the world is still to be filled in; `steps_mm` along columns, rows and planes."""
    head = bytearray(_HEAD)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, 3, *shape[::-1], 1, 1, 1, 1)
    struct.pack_into("<hh", head, 70, kind, _BITS[kind])
    struct.pack_into("<8f", head, 76, 1.0, *steps_mm, 1.0, 1.0, 1.0, 1.0)
    struct.pack_into("<fff", head, 108, float(_HEAD), 1.0, 0.0)
    struct.pack_into("<b", head, 123, 2)  # millimetres
    struct.pack_into("<hh", head, 252, 0, 2)  # the affine alone says where it lies
    head[344:348] = b"n+1\0"
    return head


def read_array(source: Path) -> NDArray[Any]:
    """Read the array of a compressed NIfTI file as it is stored: (planes, rows, columns).

    Raises
    ------
    OutputError
        If the file is missing, cut short, or holds something else.
    """
    planes = list(read_planes(source))
    return np.stack(planes)


def read_planes(source: Path) -> Iterator[NDArray[Any]]:
    """Read a compressed NIfTI file plane by plane; of a vector image, all planes of x come first, then y, then z.

    Raises
    ------
    OutputError
        If the file is missing, cut short, or holds something else.
    """
    try:
        with gzip.open(source, "rb") as stream:
            head = stream.read(_HEAD)
            columns, rows, planes, kind = _read_header(head)
            size = columns * rows * kind.itemsize
            for _ in range(planes):
                content = stream.read(size)
                if len(content) != size:
                    raise EOFError
                yield np.frombuffer(content, kind).reshape(rows, columns)
    except (OSError, EOFError, zlib.error, struct.error, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it was not written whole, or was changed"
        raise OutputError(f"'{source.name}' cannot be read: {reason}. Assess the patient again.") from error


def _read_header(head: bytes) -> tuple[int, int, int, np.dtype[Any]]:
    if len(head) != _HEAD or head[344:347] != b"n+1":
        raise ValueError("not NIfTI")
    sizes = struct.unpack_from("<8h", head, 40)
    (code,) = struct.unpack_from("<h", head, 70)
    if code not in _TYPES or not 3 <= sizes[0] <= 5 or min(sizes[1:4]) < 1:
        raise ValueError("another kind of array")
    vectors = sizes[5] if sizes[0] == 5 else 1
    return sizes[1], sizes[2], sizes[3] * vectors, np.dtype(_TYPES[code])
