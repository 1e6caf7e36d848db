"""Body mass index and body surface area."""

from __future__ import annotations

import numpy as np

from breathline.physiology.formula import Formula
from breathline.physiology.inputs import FloatArray, Input, People
from breathline.sources import Source

INPUTS = (
    Input(name="height_cm", low=100, high=230, unit="cm"),
    Input(name="weight_kg", low=25, high=350, unit="kg"),
)
POSSIBLE_BUILD = (10.0, 60.0)
"""A guard against slips of the keyboard and pounds; no clinical statement hangs on it [kg/m²]."""


def body_mass_index(people: People) -> FloatArray:
    """Weight [kg] over the square of height [m]."""
    return people["weight_kg"] / (people["height_cm"] / 100.0) ** 2


def _mosteller(people: People) -> FloatArray:
    return np.sqrt(people["height_cm"] * people["weight_kg"] / 3600.0)


def _du_bois(people: People) -> FloatArray:
    return 0.007184 * people["weight_kg"] ** 0.425 * people["height_cm"] ** 0.725


BMI = Formula(
    key="bmi",
    label="Body mass index",
    unit="kg/m2",
    inputs=INPUTS,
    printed="BMI = weight [kg] / (height [m])²",
    source=Source("who_2000", "definition of the body mass index"),
    formula=body_mass_index,
    build=POSSIBLE_BUILD,
)

BSA_MOSTELLER = Formula(
    key="bsa_mosteller_1987",
    label="Body surface area, Mosteller",
    unit="m2",
    inputs=INPUTS,
    printed="BSA = √(height [cm] · weight [kg] / 3600)",
    source=Source(
        "mosteller_1987", verified=False, note="as the documentation of the R package admiral prints it"
    ),
    formula=_mosteller,
    build=POSSIBLE_BUILD,
)

BSA_DU_BOIS = Formula(
    key="bsa_du_bois_1916",
    label="Body surface area, Du Bois",
    unit="m2",
    inputs=INPUTS,
    printed="BSA = 0.007184 · weight [kg]^0.425 · height [cm]^0.725",
    source=Source(
        "du_bois_1916", verified=False, note="as the documentation of the R package admiral prints it"
    ),
    formula=_du_bois,
    build=POSSIBLE_BUILD,
)
