"""Six-minute walk of healthy elderly people (Troosters, Eur Respir J 1999)."""

from __future__ import annotations

from breathline.equations.equation import Distribution, Input, People, ReferenceEquation
from breathline.equations.six_minute_walk import AS_IN_SINGH, HEIGHT, POSSIBLE_PERCENT, WEIGHT, normal
from breathline.physiology.inputs import BUILD_OF_EQUATIONS
from breathline.sources import Source


def _distribution(people: People) -> Distribution:
    H, A, W = people["height_cm"], people["age_years"], people["weight_kg"]
    return normal(218.0 + 5.14 * H - 5.32 * A - 1.80 * W + 51.31 * people["male"])


WALK = ReferenceEquation(
    key="troosters_1999_walk",
    label="Six-minute walk distance, Troosters 1999",
    measure="six_minute_walk",
    unit="m",
    inputs=(Input(name="age_years", low=50, high=85, unit="years"), HEIGHT, WEIGHT),
    source=Source(
        "troosters_1999",
        AS_IN_SINGH,
        note="ages, and that men walk farther, in its abstract; not read in the paper itself",
    ),
    distribution=_distribution,
    printed="218 + 5.14 H − 5.32 A − 1.80 W + 51.31 in men [m]",
    has_spread=False,
    possible_percent=POSSIBLE_PERCENT,
    build=BUILD_OF_EQUATIONS,
)
