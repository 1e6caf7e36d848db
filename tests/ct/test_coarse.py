"""Distances on the coarse grid. Oracle: scipy's exact distance transform, and arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from breathline.ct.coarse import Coarse
from breathline.ct.reach import close, distance_to, grow, shave

SPACING_MM = (2.5, 1.7, 1.4)


def coarse(shape: tuple[int, ...], *, separate: bool = False) -> Coarse:
    hu = np.zeros(shape, dtype=np.int16)
    return Coarse(hu=hu, factor=(1, 1, 1), start=(0, 0, 0), spacing_mm=SPACING_MM, separate=separate)


def spots(shape: tuple[int, int, int] = (12, 30, 35)) -> np.ndarray:
    return np.random.default_rng(3).random(shape) < 0.003


@pytest.mark.parametrize("reach_mm", [1.0, 3.5, 9.0])
def test_distances_within_reach_are_exact_and_the_rest_infinite(reach_mm: float) -> None:
    mask = spots()
    exact = ndimage.distance_transform_edt(~mask, sampling=SPACING_MM)
    found = distance_to(mask, coarse(mask.shape), reach_mm)
    near = exact <= reach_mm
    np.testing.assert_allclose(found[near], exact[near], atol=1e-4)
    assert np.isinf(found[~near]).all()


def test_separate_slices_do_not_reach_one_another() -> None:
    mask = spots()
    found = distance_to(mask, coarse(mask.shape, separate=True), 9.0)
    for layer, plane in zip(mask, found, strict=True):
        if layer.any():
            exact = ndimage.distance_transform_edt(~layer, sampling=SPACING_MM[1:])
            np.testing.assert_allclose(plane[exact <= 9.0], exact[exact <= 9.0], atol=1e-4)
        else:
            assert np.isinf(plane).all()


def test_an_empty_mask_is_far_from_everything() -> None:
    mask = np.zeros((3, 4, 5), dtype=bool)
    assert np.isinf(distance_to(mask, coarse(mask.shape), 5.0)).all()
    assert not grow(mask, 5.0, coarse(mask.shape)).any()


def test_closing_fills_a_narrow_cleft_and_shaving_removes_a_thin_sheet() -> None:
    mask = np.ones((10, 20, 20), dtype=bool)
    mask[:, :, 10] = False  # 1.4 mm wide
    assert close(mask, 3.0, coarse(mask.shape)).all()
    assert not shave(~mask, 3.0, coarse(mask.shape)).any()


@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize(
    "radius_mm", [1.4, 2.8, 3.4, 5.0, 9.0]
)  # 1.4, 2.8 and 3.4: exactly so far off lie voxels
def test_growing_reaches_what_is_no_farther_than_its_radius(radius_mm: float, separate: bool) -> None:
    # Oracle: the distances themselves, which were what it was told by before.
    mask = spots((14, 40, 45))
    grid = coarse(mask.shape, separate=separate)
    assert np.array_equal(grow(mask, radius_mm, grid), distance_to(mask, grid, radius_mm) <= radius_mm)


def test_a_radius_of_more_columns_than_a_byte_counts() -> None:
    mask = np.zeros((1, 1, 700), dtype=bool)
    mask[0, 0, 0] = True
    fine = replace(coarse(mask.shape), spacing_mm=(1.0, 1.0, 0.01))
    assert np.count_nonzero(grow(mask, 3.005, fine)) == 301
