from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from breathline.model.volume import PATTERN_CODES
from breathline.phantom import PhantomSpec, PhantomTruth, simulate_phantom, write_phantom
from breathline.phantom.breathing import at_points, posture, to_reference, to_scan
from breathline.phantom.chest import draw_chest
from breathline.phantom.render import LEFT, RIGHT
from breathline.phantom.scan import draw_slice, geometry_of, prepare
from breathline.phantom.spec import EXTENTS
from tests.phantom.conftest import SMALL


def labels(path: Path) -> np.ndarray:
    return SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))


def test_extents_are_those_asked_for(ill: PhantomTruth) -> None:
    # oracle: the options; one percent of the lungs for voxels half vessel, and for coarse sampling
    for name in EXTENTS:
        assert ill.percent[name] == pytest.approx(getattr(ill.spec, name), abs=1.0), name


def test_patterns_partition_the_lungs(ill: PhantomTruth) -> None:
    assert ill.truth is not None
    lungs, patterns = labels(ill.truth / "lungs.nii.gz"), labels(ill.truth / "patterns.nii.gz")
    np.testing.assert_array_equal(lungs > 0, patterns > 0)
    assert set(np.unique(patterns)) <= {0, *PATTERN_CODES.values()}
    assert set(np.unique(lungs)) == {0, 1, 2}
    right = np.argwhere(lungs == 1)[:, 2].mean()
    assert right < np.argwhere(lungs == 2)[:, 2].mean()  # columns run from the patient's right


def test_normal_lung_is_as_dense_as_a_patients() -> None:
    volume, lungs, patterns = simulate_phantom(PhantomSpec(**SMALL))
    normal = volume.hu[patterns.labels == PATTERN_CODES["normal"]]
    # oracle: mean of normal lung at full inspiration, -880 to -800 HU (voxels at the pleura included)
    assert -880 < normal.mean() < -800
    assert 3000 < np.count_nonzero(lungs.labels) * lungs.geometry.voxel_ml < 6500


def test_ground_glass_leaves_vessels_visible() -> None:
    scan = prepare(PhantomSpec(matrix=384, slices=1, ground_glass=40))
    scan.heights[0] = 70.0
    item = draw_slice(scan, 0)
    haze = item.hu[item.patterns == PATTERN_CODES["ground_glass"]]
    vessels = item.hu[item.patterns == PATTERN_CODES["vessel"]]
    # oracle: Fleischner glossary 2008, hazy without hiding vessels
    assert -750 < np.median(haze) < -500
    assert np.median(vessels) > np.percentile(haze, 90) + 100


def test_honeycombing_has_cysts_and_walls() -> None:
    scan = prepare(PhantomSpec(matrix=512, slices=1, honeycombing=15, dose_mas=2000))
    scan.heights[0] = 40.0
    item = draw_slice(scan, 0)
    found = item.hu[item.patterns == PATTERN_CODES["honeycombing"]]
    # oracle: Fleischner glossary 2008, air-filled cysts with well-defined walls
    assert np.mean(found < -850) > 0.2
    assert np.mean(found > -400) > 0.2


def test_breathing_out_keeps_the_mass(tmp_path: Path) -> None:
    full = write_phantom(tmp_path / "full", PhantomSpec(**SMALL))
    less = write_phantom(tmp_path / "less", PhantomSpec(**SMALL, inspiration=0.4))
    assert less.lung_volume_ml < 0.85 * full.lung_volume_ml
    assert less.mean_density_hu > full.mean_density_hu + 15
    # oracle: conservation of mass. Five percent: the wall in voxels at the pleura, now fewer, and
    # vessels that crowd into each other. Mass not conserved would fall by 15 % and more.
    assert less.lung_mass_g == pytest.approx(full.lung_mass_g, rel=0.05)


