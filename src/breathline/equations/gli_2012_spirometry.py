"""GLI 2012: spirometry by ethnic group (Quanjer, Eur Respir J 2012)."""

from __future__ import annotations

from functools import partial

from breathline.equations.equation import Input, ReferenceEquation
from breathline.equations.gli_tables import lms
from breathline.sources import Source

SOURCE = Source("quanjer_2012", "online supplement, look-up tables")
INPUTS = (
    Input(name="age_years", low=3, high=95, unit="years"),
    Input(name="height_cm", low=80, high=230, unit="cm"),
)
NOTE = "Give GLI Global 2022 preference; never follow a patient with both."
PRINTED = (
    "M = exp(a0 + a1·ln H + a2·ln A + group + M-spline), S = exp(p0 + p1·ln A + group + S-spline), "
    "L = q0 + q1·ln A + L-spline, with height H [cm] and age A [years]"
)

GROUPS = (
    ("", "Caucasian", None),
    ("_african_american", "African American", ("a3", "p2")),
    ("_north_east_asian", "North East Asian", ("a4", "p3")),
    ("_south_east_asian", "South East Asian", ("a5", "p4")),
    ("_other", "other or mixed groups", ("a6", "p5")),
)
"""End of the key, name, and the coefficients of the group in M and in S."""


def _equations(parameter: str, measure: str, label: str, unit: str) -> tuple[ReferenceEquation, ...]:
    return tuple(
        ReferenceEquation(
            key=f"gli_2012_{measure}{end}",
            label=f"{label}, GLI 2012 {name}",
            measure=measure,
            unit=unit,
            inputs=INPUTS,
            source=SOURCE,
            distribution=partial(lms, table="gli_2012", parameter=parameter, group=group),
            printed=PRINTED,
            possible=(0.1, 1.0) if unit == "fraction" else (0.0, float("inf")),
            description=NOTE,
        )
        for end, name, group in GROUPS
    )


FVC = _equations("FVC", "fvc", "FVC", "L")
FEV1 = _equations("FEV1", "fev1", "FEV1", "L")
FEV1_FVC = _equations("FEV1FVC", "fev1_fvc", "FEV1/FVC", "fraction")
