"""Six-minute walk of healthy people of 55 to 75 years (Camarri, Respir Med 2006)."""

from __future__ import annotations

from breathline.equations.equation import Distribution, Input, People, ReferenceEquation
from breathline.equations.six_minute_walk import AS_IN_SINGH, HEIGHT, POSSIBLE_PERCENT, WEIGHT, normal
from breathline.physiology.inputs import BUILD_OF_EQUATIONS
from breathline.sources import Source


def _distribution(people: People) -> Distribution:
    H, A, W = people["height_cm"], people["age_years"], people["weight_kg"]
    return normal(216.90 + 4.12 * H - 1.75 * A - 1.15 * W - 34.04 * (1.0 - people["male"]))


WALK = ReferenceEquation(
    key="camarri_2006_walk",
    label="Six-minute walk distance, Camarri 2006",
    measure="six_minute_walk",
    unit="m",
    inputs=(Input(name="age_years", low=55, high=75, unit="years"), HEIGHT, WEIGHT),
    source=Source(
        "camarri_2006",
        AS_IN_SINGH,
        note="ages, and that men walk farther, in its abstract; not read in the paper itself",
    ),
    distribution=_distribution,
    printed="216.90 + 4.12 H − 1.75 A − 1.15 W − 34.04 in women [m]",
    has_spread=False,
    possible_percent=POSSIBLE_PERCENT,
    build=BUILD_OF_EQUATIONS,
)
