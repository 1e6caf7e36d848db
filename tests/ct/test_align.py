"""Scans laid on each other. Oracle: lungs drawn by a formula, moved by a known motion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from breathline.ct.align import (
    Alignment,
    AlignmentError,
    align,
    believed_in_slice,
    component_in_slice,
    displacement_in_slice,
    jacobian_in_slice,
    nearest_in_slice,
    warp_labels,
    warp_volume,
)
from breathline.ct.align.lattice import lung_image
from breathline.ct.align.smoothing import STIFFNESS
from breathline.ct.align.unfolding import LEAST_JACOBIAN, squeezed, unfolded
from breathline.model.volume import PADDING, Geometry, LabelMap, Volume
from tests.ct.vessels import CENTRES_MM, ORIGIN_MM, SHAPE, SPACING_MM, Places, scan, shifted
from tests.once import kept_once

Scan = tuple[Volume, LabelMap]

MEAN_MM, NEARLY_ALL_MM = 0.6, 1.5
"""Error that the method may leave in the lungs, mean and 95th percentile: what `python -m benchmarks align` wants."""
FEW = settings(max_examples=2, deadline=None, phases=[Phase.explicit, Phase.generate])


@pytest.fixture(scope="module")
def baseline() -> Scan:
    return scan()


@pytest.fixture(scope="module")
def breathed() -> Scan:
    """The same lungs at another breath."""
    return scan(breath, day=1)


@pytest.fixture(scope="module")
def found_breath(baseline: Scan, breathed: Scan, tmp_path_factory: pytest.TempPathFactory) -> Alignment:
    return kept_once(tmp_path_factory, "align-breath", lambda: align(*baseline, *breathed))


def field(alignment: Alignment) -> np.ndarray:
    return np.stack([displacement_in_slice(alignment, n) for n in range(SHAPE[0])])


def inside(scanned: Scan) -> np.ndarray:
    return scanned[1].labels > 0


def places() -> Places:
    z, y, x = np.indices(SHAPE, dtype=np.float64)
    return np.stack([x, y, z], axis=-1) * np.array(SPACING_MM)[::-1] + np.array(ORIGIN_MM)


def error(alignment: Alignment, scanned: Scan, truth: np.ndarray) -> np.ndarray:
    return np.linalg.norm(field(alignment) - truth, axis=-1)[inside(scanned)]


def breath(at: Places) -> Places:
    """The lungs rise by up to 14 mm at their bases and bulge by a wave of 2 mm; from the follow-up back."""
    low = np.clip((50.0 - at[..., 2]) / 100.0, 0.0, 1.0)
    wave = 2.0 * np.sin(at[..., 0] / 16.0) * np.cos(at[..., 1] / 19.0)
    return at - np.stack([0.5 * wave, wave, 14.0 * low], axis=-1)


def breath_onward(at: Places) -> Places:
    """Where tissue goes under `breath`, by turning it round."""
    found = at.copy()
    for _ in range(60):
        found = found + (at - breath(found))
    return found - at


def test_the_same_scan_twice_does_not_move(unmoved):
    assert np.abs(field(unmoved)).max() < 0.05
    assert unmoved.flags == ()
    assert {lung.quality.name for lung in unmoved.lungs} == {"right_lung", "left_lung"}
    for lung in unmoved.lungs:
        assert lung.quality.likeness > 0.99
        assert lung.quality.vessel_overlap > 0.99
        assert lung.quality.doubtful_percent == 0.0


def test_a_breath_is_found_and_nothing_folds(baseline, found_breath):
    errors = error(found_breath, baseline, breath_onward(places()))
    assert errors.mean() < MEAN_MM
    assert np.percentile(errors, 95) < NEARLY_ALL_MM
    assert min(lung.quality.least_jacobian for lung in found_breath.lungs) > LEAST_JACOBIAN
    assert max(lung.quality.inverse_mm for lung in found_breath.lungs) < 1.0


def test_an_opacity_that_cleared_is_not_moved(breathed):
    centre = CENTRES_MM[1] + np.array([4.0, 3.0, -5.0])
    hazy = scan(haze=tuple(centre))
    found = align(*hazy, *breathed)
    truth = breath_onward(places())
    errors = np.linalg.norm(field(found) - truth, axis=-1)
    ball = (((places() - centre) ** 2).sum(axis=-1) < 14.0**2) & inside(hazy)
    assert errors[ball].mean() < MEAN_MM


def test_what_lies_outside_the_lungs_has_no_say(baseline, breathed, found_breath):
    found = field(found_breath)
    body = np.where(inside(breathed), breathed[0].hu, np.int16(-600))
    assert np.array_equal(found, field(align(*baseline, replace(breathed[0], hu=body), breathed[1])))
    assert not found[~inside(baseline)].any()


@FEW
@given(by=st.tuples(*[st.floats(-9.0, 9.0)] * 3))
def test_a_shift_is_found(baseline, by):
    found = align(*baseline, *scan(shifted(np.array(by)), day=2))
    errors = error(found, baseline, np.broadcast_to(by, (*SHAPE, 3)))
    assert errors.mean() < MEAN_MM
    assert np.percentile(errors, 95) < NEARLY_ALL_MM


@FEW
@given(by=st.tuples(*[st.floats(-200.0, 200.0)] * 3))
def test_the_scanner_s_origin_shifts_the_answer_alike(baseline, breathed, found_breath, by):
    geometry = replace(breathed[0].geometry, origin_mm=tuple(np.array(ORIGIN_MM) + by))
    elsewhere = replace(breathed[0], geometry=geometry), replace(breathed[1], geometry=geometry)
    moved = field(align(*baseline, *elsewhere))
    assert np.abs((moved - field(found_breath) - by)[inside(baseline)]).max() < 0.02


def test_the_mirror_image_gives_the_mirrored_answer(baseline, breathed, found_breath):
    def mirrored(scanned: Scan) -> Scan:
        volume, lungs = scanned
        labels = lungs.labels[:, :, ::-1]
        labels = np.where(labels > 0, 3 - labels, 0).astype(np.uint8)
        return replace(volume, hu=volume.hu[:, :, ::-1].copy()), replace(lungs, labels=labels)

    found = field(found_breath)
    turned = field(align(*mirrored(baseline), *mirrored(breathed)))[:, :, ::-1] * np.array([-1, 1, 1])
    assert np.linalg.norm(found - turned, axis=-1)[inside(baseline)].mean() < 0.1


def test_a_deeper_breath_is_told_from_less_tissue(baseline):
    # Every length grows by 4 %, so the volume by 1.04³ and the density falls by as much.
    middle = np.array([0.0, 0.0, 0.0])
    deeper = scan(lambda at: middle + (at - middle) / 1.04, squeeze=1.04**-3, day=1)
    found = align(*baseline, *deeper)
    grown = np.stack([jacobian_in_slice(found, n) for n in range(SHAPE[0])])
    assert grown[inside(baseline)].mean() == pytest.approx(1.04**3, rel=0.01)
    assert (grown[~inside(baseline)] == 1.0).all()
    same = warp_volume(deeper[0], found, conserve_mass=True).hu
    plain = warp_volume(deeper[0], found).hu
    # Two voxels deep: at the surface, what is interpolated takes in some of the chest wall.
    deep = ndimage.binary_erosion(inside(baseline), iterations=2)
    before = baseline[0].hu[deep].mean()
    assert same[deep].mean() == pytest.approx(before, abs=6.0)
    assert plain[deep].mean() < before - 12.0
    assert (plain[~inside(baseline)] == PADDING).all()
    for lung in found.lungs:
        assert lung.quality.mass_g[1] == pytest.approx(lung.quality.mass_g[0], rel=0.03)


def test_labels_follow_their_tissue(baseline, breathed, found_breath):
    got = warp_labels(breathed[1], found_breath).labels
    both = inside(baseline)
    assert (got[both] == baseline[1].labels[both]).mean() > 0.97
    assert not got[~both].any()
    layer = SHAPE[0] // 2
    for axis in range(3):
        whole = displacement_in_slice(found_breath, layer)[..., axis]
        assert np.array_equal(component_in_slice(found_breath, layer, axis), whole)
    nearest = nearest_in_slice(breathed[1].labels, found_breath, layer)
    assert np.array_equal(nearest, got[layer])


def test_another_patient_is_refused(baseline):
    with pytest.raises(AlignmentError, match="neither lung is found again in the follow-up") as refused:
        align(*baseline, *scan(seed=7))
    assert [problem.code for problem in refused.value.problems] == ["other_patient"]


def test_another_left_lung_is_not_believed(baseline):
    other, own = scan(seed=7, day=1), scan(day=1)
    hu = np.where(own[1].labels == 2, other[0].hu, own[0].hu)
    found = align(*baseline, replace(own[0], hu=hu), own[1])
    right, left = (lung.quality.doubtful_percent for lung in found.lungs)
    assert right < 5.0
    assert left == 100.0
    assert [flag.code for flag in found.flags] == ["alignment_doubtful"]
    assert "left upper central (100 %)" in found.flags[0].message
    believed = np.stack([believed_in_slice(found, n) for n in range(SHAPE[0])])
    assert believed[baseline[1].labels == 1].mean() > 0.95
    assert not believed[baseline[1].labels != 1].any()


def test_lung_that_filled_is_not_believed(baseline):
    # The lowest third of the left lung is fluid at follow-up: it is no lung there.
    volume, lungs = scan(day=1)
    filled = (lungs.labels == 2) & (places()[..., 2] < -14.0)
    labels = np.where(filled, 0, lungs.labels).astype(np.uint8)
    hu = np.where(filled, 20, volume.hu).astype(np.int16)
    found = align(*baseline, replace(volume, hu=hu), replace(lungs, labels=labels))
    believed = np.stack([believed_in_slice(found, n) for n in range(SHAPE[0])])
    assert believed[baseline[1].labels == 1].mean() > 0.95
    errors = np.linalg.norm(field(found), axis=-1)
    gone = (baseline[1].labels == 2) & (places()[..., 2] < -22.0)
    assert believed[gone].mean() < 0.2
    assert errors[(baseline[1].labels == 2) & believed].mean() < MEAN_MM


def test_a_fold_is_smoothed_away_and_nothing_else():
    random = np.random.default_rng(4)
    cells = np.ones((12, 14, 16), dtype=bool)
    smooth = np.full((*cells.shape, 3), 2.0, dtype=np.float32)
    assert unfolded(smooth, cells, 6.0) is smooth
    folded = smooth.copy()
    folded[3:6, 3:6, 3:6] += random.normal(0, 8, (3, 3, 3, 3)).astype(np.float32)
    assert squeezed(folded, cells, 6.0).min() < 0
    mended = unfolded(folded, cells, 6.0)
    assert squeezed(mended, cells, 6.0).min() >= LEAST_JACOBIAN
    assert np.array_equal(mended[10:, 10:, 10:], folded[10:, 10:, 10:])


def test_volume_and_mass_of_a_lung_are_those_of_its_voxels(baseline):
    volume, lungs = baseline
    image = lung_image(volume, lungs, 1)
    voxels = volume.hu[lungs.labels == 1].astype(float)
    assert image.volume_ml == pytest.approx(voxels.size * volume.geometry.voxel_ml, rel=0.01)
    assert image.mass_g == pytest.approx((voxels / 1000 + 1).sum() * volume.geometry.voxel_ml, rel=0.02)


def test_the_step_names_what_was_done(unmoved):
    step = unmoved.steps[0]
    assert step.name == "align"
    assert step.parameters["stiffness_mm2"] == STIFFNESS
    assert step.parameters["lungs"] == "right_lung, left_lung"


def without(scanned: Scan, code: int) -> Scan:
    volume, lungs = scanned
    return volume, replace(lungs, labels=np.where(lungs.labels == code, 0, lungs.labels).astype(np.uint8))


def apart(scanned: Scan, spacing_mm: float) -> Scan:
    volume, lungs = scanned
    geometry = replace(volume.geometry, spacing_mm=(spacing_mm, 2.0, 2.0), slice_thickness_mm=spacing_mm)
    return replace(volume, geometry=geometry), replace(lungs, geometry=geometry)


LOOK = "Look at both scans and their lung masks; give lungs drawn elsewhere if a mask is wrong."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda found: apart(found, 7.0),
            "the slices of the follow-up lie 7.0 mm apart; up to 5.5 mm is allowed. "
            "Give a thinner reconstruction, or compare extents, not voxels.",
        ),
        (
            lambda found: without(without(found, 1), 2),
            f"no lungs were found in the follow-up. {LOOK}",
        ),
        (
            lambda found: (found[0], replace(found[1], labels=found[1].labels[1:])),
            "the lungs of the follow-up are not on the grid of its scan. Give the lungs of that scan.",
        ),
    ],
)
def test_what_cannot_be_aligned_is_refused(baseline, change, message):
    with pytest.raises(AlignmentError) as refused:
        align(*baseline, *change(baseline))
    assert [str(problem) for problem in refused.value.problems] == [message]


def test_a_lung_of_another_size_is_refused(baseline):
    halved = scan(lambda at: at * np.array([1.0, 1.0, 2.1]))
    with pytest.raises(AlignmentError, match="more than 2 times as much at one date"):
        align(*baseline, *halved)


def test_a_lung_seen_once_is_left_out_and_told(baseline, breathed):
    found = align(*baseline, *without(breathed, 2))
    assert [lung.quality.name for lung in found.lungs] == ["right_lung"]
    (flag,) = [flag for flag in found.flags if flag.code == "lung_missing"]
    assert flag.message.startswith("One lung was not compared: the left lung is missing or tiny at one date:")
    assert not field(found)[baseline[1].labels == 2].any()


def test_a_turned_direction_is_the_same_world(baseline, breathed, found_breath):
    # The same voxels, stored from head to feet: the geometry says so, and the answer stays.
    volume, lungs = breathed
    last = (SHAPE[0] - 1) * SPACING_MM[0]
    geometry = Geometry(
        shape=SHAPE,
        spacing_mm=SPACING_MM,
        origin_mm=(ORIGIN_MM[0], ORIGIN_MM[1], ORIGIN_MM[2] + last),
        direction=((0.0, 0.0, -1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
    )
    turned = (
        replace(volume, hu=volume.hu[::-1].copy(), geometry=geometry),
        replace(lungs, labels=lungs.labels[::-1].copy(), geometry=geometry),
    )
    assert np.abs(field(align(*baseline, *turned)) - field(found_breath)).max() < 0.01
