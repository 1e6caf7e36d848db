"""Anatomy against the header. Oracle: the phantom's own orientation, and how the test turned it."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses

from breathline.ct.anatomy import Verdict, find_anatomy, orient
from breathline.ct.measure import MeasuredScan, measure_scan, write_scan
from breathline.ct.read import read_scan
from breathline.errors import ScanError
from breathline.model.volume import LabelMap, Volume
from breathline.phantom import PhantomSpec, simulate_phantom

Chest = tuple[Volume, LabelMap, LabelMap]
ALL_TURNS = list(chain.from_iterable(combinations(range(3), count) for count in range(4)))


def turned(volume: Volume, axes: tuple[int, ...]) -> Volume:
    """The picture turned while the header stays."""
    return replace(volume, hu=np.ascontiguousarray(np.flip(volume.hu, axes)))


def expected_turns(axes: tuple[int, ...]) -> tuple[int, ...]:
    """Slices and rows always; columns only where they make half a turn with one of those."""
    sure = tuple(axis for axis in axes if axis < 2)
    return (*sure, 2) if 2 in axes and len(sure) == 1 else sure


@pytest.mark.parametrize("axes", ALL_TURNS)
def test_every_orientation(chest: Chest, axes: tuple[int, ...]) -> None:
    fixed, anatomy = orient(turned(chest[0], axes))
    assert anatomy.flips == expected_turns(axes)
    left_mirrored = 2 in axes and 2 not in anatomy.flips
    np.testing.assert_array_equal(fixed.hu, chest[0].hu[:, :, ::-1] if left_mirrored else chest[0].hu)
    codes = {flag.code for flag in fixed.quality}
    assert ("orientation_head_feet" in codes) == (0 in axes)
    assert ("orientation_front_back" in codes) == (1 in axes)
    assert ("orientation_right_left" in codes) == (2 in axes)
    assert anatomy.position == "supine"


def test_a_mirrored_picture_keeps_the_header_and_says_why(chest: Chest) -> None:
    fixed, anatomy = orient(turned(chest[0], (2,)))
    assert anatomy.right_left.verdict is Verdict.CONTRADICTS
    assert [flag.message for flag in fixed.quality] == [
        "Liver and heart lie on the side that the header calls left and right: the picture is mirrored, or the "
        "organs are (situs inversus). The header's sides are kept; check them before using a side."
    ]


def test_labels_of_a_wrong_header_lie_on_the_file(
    measured: MeasuredScan, chest: Chest, normal_everywhere: None, tmp_path: Path
) -> None:
    # The file stores slices head first but its header says feet first; labels must lie on the file's voxels.
    image = sitk.GetImageFromArray(chest[0].hu[::-1])
    dz, dy, dx = chest[0].geometry.spacing_mm
    image.SetSpacing((dx, dy, dz))
    sitk.WriteImage(image, str(tmp_path / "wrong.mha"))
    wrong = measure_scan(tmp_path / "wrong.mha")
    np.testing.assert_array_equal(wrong.lungs.labels, measured.lungs.labels)
    assert wrong.result.scan["orientation_head_feet"] == "corrected"
    write_scan(wrong, tmp_path / "out")
    written = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "out" / "lungs.nii.gz")))
    np.testing.assert_array_equal(written, measured.lungs.labels[::-1])


def test_interval_slices(chest: Chest) -> None:
    volume = chest[0]
    geometry = replace(
        volume.geometry,
        shape=(volume.hu[::3].shape[0], *volume.geometry.shape[1:]),
        spacing_mm=(12.0, *volume.geometry.spacing_mm[1:]),
        slice_thickness_mm=1.0,
    )
    apart = replace(volume, hu=volume.hu[::3], geometry=geometry)
    for axes in ALL_TURNS:
        assert find_anatomy(turned(apart, axes)).flips == expected_turns(axes)


def test_uneven_slices_keep_their_places(chest: Chest) -> None:
    numbers = [n for n in range(0, 75, 4) for n in (n, n + 1) if n < 75]  # pairs of slices
    places = tuple(4.0 * (n - numbers[0]) for n in numbers)
    geometry = replace(
        chest[0].geometry,
        shape=(len(numbers), *chest[0].geometry.shape[1:]),
        spacing_mm=(places[-1] / (len(places) - 1), *chest[0].geometry.spacing_mm[1:]),
        slice_thickness_mm=1.0,
        positions_mm=places,
    )
    pairs = replace(chest[0], hu=chest[0].hu[numbers], geometry=geometry)
    fixed, anatomy = orient(turned(pairs, (0,)))
    assert anatomy.flips == (0,)
    assert fixed.geometry.positions_mm == tuple(places[-1] - place for place in places[::-1])


def test_a_block_without_lungs_cannot_be_told(chest: Chest) -> None:
    belly = replace(chest[0], hu=np.full_like(chest[0].hu, 40))
    anatomy = find_anatomy(belly)
    assert {anatomy.head_feet.verdict, anatomy.front_back.verdict} == {Verdict.CANNOT_TELL}
    assert anatomy.flips == ()


def test_a_few_slices_of_the_middle_are_left_as_they_are(chest: Chest) -> None:
    middle = chest[0].hu.shape[0] // 2
    part = replace(
        chest[0],
        hu=chest[0].hu[middle - 6 : middle + 6],
        geometry=replace(chest[0].geometry, shape=(12, *chest[0].geometry.shape[1:])),
    )
    fixed, anatomy = orient(turned(part, (0,)))
    assert anatomy.head_feet.verdict is Verdict.CANNOT_TELL
    assert 0 not in anatomy.flips
    assert "orientation_unchecked" in {flag.code for flag in fixed.quality}


def test_a_prone_patient_is_told_from_the_couch() -> None:
    volume, _, _ = simulate_phantom(PhantomSpec(seed=7, matrix=128, thickness_mm=5.0, position="prone"))
    said_supine = replace(volume, acquisition=replace(volume.acquisition, patient_position="HFS"))
    fixed, anatomy = orient(said_supine)
    assert anatomy.flips == ()
    assert (anatomy.position, anatomy.position_from) == ("prone", "couch")
    assert {flag.code for flag in fixed.quality} == {"prone", "patient_position"}


def test_exchanged_axes_are_refused(chest: Chest) -> None:
    volume = chest[0]
    hu = np.ascontiguousarray(volume.hu.transpose(1, 0, 2))
    dz, dy, dx = volume.geometry.spacing_mm
    geometry = replace(volume.geometry, shape=hu.shape, spacing_mm=(dy, dz, dx))
    with pytest.raises(ScanError, match="the body runs along the rows of the volume"):
        find_anatomy(replace(volume, hu=hu, geometry=geometry))


@pytest.mark.real_ct
@pytest.mark.parametrize(
    "name",
    [
        "consolidation-cap002",
        "ground-glass-P001",
        "ipf-interval-419",
        "nlst-101287",
        "normal-normal001",
        "lung-masks/id001-128x128x64.nii.gz",
        "lung-masks/id002-128x128x64.nii.gz",
        "landmark-pair/baseline_half.mha",
        "landmark-pair/followup_on_baseline.mha",
    ],
)
def test_no_false_alarm_on_real_scans(real_ct: Path, name: str) -> None:
    volume = read_scan(real_ct / name)
    fixed, anatomy = orient(volume)
    assert anatomy.flips == ()
    assert not [flag for flag in fixed.quality if flag.code.startswith("orientation")]
    assert orient(turned(volume, (0, 1)))[1].flips == (0, 1)
