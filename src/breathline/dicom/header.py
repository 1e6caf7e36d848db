"""A file's headers: what a DICOM object or an image file says about its images, without their pixels."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import datetime
from pathlib import Path
from typing import Any

from pydicom.errors import InvalidDicomError

from breathline.dicom.frames import PER_FRAME, SHARED, flat_frames, is_multi_frame
from breathline.dicom.image_file import image_format, open_image, size_in_memory
from breathline.dicom.opening import open_dicom
from breathline.errors import Problem, Severity

Vector = tuple[float, float, float]

_TAGS = [
    "SOPClassUID",
    "ImageType",
    "StudyDate",
    "SeriesDate",
    "AcquisitionDate",
    "Modality",
    "Manufacturer",
    "ManufacturerModelName",
    "SeriesDescription",
    "PatientID",
    "ContrastBolusAgent",
    "SliceThickness",
    "KVP",
    "Exposure",
    "ExposureInuAs",
    "XRayTubeCurrent",
    "ConvolutionKernel",
    "PatientPosition",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SeriesNumber",
    "AcquisitionNumber",
    "InstanceNumber",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "SliceLocation",
    "SamplesPerPixel",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "PixelSpacing",
    "BitsAllocated",
    "ContrastBolusAgentSequence",
    "LossyImageCompression",
    SHARED,
    PER_FRAME,
]

_LOSSY = frozenset({"50", "51", "81", "91", "93", "203"})
"""Last number of transfer syntaxes 1.2.840.10008.1.2.4.* that lose something, or may: JPEG, near-lossless JPEG-LS,
JPEG 2000 and its high-throughput form."""

MOST_BYTES = 4 * 2**30
"""More than 1024 × 1024 × 2000 voxels of 16 bits: no chest CT is larger, and no laptop could measure it."""

_MASK_NAME = re.compile(r"(^|[^a-z])(mask|msk|masks|seg|label|labels|lungs|patterns)([^a-z]|$)")

_NEVER_AN_IMAGE = re.compile(
    r"\.(csv|tsv|txt|md|json|xml|html?|pdf|toml|ya?ml|docx?|xlsx?|png|jpe?g|gif|svg|log|py|z?raw|ini|inf|exe|dll|"
    r"jar|css|js|npz|npy)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What one image says about itself. Empty text and None mean it does not say.

    Parameters
    ----------
    subject
        A short hash of the patient identifier, so that two patients can be told apart without naming either.
    position
        Centre of the first voxel (LPS) [mm].
    orientation
        Directions along which columns and rows grow (LPS), six cosines.
    spacing_mm
        Distance between rows and between columns [mm].
    slices
        Slices it holds: 1 for a slice, more for a volume file and for a DICOM object that does not say where its
        images lie.
    frame
        Which image of its file it is, from 0; None where the file holds one.
    stack
        What a file with several stacks of images says to tell them apart.
    """

    path: Path
    source_format: str = "DICOM"
    modality: str = ""
    series_uid: str = ""
    study_uid: str = ""
    subject: str = ""
    image_type: tuple[str, ...] = ()
    description: str = ""
    manufacturer: str = ""
    model: str = ""
    kernel: str = ""
    contrast: str = ""
    patient_position: str = ""
    kvp: float | None = None
    exposure_mas: float | None = None
    thickness_mm: float | None = None
    date: Date | None = None
    series_number: int | None = None
    acquisition_number: int | None = None
    instance_number: int | None = None
    position: Vector | None = None
    orientation: tuple[float, ...] = ()
    spacing_mm: tuple[float, float] | None = None
    slice_spacing_mm: float | None = None
    rows: int = 0
    columns: int = 0
    slices: int = 1
    frame: int | None = None
    stack: tuple[str, ...] = ()
    samples: int = 1
    lossy: bool = False


