"""NIfTI files without a library: volumes written for viewing, and stored arrays read whole or plane by plane."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from breathline.errors import OutputError

_HEAD = 352
_TYPES = {2: "u1", 4: "<i2", 16: "<f4"}
_CODES = {"u1": 2, "i2": 4}
_WORKERS = 2
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
    parts = [_header(values, spacing_mm)]
    parts += [values[n : n + _PLANES_A_PART].tobytes() for n in range(0, values.shape[0], _PLANES_A_PART)]
    with target.open("wb") as stream:
        for piece in compressed(parts):
            stream.write(piece)


def compressed(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Give one gzip stream of several parts, which are compressed side by side; browsers read no chain of streams."""
    check, size = 0, 0
    yield b"\x1f\x8b\x08\0\0\0\0\0\x04\xff"
    with ThreadPoolExecutor(_WORKERS) as pool:
        kept = list(parts)
        for part, packed in zip(kept, pool.map(_deflated, kept), strict=True):
            check, size = zlib.crc32(part, check), size + len(part)
            yield packed
    yield b"\x03\0" + struct.pack("<II", check, size & 0xFFFFFFFF)


def _deflated(part: bytes) -> bytes:
    # The noise of CT hardly repeats itself: without looking for repeats it takes half the time and a tenth more space.
    packer = zlib.compressobj(1, zlib.DEFLATED, -15, zlib.DEF_MEM_LEVEL, zlib.Z_HUFFMAN_ONLY)
    return packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH)


def _header(values: NDArray[Any], spacing_mm: tuple[float, float, float]) -> bytes:
    sizes, steps = values.shape[::-1], spacing_mm[::-1]
    head = bytearray(_HEAD)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, 3, *sizes, 1, 1, 1, 1)
    struct.pack_into("<hh", head, 70, _CODES[values.dtype.str[1:]], 8 * values.dtype.itemsize)
    struct.pack_into("<8f", head, 76, 1.0, *steps, 1.0, 1.0, 1.0, 1.0)
    struct.pack_into("<fff", head, 108, float(_HEAD), 1.0, 0.0)
    struct.pack_into("<b", head, 123, 2)  # millimetres
    struct.pack_into("<hh", head, 252, 0, 2)
    for row, (size, step) in enumerate(zip(sizes, steps, strict=True)):
        line = [0.0, 0.0, 0.0, -step * (size - 1) / 2.0]
        line[row] = step
        struct.pack_into("<4f", head, 280 + 16 * row, *line)
    head[344:348] = b"n+1\0"
    return bytes(head)


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
