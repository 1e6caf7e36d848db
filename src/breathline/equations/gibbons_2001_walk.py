"""Six-minute walk of healthy adults, the best of several walks (Gibbons, J Cardiopulm Rehabil 2001)."""

from __future__ import annotations

from breathline.equations.equation import Distribution, Input, People, ReferenceEquation
from breathline.sources import Source


def _distribution(people: People) -> Distribution:
    """868.8 − 2.99 A − 74.7 for women [m], with age A [years]."""
    M = 868.8 - 2.99 * people["age_years"] - 74.7 * (1.0 - people["male"])
    return Distribution(M * 0 + 1.0, M, None)


WALK = ReferenceEquation(
    key="gibbons_2001_walk",
    label="Six-minute walk distance, Gibbons 2001",
    measure="six_minute_walk",
    unit="m",
    inputs=(Input(name="age_years", low=20, high=80, unit="years"),),
    source=Source(
        "gibbons_2001",
        "as printed in Singh, Eur Respir J 2014;44:1447",
        verified=False,
        note="coefficients read in Singh 2014; the coding of sex and the age range were not checked",
    ),
    distribution=_distribution,
    has_spread=False,
)
