"""From a study to the errors that changes are judged by.

The upper end of the 95 % interval of a within-subject standard deviation is taken, not its middle: a study of a few
tens of pairs knows it no better, and an error taken too small calls noise a change. Where the spread grows with the
level, the line may meet zero; it is not believed to fall below the spread of the lower half of the pairs. Pairs that
differ in several things are given no smaller a spread than pairs that differ in one of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from breathline.model.protocol import Match
from breathline.model.repeatability import WithinSubject
from breathline.repeatability.statistics import Spread
from breathline.repeatability.study import Finding

LEAST_PAIRS = 5
"""Fewer pairs tell next to nothing: the upper end would be more than 2.5 times the middle."""


def judged_spreads(
    findings: Sequence[Finding], measure: str, *, same_tissue: bool
) -> dict[Match, WithinSubject]:
    """Give the spread of a measure that changes are judged by, in every class with enough pairs."""
    found = {
        finding.match: _upper(finding.spread)
        for finding in findings
        if finding.measure == measure
        and finding.same_tissue is same_tissue
        and finding.spread.pairs >= LEAST_PAIRS
    }
    if Match.SEVERAL in found:
        found[Match.SEVERAL] = WithinSubject(
            sd=max(within.sd for within in found.values()),
            per_level=max(within.per_level for within in found.values()),
            pairs=found[Match.SEVERAL].pairs,
        )
    return found


def _upper(spread: Spread) -> WithinSubject:
    wider = spread.sd_high / spread.sd if spread.sd > 0 else 1.0
    at_zero = max(spread.at_zero, spread.lower_half_sd) if spread.grows else spread.sd
    return WithinSubject(sd=at_zero * wider, per_level=spread.per_level * wider, pairs=spread.pairs)