def test_density_makes_up_for_volume() -> None:
    chest = draw_chest(1)
    full = np.count_nonzero(chest.lung) * chest.space.step**3
    axes = [np.arange(low, high, 4.0) for low, high in ((-150, 150), (-110, 130), (-20, 300))]
    points = np.stack([field.ravel() for field in np.meshgrid(*axes)], axis=1)
    grid = posture(PhantomSpec(inspiration=0.0))
    lung = at_points(chest.anatomy, to_reference(grid, points))[:, [RIGHT, LEFT]].min(axis=1) < 0
    # oracle: the integral of the Jacobian over the breathed-out lungs is their volume breathed in
    assert at_points(grid, points)[lung, 3].sum() * 4.0**3 == pytest.approx(full, rel=0.005)


@pytest.mark.parametrize("name", EXTENTS)
def test_less_disease_lies_within_more(name: str) -> None:
    spec = PhantomSpec(matrix=64, thickness_mm=6, spacing_mm=25)
    small = simulate_phantom(replace(spec, **{name: 6}))[2].labels == PATTERN_CODES[name]
    large = simulate_phantom(replace(spec, **{name: 18}))[2].labels == PATTERN_CODES[name]
    assert small.any()
    assert not (small & ~large).any()


def test_progressed_lung_was_ground_glass() -> None:
    spec = PhantomSpec(matrix=96, thickness_mm=5, spacing_mm=10, ground_glass=25, reticulation=3)
    followup = replace(spec, ground_glass=10, progressed=5)
    before = simulate_phantom(spec)[2].labels
    after = simulate_phantom(followup, spec)[2].labels
    new = (after == PATTERN_CODES["reticulation"]) & (before != PATTERN_CODES["reticulation"])
    lung = np.count_nonzero(before)
    assert 100 * np.count_nonzero(new) / lung == pytest.approx(5, abs=1.0)
    assert np.mean(before[new] == PATTERN_CODES["ground_glass"]) > 0.97


def test_noise_follows_dose_and_kernel() -> None:
    def grain(**options: object) -> float:
        spec = PhantomSpec(matrix=256, slices=1, **options)  # type: ignore[arg-type]
        item = draw_slice(prepare(spec), 0)
        quiet = draw_slice(prepare(replace(spec, dose_mas=2000)), 0)
        inside = item.patterns == PATTERN_CODES["normal"]
        return float((item.hu[inside].astype(float) - quiet.hu[inside]).std())

    # oracle: noise falls with the root of the dose; against 2000 mAs: (1/sqrt(25) - c)/(1/sqrt(100) - c)
    c = 1 / np.sqrt(2000)
    assert grain(dose_mas=25) / grain(dose_mas=100) == pytest.approx((1 / 5 - c) / (1 / 10 - c), rel=0.02)
    assert grain(kernel="sharp") > 2 * grain(kernel="soft")


def test_gravity_turns_with_the_patient() -> None:
    def slope(position: str) -> float:
        spec = PhantomSpec(matrix=96, slices=1, position=position, inspiration=0.6, dose_mas=2000)
        item = draw_slice(prepare(spec), 0)
        rows, columns = np.nonzero(item.patterns == PATTERN_CODES["normal"])
        return float(np.polyfit(rows, np.minimum(item.hu[rows, columns], -700), 1)[0])

    assert slope("supine") > 0 > slope("prone")


def test_posture_is_undone() -> None:
    random = np.random.default_rng(0)
    points = random.uniform([-110, -60, 20], [110, 70, 260], (500, 3))
    grid = posture(PhantomSpec(visit=1, inspiration=0.3))
    # oracle: a map and its inverse
    np.testing.assert_allclose(to_reference(grid, to_scan(grid, points)), points, atol=0.02)
    assert grid.values[..., 3].min() > 0


def test_interval_scan_is_told_as_such() -> None:
    geometry = geometry_of(PhantomSpec(thickness_mm=1, spacing_mm=10))
    assert geometry.is_interval
    assert not geometry_of(PhantomSpec()).is_interval
