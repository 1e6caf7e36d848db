"""Six-minute walk of elderly people in the community (Enright, Chest 2003)."""

from __future__ import annotations

from breathline.equations.equation import Distribution, Input, People, ReferenceEquation
from breathline.equations.six_minute_walk import AS_IN_SINGH, HEIGHT, POSSIBLE_PERCENT, WEIGHT, normal
from breathline.physiology.inputs import BUILD_OF_EQUATIONS
from breathline.sources import Source


def _distribution(people: People) -> Distribution:
    H, A, W = people["height_cm"], people["age_years"], people["weight_kg"]
    return normal(493.0 + 17.0 * people["male"] + 2.2 * H - 0.93 * W - 5.3 * A)


WALK = ReferenceEquation(
    key="enright_2003_walk",
    label="Six-minute walk distance, Enright 2003",
    measure="six_minute_walk",
    unit="m",
    inputs=(Input(name="age_years", low=68, high=90, unit="years"), HEIGHT, WEIGHT),
    source=Source(
        "enright_2003",
        AS_IN_SINGH,
        note="from 68 years on by its abstract, to 90 by ours; not read in the paper itself",
    ),
    distribution=_distribution,
    printed="510 + 2.2 H − 0.93 W − 5.3 A in men, 493 + 2.2 H − 0.93 W − 5.3 A in women [m]",
    has_spread=False,
    possible_percent=POSSIBLE_PERCENT,
    build=BUILD_OF_EQUATIONS,
)
