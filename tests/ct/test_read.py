"""Reading and refusing. Oracle: the arrays and headers the test itself wrote; whole messages compared."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import RLELossless

from breathline.ct.order import canonical_axes, stored_axes, stored_grid
from breathline.ct.read import read_scan
from breathline.errors import ScanError
from breathline.model.volume import PADDING, Geometry
from tests.dicom.tiny import change_header, write_series


def chest_like(slices: int = 12, rows: int = 10, columns: int = 8) -> np.ndarray:
    """Values that all differ, half of them lung."""
    hu = np.arange(slices * rows * columns, dtype=np.int16).reshape(slices, rows, columns) % 90
    hu[:, 2:7, 2:6] -= 900
    return hu


def refusal(source: Path | list[Path]) -> str:
    with pytest.raises(ScanError) as caught:
        read_scan(source)
    assert caught.value.exit_code == 3
    head, _, rest = str(caught.value).partition("\n")
    assert head == "The scan cannot be measured:"
    return rest


def test_values_and_geometry(tmp_path: Path) -> None:
    hu = chest_like()
    write_series(tmp_path, hu, spacing=(2.5, 0.8, 0.7), positions=[-100 + 2.5 * n for n in range(12)])
    volume = read_scan(tmp_path)
    np.testing.assert_array_equal(volume.hu, hu)
    assert volume.geometry.spacing_mm == (2.5, 0.8, 0.7)
    assert volume.geometry.origin_mm == (0.0, 0.0, -100.0)
    assert not volume.geometry.is_interval


def test_prone_pictures_turn_so_that_rows_run_to_the_back(tmp_path: Path) -> None:
    hu = chest_like()
    write_series(tmp_path, hu, orientation=(-1, 0, 0, 0, -1, 0))
    np.testing.assert_array_equal(read_scan(tmp_path).hu, hu[:, ::-1, ::-1])


def test_files_in_any_order_and_a_list_of_files(tmp_path: Path) -> None:
    hu = chest_like()
    files = write_series(tmp_path, hu)
    np.testing.assert_array_equal(read_scan(files[::-1]).hu, hu)


def test_interval_hrct_keeps_its_gap(tmp_path: Path) -> None:
    hu = chest_like(20)
    write_series(tmp_path, hu, spacing=(10.0, 1.0, 1.0), SliceThickness=1.0)
    volume = read_scan(tmp_path)
    assert volume.hu.shape[0] == 20  # nothing interpolated
    assert volume.geometry.is_interval
    assert [flag.message for flag in volume.quality] == [
        "Interval HRCT: slices of 1 mm every 10 mm. The tissue between slices was not scanned; "
        "volumes carry the sampling error."
    ]


def test_marks_of_the_scanner_become_padding(tmp_path: Path) -> None:
    hu = chest_like()
    hu[:, 0, :] = -3024
    write_series(tmp_path, hu, intercept=0)
    assert (read_scan(tmp_path).hu[:, 0, :] == PADDING).all()


def test_canvas_around_the_picture_becomes_padding(tmp_path: Path) -> None:
    canvas = np.zeros((12, 30, 30), dtype=np.int16)
    canvas[:, 5:15, 6:14] = chest_like() - 1
    write_series(tmp_path, canvas, intercept=0)
    volume = read_scan(tmp_path)
    assert (volume.hu[:, :5] == PADDING).all()
    assert (volume.hu[:, 5:15, 6:14] == chest_like() - 1).all()
    assert [flag.code for flag in volume.quality] == ["canvas"]


def test_empty_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path) == (
        f"  - {tmp_path.name}: No CT scan was found. Give the folder that holds the CT, with one file a slice, "
        "or a NIfTI, MHA or NRRD file."
    )


def test_text_file_named_dcm(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    path.write_text("not a picture\n" * 20)
    told = (
        f"  - {path}: this is not a DICOM file, whatever its name. "
        "Remove it, or export the scan again as DICOM."
    )
    assert refusal(tmp_path) == told
    assert refusal(path) == told


def test_truncated_slice_is_named_wherever_it_lies(tmp_path: Path) -> None:
    files = write_series(tmp_path, chest_like())
    for path in (files[4], files[9]):
        path.write_bytes(path.read_bytes()[:-60])
    told = "the picture is cut short: 100 of 160 bytes are there. Copy the file again from its source."
    assert refusal(tmp_path) == f"  - {files[4]}: {told}\n  - {files[9]}: {told}"


def test_file_cut_in_its_header(tmp_path: Path) -> None:
    files = write_series(tmp_path, chest_like())
    files[0].write_bytes(files[0].read_bytes()[:180])
    with pytest.raises(ScanError) as caught:
        read_scan([files[0]])
    assert caught.value.problems[0].code in {"damaged_header", "not_a_chest_ct"}


def test_missing_middle_slice_is_told_with_its_place(tmp_path: Path) -> None:
    files = write_series(tmp_path, chest_like())
    files[6].unlink()
    assert refusal(tmp_path) == (
        f"  - {tmp_path}: 1 slice is missing between 25 and 35 mm (slices lie 5 mm apart). "
        "Export the whole series again."
    )


def test_irregular_slices(tmp_path: Path) -> None:
    places = [0, 5, 10, 15, 17, 20, 25, 30, 35, 40, 45, 50]
    write_series(tmp_path, chest_like(), positions=places)
    assert refusal(tmp_path) == (
        f"  - {tmp_path}: slices lie between 2 and 5 mm apart, without a regular order. "
        "Give one regular series: parts of two may be mixed."
    )


def test_two_series_nothing_tells_apart(tmp_path: Path) -> None:
    write_series(tmp_path, chest_like(), seed="a")
    write_series(tmp_path, chest_like(), seed="b")
    for path in tmp_path.iterdir():
        change_header(path, SeriesInstanceUID="1.2.3", StudyInstanceUID="1.2")
    assert refusal(tmp_path) == (
        f"  - {tmp_path}: 12 positions hold more than one slice (the first at 0, 5, 10 mm): "
        "two series are mixed and nothing in their headers tells them apart. "
        "Put each series in a folder of its own."
    )


def test_two_patients_in_one_folder(tmp_path: Path) -> None:
    write_series(tmp_path / "x", chest_like(), seed="a")
    write_series(tmp_path / "y", chest_like(), seed="b", PatientID="somebody else")
    assert refusal(tmp_path) == (
        "  - The folder holds scans of more than one patient: 12 slices of 5 mm, kernel B30f in 'x'; "
        "12 slices of 5 mm, kernel B30f in 'y'. Give one scan, by its name or in a folder of its own."
    )


def test_two_dates_in_one_folder(tmp_path: Path) -> None:
    write_series(tmp_path / "x", chest_like(), seed="a", StudyDate="20240101")
    write_series(tmp_path / "y", chest_like(), seed="b", StudyDate="20240601")
    assert "scans of more than one date" in refusal(tmp_path)


def test_separable_series_are_chosen_with_the_reason(tmp_path: Path) -> None:
    write_series(tmp_path, chest_like(), seed="a")
    write_series(tmp_path, chest_like(), seed="b", ConvolutionKernel="LUNG")
    volume = read_scan(tmp_path)
    assert volume.acquisition.kernel == "LUNG"
    assert volume.quality[0].message.startswith("Chosen among 2 series: 12 slices of 5 mm, kernel LUNG")


def test_another_modality(tmp_path: Path) -> None:
    write_series(tmp_path, chest_like(), Modality="PT")
    assert "its modality is PT, not CT" in refusal(tmp_path)


def test_values_that_are_not_hounsfield(tmp_path: Path) -> None:
    write_series(tmp_path, chest_like() + 1024, intercept=0)
    assert refusal(tmp_path) == (
        f"  - {tmp_path}: the values do not look like Hounsfield units of a chest: "
        "the lowest is 124, air is -1000. Give a chest CT in Hounsfield units; "
        "if 1024 was added to its values, take it off."
    )


def test_no_positions(tmp_path: Path) -> None:
    write_series(tmp_path, chest_like(), PixelSpacing=None)
    assert refusal(tmp_path) == (
        f"  - {tmp_path}: the headers do not say where the slices lie "
        "(pixel spacing or image position is missing). Export the scan again with its geometry."
    )


def test_not_a_number(tmp_path: Path) -> None:
    values = chest_like().astype(np.float32)
    values[3, 3, 3] = np.nan
    path = tmp_path / "chest.mha"
    sitk.WriteImage(sitk.GetImageFromArray(values), str(path))
    assert refusal(path) == (
        f"  - {path}: some voxels are not numbers (NaN or infinite). "
        "Write the volume with -1024 where there is nothing."
    )


def test_damaged_volume_file(tmp_path: Path) -> None:
    path = tmp_path / "chest.nii.gz"
    path.write_bytes(b"\x1f\x8b nothing")
    assert "this cannot be read as NIfTI" in refusal(path)


def test_colour_volume(tmp_path: Path) -> None:
    path = tmp_path / "chest.mha"
    colour = sitk.GetImageFromArray(np.zeros((12, 8, 8, 3), np.uint8), isVector=True)
    sitk.WriteImage(colour, str(path))
    assert "it is a colour picture" in refusal(path)


def test_no_such_file_and_an_archive(tmp_path: Path) -> None:
    missing = tmp_path / "none.nii"
    assert refusal(missing) == f"  - {missing}: there is no such file or folder."
    write_series(tmp_path / "scan", chest_like())
    archive = Path(shutil.make_archive(str(tmp_path / "scan"), "zip", tmp_path / "scan"))
    assert "this is not a DICOM file" in refusal(archive)


AXES = st.permutations([0, 1, 2]).flatmap(
    lambda order: st.tuples(st.just(order), st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3))
)


@given(AXES)
def test_any_orientation_is_turned_and_turned_back(axes: tuple[list[int], tuple[float, ...]]) -> None:
    # Law: back(there(x)) = x, and the corner of the turned volume is the lowest corner in space.
    order, signs = axes
    matrix = np.zeros((3, 3))
    for column, (row, sign) in enumerate(zip(order, signs, strict=True)):
        matrix[row, column] = sign
    grid = stored_grid((1.0, 2.0, 3.0), (10.0, 20.0, 30.0), tuple(matrix.ravel()))
    stored = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4)
    hu, geometry = canonical_axes(stored, grid, None)
    np.testing.assert_array_equal(stored_axes(hu.astype(np.uint8), grid), stored.astype(np.uint8))
    assert np.allclose(geometry.direction, [[0, 0, 1], [0, 1, 0], [1, 0, 0]])
    size = np.array([4, 3, 2])  # columns, rows, slices of the stored array
    far = np.array([10.0, 20.0, 30.0]) + matrix @ ((size - 1) * np.array([1.0, 2.0, 3.0]))
    assert np.allclose(geometry.origin_mm, np.minimum([10.0, 20.0, 30.0], far))


def test_oblique_axes_are_refused() -> None:
    turn = np.radians(40)
    matrix = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    with pytest.raises(ScanError, match="oblique to the body by more than 30"):
        stored_grid((1, 1, 1), (0, 0, 0), tuple(matrix.ravel()))


def test_a_compressed_picture_cut_short_is_refused(tmp_path: Path) -> None:
    # RLE written by pydicom, then cut: the end of the sequence is missing.
    hu = chest_like(rows=64, columns=64)
    hu[:, 8:40, 8:40] = -850
    files = write_series(tmp_path, hu)
    data = pydicom.dcmread(files[3])
    data.compress(RLELossless)
    data.save_as(files[3], enforce_file_format=True)
    np.testing.assert_array_equal(read_scan(tmp_path).hu, hu)
    files[3].write_bytes(files[3].read_bytes()[:-300])
    assert refusal(tmp_path) in {
        f"  - {files[3]}: {told} Copy the file again from its source."
        for told in (
            "the file ends before its picture, or holds none.",
            "the file ends before its picture is complete.",
        )
    }


def test_several_image_files_in_a_folder_are_not_guessed_among(tmp_path: Path) -> None:
    for name in ("scan.nii.gz", "mask.nii.gz"):
        sitk.WriteImage(sitk.GetImageFromArray(np.full((12, 32, 32), -800, np.int16)), str(tmp_path / name))
    with pytest.raises(ScanError) as caught:
        read_scan(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["several_files"]
    assert "'mask.nii.gz'" in str(caught.value)
    assert "'scan.nii.gz'" in str(caught.value)


def pairs(groups: int = 10, every: float = 10.0, within: float = 1.0) -> list[float]:
    return [every * n + shift for n in range(groups) for shift in (0.0, within)]


def test_pairs_of_slices_are_read_as_they_lie(tmp_path: Path) -> None:
    hu = chest_like(20)
    write_series(tmp_path, hu, spacing=(1.0, 1.0, 1.0), positions=pairs())
    volume = read_scan(tmp_path)
    np.testing.assert_array_equal(volume.hu, hu)  # nothing interpolated
    assert volume.geometry.is_interval
    assert volume.geometry.positions_mm == tuple(pairs())
    np.testing.assert_allclose(volume.geometry.spans_mm, 5.0)  # two slices share 10 mm
    assert [flag.message for flag in volume.quality] == [
        "Interval HRCT: pairs of slices of 1 mm every 10 mm. The tissue between was not scanned; "
        "each slice stands for the length around it, and volumes carry the sampling error."
    ]


def test_uneven_gaps_weigh_each_slice_by_the_length_around_it(tmp_path: Path) -> None:
    places = [0.0, 10, 20, 40, 50, 60, 80, 90, 100, 110, 120, 130]
    write_series(tmp_path, chest_like(), spacing=(1.0, 1.0, 1.0), positions=places)
    volume = read_scan(tmp_path)
    np.testing.assert_allclose(volume.geometry.spans_mm, [10, 10, 15, 15, 10, 15, 15, 10, 10, 10, 10, 10])
    assert [(flag.code, flag.severity) for flag in volume.quality] == [
        ("interval", "note"),
        ("uneven_gaps", "warning"),
    ]
    assert volume.quality[1].message == (
        "The gaps between slices are uneven, the widest from 20 to 40 mm: a slice may be missing there, "
        "or two series mixed."
    )


def test_uneven_slices_filed_from_head_to_feet_end_up_from_feet_to_head(tmp_path: Path) -> None:
    # Columns to the patient's right, rows to the back: the slice normal points to the feet.
    places = [0.0, 10, 20, 40, 50, 60, 70, 80, 90, 100, 110, 120]
    hu = chest_like()
    write_series(tmp_path, hu, spacing=(1.0, 1.0, 1.0), positions=places, orientation=(-1, 0, 0, 0, 1, 0))
    volume = read_scan(tmp_path)
    np.testing.assert_array_equal(volume.hu, hu[::-1, :, ::-1])
    assert volume.geometry.positions_mm == tuple(120 - place for place in places[::-1])
    assert volume.geometry.origin_mm[2] == -120.0


def test_a_wide_hole_in_interval_hrct_is_refused(tmp_path: Path) -> None:
    places = [10.0 * n for n in range(6)] + [110 + 10.0 * n for n in range(6)]
    write_series(tmp_path, chest_like(), spacing=(1.0, 1.0, 1.0), positions=places)
    assert "5 slices are missing between 50 and 110 mm" in refusal(tmp_path)


def test_slices_far_apart_whose_thickness_is_not_told_are_separate(tmp_path: Path) -> None:
    image = sitk.GetImageFromArray(chest_like(20))
    image.SetSpacing((1.0, 1.0, 10.0))
    sitk.WriteImage(image, str(tmp_path / "chest.nii.gz"))
    volume = read_scan(tmp_path / "chest.nii.gz")
    assert volume.geometry.is_interval
    assert [flag.code for flag in volume.quality] == ["interval"]


GAPS = st.lists(st.floats(5.0, 20.0), min_size=3, max_size=30)


@given(GAPS)
def test_spans_cover_the_scanned_length_and_what_lies_at_its_ends(gaps: list[float]) -> None:
    places = tuple(float(item) for item in np.concatenate([[0.0], np.cumsum(gaps)]))
    geometry = Geometry(shape=(len(places), 4, 4), spacing_mm=(10, 1, 1), positions_mm=places)
    spans = geometry.spans_mm
    assert (spans > 0).all()
    assert places[-1] + min(gaps) - 1e-9 <= spans.sum() <= places[-1] + max(gaps) + 1e-9
    assert np.isclose(geometry.voxel_ml * 1000.0, spans.mean())


@given(st.integers(2, 30), st.floats(0.5, 20.0))
def test_positions_that_are_even_change_nothing(slices: int, step: float) -> None:
    even = Geometry(shape=(slices, 4, 4), spacing_mm=(step, 1, 1))
    told = Geometry(shape=(slices, 4, 4), spacing_mm=(step, 1, 1), positions_mm=tuple(even.heights_mm))
    np.testing.assert_allclose(told.spans_mm, even.spans_mm)
    assert np.isclose(told.voxel_ml, even.voxel_ml)


def test_positions_that_do_not_rise_are_no_geometry() -> None:
    with pytest.raises(ValueError, match="rising"):
        Geometry(shape=(3, 4, 4), spacing_mm=(1, 1, 1), positions_mm=(0.0, 2.0, 1.0))
