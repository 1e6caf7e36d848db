"""Repeatability from pairs: against published data, exact arithmetic, and laws."""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from breathline.repeatability.statistics import spread_of

# Bland & Altman, Lancet 1986;1:307, two readings of 17 people by a Wright peak flow meter [L/min].
WRIGHT_FIRST = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
WRIGHT_SECOND = [490, 397, 512, 401, 470, 611, 415, 431, 638, 429, 420, 633, 275, 492, 165, 372, 421]


def test_published_peak_flow_pairs() -> None:
    found = spread_of(WRIGHT_FIRST, WRIGHT_SECOND)
    # By hand: the squares of the 17 differences add up to 7966, the differences to -84.
    assert found.sd == pytest.approx(sqrt(7966 / 34), rel=1e-12)
    assert found.coefficient == pytest.approx(1.96 * sqrt(2) * sqrt(7966 / 34), rel=1e-12)
    assert found.bias == pytest.approx(-84 / 17, rel=1e-12)
    assert found.pairs == 17
    # The SD of the differences about their mean, 21.7, gives the t-interval of the bias.
    differences = np.subtract(WRIGHT_SECOND, WRIGHT_FIRST)
    low, high = stats.t.interval(0.95, 16, differences.mean(), stats.sem(differences))
    assert (found.bias_low, found.bias_high) == pytest.approx((low, high))
    # 51 and 54 are two of 17 beyond the 42.4.
    assert found.within_percent == pytest.approx(100 * 15 / 17)
    assert not found.grows


def test_interval_of_the_spread_by_the_chi_square_table() -> None:
    # Printed tables: chi-square with 10 degrees of freedom has its 2.5 and 97.5 % points at 3.247 and 20.483.
    found = spread_of([0.0] * 10, [2.0] * 10, has_zero=False)
    assert found.sd == pytest.approx(sqrt(2.0))
    assert found.sd_low == pytest.approx(sqrt(2.0) * sqrt(10 / 20.483), rel=5e-5)
    assert found.sd_high == pytest.approx(sqrt(2.0) * sqrt(10 / 3.247), rel=5e-4)


def test_a_constant_offset_is_bias_and_counts_in_the_spread() -> None:
    found = spread_of([10.0, 20.0, 30.0], [12.0, 22.0, 32.0])
    assert found.bias == found.bias_low == found.bias_high == pytest.approx(2.0)
    assert found.sd == pytest.approx(2.0 / sqrt(2.0))


def test_coefficient_of_variation() -> None:
    # d/m is 0.1 in both pairs, so the coefficient is 0.1/√2.
    found = spread_of([9.5, 19.0], [10.5, 21.0])
    assert found.cv_percent == pytest.approx(100 * 0.1 / sqrt(2.0))
    assert spread_of([0.1, 20.0], [0.3, 21.0]).cv_percent is None  # close to zero
    assert spread_of([-800.0, -700.0], [-801.0, -702.0], has_zero=False).cv_percent is None


def test_a_spread_that_grows_is_found_and_its_line_is_exact() -> None:
    # |d| = 0.2 + 0.1 · level exactly, so wSD = (0.2 + 0.1 · level) · √(π/2) / √2.
    levels = np.arange(1.0, 21.0)
    half = (0.2 + 0.1 * levels) / 2.0 * np.where(np.arange(20) % 2, 1, -1)
    found = spread_of(levels - half, levels + half)
    assert found.grows
    assert found.at_zero == pytest.approx(0.2 * sqrt(pi) / 2.0)
    assert found.per_level == pytest.approx(0.1 * sqrt(pi) / 2.0)
    assert found.sd_low < found.sd < found.sd_high


def test_a_spread_that_does_not_grow_is_told_as_one_number() -> None:
    random = np.random.default_rng(3)
    levels = np.linspace(0.0, 40.0, 40)
    first, second = levels + random.normal(0, 0.5, 40), levels + random.normal(0, 0.5, 40)
    found = spread_of(first, second)
    assert (found.at_zero, found.per_level) == (found.sd, 0.0)
    assert found.sd_low < 0.5 < found.sd_high


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    # Oracle: the truth of the simulation, SD 1; 600 studies of 12 pairs, a binomial share of 95 ± 2.7 %.
    random = np.random.default_rng(8)
    draws = random.normal(0.0, 1.0, (600, 2, 12))
    found = [spread_of(first, second, has_zero=False) for first, second in draws]
    share = np.mean([one.sd_low <= 1.0 <= one.sd_high for one in found])
    assert 0.923 <= share <= 0.977


PAIRS = st.lists(st.tuples(st.floats(0.5, 90.0), st.floats(0.5, 90.0)), min_size=2, max_size=25)


@settings(max_examples=40, deadline=None)
@given(PAIRS, st.sampled_from([0.125, 2.0, 1024.0]))
def test_scaled_values_have_a_scaled_spread(pairs: list[tuple[float, float]], by: float) -> None:
    first, second = np.array(pairs).T
    one, other = spread_of(first, second), spread_of(by * first, by * second)
    for name in ("mean", "sd", "sd_low", "sd_high", "coefficient", "bias", "at_zero"):
        assert getattr(other, name) == pytest.approx(by * getattr(one, name), rel=1e-6, abs=1e-9)
    assert other.per_level == pytest.approx(one.per_level, rel=1e-6, abs=1e-9)
    assert other.grows_p == pytest.approx(one.grows_p, nan_ok=False) if one.grows_p is not None else True
    assert other.cv_percent == (None if one.cv_percent is None else pytest.approx(one.cv_percent))


@settings(max_examples=40, deadline=None)
@given(PAIRS)
def test_exchanged_scans_have_the_same_spread_and_the_opposite_bias(pairs: list[tuple[float, float]]) -> None:
    first, second = np.array(pairs).T
    one, other = spread_of(first, second), spread_of(second, first)
    assert other.sd == one.sd
    assert other.bias == -one.bias
    assert (other.at_zero, other.per_level) == (one.at_zero, one.per_level)


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="one value a subject"):
        spread_of([], [])
    with pytest.raises(ValueError, match="one value a subject"):
        spread_of([1.0], [1.0, 2.0])
