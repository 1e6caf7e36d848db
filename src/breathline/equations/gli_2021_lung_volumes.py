"""GLI 2021: static lung volumes (Hall, Eur Respir J 2021)."""

from __future__ import annotations

from functools import partial

from breathline.equations.equation import Input, Limits, ReferenceEquation
from breathline.equations.gli_tables import lms_of_lung_volume
from breathline.equations.unlikely import POSSIBLE_PERCENT
from breathline.sources import Source

SOURCE = Source(
    "hall_2021",
    "table 3 and look-up tables of supplement 2",
    verified=False,
    note="every coefficient read in table 3; the splines of supplement 2 are those of several independent programs, "
    "and agree with the worked example and the official calculator as others quote them",
)
INPUTS = (
    Input(name="age_years", low=5, high=80, unit="years"),
    Input(name="height_cm", low=80, high=230, unit="cm"),
)

HYPERINFLATED: Limits = (5.0, 400.0)
"""Trapped air takes these volumes far above what is expected [%]; a guard, no clinical statement."""

LITTLE_LEFT: Limits = (0.5, 300.0)
"""Obesity leaves next to no expiratory reserve [%]."""


def _equation(
    parameter: str,
    label: str,
    *,
    unit: str = "L",
    log_age: bool,
    log_height: bool,
    log_age_in_S: bool = False,
    possible_percent: Limits = POSSIBLE_PERCENT,
) -> ReferenceEquation:
    measure = parameter.lower()
    age, height, age_in_S = ("ln A" if log_age else "A", "ln H" if log_height else "H", "A")
    if log_age_in_S:
        age_in_S = "ln A"
    return ReferenceEquation(
        key=f"gli_2021_{measure}",
        label=f"{label}, GLI 2021",
        measure=measure,
        unit=unit,
        inputs=INPUTS,
        source=SOURCE,
        distribution=partial(
            lms_of_lung_volume,
            table="gli_2021",
            parameter=parameter,
            log_age=log_age,
            log_height=log_height,
            log_age_in_S=log_age_in_S,
        ),
        printed=f"M = exp(a0 + a1·{age} + a2·{height} + M-spline), S = exp(p0 + p1·{age_in_S} + S-spline), "
        "L = q0, with height H [cm] and age A [years]",
        possible=(0.0, 100.0) if unit == "%" else (0.0, float("inf")),
        possible_percent=possible_percent,
        description="Derived in people of European ancestry.",
    )


TLC = _equation("TLC", "TLC", log_age=True, log_height=True)
FRC = _equation(
    "FRC", "FRC", log_age=True, log_height=True, log_age_in_S=True, possible_percent=HYPERINFLATED
)
RV = _equation("RV", "RV", log_age=False, log_height=False, possible_percent=HYPERINFLATED)
RV_TLC = _equation(
    "RV_TLC", "RV/TLC", unit="%", log_age=False, log_height=False, possible_percent=HYPERINFLATED
)
ERV = _equation("ERV", "ERV", log_age=False, log_height=True, possible_percent=LITTLE_LEFT)
IC = _equation("IC", "IC", log_age=False, log_height=True)
VC = _equation("VC", "VC", log_age=False, log_height=True)
