"""The pixels of DICOM images in Hounsfield units, or why they cannot be had."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate, generate_fragments, generate_frames
from pydicom.uid import UID, ImplicitVRLittleEndian, SecondaryCaptureImageStorage

from breathline.dicom.frames import PER_FRAME, SHARED, flat_frames, is_multi_frame
from breathline.dicom.opening import open_dicom
from breathline.errors import Problem
from breathline.model.volume import PADDING

Pixels = NDArray[np.int16]
"""(rows, columns) as stored [HU]; PADDING where nothing was reconstructed."""

_TAGS = [
    "BitsAllocated",
    "BitsStored",
    "Columns",
    "HighBit",
    "NumberOfFrames",
    "PixelData",
    "PixelPaddingRangeLimit",
    "PixelPaddingValue",
    "PixelRepresentation",
    "RescaleIntercept",
    "RescaleSlope",
    "Rows",
    "SamplesPerPixel",
    SHARED,
    PER_FRAME,
]
_COPY_AGAIN = "Copy the file again from its source."
_JPEG_FAMILY = "1.2.840.10008.1.2.4."
LOWEST_REAL_HU = -1500
"""Values below this are not tissue or air but marks of a scanner for "not reconstructed" [HU]."""


class _UnusableError(Exception):
    """Why the pixels of a file cannot be had."""

    def __init__(self, code: str, message: str, mend: str = _COPY_AGAIN) -> None:
        super().__init__(message)
        self.code, self.message, self.mend = code, message, mend


def read_slice(path: Path) -> Pixels | Problem:
    """Read the image of a file that holds one, or what is wrong with it."""
    return next(read_images(path, [0]))


def read_images(path: Path, numbers: Sequence[int]) -> Iterator[Pixels | Problem]:
    """Read images of one file.

    Parameters
    ----------
    numbers
        Which of its images, from 0, in the order wanted.

    Yields
    ------
    Pixels or Problem
        Each image; or what is wrong with the file, once.
    """
    try:
        data = open_dicom(path, _TAGS, pixels=True)
        frames = list(flat_frames(data)) if is_multi_frame(data) else [data]
        stored = _stored_images(data, len(frames))
        for number in numbers:
            yield _hounsfield(stored(number), data, frames[number])
    except _UnusableError as why:
        yield Problem(code=why.code, message=why.message, mend=why.mend, file=str(path))
    except (OSError, MemoryError):
        raise
    except Exception:  # noqa: BLE001  # a damaged file can make the parser raise anything
        message = "the file ends before its picture is complete."
        yield Problem(code="truncated_dicom", message=message, mend=_COPY_AGAIN, file=str(path))


def _stored_images(data: Any, count: int) -> Callable[[int], NDArray[Any]]:
    """Give a function from the number of an image to its stored values."""
    if "PixelData" not in data:
        raise _UnusableError("truncated_dicom", "the file ends before its picture, or holds none.")
    if int(data.get("SamplesPerPixel") or 1) != 1:
        raise _UnusableError("colour", "this is a colour picture.", "Give the CT itself.")
    if int(data.BitsAllocated) not in (8, 16, 32):
        message = f"the picture has {data.BitsAllocated} bits a pixel; 8, 16 and 32 can be read."
        raise _UnusableError("cannot_decode", message, "Export the scan with 16 bits a pixel.")
    syntax = _syntax(data)
    if not syntax.is_transfer_syntax and not syntax.is_private:
        raise _cannot_decode(syntax)
    if syntax.is_transfer_syntax and syntax.is_compressed and not syntax.is_deflated:
        return _compressed(data, syntax, count)
    return _native(data, count)


def _syntax(data: Any) -> UID:
    """Transfer syntax; files without one are taken as pydicom found them."""
    return UID(data.file_meta.get("TransferSyntaxUID") or ImplicitVRLittleEndian)


def _cannot_decode(syntax: UID) -> _UnusableError:
    mend = "Export the scan uncompressed (Explicit VR Little Endian); if that fails, copy it again from its source."
    return _UnusableError("cannot_decode", f"the picture ({syntax.name}) cannot be decoded.", mend)


def _native(data: Any, count: int) -> Callable[[int], NDArray[Any]]:
    kind = "i" if int(data.get("PixelRepresentation") or 0) else "u"
    order = "<" if data.original_encoding[1] else ">"
    rows, columns, width = int(data.Rows), int(data.Columns), int(data.BitsAllocated) // 8
    size = rows * columns
    have, wanted = len(data.PixelData), size * width * count
    if have < wanted:
        message = f"the picture is cut short: {have} of {wanted} bytes are there."
        raise _UnusableError("truncated_dicom", message)

    def image(number: int) -> NDArray[Any]:
        raw = np.frombuffer(
            data.PixelData, dtype=f"{order}{kind}{width}", count=size, offset=number * size * width
        )
        return raw.reshape(rows, columns)

    return image


def _compressed(data: Any, syntax: UID, count: int) -> Callable[[int], NDArray[Any]]:
    if count > 1:
        streams = list(generate_frames(data.PixelData, number_of_frames=count))
    else:
        streams = [b"".join(list(generate_fragments(data.PixelData))[1:])]
    if len(streams) != count:
        message = f"the file says it holds {count} images; {len(streams)} are there."
        raise _UnusableError("truncated_dicom", message)

    def image(number: int) -> NDArray[Any]:
        stream = streams[number]
        if not stream:
            raise _UnusableError("truncated_dicom", "the compressed picture is missing.")
        if syntax.startswith(_JPEG_FAMILY) and b"\xff\xd9" not in stream[-16:]:
            message = "the compressed picture is cut short: its end mark is missing."
            raise _UnusableError("truncated_dicom", message)
        return _decode(stream, data, syntax)

    return image


def _decode(stream: bytes, data: Any, syntax: UID) -> NDArray[Any]:
    """Decode one image by GDCM, which reads files only: it gets one that holds the picture and nothing else."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage  # GDCM rescales those of CT by itself
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    picture = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    picture.SOPClassUID, picture.SOPInstanceUID = SecondaryCaptureImageStorage, "1.2.3"
    picture.SamplesPerPixel, picture.PhotometricInterpretation = 1, "MONOCHROME2"
    for name in ("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"):
        if name in data:
            setattr(picture, name, data[name].value)
    picture.PixelData = encapsulate([stream])
    picture["PixelData"].VR = "OB"
    with tempfile.NamedTemporaryFile(suffix=".dcm") as place:
        picture.save_as(place, enforce_file_format=True)
        place.flush()
        reader = sitk.ImageFileReader()
        reader.SetImageIO("GDCMImageIO")
        reader.SetFileName(place.name)
        try:
            image = sitk.GetArrayFromImage(reader.Execute())
        except RuntimeError:
            raise _cannot_decode(syntax) from None
    return np.asarray(image.reshape(image.shape[-2:]))


