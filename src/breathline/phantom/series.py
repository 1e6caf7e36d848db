"""Slices as a DICOM CT series with full headers."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from breathline import __version__
from breathline.model.volume import Geometry
from breathline.phantom.scanner import KERNELS
from breathline.phantom.spec import PhantomSpec

ROTATION_S = 0.5


def uid_of(*parts: object) -> UID:
    """Give a UID that the same parts always give (ISO/IEC 9834-8, "2.25." and a 128-bit number)."""
    text = "|".join(str(part) for part in parts).encode()
    return UID(f"2.25.{int.from_bytes(hashlib.sha256(text).digest()[:16], 'big')}")


def common_header(spec: PhantomSpec, geometry: Geometry) -> Dataset:
    """Give what all slices of a series share."""
    data = Dataset()
    options = sorted(spec.as_options().items(), key=lambda item: item[0])
    _identify(data, spec, options)
    _describe_acquisition(data, spec)
    data.Rows, data.Columns = geometry.shape[1:]
    data.PixelSpacing = [_decimal(geometry.spacing_mm[1]), _decimal(geometry.spacing_mm[2])]
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0] if spec.position == "supine" else [-1, 0, 0, 0, -1, 0]
    data.SamplesPerPixel = 1
    data.PhotometricInterpretation = "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.RescaleIntercept, data.RescaleSlope, data.RescaleType = -1024, 1, "HU"
    data.WindowCenter, data.WindowWidth = [-600, 40], [1500, 350]
    data.WindowCenterWidthExplanation = ["LUNG", "MEDIASTINUM"]
    return data


def _identify(data: Dataset, spec: PhantomSpec, options: object) -> None:
    day = "" if spec.study_date is None else spec.study_date.strftime("%Y%m%d")
    data.SpecificCharacterSet = "ISO_IR 100"
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.SOPClassUID = CTImageStorage
    data.StudyDate = data.SeriesDate = data.AcquisitionDate = data.ContentDate = day
    data.StudyTime = data.SeriesTime = data.AcquisitionTime = data.ContentTime = "120000" if day else ""
    data.AccessionNumber = ""
    data.ReferringPhysicianName = ""
    data.PatientName = f"PHANTOM^SEED {spec.seed}"
    data.PatientID = f"PHANTOM-{spec.seed}"
    data.PatientBirthDate = ""
    data.PatientSex = "O"
    data.QualityControlSubject = "YES"
    data.PatientIdentityRemoved = "YES"
    data.DeidentificationMethod = "Simulated: no person was scanned"
    data.PatientComments = "Simulated chest. Not a patient."
    data.StudyInstanceUID = uid_of("study", spec.seed, spec.visit, day)
    data.SeriesInstanceUID = uid_of("series", options)
    data.FrameOfReferenceUID = uid_of("frame", spec.seed, spec.visit, day)
    data.PositionReferenceIndicator = ""
    data.StudyID = str(spec.visit)
    data.SeriesNumber, data.AcquisitionNumber = 1, 1
    data.StudyDescription = "Chest phantom"
    data.SeriesDescription = (
        f"{spec.thickness_mm:g} mm every {spec.gap_mm:g} mm, {spec.kernel} kernel, {spec.position}"
    )


def _describe_acquisition(data: Dataset, spec: PhantomSpec) -> None:
    data.Modality = "CT"
    data.Manufacturer = "Breathline"
    data.ManufacturerModelName = "Breathline chest phantom"
    data.SoftwareVersions = __version__
    data.InstitutionName = ""
    data.BodyPartExamined = "CHEST"
    data.ScanOptions = "HELICAL MODE" if spec.gap_mm <= spec.thickness_mm else "AXIAL MODE"
    data.ContrastBolusAgent = ""
    data.KVP = "120"
    data.XRayTubeCurrent = round(spec.dose_mas / ROTATION_S)
    data.ExposureTime = round(1000 * ROTATION_S)
    data.Exposure = round(spec.dose_mas)
    data.ConvolutionKernel = KERNELS[spec.kernel].name
    data.FilterType = "BODY"
    data.SliceThickness = _decimal(spec.thickness_mm)
    data.SpacingBetweenSlices = _decimal(spec.gap_mm)
    data.ReconstructionDiameter = _decimal(spec.fov_mm)
    data.DataCollectionDiameter = "500"
    data.GantryDetectorTilt = "0"
    data.TableHeight = "150"
    data.RotationDirection = "CW"
    data.PatientPosition = "HFS" if spec.position == "supine" else "HFP"


def write_slice(
    target: Path, header: Dataset, spec: PhantomSpec, geometry: Geometry, number: int, hu: NDArray[np.int16]
) -> None:
    """Write slice `number`, counted from the feet; rows front to back, columns right to left [HU]."""
    # scanners number a chest from the head
    instance = geometry.shape[0] - number
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = uid_of("image", header.SeriesInstanceUID, number)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = uid_of("breathline")
    meta.ImplementationVersionName = "BREATHLINE"
    data = FileDataset(str(target), header, preamble=b"\0" * 128, file_meta=meta)
    data.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    data.InstanceNumber = instance
    x, y, z = geometry.origin_mm
    z += number * geometry.spacing_mm[0]
    stored = hu
    if spec.position == "prone":  # shown as the patient lies: the couch at the foot of the image
        stored = hu[::-1, ::-1]
        x += (geometry.shape[2] - 1) * geometry.spacing_mm[2]
        y += (geometry.shape[1] - 1) * geometry.spacing_mm[1]
    data.ImagePositionPatient = [_decimal(x), _decimal(y), _decimal(z)]
    data.SliceLocation = _decimal(z)
    data.PixelData = (np.clip(stored, -1024, 3071) + 1024).astype("<u2").tobytes()
    data.save_as(target, enforce_file_format=True)


def _decimal(value: float) -> str:
    """Give a number as a DICOM decimal string, 16 characters at most."""
    return f"{value:.9f}".rstrip("0").rstrip(".")[:16]
