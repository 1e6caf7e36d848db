"""From findings to the errors that changes are judged by."""

from __future__ import annotations

import numpy as np
import pytest

from breathline.model.protocol import Match
from breathline.repeatability import Finding
from breathline.repeatability.derive import judged_spreads
from breathline.repeatability.statistics import spread_of


def finding(match: Match, differences: list[float], *, levels: np.ndarray | None = None) -> Finding:
    apart = np.array(differences)
    first = (np.full(apart.size, 20.0) if levels is None else levels) - apart / 2
    spread = spread_of(first, first + apart)
    return Finding(measure="ct_ild", unit="%", match=match, same_tissue=False, spread=spread)


def test_the_upper_end_of_the_interval_is_judged_by() -> None:
    one = finding(Match.MATCHED, [1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    found = judged_spreads([one], "ct_ild", same_tissue=False)[Match.MATCHED]
    # wSD √½; chi-square with 6 degrees of freedom has its 2.5 % point at 1.237 (printed tables).
    assert found.sd == pytest.approx(np.sqrt(0.5) * np.sqrt(6 / 1.237), rel=5e-4)
    assert (found.per_level, found.pairs) == (0.0, 6)


def test_few_pairs_are_no_error() -> None:
    assert judged_spreads([finding(Match.DOSE, [1.0] * 4)], "ct_ild", same_tissue=False) == {}
    assert judged_spreads([finding(Match.DOSE, [1.0] * 5)], "ct_ild", same_tissue=True) == {}


def test_several_differences_are_no_smaller_an_error_than_one() -> None:
    found = judged_spreads(
        [finding(Match.SEVERAL, [0.1] * 6), finding(Match.KERNEL, [2.0] * 6)], "ct_ild", same_tissue=False
    )
    assert found[Match.SEVERAL].sd == found[Match.KERNEL].sd


def test_a_line_through_zero_is_not_believed_there() -> None:
    levels = np.arange(1.0, 21.0)
    one = finding(Match.MATCHED, list(0.1 * levels), levels=levels)
    found = judged_spreads([one], "ct_ild", same_tissue=False)[Match.MATCHED]
    # The lower half has |d| of 0.1 to 1.0, whose squares add up to 3.85; twenty of them to 28.7.
    assert one.spread.lower_half_sd == pytest.approx(np.sqrt(3.85 / 20))
    assert found.sd == pytest.approx(np.sqrt(3.85 / 20) * one.spread.sd_high / np.sqrt(28.7 / 40))
