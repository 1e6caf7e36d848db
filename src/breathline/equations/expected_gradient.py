"""The alveolar–arterial oxygen gradient that is expected at an age, breathing air."""

from __future__ import annotations

import numpy as np

from breathline.equations.arterial_oxygen import NOT_CHECKED, ON_AIR
from breathline.equations.equation import Distribution, FloatArray, Input, Limits, People, ReferenceEquation
from breathline.sources import Source

AGE = Input(name="age_years", low=15, high=90, unit="years")

POSSIBLE: Limits = (-20.0, 650.0)
"""Errors of FiO2 and quotient take a small gradient below zero; a guard, no clinical statement [mmHg]."""


def _normal(M: FloatArray) -> Distribution:
    return Distribution(np.ones_like(M), M, None)


def _mellemgaard(people: People) -> Distribution:
    return _normal(2.5 + 0.21 * people["age_years"])


def _quarter_of_age(people: People) -> Distribution:
    return _normal(people["age_years"] / 4.0 + 4.0)


MELLEMGAARD = ReferenceEquation(
    key="mellemgaard_1966_gradient",
    label="A–a gradient, Mellemgaard 1966",
    measure="aa_gradient",
    unit="mmHg",
    inputs=(AGE, ON_AIR),
    source=Source("mellemgaard_1966", verified=False, note=f"{NOT_CHECKED}; a calculator prints the same"),
    distribution=_mellemgaard,
    printed="2.5 + 0.21 A [mmHg]",
    has_spread=False,
    possible=POSSIBLE,
    possible_percent=None,
    description="The mean of the healthy; more is worse.",
)

QUARTER_OF_AGE = ReferenceEquation(
    key="quarter_of_age_gradient",
    label="A–a gradient, age/4 + 4",
    measure="aa_gradient",
    unit="mmHg",
    inputs=(AGE, ON_AIR),
    source=Source(
        "cornell_gradient",
        "text below the calculator",
        note="a rule of the ward, of which no study was found",
    ),
    distribution=_quarter_of_age,
    printed="A/4 + 4 [mmHg]",
    has_spread=False,
    possible=POSSIBLE,
    possible_percent=None,
    description="A conservative estimate of the largest normal gradient, not of the mean; more is worse.",
)
