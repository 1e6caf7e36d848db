"""The pixels of one DICOM slice in Hounsfield units, or why they cannot be had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses
from numpy.typing import NDArray
from pydicom.encaps import generate_fragments

from breathline.errors import Problem
from breathline.model.volume import PADDING

_TAGS = [
    "BitsAllocated",
    "BitsStored",
    "Columns",
    "PixelData",
    "PixelPaddingValue",
    "PixelRepresentation",
    "RescaleIntercept",
    "RescaleSlope",
    "Rows",
    "SamplesPerPixel",
]
_COPY_AGAIN = "Copy the file again from its source."
_JPEG_FAMILY = "1.2.840.10008.1.2.4."
_RLE = "1.2.840.10008.1.2.5"
_LOWEST_REAL_HU = -1500
"""Values below this are not tissue or air but marks of a scanner for "not reconstructed" [HU]."""


def read_slice(path: Path) -> NDArray[np.int16] | Problem:
    """Read one slice.

    Returns
    -------
    ndarray or Problem
        (rows, columns) as stored [HU], PADDING where nothing was reconstructed; or what is wrong.
    """
    try:
        with pydicom.config.disable_value_validation():
            data = pydicom.dcmread(path, specific_tags=_TAGS)
            return _pixels(path, data)
    except (OSError, MemoryError):
        raise
    except Exception:  # noqa: BLE001  # a damaged file can make the parser raise anything
        return _truncated(path, "the file ends before its picture is complete.")


def _truncated(path: Path, message: str) -> Problem:
    return Problem(code="truncated_dicom", message=message, mend=_COPY_AGAIN, file=str(path))


def _pixels(path: Path, data: Any) -> NDArray[np.int16] | Problem:
    if "PixelData" not in data:
        return _truncated(path, "the file ends before its picture, or holds none.")
    syntax = data.file_meta.TransferSyntaxUID
    if syntax.is_compressed and not syntax.is_deflated:
        short = _incomplete(bytes(data.PixelData), str(syntax))
        return _truncated(path, short) if short else _decode(path, data)
    wanted = int(data.Rows) * int(data.Columns) * int(data.BitsAllocated) // 8
    have = len(data.PixelData)
    if have < wanted:
        return _truncated(path, f"the picture is cut short: {have} of {wanted} bytes are there.")
    return _native(data)


def _incomplete(encapsulated: bytes, syntax: str) -> str:
    """Say how compressed data is cut short, or empty text if it looks whole."""
    fragments = list(generate_fragments(encapsulated))
    stream = b"".join(fragments[1:])
    if not stream:
        return "the compressed picture is missing."
    if syntax.startswith(_JPEG_FAMILY) and b"\xff\xd9" not in stream[-16:]:
        return "the compressed picture is cut short: its end mark is missing."
    return ""


def _native(data: Any) -> NDArray[np.int16]:
    kind = "i" if int(data.get("PixelRepresentation", 0)) else "u"
    order = "<" if data.original_encoding[1] else ">"
    rows, columns = int(data.Rows), int(data.Columns)
    width = int(data.BitsAllocated) // 8
    raw = np.frombuffer(data.PixelData, dtype=f"{order}{kind}{width}", count=rows * columns)
    raw = _stored_bits(raw.reshape(rows, columns), data)
    slope, intercept = _rescale(data)
    return to_hounsfield(raw, slope, intercept)


def _stored_bits(raw: NDArray[Any], data: Any) -> NDArray[Any]:
    """Drop overlay bits above the stored ones, which old scanners put there."""
    spare = int(data.BitsAllocated) - int(data.get("BitsStored", data.BitsAllocated))
    if spare <= 0 or raw.dtype.itemsize != 2:
        return raw
    shifted = (raw << spare) >> spare
    return np.asarray(shifted, dtype=raw.dtype)


def _rescale(data: Any) -> tuple[float, float]:
    slope = data.get("RescaleSlope")
    intercept = data.get("RescaleIntercept")
    return float(slope) if slope else 1.0, float(intercept) if intercept else 0.0


def _decode(path: Path, data: Any) -> NDArray[np.int16] | Problem:
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(str(path))
    try:
        image = sitk.GetArrayFromImage(reader.Execute())
    except RuntimeError:
        name = data.file_meta.TransferSyntaxUID.name
        return Problem(
            code="cannot_decode",
            message=f"the picture ({name}) cannot be decoded.",
            mend="Copy the file again from its source, or export the scan uncompressed.",
            file=str(path),
        )
    return to_hounsfield(image.reshape(image.shape[-2:]), 1.0, 0.0)


def to_hounsfield(raw: NDArray[Any], slope: float, intercept: float) -> NDArray[np.int16]:
    """Turn stored values into Hounsfield units, marks for "not reconstructed" into PADDING.

    >>> to_hounsfield(np.array([[0, 1024, -2000]], dtype=np.int16), 1.0, -1024.0).tolist()
    [[-1024, 0, -2048]]
    """
    if slope == 1.0 and intercept == int(intercept) and raw.dtype.itemsize <= 2:
        values = raw.astype(np.int32) + int(intercept)
    else:
        values = np.rint(raw.astype(np.float32) * slope + intercept).astype(np.int32)
    values[values < _LOWEST_REAL_HU] = PADDING
    return np.clip(values, PADDING, 32767).astype(np.int16)
