"""Six-minute walk of healthy adults (Enright and Sherrill, Am J Respir Crit Care Med 1998)."""

from __future__ import annotations

import numpy as np

from breathline.equations.equation import (
    Z_OF_LOWER_LIMIT,
    Distribution,
    Input,
    People,
    ReferenceEquation,
)
from breathline.sources import Source

BELOW_EXPECTED_MEN_M = 153.0
"""Distance from the expected value down to the lower limit of normal, men [m]."""

BELOW_EXPECTED_WOMEN_M = 139.0


def _distribution(people: People) -> Distribution:
    """Men 7.57 H − 5.02 A − 1.76 W − 309, women 2.11 H − 5.78 A − 2.29 W + 667.

    In metres, with height H [cm], age A [years] and weight W [kg].
    """
    men = people["male"] > 0.5
    H, A, W = people["height_cm"], people["age_years"], people["weight_kg"]
    M = np.where(men, 7.57 * H - 5.02 * A - 1.76 * W - 309.0, 2.11 * H - 5.78 * A - 2.29 * W + 667.0)
    sd = np.where(men, BELOW_EXPECTED_MEN_M, BELOW_EXPECTED_WOMEN_M) / -Z_OF_LOWER_LIMIT
    return Distribution(np.ones_like(M), M, sd / M)


WALK = ReferenceEquation(
    key="enright_1998_walk",
    label="Six-minute walk distance, Enright and Sherrill 1998",
    measure="six_minute_walk",
    unit="m",
    inputs=(
        Input(name="age_years", low=40, high=80, unit="years"),
        Input(name="height_cm", low=140, high=200, unit="cm"),
        Input(name="weight_kg", low=40, high=130, unit="kg"),
    ),
    source=Source(
        "enright_1998",
        "as printed in Singh, Eur Respir J 2014;44:1447",
        verified=False,
        note="coefficients read in Singh 2014; the lower limit and the age range were not checked",
    ),
    distribution=_distribution,
    description="The z-score takes the printed distance to the lower limit as 1.645 standard deviations.",
)