def _hounsfield(raw: NDArray[Any], data: Any, frame: Any) -> Pixels:
    raw = _stored_bits(raw, data)
    slope, intercept = frame.get("RescaleSlope"), frame.get("RescaleIntercept")
    hu = to_hounsfield(raw, float(slope) if slope else 1.0, float(intercept) if intercept else 0.0)
    hu[_padded(raw, frame)] = PADDING
    return hu


def _stored_bits(raw: NDArray[Any], data: Any) -> NDArray[Any]:
    """Drop overlay bits around the stored ones, which old scanners put there, and mend a wrong sign.

    No CT value needs the sixteenth bit: where it is set though values are called unsigned, they are signed.
    """
    allocated = int(data.BitsAllocated)
    stored = int(data.get("BitsStored") or allocated)
    high = int(data.get("HighBit") or stored - 1)
    if raw.dtype.itemsize != 2 or not stored - 1 <= high < allocated:
        return raw
    if stored < allocated:
        return np.asarray((raw << (allocated - 1 - high)) >> (allocated - stored), dtype=raw.dtype)
    if raw.dtype.kind == "u" and bool(raw.max(initial=0) > np.iinfo(np.int16).max):
        return raw.view(raw.dtype.str.replace("u", "i"))
    return raw


def _padded(raw: NDArray[Any], frame: Any) -> NDArray[np.bool_]:
    """Pixels the header calls padding, as far as they reach inwards from the edge of the picture.

    Within the body the same value can be real.
    """
    value = frame.get("PixelPaddingValue")
    if not isinstance(value, int):
        return np.zeros(raw.shape, dtype=bool)
    limit = frame.get("PixelPaddingRangeLimit")
    ends = [_as_stored(item, raw) for item in (value, limit if isinstance(limit, int) else value)]
    marked = (raw >= min(ends)) & (raw <= max(ends))
    return _from_edge(marked)


def _as_stored(value: int, raw: NDArray[Any]) -> int:
    """Read a padding value with the sign of the pixels; headers often give it with the other."""
    half = 1 << (8 * raw.dtype.itemsize - 1)
    if raw.dtype.kind == "i" and value >= half:
        return value - 2 * half
    return value + 2 * half if raw.dtype.kind == "u" and value < 0 else value


def _from_edge(marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the marked pixels from which every pixel up to an edge of the picture, in line, is marked too."""
    kept = np.zeros_like(marked)
    for axis in (0, 1):
        kept |= np.logical_and.accumulate(marked, axis=axis)
        kept |= np.flip(np.logical_and.accumulate(np.flip(marked, axis), axis=axis), axis)
    return kept


def to_hounsfield(raw: NDArray[Any], slope: float, intercept: float) -> Pixels:
    """Turn stored values into Hounsfield units, marks for "not reconstructed" into PADDING.

    >>> to_hounsfield(np.array([[0, 1024, -2000]], dtype=np.int16), 1.0, -1024.0).tolist()
    [[-1024, 0, -2048]]
    """
    if slope == 1.0 and intercept == int(intercept) and raw.dtype.itemsize <= 2:
        values = raw.astype(np.int32) + int(intercept)
    else:
        values = np.rint(raw.astype(np.float32) * slope + intercept)
    values[values < LOWEST_REAL_HU] = PADDING
    return np.clip(values, PADDING, 32767).astype(np.int16)
