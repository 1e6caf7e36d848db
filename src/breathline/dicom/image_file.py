"""Volume files: NIfTI, MHA, NRRD. What they hold, and the image itself, or why they cannot be read."""

from __future__ import annotations

import math
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        with _without_chatter():
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
        with _without_chatter():
            return sitk.ReadImage(str(path))
    except (RuntimeError, MemoryError):
        return None


@contextmanager
def _without_chatter() -> Iterator[None]:
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
