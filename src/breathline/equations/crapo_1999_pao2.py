"""Arterial oxygen pressure breathing air, from sea level to 1,400 m (Crapo, 1999)."""

from __future__ import annotations

import numpy as np

from breathline.equations.arterial_oxygen import NOT_CHECKED, ON_AIR, POSSIBLE_PERCENT
from breathline.equations.equation import Distribution, Input, People, ReferenceEquation
from breathline.sources import Source


def _distribution(people: People) -> Distribution:
    M = 0.1834 * people["barometric_pressure"] - 0.2452 * people["age_years"] - 31.453
    return Distribution(np.ones_like(M), M, None)


PAO2 = ReferenceEquation(
    key="crapo_1999_pao2",
    label="PaO2, Crapo 1999",
    measure="pao2",
    unit="mmHg",
    inputs=(
        Input(name="age_years", low=18, high=81, unit="years"),
        Input(name="barometric_pressure", low=620, high=785, unit="mmHg"),
        ON_AIR,
    ),
    source=Source(
        "crapo_1999",
        "combined equation",
        verified=False,
        note=f"{NOT_CHECKED}, but for the ages in its abstract",
    ),
    distribution=_distribution,
    printed="0.1834 PB − 0.2452 A − 31.453, with the barometric pressure PB [mmHg]",
    has_spread=False,
    possible_percent=POSSIBLE_PERCENT,
    description="Both sexes, lifetime nonsmokers, measured at sea level and at 1,400 m.",
)
