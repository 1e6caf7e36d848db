"""Masks from elsewhere. Oracle: the phantom's true lungs, written the way other programs write them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses
from click.testing import CliRunner
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from breathline.cli import main
from breathline.ct.anatomy import orient
from breathline.ct.masks import read_mask
from breathline.ct.measure import MeasuredScan, measure_scan
from breathline.errors import ScanError
from breathline.model.volume import LUNG_CODES, LabelMap, Volume

Chest = tuple[Volume, LabelMap, LabelMap]


@pytest.fixture(scope="module")
def scan(measured: MeasuredScan) -> Volume:
    """The phantom as read from DICOM, so that it has a stored grid."""
    return measured.volume


@pytest.fixture(scope="module")
def truth(chest: Chest) -> np.ndarray:
    """True lungs of the phantom: 1 right, 2 left."""
    return chest[1].labels


def write_mask(path: Path, labels: np.ndarray, volume: Volume, shift: float = 0.0) -> Path:
    image = sitk.GetImageFromArray(labels)
    dz, dy, dx = volume.geometry.spacing_mm
    image.SetSpacing((dx, dy, dz))
    x, y, z = volume.geometry.origin_mm
    image.SetOrigin((x + shift, y, z))
    sitk.WriteImage(image, str(path))
    return path


def refusal(source: Path, volume: Volume) -> str:
    with pytest.raises(ScanError) as caught:
        read_mask(source, volume)
    assert len(caught.value.problems) == 1
    return str(caught.value.problems[0])


@pytest.mark.parametrize("name", ["lungs.nii.gz", "lungs.mha", "lungs.nrrd"])
def test_right_and_left_as_lungmask_writes_them(
    tmp_path: Path, scan: Volume, truth: np.ndarray, name: str
) -> None:
    found = read_mask(write_mask(tmp_path / name, truth, scan), scan)
    np.testing.assert_array_equal(found.labels, truth)
    assert found.method == "given"
    assert [flag.message for flag in found.quality] == [
        f"Lungs as given in {name}, read as Breathline and lungmask R231 (1 right, 2 left)."
    ]


def test_any_order_of_axes_that_the_header_explains(tmp_path: Path, scan: Volume, truth: np.ndarray) -> None:
    image = sitk.ReadImage(str(write_mask(tmp_path / "a.nii.gz", truth, scan)))
    sitk.WriteImage(
        sitk.PermuteAxes(sitk.Flip(image, [True, False, True]), [2, 0, 1]), str(tmp_path / "b.nii.gz")
    )
    np.testing.assert_array_equal(read_mask(tmp_path / "b.nii.gz", scan).labels, truth)


def test_a_scan_that_was_turned_takes_a_mask_on_its_files_grid(
    tmp_path: Path, scan: Volume, truth: np.ndarray
) -> None:
    wrong = replace(scan, hu=np.ascontiguousarray(scan.hu[::-1]))
    fixed, anatomy = orient(wrong)
    assert anatomy.flips == (0,)
    found = read_mask(write_mask(tmp_path / "a.mha", np.ascontiguousarray(truth[::-1]), scan), fixed)
    np.testing.assert_array_equal(found.labels, truth)


def test_one_label_is_split(tmp_path: Path, scan: Volume, truth: np.ndarray) -> None:
    found = read_mask(write_mask(tmp_path / "a.nii.gz", (truth > 0).astype(np.uint8), scan), scan)
    np.testing.assert_array_equal(found.labels > 0, truth > 0)
    assert (found.labels == truth)[truth > 0].mean() > 0.999
    assert "one label" in found.quality[0].message


def test_a_mask_of_255_blurred_by_resampling(tmp_path: Path, scan: Volume, truth: np.ndarray) -> None:
    soft = sitk.GetArrayFromImage(
        sitk.SmoothingRecursiveGaussian(sitk.GetImageFromArray((truth > 0) * np.float32(255)), 1.0)
    )
    found = read_mask(
        write_mask(tmp_path / "a.nii.gz", soft.clip(0, 255).astype(np.uint8), scan), scan
    ).labels
    assert 2 * ((found > 0) & (truth > 0)).sum() / ((found > 0).sum() + (truth > 0).sum()) > 0.97


def lobes(truth: np.ndarray, right: tuple[int, ...], left: tuple[int, ...]) -> np.ndarray:
    """Cut each lung into slabs, numbered as asked."""
    out = np.zeros_like(truth)
    heights = np.arange(truth.shape[0])[:, None, None] / truth.shape[0]
    for side, codes in ((1, right), (2, left)):
        for number, code in enumerate(codes):
            out[(truth == side) & (heights >= number / len(codes))] = code
    return out


@pytest.mark.parametrize(
    ("right", "left", "words"),
    [
        ((3, 4, 5), (1, 2), "lungmask, lobes (1 and 2 left, 3 to 5 right)"),
        ((12, 13, 14), (10, 11), "TotalSegmentator 2 (lobes 10 to 14)"),
        ((15, 16, 17), (13, 14), "TotalSegmentator 1 (lobes 13 to 17)"),
        ((4,), (3,), "LUNA16 (3 left, 4 right)"),
    ],
)
def test_lobes_of_known_programs(
    tmp_path: Path,
    scan: Volume,
    truth: np.ndarray,
    right: tuple[int, ...],
    left: tuple[int, ...],
    words: str,
) -> None:
    labels = lobes(truth, right, left)
    if max(right) > 9:
        labels[(scan.hu > 20) & (truth == 0)] = 5  # other organs, as in a whole-body map
    found = read_mask(write_mask(tmp_path / "a.nii.gz", labels, scan), scan)
    np.testing.assert_array_equal(found.labels, truth)
    assert words in found.quality[0].message


def test_labels_on_the_wrong_side_go_by_where_they_lie(
    tmp_path: Path, scan: Volume, truth: np.ndarray
) -> None:
    swapped = np.where(truth > 0, 3 - truth, 0).astype(np.uint8)
    found = read_mask(write_mask(tmp_path / "a.nii.gz", swapped, scan), scan)
    np.testing.assert_array_equal(found.labels, truth)
    assert "its labels lie on the other sides" in found.quality[0].message


def test_a_folder_of_lobes(tmp_path: Path, scan: Volume, truth: np.ndarray) -> None:
    parts = lobes(truth, (3, 4, 5), (1, 2))
    names = {1: "upper_lobe_left", 2: "lower_lobe_left", 3: "upper_lobe_right", 4: "middle_lobe_right"}
    for code, name in {**names, 5: "lower_lobe_right"}.items():
        write_mask(tmp_path / f"lung_{name}.nii.gz", (parts == code).astype(np.uint8), scan)
    write_mask(tmp_path / "liver.nii.gz", (scan.hu > 40).astype(np.uint8), scan)
    np.testing.assert_array_equal(read_mask(tmp_path, scan).labels, truth)


def test_a_label_map_in_memory(scan: Volume, truth: np.ndarray) -> None:
    given = LabelMap(labels=truth, geometry=scan.geometry, names=LUNG_CODES)
    np.testing.assert_array_equal(read_mask(given, scan).labels, truth)


def test_other_grids_are_refused_with_what_differs(tmp_path: Path, scan: Volume, truth: np.ndarray) -> None:
    short = write_mask(tmp_path / "short.nii.gz", truth[:-1], scan)
    assert refusal(short, scan) == (
        "short.nii.gz: the mask has 74 × 192 × 192 voxels (slices, rows, columns), the scan 75 × 192 × 192: it was "
        "drawn on another series or resampled. Give a mask on this scan's own grid; masks are not resampled, which "
        "would move their edges."
    )
    moved = refusal(write_mask(tmp_path / "moved.nii.gz", truth, scan, shift=5.0), scan)
    assert moved.startswith(
        "moved.nii.gz: the mask lies elsewhere: 5.0 mm off across, 0.0 mm from front to back and"
    )
    coarse = replace(
        scan,
        geometry=replace(scan.geometry, spacing_mm=(4.0, *(2 * s for s in scan.geometry.spacing_mm[1:]))),
    )
    assert "voxels measure 4, 3.75, 3.75 mm" in refusal(
        write_mask(tmp_path / "big.nii.gz", truth, coarse), scan
    )


def test_what_cannot_be_lungs_is_refused(tmp_path: Path, scan: Volume, truth: np.ndarray) -> None:
    cases: dict[str, tuple[Any, str]] = {
        "empty": (np.zeros_like(truth), "the mask is empty"),
        "ones": (np.ones_like(truth), "lies in the air around the patient"),
        "body": ((scan.hu > -500).astype(np.uint8), "it covers the body, or lies beside the lungs"),
        "speck": (((truth > 0) & (np.arange(75) == 40)[:, None, None]).astype(np.uint8), "the mask holds"),
        "odd": (lobes(truth, (21, 22), (23,)), "nothing says which of them are the lungs"),
        "scan": (scan.hu, "this is a picture, not a mask"),
    }
    for name, (labels, words) in cases.items():
        assert words in refusal(write_mask(tmp_path / f"{name}.nii.gz", labels, scan), scan)


def test_a_mask_of_one_lung_is_flagged(tmp_path: Path, scan: Volume, truth: np.ndarray) -> None:
    found = read_mask(write_mask(tmp_path / "r.nii.gz", (truth == 1).astype(np.uint8), scan), scan)
    assert "mask_incomplete" in {flag.code for flag in found.quality}
    assert set(np.unique(found.labels)) == {0, 1}


def write_seg(path: Path, parts: dict[str, np.ndarray], volume: Volume, *, shuffle: bool = True) -> Path:
    """A binary DICOM segmentation, empty frames left out, frames in no order."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = pydicom.uid.SegmentationStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[str(path)])
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.Modality, data.SegmentationType = meta.MediaStorageSOPClassUID, "SEG", "BINARY"
    data.Rows, data.Columns = volume.hu.shape[1:]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 1, 1, 0, 0
    shared, measures, plane = Dataset(), Dataset(), Dataset()
    dz, dy, dx = volume.geometry.spacing_mm
    measures.PixelSpacing, measures.SliceThickness = [dy, dx], dz
    plane.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [plane]
    data.SharedFunctionalGroupsSequence = [shared]
    segments, groups, frames = [], [], []
    for number, (label, mask) in enumerate(parts.items(), start=1):
        segment = Dataset()
        segment.SegmentNumber, segment.SegmentLabel = number, label
        segments.append(segment)
        for layer in np.flatnonzero(mask.any(axis=(1, 2))):
            group, place, which = Dataset(), Dataset(), Dataset()
            x, y, z = volume.geometry.origin_mm
            place.ImagePositionPatient = [x, y, z + dz * int(layer)]
            which.ReferencedSegmentNumber = number
            group.PlanePositionSequence, group.SegmentIdentificationSequence = [place], [which]
            groups.append(group)
            frames.append(mask[layer])
    if shuffle:
        order = np.random.default_rng(1).permutation(len(frames))
        groups, frames = [groups[n] for n in order], [frames[n] for n in order]
    data.SegmentSequence, data.PerFrameFunctionalGroupsSequence = segments, groups
    data.NumberOfFrames = len(frames)
    packed = np.packbits(np.stack(frames).astype(np.uint8).ravel(), bitorder="little").tobytes()
    data.PixelData = packed + b"\0" * (len(packed) % 2)
    data.save_as(path, enforce_file_format=True)
    return path


