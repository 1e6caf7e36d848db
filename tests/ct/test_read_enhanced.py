"""One file with many frames. Oracle: the arrays the test itself wrote."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.uid import RLELossless

from breathline.ct.read import read_scan
from breathline.errors import ScanError
from tests.ct.test_read import chest_like
from tests.dicom.enhanced import described, write_enhanced


@pytest.mark.parametrize("per_frame", [True, False])
@pytest.mark.parametrize("legacy", [True, False])
def test_values_geometry_and_kernel(tmp_path: Path, per_frame: bool, legacy: bool) -> None:
    hu = chest_like()
    path = write_enhanced(tmp_path / "ct.dcm", hu, per_frame=per_frame, legacy=legacy)
    volume = read_scan(path)
    np.testing.assert_array_equal(volume.hu, hu)
    assert volume.geometry.spacing_mm == (5.0, 0.8, 0.7)
    assert (volume.acquisition.kernel, volume.acquisition.kvp) == ("B60f", 120.0)
    assert (volume.acquisition.slice_thickness_mm, volume.acquisition.date) == (5.0, "2020-03-02")
    assert volume.quality == ()


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(order=st.permutations(range(12)), shift=st.lists(st.integers(-200, 200), min_size=12, max_size=12))
def test_frames_in_any_order_each_with_its_own_rescale(
    tmp_path: Path, order: list[int], shift: list[int]
) -> None:
    hu = chest_like()
    path = write_enhanced(
        tmp_path / "ct.dcm",
        hu[order],
        positions=[5.0 * place for place in order],
        intercepts=[-1024 + item for item in shift],
    )
    np.testing.assert_array_equal(read_scan(path).hu, hu)


def test_frames_compressed_one_by_one(tmp_path: Path) -> None:
    hu = chest_like(rows=64, columns=64)
    hu[:, 8:40, 8:40] = -850
    write_enhanced(tmp_path / "ct.dcm", hu, syntax=RLELossless)
    np.testing.assert_array_equal(read_scan(tmp_path).hu, hu)


def test_of_two_stacks_the_longer_is_read_and_the_other_told(tmp_path: Path) -> None:
    hu = chest_like(30)
    stacks = ["1"] * 12 + ["2"] * 18
    places = [5.0 * n for n in range(12)] + [5.0 * n for n in range(18)]
    write_enhanced(tmp_path / "ct.dcm", hu, positions=places, stacks=stacks)
    volume = read_scan(tmp_path)
    np.testing.assert_array_equal(volume.hu, hu[12:])
    assert "12 slices of 5 mm, kernel B60f in '.' (it covers less of the chest)" in volume.quality[0].message


def test_two_stacks_nothing_tells_apart_are_refused(tmp_path: Path) -> None:
    path = write_enhanced(tmp_path / "ct.dcm", chest_like(24), positions=[5.0 * (n % 12) for n in range(24)])
    with pytest.raises(ScanError, match="12 positions hold more than one slice"):
        read_scan(path)


def test_interval_hrct_in_one_file(tmp_path: Path) -> None:
    places = [10.0 * (n // 2) + 5.0 * (n % 2) / 5.0 for n in range(20)]
    write_enhanced(tmp_path / "ct.dcm", chest_like(20), positions=[3 * place for place in places])
    assert read_scan(tmp_path).geometry.positions_mm == tuple(3 * place for place in places)


def test_a_file_that_holds_fewer_frames_than_it_says(tmp_path: Path) -> None:
    path = write_enhanced(tmp_path / "ct.dcm", chest_like())
    described(path, 10_000_000)
    with pytest.raises(ScanError) as caught:
        read_scan(path)
    assert str(caught.value).splitlines()[1:] == [
        f"  - {path}: the file says it holds 10000000 images and describes 12. Copy it again from its source."
    ]


def test_a_file_cut_short(tmp_path: Path) -> None:
    path = write_enhanced(tmp_path / "ct.dcm", chest_like())
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ScanError, match="the picture is cut short: 1820 of 1920 bytes are there"):
        read_scan(path)
