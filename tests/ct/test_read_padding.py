"""What scanners and archives put around a picture, and how numbers are stored. Oracle: the array written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breathline.ct.order import canonical_axes, stored_grid
from breathline.ct.read import read_scan
from breathline.errors import ScanError
from breathline.model.volume import PADDING
from tests.ct.test_read import chest_like, refusal
from tests.dicom.tiny import change_header, write_series

_y, _x = np.mgrid[:40, :40]
OUTSIDE = (_y - 19.5) ** 2 + (_x - 19.5) ** 2 > 19.0**2
"""What lies outside a circular field of view."""


def round_chest() -> np.ndarray:
    """A body with lungs in air, whose values differ from slice to slice."""
    noise = np.random.default_rng(4).integers(-40, 40, (12, 40, 40))
    hu = np.full((12, 40, 40), -1000) + np.abs(noise)
    body = (_y - 19.5) ** 2 + (_x - 19.5) ** 2 < 15**2
    lung = body & (abs(abs(_x - 19.5) - 7) < 5) & (abs(_y - 19.5) < 8)
    hu[:, body] = 40 + noise[:, body]
    hu[:, lung] = -850 + noise[:, lung]
    return hu.astype(np.int16)


def outside(value: int) -> np.ndarray:
    hu = round_chest()
    hu[:, OUTSIDE] = value
    return hu


@pytest.mark.parametrize("mark", [-3024, -2000, -2048, -1600])
def test_marks_of_scanners_far_below_air(tmp_path: Path, mark: int) -> None:
    write_series(tmp_path, outside(mark))
    np.testing.assert_array_equal(read_scan(tmp_path).hu, outside(PADDING))


@pytest.mark.parametrize("value", [0, -500, 3071])
def test_a_circle_in_a_canvas_of_a_value_that_could_be_tissue(tmp_path: Path, value: int) -> None:
    write_series(tmp_path, outside(value), intercept=0)
    volume = read_scan(tmp_path)
    np.testing.assert_array_equal(volume.hu, outside(PADDING))
    assert [flag.code for flag in volume.quality] == ["canvas"]


@pytest.mark.parametrize("tag", [0, 65536 - 2000, -2000, 20])
@pytest.mark.parametrize("signed", [True, False])
def test_padding_the_header_names_with_either_sign(tmp_path: Path, tag: int, signed: bool) -> None:
    # Stored values run from 0 (-1024 HU); a padding of -2000 lies below them.
    raw = tag - 65536 if tag > 32767 else tag
    write_series(tmp_path, outside(raw - 1024), PixelRepresentation=int(signed))
    _name_padding(tmp_path, tag, signed)
    np.testing.assert_array_equal(read_scan(tmp_path).hu, outside(PADDING))


def _name_padding(folder: Path, value: int, signed: bool) -> None:
    """Write the tag with the sign its value needs, whatever the pixels have."""
    for path in folder.iterdir():
        data = pydicom.dcmread(path)
        data.add_new(0x00280120, "SS" if value < 0 or (signed and value < 32768) else "US", value)
        data.save_as(path, enforce_file_format=True)


def test_a_range_of_padding(tmp_path: Path) -> None:
    hu = outside(-1024)
    hu[:, OUTSIDE] += np.arange(OUTSIDE.sum(), dtype=np.int16) % 10
    write_series(tmp_path, hu, PixelPaddingValue=0, PixelPaddingRangeLimit=9)
    np.testing.assert_array_equal(read_scan(tmp_path).hu, outside(PADDING))


def test_within_the_body_the_padding_value_is_real(tmp_path: Path) -> None:
    hu = outside(-1024)
    hu[:, 18:21, 12:14] = -1024  # a bulla that the scanner's range cuts off
    write_series(tmp_path, hu, PixelPaddingValue=0)
    assert (read_scan(tmp_path).hu[:, 18:21, 12:14] == -1024).all()


def test_signed_values_called_unsigned(tmp_path: Path) -> None:
    hu = outside(-2000)
    write_series(tmp_path, hu, intercept=0)
    for path in tmp_path.iterdir():
        change_header(path, PixelRepresentation=0)
    np.testing.assert_array_equal(read_scan(tmp_path).hu, outside(PADDING))


@pytest.mark.parametrize("high", [11, 15])
def test_twelve_bits_with_an_overlay_in_the_others(tmp_path: Path, high: int) -> None:
    hu = round_chest().clip(-1024, 3071)
    files = write_series(tmp_path, hu, PixelRepresentation=0, BitsStored=12, HighBit=high)
    for path, layer in zip(files, hu, strict=True):
        data = pydicom.dcmread(path)
        raw = (layer.astype(np.int32) + 1024) << (high - 11)
        raw |= 0x5 if high == 15 else 0x9000
        data.PixelData = raw.astype(np.uint16).tobytes()
        data.save_as(path, enforce_file_format=True)
    np.testing.assert_array_equal(read_scan(tmp_path).hu, hu)


def test_values_beyond_sixteen_bits_are_cut_off_not_wrapped(tmp_path: Path) -> None:
    hu = round_chest()
    hu[:, 19, 19] = 32000
    write_series(tmp_path, hu, RescaleSlope=2, RescaleIntercept=-1024, intercept=0)
    for path in tmp_path.iterdir():
        data = pydicom.dcmread(path)
        raw = np.frombuffer(data.PixelData, np.int16).astype(np.int32)
        data.PixelData = np.where(raw == 32000, 32000, (raw + 1024) // 2).astype(np.int16).tobytes()
        data.save_as(path, enforce_file_format=True)
    assert (read_scan(tmp_path).hu[:, 19, 19] == 32767).all()


def test_an_intercept_added_twice_is_refused(tmp_path: Path) -> None:
    files = write_series(tmp_path, round_chest(), intercept=0)
    for path in files:
        change_header(path, RescaleIntercept=-1024)
    told = refusal(tmp_path)
    assert "hardly any are of soft tissue, near 0" in told
    assert told.endswith(
        "If they were in Hounsfield units before the header's intercept was added, set that to 0."
    )


def test_a_float_image_whose_values_no_picture_holds(tmp_path: Path) -> None:
    values = round_chest().astype(np.float32)
    values[:, 19, 19] = 1e30
    sitk.WriteImage(sitk.GetImageFromArray(values), str(tmp_path / "chest.mha"))
    assert (read_scan(tmp_path / "chest.mha").hu[:, 19, 19] == 32767).all()


def test_missing_date_kernel_and_thickness_are_no_obstacle(tmp_path: Path) -> None:
    write_series(tmp_path, round_chest(), ConvolutionKernel=None, SliceThickness=None)
    made = read_scan(tmp_path).acquisition
    assert (made.date, made.kernel, made.slice_thickness_mm) == ("", "", None)


POSITIONS = {
    "HFS": (1, 0, 0, 0, 1, 0),
    "HFP": (-1, 0, 0, 0, -1, 0),
    "FFS": (-1, 0, 0, 0, 1, 0),
    "FFP": (1, 0, 0, 0, -1, 0),
}


@pytest.mark.parametrize("position", list(POSITIONS))
@pytest.mark.parametrize("tilt", [0.0, 0.2])
def test_however_the_patient_lies_axes_follow_the_body(tmp_path: Path, position: str, tilt: float) -> None:
    # Oracle: each voxel carries the body coordinate it was placed at, computed from the header alone.
    across, down = np.array(POSITIONS[position][:3], float), np.array(POSITIONS[position][3:], float)
    down = down * np.cos(tilt) + np.array([0, 0, 1]) * np.sin(tilt)
    rows, columns = np.mgrid[:20, :24]
    hu = np.zeros((12, 20, 24))
    for number in range(12):
        x = columns * across[0] + rows * down[0]
        y = columns * across[1] + rows * down[1]
        hu[number] = 20 * number * np.cross(across, down)[2] + 3 * (x - x.mean()) + 2 * (y - y.mean())
    hu -= 700
    write_series(
        tmp_path,
        hu.round().astype(np.int16),
        orientation=(*across, *down),
        PatientPosition=position,
        intercept=-4000,
    )
    read = read_scan(tmp_path).hu.astype(int)
    assert (np.diff(read, axis=0) > 0).all()  # slices run from feet to head
    assert (np.diff(read, axis=1) > 0).all()  # rows to the back
    assert (np.diff(read, axis=2) > 0).all()  # columns to the patient's left


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    intercept=st.integers(-2000, 0),
    signed=st.booleans(),
    mark=st.one_of(st.none(), st.integers(-4000, -1501)),
)
def test_any_intercept_and_sign_give_the_same_values(
    tmp_path: Path, intercept: int, signed: bool, mark: int | None
) -> None:
    hu = round_chest() if mark is None else outside(mark)
    signed = signed or bool((hu.astype(int) - intercept).min() < 0)
    for path in tmp_path.iterdir():
        path.unlink()
    write_series(tmp_path, hu, intercept=intercept, PixelRepresentation=int(signed))
    expected = round_chest() if mark is None else outside(PADDING)
    np.testing.assert_array_equal(read_scan(tmp_path).hu, expected)


def test_tilted_slices_keep_their_volume(tmp_path: Path) -> None:
    # A voxel of a sheared stack holds pixel area times the distance between planes.
    tilt = np.radians(15)
    positions = [(0.0, 0.0, 5.0 * n) for n in range(12)]
    write_series(tmp_path, chest_like(), orientation=(1, 0, 0, 0, np.cos(tilt), np.sin(tilt)))
    for path in tmp_path.iterdir():
        number = int(path.stem.split("-")[1])
        change_header(path, ImagePositionPatient=list(positions[number]))
    volume = read_scan(tmp_path)
    assert volume.geometry.voxel_ml == pytest.approx(5.0 * np.cos(tilt) * 3.0 * 3.0 / 1000)
    (flag,) = volume.quality
    assert flag.message == (
        "The gantry was tilted by 15°. Volumes are right, for slices are counted by the distance between their "
        "planes; shapes lean by 1.3 mm from slice to slice, here and in the label maps."
    )


def test_a_slice_with_axes_that_are_not_square_is_refused() -> None:
    with pytest.raises(ScanError, match="oblique"):
        stored_grid((1, 1, 1), (0, 0, 0), (0, 0, 0, 0, 0, 0, 0, 0, 0))


def test_nothing_is_lost_by_canonical_axes() -> None:
    stored = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    grid = stored_grid((1, 1, 1), (0, 0, 0), (1, 0, 0, 0, 1, 0, 0, 0, 1))
    np.testing.assert_array_equal(canonical_axes(stored, grid, None)[0], stored)


def test_blank_slices_are_told(tmp_path: Path) -> None:
    files = write_series(tmp_path, round_chest())
    change_header(files[3], RescaleIntercept=-30000)
    (flag,) = read_scan(tmp_path).quality
    assert flag.message == (
        "1 of 12 slices are blank (15 mm above the lowest): lung that lies there is not measured."
    )
