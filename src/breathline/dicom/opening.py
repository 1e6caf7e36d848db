"""Open a DICOM file, tolerantly: old files without a preamble, and nothing that swells beyond reason."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pydicom

LARGEST_INFLATED = 2**30
"""A deflated file that grows beyond this is no scan; one slice is half a megabyte [bytes]."""
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_PREAMBLE = 132


@contextmanager
def tolerant_reading() -> Iterator[None]:
    """Let pydicom take values that break the standard; what matters of them is told as a problem."""
    with warnings.catch_warnings(), pydicom.config.disable_value_validation():
        warnings.simplefilter("ignore")
        yield


def open_dicom(path: Path, tags: Sequence[str], *, pixels: bool) -> Any:
    """Read the named tags of a DICOM file.

    Raises
    ------
    pydicom.errors.InvalidDicomError
        If it is no DICOM file.
    OSError
        If it cannot be read.
    Exception
        Whatever the parser raises for a damaged file.
    """
    with path.open("rb") as stream:
        start = stream.read(1024)
        if _DEFLATED in start:
            _refuse_swollen(stream, start)
        stream.seek(0)
        return pydicom.dcmread(
            stream, stop_before_pixels=not pixels, specific_tags=list(tags), force=_lacks_preamble(start)
        )


def _lacks_preamble(start: bytes) -> bool:
    """Tell files of the 1990s, which begin with their first element: group 0002 or 0008, element 0 to 255."""
    return (
        start[128:_PREAMBLE] != b"DICM" and start[:2] in (b"\x02\x00", b"\x08\x00") and start[3:4] == b"\x00"
    )


def _refuse_swollen(stream: BinaryIO, start: bytes) -> None:
    stream.seek(_PREAMBLE + 12 + int.from_bytes(start[_PREAMBLE + 8 : _PREAMBLE + 12], "little"))
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    total, rest = 0, stream.read(2**20)
    while rest and not inflate.eof:
        total += len(inflate.decompress(rest, 2**20))
        if total > LARGEST_INFLATED:
            raise ValueError("the file inflates without end")
        rest = inflate.unconsumed_tail or stream.read(2**20)