def read_headers(path: Path) -> tuple[Header, ...] | Problem:
    """Read what the images of a file say about themselves; nothing for a file that nobody would take for a scan.

    Returns
    -------
    tuple of Header, or Problem
        A header for each image of a DICOM file, or one for a volume file; or why the file cannot be used.
    """
    if path.name.startswith(".") or _NEVER_AN_IMAGE.search(path.name):
        return ()
    if path.name.upper() == "DICOMDIR":
        return ()
    try:
        if path.stat().st_size == 0:
            return _unusable("empty_file", "the file is empty.", "Copy it again from its source.", path)
        return _read_volume_header(path) if image_format(path) else _read_dicom_headers(path)
    except OSError as error:
        reason = error.strerror or "unreadable"
        return _unusable("unreadable_file", f"the file cannot be read ({reason}).", "Check its rights.", path)


def _unusable(code: str, message: str, mend: str, path: Path) -> Problem:
    return Problem(code=code, message=message, mend=mend, severity=Severity.WARNING, file=str(path))


def too_large(size: int, path: Path) -> Problem:
    """Refuse, before memory is taken, what no chest CT can be; `size` in bytes."""
    message = f"its header tells of {size / 2**30:.0f} GiB of pixels; no chest CT is so large."
    return _unusable("too_large", message, "Copy it again from its source, or make it coarser.", path)


def _read_dicom_headers(path: Path) -> tuple[Header, ...] | Problem:
    try:
        return _from_dicom(path, open_dicom(path, _TAGS, pixels=False))
    except InvalidDicomError:
        mend = "Remove it, or export the scan again as DICOM."
        return _unusable("not_dicom", "this is not a DICOM file, whatever its name.", mend, path)
    except OSError:
        raise
    except Exception:  # noqa: BLE001  # a damaged file can make the parser raise anything
        mend = "Copy it again from its source."
        return _unusable("damaged_header", "the DICOM header is damaged.", mend, path)


def _from_dicom(path: Path, data: Any) -> tuple[Header, ...] | Problem:
    if str(data.file_meta.get("MediaStorageSOPClassUID", "")) == "1.2.840.10008.1.3.10":
        return ()  # a DICOMDIR under another name
    if "Rows" not in data or "Columns" not in data:
        return (Header(path=path, modality=_text(data, "Modality"), subject=_subject(data)),)
    images = _integer(data, "NumberOfFrames") or 1
    if not is_multi_frame(data):
        return (replace(_of_image(path, data), slices=images),)
    lossy = _lossy(data)
    found = tuple(
        replace(_of_image(path, frame), frame=number, stack=_stack(frame), lossy=lossy)
        for number, frame in enumerate(flat_frames(data))
    )
    if len(found) != images:
        message = f"the file says it holds {images} images and describes {len(found)}."
        return _unusable("damaged_header", message, "Copy it again from its source.", path)
    return found


def _stack(frame: Any) -> tuple[str, ...]:
    names = (
        "StackID",
        "TemporalPositionIndex",
        "TemporalPositionTimeOffset",
        "NominalCardiacTriggerDelayTime",
    )
    return tuple(_text(frame, name) for name in names)


def _of_image(path: Path, data: Any) -> Header:
    spacing = _numbers(data, "PixelSpacing")
    position = _numbers(data, "ImagePositionPatient")
    return Header(
        path=path,
        modality=_text(data, "Modality"),
        series_uid=_text(data, "SeriesInstanceUID"),
        study_uid=_text(data, "StudyInstanceUID"),
        subject=_subject(data),
        image_type=tuple(str(item).upper() for item in _items(data, "ImageType")),
        description=_text(data, "SeriesDescription"),
        manufacturer=_text(data, "Manufacturer"),
        model=_text(data, "ManufacturerModelName"),
        kernel="/".join(str(item) for item in _items(data, "ConvolutionKernel")),
        contrast=_contrast(data),
        patient_position=_text(data, "PatientPosition"),
        kvp=_number(data, "KVP"),
        exposure_mas=_exposure(data),
        thickness_mm=_number(data, "SliceThickness"),
        date=_date(data),
        series_number=_integer(data, "SeriesNumber"),
        acquisition_number=_integer(data, "AcquisitionNumber"),
        instance_number=_integer(data, "InstanceNumber"),
        position=(position[0], position[1], position[2]) if len(position) == 3 else None,
        orientation=_numbers(data, "ImageOrientationPatient"),
        spacing_mm=(spacing[0], spacing[1]) if len(spacing) == 2 else None,
        rows=int(data.Rows),
        columns=int(data.Columns),
        samples=_integer(data, "SamplesPerPixel") or 1,
        lossy=_lossy(data),
    )


