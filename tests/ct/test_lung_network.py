"""Where the network is shown the chest, and where what it says is put back. Oracle: networks whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit

from breathline.ct.coarse import Coarse
from breathline.ct.lung_network import (
    BLOCKS,
    LOWEST_HU,
    SCALE_HU,
    Floats,
    _folded,
    _unfolded,
    lung_likelihood,
    shipped_lung_network,
)


def coarse_of(hu: np.ndarray, spacing: tuple[float, float, float] = (2.0, 2.0, 2.0)) -> Coarse:
    return Coarse(
        hu=hu.astype(np.int16), factor=(1, 1, 1), start=(0, 0, 0), spacing_mm=spacing, separate=False
    )


def as_seen(blocks: Floats) -> Floats:
    """Say that lung is where density is low, in proportion."""
    hu = (blocks + 1.0) * SCALE_HU + LOWEST_HU
    return logit(np.clip(-hu / 1000.0, 0.01, 0.99)).astype(np.float32)


@given(st.tuples(*[st.integers(1, 4)] * 3))
def test_folding_is_undone(size: tuple[int, int, int]) -> None:
    values = np.random.default_rng(1).normal(size=[2 * n for n in size]).astype(np.float32)
    blocks = _folded(values)
    assert blocks.shape == (1, BLOCKS, *size)
    np.testing.assert_array_equal(_unfolded(blocks), values)


@pytest.mark.parametrize("spacing", [(2.0, 2.0, 2.0), (2.5, 1.6, 2.3), (5.0, 3.0, 3.0)])
def test_what_is_said_lies_where_it_was_seen(spacing: tuple[float, float, float]) -> None:
    shape = tuple(round(120.0 / step) for step in spacing)
    places = np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"))
    waves = sum(np.sin(2 * np.pi * p * step / 60.0) for p, step in zip(places, spacing, strict=True))
    hu = -500.0 - 120.0 * waves
    said = lung_likelihood(coarse_of(hu, spacing), np.ones(shape, dtype=bool), as_seen)
    inner = (slice(3, -3),) * 3
    assert np.abs(said - np.clip(-hu / 1000.0, 0, 1))[inner].max() < 0.06  # waves of 60 mm on a grid of 4 mm


def test_nothing_is_said_where_no_lung_is_near() -> None:
    hu = np.full((20, 120, 120), -800)
    aerated = np.zeros(hu.shape, dtype=bool)
    aerated[10, 10, 10] = True
    said = lung_likelihood(coarse_of(hu), aerated, as_seen)
    assert said[10, 12, 12] > 0.5
    assert not said[:, 100:, 100:].any()
    assert not lung_likelihood(coarse_of(hu), aerated & False, as_seen).any()


def test_the_shipped_network_takes_any_multiple_of_eight_voxels() -> None:
    said = shipped_lung_network()(np.zeros((1, BLOCKS, 4, 8, 12), np.float32))
    assert said.shape == (1, BLOCKS, 4, 8, 12)
    assert np.isfinite(said).all()
