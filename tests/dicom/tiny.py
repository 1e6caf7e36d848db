"""Small DICOM series written for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid


def write_series(
    folder: Path,
    hu: NDArray[np.int16],
    *,
    spacing: tuple[float, float, float] = (5.0, 3.0, 3.0),
    positions: Sequence[float] | None = None,
    orientation: Sequence[float] = (1, 0, 0, 0, 1, 0),
    intercept: int = -1024,
    seed: str = "a",
    **tags: Any,
) -> list[Path]:
    """Write one file a slice, in an order that is not that of position; `None` leaves a tag out."""
    folder.mkdir(parents=True, exist_ok=True)
    normal = np.cross(orientation[:3], orientation[3:])
    places = positions if positions is not None else [spacing[0] * n for n in range(len(hu))]
    uid = generate_uid(entropy_srcs=["series", seed])
    files = []
    for number, (layer, place) in enumerate(zip(hu, places, strict=True)):
        path = folder / f"{seed}{(number * 7919) % 1000:03d}-{number}.dcm"
        data = _slice(path, layer.astype(np.int32) - intercept, spacing, intercept)
        data.SeriesInstanceUID = uid
        data.StudyInstanceUID = generate_uid(entropy_srcs=["study", seed])
        data.SOPInstanceUID = generate_uid(entropy_srcs=["slice", seed, str(number)])
        data.ImagePositionPatient = [round(float(item), 4) for item in normal * place]
        data.ImageOrientationPatient = list(orientation)
        data.InstanceNumber = len(hu) - number
        for name, value in tags.items():
            if value is None:
                delattr(data, name)
            else:
                setattr(data, name, value)
        data.save_as(path, enforce_file_format=True)
        files.append(path)
    return files


def _slice(
    path: Path, raw: NDArray[np.int32], spacing: tuple[float, float, float], intercept: int
) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[str(path)])
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID = CTImageStorage
    data.Modality = "CT"
    data.PatientID = "tiny"
    data.PatientName = "Nobody^Tiny"
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.Rows, data.Columns = raw.shape
    data.PixelSpacing = [spacing[1], spacing[2]]
    data.SliceThickness = spacing[0]
    data.ConvolutionKernel = "B30f"
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 16, 15
    data.PixelRepresentation = 1
    data.RescaleSlope, data.RescaleIntercept = 1, intercept
    data.PixelData = raw.astype(np.int16).tobytes()
    return data


def change_header(path: Path, **tags: Any) -> None:
    """Change tags of a written file."""
    data = pydicom.dcmread(path)
    for name, value in tags.items():
        setattr(data, name, value)
    data.save_as(path, enforce_file_format=True)
