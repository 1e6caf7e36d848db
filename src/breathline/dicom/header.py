"""One file's header: what a DICOM object or an image file says about itself, without its pixels."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from pathlib import Path
from typing import Any

import pydicom
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses
from pydicom.errors import InvalidDicomError

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
]

FILE_FORMATS: dict[str, str] = {
    ".nii": "NIfTI",
    ".nii.gz": "NIfTI",
    ".mha": "MetaImage",
    ".mhd": "MetaImage",
    ".nrrd": "NRRD",
    ".nhdr": "NRRD",
}

_MASK_NAME = re.compile(r"(^|[^a-z])(mask|msk|masks|seg|label|labels|lungs|patterns)([^a-z]|$)")

_NEVER_AN_IMAGE = re.compile(
    r"\.(csv|tsv|txt|md|json|xml|html?|pdf|toml|ya?ml|docx?|xlsx?|png|jpe?g|gif|svg|log|py|z?raw|ini|inf|exe|dll|"
    r"jar|css|js|npz|npy)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What one file says about itself. Empty text and None mean it does not say.

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
    frames
        Images in the file: 1 for a slice, more for an Enhanced CT object or a volume file.
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
    frames: int = 1
    samples: int = 1


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


def read_header(path: Path) -> Header | Problem | None:
    """Read what a file says about itself; None for a file that nobody would take for a scan.

    Returns
    -------
    Header, Problem or None
        The header, or why the file cannot be used.
    """
    if path.name.startswith(".") or _NEVER_AN_IMAGE.search(path.name):
        return None
    if path.name.upper() == "DICOMDIR":
        return None
    try:
        if path.stat().st_size == 0:
            return _unusable("empty_file", "the file is empty.", "Copy it again from its source.", path)
        return _read_volume_header(path) if image_format(path) else _read_dicom_header(path)
    except OSError as error:
        reason = error.strerror or "unreadable"
        return _unusable("unreadable_file", f"the file cannot be read ({reason}).", "Check its rights.", path)


def _unusable(code: str, message: str, mend: str, path: Path) -> Problem:
    return Problem(code=code, message=message, mend=mend, severity=Severity.WARNING, file=str(path))


def _read_dicom_header(path: Path) -> Header | Problem | None:
    try:
        with pydicom.config.disable_value_validation():
            data = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=_TAGS)
            return _from_dicom(path, data)
    except InvalidDicomError:
        mend = "Remove it, or export the scan again as DICOM."
        return _unusable("not_dicom", "this is not a DICOM file, whatever its name.", mend, path)
    except OSError:
        raise
    except Exception:  # noqa: BLE001  # a damaged file can make the parser raise anything
        mend = "Copy it again from its source."
        return _unusable("damaged_header", "the DICOM header is damaged.", mend, path)


def _from_dicom(path: Path, data: Any) -> Header | Problem | None:
    if str(data.file_meta.get("MediaStorageSOPClassUID", "")) == "1.2.840.10008.1.3.10":
        return None  # a DICOMDIR under another name
    if "Rows" not in data or "Columns" not in data:
        return Header(path=path, modality=_text(data, "Modality"), subject=_subject(data))
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
        contrast=_text(data, "ContrastBolusAgent"),
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
        frames=_integer(data, "NumberOfFrames") or 1,
        samples=_integer(data, "SamplesPerPixel") or 1,
    )


def _read_volume_header(path: Path) -> Header | Problem:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError:
        mend = "Check that the file is whole and its ending is right."
        return _unusable("unreadable_file", f"this cannot be read as {image_format(path)}.", mend, path)
    size, spacing = reader.GetSize(), reader.GetSpacing()
    if len(size) != 3:
        mend = "Give a three-dimensional CT volume."
        return _unusable("not_a_volume", f"the image has {len(size)} dimensions, not 3.", mend, path)
    origin, direction = reader.GetOrigin(), reader.GetDirection()
    axis = max(range(3), key=lambda column: abs(direction[6 + column]))  # the one along the body
    return Header(
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
        frames=size[axis],
        samples=reader.GetNumberOfComponents(),
    )


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
        micro = _number(data, "ExposureInuAs")
        return None if micro is None else micro / 1000.0
    return exposure


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
