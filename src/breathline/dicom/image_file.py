"""Volume files: NIfTI, MHA, NRRD. What they hold, and the image itself, or why they cannot be read."""

from __future__ import annotations

import gzip
import math
import os
import re
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses

FILE_FORMATS: dict[str, str] = {
    ".nii": "NIfTI",
    ".nii.gz": "NIfTI",
    ".mha": "MetaImage",
    ".mhd": "MetaImage",
    ".nrrd": "NRRD",
    ".nhdr": "NRRD",
}

_NARROW = {
    **dict.fromkeys((sitk.sitkUInt8, sitk.sitkInt8, sitk.sitkVectorUInt8, sitk.sitkVectorInt8), 1),
    **dict.fromkeys((sitk.sitkUInt16, sitk.sitkInt16, sitk.sitkVectorUInt16, sitk.sitkVectorInt16), 2),
    **dict.fromkeys((sitk.sitkUInt32, sitk.sitkInt32, sitk.sitkFloat32, sitk.sitkVectorFloat32), 4),
}
"""Bytes a value of each kind takes, where it is not 8."""

_HEADER_BYTES = 4096
_FARTHEST = 1e6
"""No image lies a kilometre away [mm]."""
_NIFTI_PLACES = ((76, 108), (256, 328))
"""Where a NIfTI-1 header holds its spacing, and its offsets, turns and matrix [bytes]."""
_PLACE_LINE = re.compile(
    rb"^(?:TransformMatrix|Rotation|Orientation|Offset|Origin|Position|CenterOfRotation|ElementSpacing|ElementSize|"
    rb"spacings|space directions|space origin|thicknesses)\s*[=:]([^\n]*)",
    re.MULTILINE | re.IGNORECASE,
)

_COUNT_LINE = re.compile(rb"^(?:NDims|dimension)\s*[=:]([^\n]*)", re.MULTILINE | re.IGNORECASE)
"""How many dimensions there are: one digit. On absurdly many MetaIO never comes back."""

_ONE_AT_A_TIME = threading.Lock()


def image_format(path: Path) -> str:
    """Give the volume file format a name stands for, or empty text.

    >>> image_format(Path("scan.nii.gz"))
    'NIfTI'
    """
    name = path.name.lower()
    for ending in (".nii.gz", path.suffix.lower()):
        if ending in FILE_FORMATS and name.endswith(ending):
            return FILE_FORMATS[ending]
    return ""


def open_image(path: Path) -> sitk.ImageFileReader | None:
    """Read what an image file says about itself; None if it cannot be read."""
    if not _places_are_finite(path):
        return None
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        with without_chatter():
            reader.ReadImageInformation()
    except (RuntimeError, UnicodeError):
        return None
    return reader


def size_in_memory(reader: sitk.ImageFileReader) -> int:
    """Give the bytes the image takes once it is read."""
    width: int = _NARROW.get(reader.GetPixelIDValue(), 8)
    voxels: int = math.prod(reader.GetSize())
    return voxels * int(reader.GetNumberOfComponents()) * width


def load_image(path: Path) -> sitk.Image | None:
    """Read an image with its pixels; None if the file is damaged or cut short."""
    try:
        with without_chatter():
            return sitk.ReadImage(str(path))
    except (RuntimeError, MemoryError):
        return None


def _places_are_finite(path: Path) -> bool:
    """Tell whether the header's numbers can be a place; ITK inverts a boundless matrix without end."""
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as stream:
            head = stream.read(_HEADER_BYTES)
    except (EOFError, zlib.error):
        return False
    except gzip.BadGzipFile:  # called .gz without being one
        head = path.read_bytes()[:_HEADER_BYTES]
    if image_format(path) == "NIfTI":
        order = "<" if head[:1] in (b"\x5c", b"\x1c") else ">"  # the size of the header, 348 or 540
        return all(
            np.all(np.abs(np.frombuffer(head[first:last], f"{order}f4")) < _FARTHEST)
            for first, last in _NIFTI_PLACES
            if len(head) >= last
        )
    if any(len(count.strip()) > 1 for count in _COUNT_LINE.findall(head)):
        return False
    words = (word for line in _PLACE_LINE.findall(head) for word in re.split(rb"[\s,()]+", line))
    return all(_is_near(word) for word in words if word)


def _is_near(word: bytes) -> bool:
    try:
        return abs(float(word)) < _FARTHEST
    except ValueError:  # words such as "none"
        return True


@contextmanager
def without_chatter() -> Iterator[None]:
    """Keep what the image libraries write straight to the process's error stream from the user.

    They tell of a damaged file there in words of their own; the refusal says it better.
    """
    with _ONE_AT_A_TIME:
        sys.stderr.flush()
        try:
            kept = os.dup(2)
        except OSError:  # the process has no error stream
            yield
            return
        try:
            with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  # a device, not a path
                os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
