"""The learned pattern method. Oracle: the truth of the phantom, unless a comment says otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from breathline.ct.patterns import PATTERN_METHODS, PatternMap
from breathline.ct.patterns.context import box_sum
from breathline.ct.patterns.features import NAMES, _eigenvalues
from breathline.ct.patterns.network import CLASSES, shipped_networks
from breathline.model.volume import PATTERN_CODES, LabelMap, Volume
from breathline.phantom import PhantomSpec, simulate_phantom

EXTENTS = {"ground_glass": 12.0, "reticulation": 9.0, "honeycombing": 7.0}


@pytest.fixture(scope="module")
def ill() -> tuple[Volume, LabelMap, LabelMap]:
    # neither the patient nor the variety is among those the network was derived on
    return simulate_phantom(PhantomSpec(seed=71, thickness_mm=2.5, slices=80, **EXTENTS))


@pytest.fixture(scope="module")
def told(ill: tuple[Volume, LabelMap, LabelMap]) -> PatternMap:
    return PATTERN_METHODS["learned_texture"].classify(ill[0], ill[1])


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


def test_likelihoods_add_up() -> None:
    # Oracle: arithmetic; also far outside what the network was derived on.
    table = np.random.default_rng(1).normal(0, 1e4, (500, len(NAMES))).astype(np.float32)
    found = shipped_networks().first.probabilities(table)
    assert found.shape == (500, len(CLASSES))
    assert found.sum(axis=1) == pytest.approx(1.0, abs=1e-5)


def test_box_sum() -> None:
    # Oracle: scipy's own filter, at the borders and with windows wider than the array.
    values = np.random.default_rng(4).random((7, 9, 11)).astype(np.float32)
    for reach in ([1, 2, 3], [0, 4, 1], [9, 1, 20]):
        size = 2 * np.array(reach) + 1
        wanted = ndimage.uniform_filter(values.astype(float), size, mode="constant") * size.prod()
        assert box_sum(values, np.array(reach)) == pytest.approx(wanted, rel=1e-5)


def test_eigenvalues() -> None:
    # Oracle: numpy's own routine for symmetric matrices, on a quadratic whose Hessian is known.
    random = np.random.default_rng(2)
    matrix = random.normal(size=(3, 3))
    matrix = matrix + matrix.T
    z, y, x = np.meshgrid(*[np.arange(-2.0, 3.0)] * 3, indexing="ij")
    place = np.stack([z, y, x], axis=-1)
    values = (0.5 * np.einsum("...i,ij,...j->...", place, matrix, place)).astype(np.float32)
    found = _eigenvalues(values, np.array([[2, 2, 2]]), np.ones(3))
    assert found[0] == pytest.approx(np.linalg.eigvalsh(matrix), abs=1e-4)


def test_varieties_differ_and_repeat() -> None:
    one, same, other = (
        simulate_phantom(PhantomSpec(seed=4, variety=number, matrix=64, slices=3, thickness_mm=5))[0].hu
        for number in (3, 3, 4)
    )
    assert (one == same).all()
    assert (one != other).mean() > 0.3
