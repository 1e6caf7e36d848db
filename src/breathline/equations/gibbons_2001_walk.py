"""Six-minute walk of healthy adults, the best of several walks (Gibbons, J Cardiopulm Rehabil 2001)."""

from __future__ import annotations

from breathline.equations.equation import Distribution, Input, People, ReferenceEquation
from breathline.equations.six_minute_walk import AS_IN_SINGH, POSSIBLE_PERCENT, normal
from breathline.sources import Source


def _distribution(people: People) -> Distribution:
    return normal(868.8 - 2.99 * people["age_years"] - 74.7 * (1.0 - people["male"]))


WALK = ReferenceEquation(
    key="gibbons_2001_walk",
    label="Six-minute walk distance, Gibbons 2001",
    measure="six_minute_walk",
    unit="m",
    inputs=(Input(name="age_years", low=20, high=80, unit="years"),),
    source=Source(
        "gibbons_2001",
        AS_IN_SINGH,
        note="ages, and that men walk farther, in its abstract; not read in the paper itself",
    ),
    distribution=_distribution,
    printed="868.8 − 2.99 A − 74.7 in women [m]",
    has_spread=False,
    possible_percent=POSSIBLE_PERCENT,
)
