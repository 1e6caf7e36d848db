"""Dense lung at the chest wall, and the main airways. Oracle: the truth of the phantom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from breathline.ct.lungs import Lungs, find_lungs
from breathline.model.volume import PATTERN_CODES, LabelMap, Volume
from breathline.phantom import PhantomSpec, simulate_phantom
from tests.once import kept_once

Chest = tuple[Volume, LabelMap, LabelMap]


@pytest.fixture(scope="module")
def dense_chest(tmp_path_factory: pytest.TempPathFactory) -> Chest:
    """A chest with 8 % consolidation, most of it at the pleura."""
    spec = PhantomSpec(matrix=192, thickness_mm=3.0, consolidation=8.0, seed=41)
    return kept_once(tmp_path_factory, "lungs-dense", lambda: simulate_phantom(spec))


@pytest.fixture(scope="module")
def dense(dense_chest: Chest, tmp_path_factory: pytest.TempPathFactory) -> Lungs:
    return kept_once(tmp_path_factory, "lungs-found", lambda: find_lungs(dense_chest[0]))


@pytest.fixture(scope="module")
def clear(chest: Chest, tmp_path_factory: pytest.TempPathFactory) -> Lungs:
    return kept_once(tmp_path_factory, "lungs-clear", lambda: find_lungs(chest[0]))


def test_consolidation_with_lung_around_is_inside_and_told(dense_chest: Chest, dense: Lungs) -> None:
    solid = dense_chest[2].labels == PATTERN_CODES["consolidation"]
    assert (dense.lungs.labels[solid] > 0).mean() >= 0.7
    assert "recovered_dense_lung" in {flag.code for flag in dense.lungs.quality}


def test_what_is_marked_as_recovered_is_lung(dense_chest: Chest, dense: Lungs) -> None:
    marked = dense.recovered.labels > 0
    assert (dense_chest[1].labels[marked] > 0).mean() >= 0.8
    assert (dense.lungs.labels[marked] > 0).all()


def test_fluid_at_the_back_is_left_out_and_told(chest: Chest) -> None:
    # Oracle: fluid of 10 HU poured into the lowest 6 % of the right lung; published means are 5 to 15 HU.
    volume, lungs, _ = chest
    depth = np.arange(volume.hu.shape[1])[:, None] * volume.geometry.spacing_mm[1]
    height = np.arange(volume.hu.shape[0])[:, None, None] * volume.geometry.spacing_mm[0]
    lying = np.broadcast_to(depth - 0.3 * height, volume.hu.shape)
    right = lungs.labels == 1
    wet = right & (lying > np.quantile(lying[right], 0.94))
    noise = np.random.default_rng(2).normal(10.0, 15.0, volume.hu.shape)
    found = find_lungs(Volume(hu=np.where(wet, noise, volume.hu).astype(np.int16), geometry=volume.geometry))
    assert (found.lungs.labels[wet] > 0).mean() < 0.1
    assert "fluid_at_chest_wall" in {flag.code for flag in found.lungs.quality}


def test_next_to_nothing_is_added_to_clear_lungs(chest: Chest, clear: Lungs) -> None:
    added_ml = clear.recovered.labels.sum() * chest[0].geometry.voxel_ml
    assert added_ml < 0.005 * (chest[1].labels > 0).sum() * chest[0].geometry.voxel_ml


def test_airways_lie_where_they_are_drawn(clear: Lungs) -> None:
    # The phantom draws its carina in the midline, the trachea above it, the right bronchus to lower columns.
    tubes = clear.airways.labels
    assert not (tubes[clear.lungs.labels > 0]).any()
    middle = {code: np.argwhere(tubes == code).mean(axis=0) for code in (1, 2, 3)}
    assert middle[1][0] > max(middle[2][0], middle[3][0])
    assert middle[2][2] < middle[1][2] < middle[3][2]


def test_a_scan_without_a_trachea_says_so(chest: Chest) -> None:
    volume = chest[0]
    hu = volume.hu.copy()
    hu[:, :, hu.shape[2] // 2 - 14 : hu.shape[2] // 2 + 14] = 40
    flags = {flag.code for flag in find_lungs(Volume(hu=hu, geometry=volume.geometry)).lungs.quality}
    assert "no_trachea" in flags


def test_with_wide_pixels_what_is_added_is_lung(dense_chest: Chest) -> None:
    volume = dense_chest[0]
    shape = (volume.hu.shape[0], 96, 96)
    dz, dy, dx = volume.geometry.spacing_mm
    wide = volume.hu.reshape(shape[0], 96, 2, 96, 2).mean(axis=(2, 4)).astype(np.int16)
    geometry = replace(volume.geometry, shape=shape, spacing_mm=(dz, 2 * dy, 2 * dx))
    marked = (
        np.repeat(np.repeat(find_lungs(Volume(hu=wide, geometry=geometry)).recovered.labels, 2, 1), 2, 2) > 0
    )
    assert marked.any()
    assert (dense_chest[1].labels[marked] > 0).mean() >= 0.7
