"""What is measured of a scan's quality. Oracle: the truth of the phantom and what the test did to it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import ndimage

from breathline.cli import main
from breathline.ct.kernel import Sharpness, sharpness_by_grain, sharpness_by_name
from breathline.ct.measure import measure_scan
from breathline.ct.motion import measure_jitter
from breathline.ct.noise import measure_noise
from breathline.ct.quality import Quality, judge_quality
from breathline.ct.trachea import _bow
from breathline.errors import ScanError, Severity
from breathline.model.volume import PADDING, Geometry, LabelMap, Volume

Chest = tuple[Volume, LabelMap, LabelMap]


def judged(volume: Volume, lungs: LabelMap, **options: float) -> Quality:
    return judge_quality(volume, lungs, **options)


def codes(quality: Quality) -> set[str]:
    return {flag.code for flag in quality.flags}


def cut(chest: Chest, part: tuple[slice, slice, slice]) -> tuple[Volume, LabelMap]:
    hu = np.ascontiguousarray(chest[0].hu[part])
    geometry = replace(chest[0].geometry, shape=hu.shape)
    labels = np.ascontiguousarray(chest[1].labels[part])
    return replace(chest[0], hu=hu, geometry=geometry), replace(chest[1], labels=labels, geometry=geometry)


def test_a_good_scan_has_no_complaint_but_its_thick_slices(chest: Chest) -> None:
    found = judged(chest[0], chest[1])
    assert codes(found) == {"thick_slices", "no_date"}
    assert found.facts["cut_beside_ml"] == 0.0
    assert found.facts["trachea_air_hu"] == pytest.approx(-1000, abs=15)  # the phantom's lumen is -1000


def test_what_the_picture_cuts_beside_is_guessed(chest: Chest) -> None:
    lungs = chest[1].labels
    first = np.flatnonzero((lungs == 1).any(axis=(0, 1)))[0]
    for deep in (4, 8):
        part = (slice(None), slice(None), slice(first + deep, None))
        found = judged(*cut(chest, part))
        lost = (lungs[:, :, : first + deep] > 0).sum() * chest[0].geometry.voxel_ml
        assert "field_of_view" in codes(found)
        assert found.facts["cut_beside_ml"] == pytest.approx(lost, rel=0.6)
        (message,) = [flag.message for flag in found.flags if flag.code == "field_of_view"]
        assert message.startswith("The picture cuts the lungs (right); about")


def test_a_round_field_of_view_counts_as_an_edge(chest: Chest) -> None:
    hu = chest[0].hu.copy()
    y, x = np.mgrid[:192, :192] - 95.5
    hu[:, np.hypot(y, x) > 55] = PADDING
    labels = np.where(hu == PADDING, 0, chest[1].labels).astype(np.uint8)
    found = judged(replace(chest[0], hu=hu), replace(chest[1], labels=labels))
    assert found.facts["cut_beside_ml"] > 5


@pytest.mark.parametrize(("code", "part"), [("apices_cut", slice(0, 58)), ("bases_cut", slice(22, None))])
def test_ends_that_are_not_covered(chest: Chest, code: str, part: slice) -> None:
    found = judged(*cut(chest, (part, slice(None), slice(None))))
    kept = (chest[1].labels[part] > 0).sum()
    lost = ((chest[1].labels > 0).sum() - kept) * chest[0].geometry.voxel_ml
    assert code in codes(found)
    guess = found.facts[f"cut_{code.removesuffix('_cut')}_ml"]
    assert isinstance(guess, float)
    assert 0.4 * lost < guess < 2.5 * lost  # a guess from the shape at the cut, told as "about"


def nearer(chest: Chest) -> tuple[Volume, LabelMap]:
    """The chest with slices 2 mm apart, so that motion is looked for."""
    _, dy, dx = chest[0].geometry.spacing_mm
    geometry = replace(chest[0].geometry, spacing_mm=(2.0, dy, dx), slice_thickness_mm=2.0)
    return replace(chest[0], geometry=geometry), replace(chest[1], geometry=geometry)


def test_slices_out_of_line_are_motion(chest: Chest) -> None:
    volume, lungs = nearer(chest)
    still = measure_jitter(volume, lungs)
    random = np.random.default_rng(8)
    labels = np.stack([np.roll(layer, tuple(random.integers(-1, 2, 2)), (0, 1)) for layer in lungs.labels])
    moved = replace(lungs, labels=labels)
    jitter = measure_jitter(volume, moved)
    assert still is not None
    assert jitter is not None
    assert "motion" not in codes(judged(volume, lungs))
    assert "motion" in codes(judged(volume, moved))
    assert jitter > 3 * still


def test_motion_is_not_looked_for_across_gaps(chest: Chest) -> None:
    assert measure_jitter(chest[0], chest[1]) is None  # 4 mm slices: the chest's own shape hides small steps


def test_contrast_is_seen_though_the_header_is_silent(chest: Chest) -> None:
    hu = np.where((chest[0].hu > 0) & (chest[0].hu < 100), chest[0].hu + 150, chest[0].hu).astype(np.int16)
    found = judged(replace(chest[0], hu=hu), chest[1])
    assert "contrast" in codes(found)
    assert "contrast" not in codes(judged(chest[0], chest[1]))


def test_breath_against_what_is_predicted(chest: Chest) -> None:
    found = judged(chest[0], chest[1], predicted_tlc_l=9.0)
    litres = (chest[1].labels > 0).sum() * chest[0].geometry.voxel_ml / 1000
    assert found.facts["percent_of_predicted_tlc"] == pytest.approx(100 * litres / 9.0, abs=0.06)
    assert "low_inspiration" in codes(found)
    assert "low_inspiration" not in codes(judged(chest[0], chest[1], predicted_tlc_l=litres))


def test_metal_and_calibration(chest: Chest) -> None:
    hu = chest[0].hu.copy()
    hu[30:33, 90:95, 90:95] = 3071
    assert "metal" in codes(judged(replace(chest[0], hu=hu), chest[1]))
    off = judged(replace(chest[0], hu=(chest[0].hu + 60).astype(np.int16)), chest[1])
    assert "calibration" in codes(off)


def test_values_that_are_not_hounsfield_are_refused(chest: Chest) -> None:
    hu = np.where(chest[0].hu < -300, chest[0].hu // 2 - 350, chest[0].hu).astype(np.int16)
    with pytest.raises(ScanError, match="the air in the trachea measures -8"):
        judged(replace(chest[0], hu=hu), chest[1])


def test_too_few_slices_of_lung_are_refused(chest: Chest) -> None:
    labels = chest[1].labels.copy()
    labels[:30] = labels[33:] = 0
    with pytest.raises(ScanError, match="only 3 slices show lung"):
        judged(chest[0], replace(chest[1], labels=labels))


def test_interpolated_and_repeated_slices(chest: Chest) -> None:
    between = ((chest[0].hu[:-1].astype(float) + chest[0].hu[1:]) / 2).round().astype(np.int16)
    doubled = np.empty((2 * len(between) + 1, *chest[0].hu.shape[1:]), np.int16)
    doubled[::2], doubled[1::2] = chest[0].hu, between
    geometry = replace(chest[0].geometry, shape=doubled.shape, spacing_mm=(2.0, 1.875, 1.875))
    assert measure_noise(replace(chest[0], hu=doubled, geometry=geometry)).made_up > 0.3
    copied = np.repeat(chest[0].hu, 2, axis=0)
    geometry = replace(geometry, shape=copied.shape)
    assert measure_noise(replace(chest[0], hu=copied, geometry=geometry)).repeated > 0.3
    own = measure_noise(chest[0])
    assert (own.made_up, own.repeated) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("blur", "enhance", "expected"), [(1.2, 0.0, Sharpness.SOFT), (0.2, 0.9, Sharpness.SHARP)]
)
def test_kernel_by_its_grain(blur: float, enhance: float, expected: Sharpness) -> None:
    # Exact by construction: white noise filtered low (sigma 0.84 mm) or high, in a block of tissue.
    noise = np.random.default_rng(5).normal(0, 1, (12, 256, 256))
    shaped = ndimage.gaussian_filter(noise, (0, blur, blur))
    shaped -= enhance * ndimage.gaussian_filter(noise, (0, 2, 2))
    hu = np.rint(40 + 20 * shaped / shaped.std()).astype(np.int16)
    volume = Volume(hu=hu, geometry=Geometry(shape=hu.shape, spacing_mm=(5.0, 0.7, 0.7)))
    found = measure_noise(volume)
    assert sharpness_by_grain(found.grain_per_mm) is expected
    assert found.hu == pytest.approx(20, rel=0.15)


def test_wide_pixels_do_not_tell_the_kernel(chest: Chest) -> None:
    assert measure_noise(chest[0]).grain_per_mm is None


@pytest.mark.parametrize(
    ("kernel", "expected"),
    [
        ("B30f", Sharpness.SOFT),
        ("B70f", Sharpness.SHARP),
        ("I31f/3", Sharpness.SOFT),
        ("Br40d", Sharpness.MEDIUM),
        ("Bl57d", Sharpness.SHARP),
        ("D40s", Sharpness.MEDIUM),
        ("BONEPLUS", Sharpness.SHARP),
        ("STANDARD", Sharpness.MEDIUM),
        ("LUNG", Sharpness.SHARP),
        ("FC51", Sharpness.SHARP),
        ("FC08", Sharpness.MEDIUM),
        ("YA", Sharpness.SHARP),
        ("", None),
        ("whatever", None),
    ],
)
def test_kernel_names(kernel: str, expected: Sharpness | None) -> None:
    assert sharpness_by_name(kernel) is expected


def test_back_wall_of_the_trachea() -> None:
    # Exact arithmetic: a disc bows outwards; the same disc with its back pushed in by 6 rows bows inwards.
    y, x = np.mgrid[:40, :40] - 19.5
    disc = np.hypot(y, x) < 14
    bitten = disc & ~((y > 8) & (np.abs(x) < 7))
    columns = np.flatnonzero(disc.any(axis=0))
    assert _bow(disc, columns) < 0
    assert _bow(bitten, columns) > 2


def test_facts_reach_the_file_and_the_command_takes_the_person(
    chest_dicom: Path, normal_everywhere: None, tmp_path: Path
) -> None:
    options = ["--age", "60", "--height", "190", "--sex", "male", "--json"]
    ran = CliRunner().invoke(main, ["ct", "measure", str(chest_dicom), "-o", str(tmp_path / "o"), *options])
    assert ran.exit_code == 0, ran.output
    scan = json.loads(ran.stdout)["scan"]
    assert 30 < scan["percent_of_predicted_tlc"] < 100
    assert scan["kernel_by_name"] == "soft"
    lone = CliRunner().invoke(
        main, ["ct", "measure", str(chest_dicom), "-o", str(tmp_path / "p"), "--age", "60"]
    )
    assert lone.exit_code == 2
    assert "--age, --height and --sex together" in lone.output


EXPECTED = {
    "consolidation-cap002": {"bases_cut"},
    "ground-glass-P001": {"calibration"},
    "ipf-interval-419": {"noise", "sharp_kernel", "bases_cut"},
    "nlst-101287": {"sharp_kernel"},
    "normal-normal001": set(),
}
"""Seen by eye: the lowest slice of cap002 and of the interval scan shows lung; the kernels stand in the headers."""


@pytest.mark.real_ct
@pytest.mark.parametrize("name", EXPECTED)
def test_real_scans(real_ct: Path, name: str) -> None:
    result = measure_scan(real_ct / name).result
    ours = {"noise", "sharp_kernel", "kernel_mismatch", "thick_slices", "motion", "metal", "calibration"}
    ours |= {"apices_cut", "bases_cut", "field_of_view", "contrast", "expiration", "interpolated_slices"}
    found = {flag.code: flag.severity for flag in result.quality if flag.code in ours}
    assert set(found) == EXPECTED[name]
    assert found.get("bases_cut", Severity.NOTE) is Severity.NOTE
    sharp = "sharp_kernel" in found
    assert result.scan["kernel_by_picture"] == ("sharp" if sharp else "medium")