def test_dicom_segmentation_of_right_and_left(tmp_path: Path, scan: Volume, truth: np.ndarray) -> None:
    parts = {"Left Lung": truth == 2, "Right Lung": truth == 1, "Lung nodule": scan.hu > 300}
    found = read_mask(write_seg(tmp_path / "seg.dcm", parts, scan), scan)
    expected = np.where(scan.hu > 300, 0, truth)
    np.testing.assert_array_equal(found.labels, expected)


def test_dicom_segmentation_of_one_segment(tmp_path: Path, scan: Volume, truth: np.ndarray) -> None:
    found = read_mask(write_seg(tmp_path / "seg.dcm", {"Lungs": truth > 0}, scan), scan)
    np.testing.assert_array_equal(found.labels > 0, truth > 0)


def test_dicom_segmentations_that_do_not_fit(tmp_path: Path, scan: Volume, truth: np.ndarray) -> None:
    x, y, z = scan.geometry.origin_mm
    between = replace(scan, geometry=replace(scan.geometry, origin_mm=(x, y, z + 1.9)))
    told = refusal(write_seg(tmp_path / "a.dcm", {"Lungs": truth > 0}, between), scan)
    assert "mm from the nearest slice" in told
    told = refusal(write_seg(tmp_path / "b.dcm", {"Liver": truth > 0}, scan), scan)
    assert told == (
        "b.dcm: none of its segments is named as lung: 'Liver'. Give the segmentation that holds the lungs."
    )
    (tmp_path / "c.dcm").write_text("no picture")
    assert "neither a mask file nor a DICOM segmentation" in refusal(tmp_path / "c.dcm", scan)


