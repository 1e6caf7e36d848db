"""Arterial oxygen pressure breathing air, middle-aged and elderly (Cerveri, 1995)."""

from __future__ import annotations

import numpy as np

from breathline.equations.arterial_oxygen import ON_AIR, POSSIBLE_PERCENT
from breathline.equations.equation import Distribution, Input, People, ReferenceEquation
from breathline.physiology.body import body_mass_index
from breathline.physiology.inputs import BUILD_OF_EQUATIONS
from breathline.sources import Source

STANDARD_ERROR_MMHG = 7.48
"""Standard error of the estimate [mmHg]."""


def _distribution(people: People) -> Distribution:
    M = 143.6 - 0.39 * people["age_years"] - 0.56 * body_mass_index(people) - 0.57 * people["paco2"]
    return Distribution(np.ones_like(M), M, STANDARD_ERROR_MMHG / M)


PAO2 = ReferenceEquation(
    key="cerveri_1995_pao2",
    label="PaO2, Cerveri 1995",
    measure="pao2",
    unit="mmHg",
    inputs=(
        Input(name="age_years", low=40, high=74.99, unit="years"),  # from 75 on it is another group
        Input(name="height_cm", low=120, high=210, unit="cm"),
        Input(name="weight_kg", low=35, high=160, unit="kg"),
        Input(name="paco2", low=20, high=60, unit="mmHg"),
        ON_AIR,
    ),
    source=Source("cerveri_1995", "abstract"),
    distribution=_distribution,
    printed="143.6 − 0.39 A − 0.56 BMI − 0.57 PaCO2, standard error of the estimate 7.48 [mmHg]",
    possible_percent=POSSIBLE_PERCENT,
    build=BUILD_OF_EQUATIONS,
    description="Breathing air near sea level, 40 to 74 years, the same for both sexes. From 75 years on the "
    "paper gives only a mean of 83.4 ± 9.15 mmHg, which is not used here.",
)
