"""What the network and the ribs find is weighed against what lies around. Oracle: chests of a few blocks, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from breathline.ct import dense_lung
from breathline.ct.coarse import Coarse
from breathline.ct.dense_lung import Surroundings, dense_by_shape
from breathline.ct.pleural_tissue import DenseLung

SHAPE = (20, 60, 60)
PIECE = (slice(5, 15), slice(30, 40), slice(5, 20))
"""Where something dense lies: beside the lung, which is above it in each slice."""
SOFT_HU, FAT_HU, LUNG_HU = 60.0, -100.0, -850.0


class Chest:
    """A right lung with something dense behind it, and what the network, the ribs and the neighbours tell."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, *, likely: float = 0.0, level: float = SOFT_HU
    ) -> None:
        random = np.random.default_rng(3)
        self.sides = np.zeros(SHAPE, np.uint8)
        self.sides[2:18, 5:30, 5:20] = 1
        self.even = np.full(SHAPE, 40.0, np.float32)
        self.even[self.sides > 0] = LUNG_HU
        self.even[PIECE] = level + random.uniform(-20.0, 20.0, self.even[PIECE].shape)
        self.likely = np.zeros(SHAPE, np.float32)
        self.likely[PIECE] = likely
        self.trunk, self.bowel, self.barred = (np.zeros(SHAPE, bool) for _ in range(3))
        self.at_ribs = DenseLung(np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, bool), np.zeros(SHAPE, bool))
        monkeypatch.setattr(dense_lung, "lung_likelihood", lambda *_: self.likely)

    def found(self) -> DenseLung:
        coarse = Coarse(
            hu=self.even.astype(np.int16),
            factor=(1, 1, 1),
            start=(0, 0, 0),
            spacing_mm=(2.0, 2.0, 2.0),
            separate=False,
        )
        return dense_by_shape(
            self.sides, Surroundings(self.trunk, self.bowel, self.barred), self.at_ribs, self.even, coarse
        )

    def added(self) -> float:
        """Share of the dense piece that was added."""
        found = self.found().added
        assert not found[self.sides > 0].any(), "what is lung already is not added"
        return float((found[PIECE] > 0).mean())


@pytest.mark.parametrize(("likely", "added"), [(0.45, 0.0), (0.55, 1.0)])
def test_what_is_likely_is_added(monkeypatch: pytest.MonkeyPatch, likely: float, added: float) -> None:
    chest = Chest(monkeypatch, likely=likely)
    assert chest.added() == added
    assert set(np.unique(chest.found().added)) <= {0, 1}, "it belongs to the lung it lies beside"


def test_near_what_is_likely_a_little_less_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    chest = Chest(monkeypatch, likely=0.55)
    chest.likely[5:15, 40:46, 5:20] = 0.45  # 12 mm of it, of which 4 mm are near
    assert (chest.found().added[5:15, 40:46, 5:20] > 0).any(axis=(0, 2)).tolist() == [True] * 2 + [False] * 4


@pytest.mark.parametrize(("likely", "added"), [(0.85, 0.0), (0.95, 1.0)])
def test_fat_is_added_only_where_the_network_is_sure(
    monkeypatch: pytest.MonkeyPatch, likely: float, added: float
) -> None:
    # the two layers nearest the lung may be a mixture of both, and are no fat
    chest = Chest(monkeypatch, likely=likely, level=FAT_HU)
    deep = (chest.found().added[PIECE] > 0)[:, 3:]
    assert deep.mean() == added


@pytest.mark.parametrize(("likely", "added"), [(0.2, 0.0), (0.3, 1.0)])
def test_what_the_ribs_tell_is_taken_unless_it_is_unlikely(
    monkeypatch: pytest.MonkeyPatch, likely: float, added: float
) -> None:
    chest = Chest(monkeypatch, likely=likely)
    chest.at_ribs.added[PIECE] = 1
    assert chest.added() == added


def test_fluid_that_the_ribs_tell_is_left_out_and_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    chest = Chest(monkeypatch, likely=0.7)
    chest.at_ribs.fluid[PIECE] = True
    assert chest.added() == 0.0
    assert chest.found().fluid[PIECE].all()


def test_what_is_barred_is_never_added(monkeypatch: pytest.MonkeyPatch) -> None:
    chest = Chest(monkeypatch, likely=0.9)
    chest.at_ribs.added[PIECE] = 1
    chest.barred[PIECE] = True
    assert chest.added() == 0.0


@pytest.mark.parametrize(("away_mm", "added"), [(4, 0.0), (60, 1.0)])
def test_vessels_beside_the_main_bronchi_are_the_hilum(
    monkeypatch: pytest.MonkeyPatch, away_mm: int, added: float
) -> None:
    chest = Chest(monkeypatch, likely=0.9)
    chest.trunk[5:15, 34:36, 19 + away_mm // 2] = True
    assert chest.added() == added


def test_stool_beside_the_gas_of_bowel_is_no_lung(monkeypatch: pytest.MonkeyPatch) -> None:
    chest = Chest(monkeypatch, likely=0.9)
    chest.bowel[5:15, 40:50, 5:20] = True
    assert chest.added() == 0.0


def test_where_lung_is_sure_its_edge_is_not_sought(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Chest(monkeypatch, likely=0.9).found().within[PIECE].all()
    assert not Chest(monkeypatch, likely=0.7).found().within.any()
