"""Enhanced CT written for tests: one file, many frames."""

from __future__ import annotations

from collections.abc import Sequence as Many
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, LegacyConvertedEnhancedCTImageStorage, generate_uid

ENHANCED_CT = UID("1.2.840.10008.5.1.4.1.1.2.1")


def item(**tags: object) -> Sequence:
    """Give a sequence of one item."""
    inner = Dataset()
    for name, value in tags.items():
        setattr(inner, name, value)
    return Sequence([inner])


def write_enhanced(
    path: Path,
    hu: NDArray[np.int16],
    *,
    positions: Many[float] | None = None,
    intercepts: Many[int] | None = None,
    stacks: Many[str] | None = None,
    per_frame: bool = True,
    legacy: bool = False,
    syntax: UID = ExplicitVRLittleEndian,
    seed: str = "e",
) -> Path:
    """Write a volume as one file; `hu` in the order of its frames, `positions` [mm] of each."""
    count = len(hu)
    places = positions if positions is not None else [5.0 * n for n in range(count)]
    offsets = intercepts or [-1024] * count
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = LegacyConvertedEnhancedCTImageStorage if legacy else ENHANCED_CT
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[seed])
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.Modality, data.PatientID, data.StudyDate = "CT", "tiny", "20200302"
    data.SeriesInstanceUID = generate_uid(entropy_srcs=["series", seed])
    data.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    data.NumberOfFrames, data.Rows, data.Columns = hu.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    fixed = Dataset()
    fixed.PixelMeasuresSequence = item(PixelSpacing=[0.8, 0.7], SliceThickness=5.0)
    fixed.PlaneOrientationSequence = item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    if legacy:
        fixed.UnassignedSharedConvertedAttributesSequence = item(ConvolutionKernel="B60f", KVP=120)
    else:
        fixed.CTReconstructionSequence = item(ConvolutionKernel="B60f")
        fixed.CTXRayDetailsSequence = item(KVP=120)
    shared, frames = Dataset(), []
    for number in range(count):
        frame = Dataset()
        frame.PlanePositionSequence = item(ImagePositionPatient=[0, 0, places[number]])
        frame.PixelValueTransformationSequence = item(
            RescaleSlope=1, RescaleIntercept=offsets[number], RescaleType="HU"
        )
        content = {"StackID": stacks[number]} if stacks else {}
        frame.FrameContentSequence = item(**content)
        frames.append(frame)
    for target in frames if per_frame else [shared]:
        target.update(fixed)
    data.SharedFunctionalGroupsSequence = Sequence([shared])
    data.PerFrameFunctionalGroupsSequence = Sequence(frames)
    raw = hu.astype(np.int32) - np.array(offsets)[:, None, None]
    data.PixelData = raw.astype(np.int16).tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    if syntax.is_compressed:
        data.compress(syntax)
    data.save_as(path, enforce_file_format=True)
    return path


def described(path: Path, frames: int) -> None:
    """Change what a file says of how many frames it holds."""
    data = pydicom.dcmread(path)
    data.NumberOfFrames = frames
    data.save_as(path, enforce_file_format=True)
