"""The network of change: what it is given, and that dates can be exchanged. Oracle: cells drawn by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from breathline.ct.change_network import (
    AROUND,
    CHANGES,
    EXCHANGED,
    SCALE_HU,
    BothDates,
    chances,
    channels,
    exchanged,
    shipped_network,
)
from breathline.ct.patterns.method import CERTAIN, INTERSTITIAL

KINDS = len(INTERSTITIAL) + 1
SHAPE = (4, 20, 26)


@pytest.fixture
def both() -> BothDates:
    random = np.random.default_rng(5)
    shown = np.zeros(SHAPE, bool)
    shown[:3, 4:17, 3:22] = True
    return BothDates(
        likely=(random.integers(0, CERTAIN + 1, (2, KINDS, *SHAPE)) * shown).astype(np.uint8),
        excess=(random.normal(0, 100, (2, *SHAPE)) * shown).astype(np.float32),
        shown=shown,
        separate=False,
    )


def other_way(both: BothDates) -> BothDates:
    """The same cells with the dates exchanged."""
    return replace(both, likely=both.likely[::-1], excess=both.excess[::-1])


def test_sheets_around_are_given_date_by_date(both):
    given = channels(both, 1)
    half = len(AROUND) * (KINDS + 1)
    assert given.shape == (2 * half + 1, *SHAPE[1:])
    for date in (0, 1):
        own = given[half * date : half * (date + 1)]
        np.testing.assert_allclose(own[:3], both.likely[date, 0, :3] / CERTAIN, rtol=1e-6)
        np.testing.assert_allclose(own[-3:], both.excess[date, :3] / SCALE_HU, rtol=1e-6)
    np.testing.assert_array_equal(given[-1], both.shown[1])


@pytest.mark.parametrize(
    ("number", "separate", "sheets"), [(0, False, [0, 0, 1]), (3, False, [2, 3, 3]), (1, True, [1] * 3)]
)
def test_what_lies_beyond_or_apart_is_not_given(both, number, separate, sheets):
    given = channels(replace(both, separate=separate), number)
    np.testing.assert_allclose(given[:3], both.likely[0, 0, sheets] / CERTAIN, rtol=1e-6)


def test_exchanged_dates_are_given_exchanged(both):
    np.testing.assert_array_equal(exchanged(channels(both, 1)), channels(other_way(both), 1))


def test_chances_of_exchanged_dates_are_exchanged(both):
    onward, back = chances(both, shipped_network()), chances(other_way(both), shipped_network())
    np.testing.assert_allclose(onward, back[list(EXCHANGED)], atol=1e-6)


def test_chances_are_shares_of_the_lung_that_both_dates_show(both):
    found = chances(both, shipped_network())
    assert found.shape == (len(CHANGES), *SHAPE)
    np.testing.assert_allclose(found.sum(axis=0), both.shown, atol=1e-5)
