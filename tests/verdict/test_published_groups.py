"""Published groups through the criteria: a light run of the part of the benchmarks."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks import published_groups as groups


@pytest.mark.parametrize(
    ("group", "label"), [(groups.KHANNA, "stable"), (groups.SPIERA, "improvement")], ids=["Khanna", "Spiera"]
)
def test_the_mean_patient_is_judged_as_the_paper_says(group, label):
    """Oracle: abstracts (Khanna: not significant; Spiera: FVC improved, p = 0.008)."""
    assert groups.of_the_mean(group) == label


@pytest.mark.parametrize("group", [groups.KHANNA, groups.SPIERA], ids=["Khanna", "Spiera"])
def test_shares_are_those_of_the_normal_distribution_that_was_fed(group):
    """Oracle: the normal distribution itself, by scipy; four standard errors of 300 patients."""
    from scipy.stats import norm

    count = 300
    counts = groups.labels("eustar_12mo", group, groups.simulate(group, count))
    mean, spread = group.change
    for label, share in {
        "significant_decline": norm.cdf(-10, mean, spread),
        "improvement": norm.sf(5, mean, spread),
    }.items():
        assert abs(counts[label] / count - share) < 4 * np.sqrt(share * (1 - share) / count)


def test_every_row_says_where_its_spread_comes_from():
    for group in (groups.KHANNA, groups.SPIERA, groups.EUSTAR, *groups.DANIELS):
        assert group.spread
    assert all(groups.NOT_REPRODUCED.values())
