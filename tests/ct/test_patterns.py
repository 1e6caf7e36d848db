"""The learned pattern method. Oracle: the truth of the phantom, unless a comment says otherwise."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from breathline.ct.patterns import PATTERN_METHODS, PatternMap
from breathline.ct.patterns.learned_texture import (
    LearnedTexture,
    label_cells,
    spread_cells,
    take_in_neighbours,
)
from breathline.ct.patterns.network import CLASSES, probabilities, shipped_network
from breathline.ct.patterns.normal import Normal, find_normal
from breathline.ct.patterns.parenchyma import Parenchyma
from breathline.ct.patterns.sheets import AROUND, CELL_MM, CHANNELS, Floats, Sheets, channels, read_sheets
from breathline.model.volume import LUNG_CODES, PATTERN_CODES, Geometry, LabelMap, Volume
from breathline.phantom import PhantomSpec, simulate_phantom
from tests.once import kept_once

EXTENTS = {"ground_glass": 12.0, "reticulation": 9.0, "honeycombing": 7.0}
FLAT = Normal(mode=-850.0, spread=20.0, slope=0.0, row=0.0)


@pytest.fixture(scope="module")
def ill(tmp_path_factory: pytest.TempPathFactory) -> tuple[Volume, LabelMap, LabelMap]:
    # neither the patient nor the variety is among those the network was derived on
    spec = PhantomSpec(seed=71, thickness_mm=2.5, slices=48, **EXTENTS)
    return kept_once(tmp_path_factory, "patterns-ill", lambda: simulate_phantom(spec))


@pytest.fixture(scope="module")
def told(ill: tuple[Volume, LabelMap, LabelMap], tmp_path_factory: pytest.TempPathFactory) -> PatternMap:
    method = PATTERN_METHODS["learned_texture"]
    return kept_once(tmp_path_factory, "patterns-told", lambda: method.classify(ill[0], ill[1]))


def chest(
    hu: np.ndarray, spacing: tuple[float, float, float], *, apart: bool = False
) -> tuple[Volume, LabelMap]:
    geometry = Geometry(shape=hu.shape, spacing_mm=spacing, slice_thickness_mm=1.0 if apart else spacing[0])
    lungs = np.zeros(hu.shape, np.uint8)
    lungs[1:, 4:-4, 4:-4] = 1
    return Volume(hu=hu, geometry=geometry), LabelMap(labels=lungs, geometry=geometry, names=LUNG_CODES)


def sheets_of(hu: np.ndarray, spacing: tuple[float, float, float], *, apart: bool = False) -> Sheets:
    return read_sheets(*chest(hu, spacing, apart=apart), FLAT, (0, 1))


@pytest.mark.parametrize("wide", [0.45, 0.9, 2.0])
def test_cells_hold_the_mean_and_the_share_of_their_lung_voxels(wide: float) -> None:
    # Oracle: arithmetic, cell by cell. Cells narrower than a voxel take the voxel they lie in.
    hu = np.random.default_rng(5).integers(-1100, 400, (6, 40, 36)).astype(np.int16)
    volume, lungs = chest(hu, (1.2, wide, wide))
    lungs.labels[:, 9:12, 7] = 0
    found = read_sheets(volume, lungs, FLAT, (0, 1))
    assert found.layers == 2
    inside = lungs.labels[found.first : found.first + 2] > 0
    values = np.clip(hu[found.first : found.first + 2], -1024, 200)
    for j, i in [(12, 9), (13, 14), (20, 11), (9, 13)]:
        rows, columns = np.flatnonzero(found.row == j), np.flatnonzero(found.column == i)
        if not (rows.size and columns.size):
            continue
        box = np.ix_([0, 1], rows, columns)
        assert found.lung[0, j, i] == pytest.approx(inside[box].mean())
        if inside[box].any():
            assert found.hu[0, j, i] == pytest.approx(values[box][inside[box]].mean(), rel=1e-6)


@pytest.mark.parametrize("name", [*EXTENTS, "normal"])
def test_each_pattern_is_most_often_called_by_its_name(
    told: PatternMap, ill: tuple[Volume, LabelMap, LabelMap], name: str
) -> None:
    found = told.labels.labels[ill[2].labels == PATTERN_CODES[name]]
    assert np.bincount(found, minlength=9).argmax() == PATTERN_CODES[name]


def test_labels_fill_the_lungs_and_nothing_else(
    told: PatternMap, ill: tuple[Volume, LabelMap, LabelMap]
) -> None:
    assert ((told.labels.labels > 0) == (ill[1].labels > 0)).all()


def test_doubt_is_a_share(told: PatternMap) -> None:
    for band in told.bands.values():
        for part in (band.leave, band.join):
            assert part.shape == (2,)
            assert ((part >= 0) & (part <= 1)).all()


def block_of_lung(rise_hu: float, ill: slice | None = None) -> Parenchyma:
    """A box of lung whose density rises by `rise_hu` a centimetre; in the layers `ill` its back third is hazy."""
    rows = np.arange(100)
    hu = np.random.default_rng(8).normal(-840.0, 15.0, (40, 100, 60)) + 0.14 * rise_hu * (rows[:, None] - 50)
    if ill is not None:
        hu[ill, 66:] += 220.0
    values = hu.astype(np.int16)
    return Parenchyma(
        hu=values, side=np.ones(hu.shape, np.uint8), background=values, bright=np.zeros(hu.shape, np.float32),
        factor=(1, 1, 1), start=(0, 0, 0), spacing_mm=(1.4, 1.4, 1.4),
    )  # fmt: skip


@pytest.mark.parametrize("rise_hu", [-11.0, -3.0, 2.0, 12.0])
def test_gravity_is_measured_supine_and_prone(rise_hu: float) -> None:
    found = find_normal(block_of_lung(rise_hu))
    assert found.slope / 0.14 == pytest.approx(rise_hu, abs=0.5)
    assert found.mode == pytest.approx(-840.0, abs=8.0)


def test_disease_at_the_back_of_the_bases_is_not_gravity() -> None:
    found = find_normal(block_of_lung(2.0, slice(0, 18)))
    assert found.slope / 0.14 == pytest.approx(2.0, abs=0.5)


def test_cells_are_means_of_lung_voxels() -> None:
    # Oracle: arithmetic. Four voxels of 0.6 mm make a cell of 1.2 mm, two slices of 1.2 mm a sheet of 2.4 mm.
    hu = np.random.default_rng(3).integers(-1000, 100, (7, 40, 48)).astype(np.int16)
    sheets = sheets_of(hu, (1.2, 0.6, 0.6))
    assert sheets.spacing_mm == (2.4, CELL_MM, CELL_MM)
    assert sheets.first == 1
    assert (sheets.row[:4] == sheets.row[4] - np.array([2, 2, 1, 1])).all()
    for sheet, row, column in ((0, 4, 4), (1, 20, 10), (2, 34, 42)):
        part = hu[1 + 2 * sheet : 3 + 2 * sheet, row : row + 2, column : column + 2]
        cell = sheets.hu[sheet, sheets.row[row], sheets.column[column]]
        assert cell == pytest.approx(part.mean(), abs=1e-2)
    assert sheets.lung.sum() * 8 == pytest.approx(6 * 32 * 40, rel=1e-6)


def test_voxels_wider_than_cells_are_repeated() -> None:
    hu = np.random.default_rng(5).integers(-1000, 0, (4, 30, 30)).astype(np.int16)
    sheets = sheets_of(hu, (5.0, 2.7, 2.7))
    row, column = sheets.row[10], sheets.column[12]
    assert sheets.hu[0, row, column] == hu[1, 10, 12]
    assert sheets.inside[0, sheets.row[4] : sheets.row[25], sheets.column[4] : sheets.column[25]].all()


def test_slices_that_are_apart_tell_nothing_of_each_other() -> None:
    hu = np.random.default_rng(6).integers(-1000, 0, (4, 40, 40)).astype(np.int16)
    together, apart = (sheets_of(hu, (10.0 if far else 2.5, 0.8, 0.8), apart=far) for far in (False, True))
    assert apart.separate
    here = AROUND.index(0)
    shown = channels(apart, 1)[: len(AROUND)]
    assert all((sheet == shown[here]).all() for sheet in shown)
    shown = channels(together, 1)[: len(AROUND)]
    last = together.hu.shape[0] - 1
    for place, away in enumerate(AROUND):  # the first and the last sheet stand for those beyond them
        assert (shown[place] == channels(together, min(max(0, 1 + away), last))[here]).all()
    assert (shown[here] != shown[here + 1]).any()


def test_probabilities_add_up_in_the_lungs_alone() -> None:
    # Oracle: arithmetic; also far outside what the network was derived on.
    hu = np.random.default_rng(1).integers(-3000, 3000, (5, 50, 60)).astype(np.int16)
    sheets = sheets_of(hu, (2.5, 0.9, 0.9))
    found = probabilities(sheets, shipped_network())
    assert found.shape == (len(CLASSES), *sheets.hu.shape)
    assert found.sum(axis=0)[sheets.inside] == pytest.approx(1.0, abs=1e-5)
    assert (found[:, ~sheets.inside] == 0).all()


def test_small_regions_are_let_go_and_large_ones_kept() -> None:
    sheets = sheets_of(np.full((12, 80, 80), -850, np.int16), (2.4, CELL_MM, CELL_MM))
    likely = np.zeros((len(CLASSES), *sheets.hu.shape), np.float32)
    likely[0] = 0.6
    large, small = (slice(2, 7), slice(20, 32), slice(20, 32)), (slice(4, 6), slice(50, 53), slice(50, 53))
    for part in (large, small):
        likely[(1, *part)] = 0.9
    cells = label_cells(likely, sheets)
    assert (cells[large] == PATTERN_CODES["ground_glass"]).all()
    assert (cells[small] == PATTERN_CODES["normal"]).all()


def test_labels_are_carried_to_the_voxels_they_came_from() -> None:
    hu = np.full((7, 40, 48), -850, np.int16)
    _, lungs = chest(hu, (1.2, 0.6, 0.6))
    sheets = sheets_of(hu, (1.2, 0.6, 0.6))
    cells = np.where(sheets.inside, 1, 0).astype(np.uint8)
    cells[1, sheets.row[20], sheets.column[10]] = 5
    cells[2] = 0
    labels = spread_cells(cells, sheets, lungs, untold=7)
    assert ((labels > 0) == (lungs.labels > 0)).all()
    where = np.argwhere(labels == 5)
    assert where.min(axis=0).tolist() == [3, 20, 10]
    assert where.max(axis=0).tolist() == [4, 21, 11]
    assert set(np.unique(labels[5:7])) == {0, 7}, "a sheet of which nothing is known says so"


def test_another_network_can_be_given(ill: tuple[Volume, LabelMap, LabelMap]) -> None:
    def all_ground_glass(cells: Floats) -> Floats:
        assert cells.shape[1] == len(CHANNELS)
        logits = np.zeros((cells.shape[0], len(CLASSES), *cells.shape[2:]), np.float32)
        logits[:, CLASSES.index("ground_glass")] = 9.0
        return logits

    found = LearnedTexture(all_ground_glass).classify(ill[0], ill[1])
    inside = ill[1].labels > 0
    assert (found.labels.labels[inside] == PATTERN_CODES["ground_glass"]).mean() > 0.999  # but for specks


def test_a_mirrored_chest_gives_nearly_the_mirrored_map(
    told: PatternMap, ill: tuple[Volume, LabelMap, LabelMap]
) -> None:
    # Law: nothing but right and left of the body changes; cells are laid from the other side, so edges may differ.
    volume, lungs = replace(ill[0], hu=ill[0].hu[:, :, ::-1].copy()), ill[1].labels[:, :, ::-1]
    mirrored = replace(ill[1], labels=np.where(lungs > 0, 3 - lungs, 0).astype(np.uint8))
    found = PATTERN_METHODS["learned_texture"].classify(volume, mirrored).labels.labels[:, :, ::-1]
    inside = ill[1].labels > 0
    assert (found == told.labels.labels)[inside].mean() > 0.93


def test_varieties_differ_and_repeat() -> None:
    one, same, other = (
        simulate_phantom(PhantomSpec(seed=4, variety=number, matrix=64, slices=3, thickness_mm=5))[0].hu
        for number in (3, 3, 4)
    )
    assert (one == same).all()
    assert (one != other).mean() > 0.3


def test_neighbouring_sheets_are_taken_in_by_their_weight() -> None:
    # Oracle: three numbers by hand; outside the lung nothing is said, and does not count.
    inside = np.ones((3, 1, 2), bool)
    inside[0, 0, 1] = False
    sheets = SimpleNamespace(separate=False, spacing_mm=(2.4, 1.2, 1.2), inside=inside)
    likely = np.array([[[[0.0, 0.0]], [[1.0, 1.0]], [[0.5, 0.5]]]], np.float32)
    take_in_neighbours(likely, cast("Sheets", sheets))
    np.testing.assert_allclose(likely[0, :, 0, 0], [0.2 / 0.8, 0.6 + 0.1, (0.3 + 0.2) / 0.8], rtol=1e-5)
    np.testing.assert_allclose(likely[0, :, 0, 1], [0.0, (0.6 + 0.1) / 0.8, (0.3 + 0.2) / 0.8], rtol=1e-5)
    apart = likely.copy()
    take_in_neighbours(apart, cast("Sheets", SimpleNamespace(separate=True)))
    np.testing.assert_array_equal(apart, likely)
