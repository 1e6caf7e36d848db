"""Six-minute walk of healthy adults (Enright and Sherrill, Am J Respir Crit Care Med 1998)."""

from __future__ import annotations

import numpy as np

from breathline.equations.equation import Distribution, Input, People, ReferenceEquation
from breathline.equations.six_minute_walk import AS_IN_SINGH, HEIGHT, POSSIBLE_PERCENT, WEIGHT, normal
from breathline.physiology.inputs import BUILD_OF_EQUATIONS
from breathline.sources import Source

BELOW_EXPECTED_MEN_M = 153.0
"""Distance from the expected value down to the lower limit of normal, men [m]."""

BELOW_EXPECTED_WOMEN_M = 139.0


def _distribution(people: People) -> Distribution:
    men = people["male"] == 1.0
    H, A, W = people["height_cm"], people["age_years"], people["weight_kg"]
    M = np.where(men, 7.57 * H - 5.02 * A - 1.76 * W - 309.0, 2.11 * H - 5.78 * A - 2.29 * W + 667.0)
    return normal(M, np.where(men, BELOW_EXPECTED_MEN_M, BELOW_EXPECTED_WOMEN_M))


WALK = ReferenceEquation(
    key="enright_1998_walk",
    label="Six-minute walk distance, Enright and Sherrill 1998",
    measure="six_minute_walk",
    unit="m",
    inputs=(Input(name="age_years", low=40, high=80, unit="years"), HEIGHT, WEIGHT),
    source=Source(
        "enright_1998",
        AS_IN_SINGH,
        verified=False,
        note="coefficients read in Singh 2014; the lower limit and the age range in two calculators",
    ),
    distribution=_distribution,
    printed="men 7.57 H − 5.02 A − 1.76 W − 309, lower limit 153 below; women 2.11 H − 5.78 A − 2.29 W + 667, "
    "lower limit 139 below [m]",
    possible_percent=POSSIBLE_PERCENT,
    build=BUILD_OF_EQUATIONS,
    description="The z-score takes the printed distance to the lower limit as 1.645 standard deviations.",
)