def _read_volume_header(path: Path) -> tuple[Header, ...] | Problem:
    reader = open_image(path)
    if reader is None:
        mend = "Check that the file is whole and its ending is right."
        return _unusable("unreadable_file", f"this cannot be read as {image_format(path)}.", mend, path)
    size, spacing = reader.GetSize(), reader.GetSpacing()
    if len(size) != 3:
        mend = "Give a three-dimensional CT volume."
        return _unusable("not_a_volume", f"the image has {len(size)} dimensions, not 3.", mend, path)
    if size_in_memory(reader) > MOST_BYTES:
        return too_large(size_in_memory(reader), path)
    origin, direction = reader.GetOrigin(), reader.GetDirection()
    axis = max(range(3), key=lambda column: abs(direction[6 + column]))  # the one along the body
    header = Header(
        path=path,
        source_format=image_format(path),
        modality="SEG" if _MASK_NAME.search(path.name.lower()) else "CT",
        series_uid=str(path),
        position=(origin[0], origin[1], origin[2]),
        orientation=(*direction[0::3], *direction[1::3]),
        spacing_mm=(spacing[1], spacing[0]),
        slice_spacing_mm=spacing[axis],
        rows=size[1],
        columns=size[0],
        slices=size[axis],
        samples=reader.GetNumberOfComponents(),
    )
    return (header,)


def _items(data: Any, name: str) -> tuple[Any, ...]:
    value = data.get(name)
    if value is None or value == "":
        return ()
    return (value,) if isinstance(value, (str, int, float)) else tuple(value)


def _text(data: Any, name: str) -> str:
    return str(data.get(name) or "").strip()


def _numbers(data: Any, name: str) -> tuple[float, ...]:
    try:
        return tuple(float(item) for item in _items(data, name))
    except (TypeError, ValueError):
        return ()


def _number(data: Any, name: str) -> float | None:
    found = _numbers(data, name)
    return found[0] if found else None


def _integer(data: Any, name: str) -> int | None:
    found = _number(data, name)
    return None if found is None else int(found)


def _exposure(data: Any) -> float | None:
    exposure = _number(data, "Exposure")
    if exposure is None:
        exposure = _number(data, "ExposureInmAs")
    if exposure is None:
        micro = _number(data, "ExposureInuAs")
        return None if micro is None else micro / 1000.0
    return exposure


def _lossy(data: Any) -> bool:
    """Tell whether the pixels were compressed with loss, as the header says or its transfer syntax allows."""
    told = _text(data, "LossyImageCompression")
    family, _, last = str(getattr(data, "file_meta", {}).get("TransferSyntaxUID", "")).rpartition(".")
    return told == "01" or (told != "00" and family == "1.2.840.10008.1.2.4" and last in _LOSSY)


def _contrast(data: Any) -> str:
    agents = data.get("ContrastBolusAgentSequence") or ()
    return _text(data, "ContrastBolusAgent") or next((_text(item, "CodeMeaning") for item in agents), "")


def _subject(data: Any) -> str:
    identifier = _text(data, "PatientID")
    return hashlib.sha256(identifier.encode()).hexdigest()[:12] if identifier else ""


def _date(data: Any) -> Date | None:
    for name in ("StudyDate", "AcquisitionDate", "SeriesDate"):
        text = _text(data, name).replace(".", "")[:8]
        try:
            return datetime.strptime(text, "%Y%m%d").date()
        except ValueError:
            continue
    return None
