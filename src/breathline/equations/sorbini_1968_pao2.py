"""Arterial oxygen pressure breathing air, lying down (Sorbini, Respiration 1968)."""

from __future__ import annotations

import numpy as np

from breathline.equations.arterial_oxygen import ON_AIR, POSSIBLE_PERCENT
from breathline.equations.equation import Distribution, Input, People, ReferenceEquation
from breathline.sources import Source


def _distribution(people: People) -> Distribution:
    M = 109.0 - 0.43 * people["age_years"]
    return Distribution(np.ones_like(M), M, None)


PAO2 = ReferenceEquation(
    key="sorbini_1968_pao2",
    label="PaO2 lying down, Sorbini 1968",
    measure="pao2",
    unit="mmHg",
    inputs=(Input(name="age_years", low=14, high=84, unit="years"), ON_AIR),
    source=Source(
        "sorbini_1968",
        verified=False,
        note="coefficients as several calculators print them; the range could not be checked",
    ),
    distribution=_distribution,
    printed="109 − 0.43 A [mmHg]",
    has_spread=False,
    possible_percent=POSSIBLE_PERCENT,
    description="Lying down, near sea level, both sexes. Not for a sample taken sitting.",
)
