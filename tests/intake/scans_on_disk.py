"""Small CT series on disk: real DICOM, a few pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian


def write_series(
    folder: Path,
    *,
    uid: str,
    date: str = "",
    slices: int = 12,
    patient: str = "SECRET-NAME",
    thickness: float = 1.0,
    study: str = "1.2.3",
) -> Path:
    """Write a series of 8 × 8 pixels a slice, 10 mm apart."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(slices):
        item = Dataset()
        item.SOPClassUID = CTImageStorage
        item.SOPInstanceUID = f"{uid}.{number + 1}"
        item.StudyInstanceUID = study
        item.SeriesInstanceUID = uid
        item.PatientID = patient
        item.PatientName = patient
        item.Modality = "CT"
        item.StudyDate = date
        item.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        item.SliceThickness = thickness
        item.InstanceNumber = number + 1
        item.ImagePositionPatient = [0.0, 0.0, 10.0 * number]
        item.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        item.PixelSpacing = [1.0, 1.0]
        item.Rows = item.Columns = 8
        item.SamplesPerPixel = 1
        item.PhotometricInterpretation = "MONOCHROME2"
        item.BitsAllocated = item.BitsStored = 16
        item.HighBit = 15
        item.PixelRepresentation = 1
        item.RescaleSlope, item.RescaleIntercept = 1, -1024
        item.PixelData = np.zeros((8, 8), np.int16).tobytes()
        item.file_meta = FileMetaDataset()
        item.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        item.file_meta.MediaStorageSOPClassUID = CTImageStorage
        item.file_meta.MediaStorageSOPInstanceUID = item.SOPInstanceUID
        item.save_as(folder / f"{uid.rsplit('.', 1)[-1]}-{number:03d}.dcm", enforce_file_format=True)
    return folder
