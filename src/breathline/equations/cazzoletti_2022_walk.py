"""Six-minute walk of the Italian general population (Cazzoletti, Respir Res 2022)."""

from __future__ import annotations

import numpy as np

from breathline.equations.equation import Distribution, Input, People, ReferenceEquation
from breathline.equations.six_minute_walk import HEIGHT, POSSIBLE_PERCENT, WEIGHT, normal
from breathline.physiology.inputs import BUILD_OF_EQUATIONS
from breathline.sources import Source

BELOW_EXPECTED_MEN_M = 122.0
"""Distance from the expected value down to the lower limit of normal, men [m]."""

BELOW_EXPECTED_WOMEN_M = 96.0


def _distribution(people: People) -> Distribution:
    men = people["male"] == 1.0
    H, A, W = people["height_cm"], people["age_years"], people["weight_kg"]
    active = people["physically_active"]
    of_men = 26.80 * A + 8.46 * H - 0.45 * W - 2.54 * active - 0.06 * A**2 - 0.13 * A * H - 890.18
    of_women = 8.10 * A + 1.61 * H - 0.99 * W + 22.58 * active - 0.10 * A**2 + 222.55
    return normal(
        np.where(men, of_men, of_women), np.where(men, BELOW_EXPECTED_MEN_M, BELOW_EXPECTED_WOMEN_M)
    )


WALK = ReferenceEquation(
    key="cazzoletti_2022_walk",
    label="Six-minute walk distance, Cazzoletti 2022",
    measure="six_minute_walk",
    unit="m",
    inputs=(
        Input(name="age_years", low=21, high=76, unit="years"),
        HEIGHT,
        WEIGHT,
        Input(name="physically_active", low=0, high=1, unit="1", whole=True),
    ),
    source=Source("cazzoletti_2022", "abstract and table 5"),
    distribution=_distribution,
    printed="men 26.80 A + 8.46 H − 0.45 W − 2.54 active − 0.06 A² − 0.13 A·H − 890.18, lower limit 122 below; "
    "women 8.10 A + 1.61 H − 0.99 W + 22.58 active − 0.10 A² + 222.55, lower limit 96 below [m]",
    possible_percent=POSSIBLE_PERCENT,
    build=BUILD_OF_EQUATIONS,
    description="Active means exercise two to three times a week or more, about an hour a week or more. Men "
    "were 21 to 78, women 21 to 76 years old; both are held to 76.",
)
