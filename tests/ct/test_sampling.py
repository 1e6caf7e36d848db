"""The error of sampling slices. Oracle: exact arithmetic, and whole phantoms sampled from every start."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
import pytest
from benchmarks.interval_hrct import WANTED, Trial, coverage, trials_of
from scipy.special import stdtrit

from breathline.ct.sampling import grouped, ratio_error, sampling_error, statistic_errors
from tests.once import kept_once

HEIGHTS = np.arange(5) * 10.0


def test_the_formula_by_hand() -> None:
    # Contributions 1, 2, 1: C0 = 6, C1 = 4, C2 = 1; nothing unordered (6 − 8 + 1 < 0); (3·6 − 4·4 + 1) / 12.
    areas = np.array([0.0, 1.0, 2.0, 1.0, 0.0])
    assert sampling_error(areas, HEIGHTS) == pytest.approx(stdtrit(2, 0.975) * sqrt(3 / 12))


def test_what_has_no_order_counts_whole() -> None:
    # Contributions 1, −1, 1, −1: C0 = 4, C1 = −3, C2 = 2: all of it is unordered, and (12 + 2) / 12 is what is left.
    areas = np.array([1.0, -1.0, 1.0, -1.0])
    expected = stdtrit(3, 0.975) * sqrt((3 * (4 - 4) + 12 + 2) / 12 + 4)
    assert sampling_error(areas, HEIGHTS[:4]) == pytest.approx(expected)


def test_pairs_count_as_one() -> None:
    single = np.array([1.0, 2.0, 1.0])
    heights = np.array([0.0, 1.0, 10.0, 11.0, 20.0, 21.0])
    assert sampling_error(np.repeat(single, 2) / 2, heights) == pytest.approx(
        sampling_error(single, HEIGHTS[:3])
    )
    assert grouped(np.repeat(single, 2), heights).tolist() == [2.0, 4.0, 2.0]


def test_a_part_that_keeps_its_share_has_no_error() -> None:
    whole = np.array([3.0, 8.0, 9.0, 7.0, 2.0])
    assert ratio_error(0.3 * whole, whole, HEIGHTS) == pytest.approx(0.0, abs=1e-12)
    assert ratio_error(whole * [0, 0, 0, 0, 1], whole, HEIGHTS) > 0.05


def test_two_slices_tell_nothing() -> None:
    assert sampling_error(np.ones(2), HEIGHTS[:2]) == inf
    assert ratio_error(np.ones(2), np.ones(2), HEIGHTS[:2]) == inf
    assert statistic_errors(np.ones((2, 4)), HEIGHTS[:2], lambda h: h[:1]).tolist() == [inf]


def test_a_share_as_a_statistic_has_the_error_of_a_share() -> None:
    # Leaving slices out one by one and taking the share away slice by slice agree where slices are many and alike.
    random = np.random.default_rng(3)
    values = random.uniform(0.9, 1.1, (40, 2))
    heights = np.arange(40) * 10.0
    share = statistic_errors(values, heights, lambda h: h[:1] / h.sum())
    assert share[0] == pytest.approx(ratio_error(values[:, 0], values.sum(axis=1), heights), rel=0.05)


@pytest.mark.parametrize("quantity", ["lung volume", "extent", "mean density"])
def test_intervals_cover_the_whole_volume(quantity: str, trials: list[Trial]) -> None:
    assert coverage([trial for trial in trials if trial.quantity == quantity]) >= WANTED


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    """One phantom the figures of the benchmark do not rest on, sampled from every start, singly and in pairs."""
    diseases = ("as the phantom grows it", "basal", "patchy")
    return kept_once(tmp_path_factory, "sampling", lambda: trials_of(31, matrix=48, diseases=diseases))