def test_command_with_a_mask(
    chest_dicom: Path, measured: MeasuredScan, truth: np.ndarray, normal_everywhere: None, tmp_path: Path
) -> None:
    mask = write_mask(tmp_path / "mine.nii.gz", truth, measured.volume)
    ran = CliRunner().invoke(
        main, ["ct", "measure", str(chest_dicom), "--lungs", str(mask), "-o", str(tmp_path / "o"), "--json"]
    )
    assert ran.exit_code == 0, ran.output
    content = json.loads(ran.stdout)
    assert "lungs_given" in {flag["code"] for flag in content["quality"]}
    assert {"read", "check_anatomy", "read_mask"} <= {step["name"] for step in content["steps"]}
    written = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "o" / "lungs.nii.gz")))
    np.testing.assert_array_equal(written, truth)


@pytest.mark.real_ct
@pytest.mark.parametrize("name", ["id001", "id002"])
def test_published_masks_are_taken_as_they_are(real_ct: Path, name: str) -> None:
    path = real_ct / "lung-masks" / f"{name}-128x128x64.nii.gz"
    mask = path.with_name(f"{name}-128x128x64-msk.nii.gz")
    found = measure_scan(path, lungs=mask)
    published = sitk.GetArrayFromImage(sitk.ReadImage(str(mask))) > 127.5
    assert (found.lungs.labels > 0).sum() == published.sum()
    assert set(np.unique(found.lungs.labels)) == {0, 1, 2}
