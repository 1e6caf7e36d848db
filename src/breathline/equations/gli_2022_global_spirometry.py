"""GLI Global 2022: spirometry without race (Bowerman, Am J Respir Crit Care Med 2023)."""

from __future__ import annotations

from functools import partial

from breathline.equations.equation import Input, Limits, ReferenceEquation
from breathline.equations.gli_tables import lms
from breathline.sources import Source

SOURCE = Source("bowerman_2023", "online supplement, look-up tables")
INPUTS = (
    Input(name="age_years", low=3, high=95, unit="years"),
    Input(name="height_cm", low=80, high=230, unit="cm"),
)
PRINTED = (
    "M = exp(a0 + a1·ln H + a2·ln A + M-spline), S = exp(p0 + p1·ln A + S-spline), L = q0 + q1·ln A, "
    "with height H [cm] and age A [years]"
)


def _equation(
    measure: str, label: str, *, unit: str, parameter: str, possible: Limits = (0.0, float("inf"))
) -> ReferenceEquation:
    return ReferenceEquation(
        key=f"gli_2022_{measure}",
        label=f"{label}, GLI Global 2022",
        measure=measure,
        unit=unit,
        inputs=INPUTS,
        source=SOURCE,
        distribution=partial(lms, table="bowerman_2022", parameter=parameter),
        printed=PRINTED,
        possible=possible,
    )


FVC = _equation("fvc", "FVC", unit="L", parameter="FVC")
FEV1 = _equation("fev1", "FEV1", unit="L", parameter="FEV1")
FEV1_FVC = _equation("fev1_fvc", "FEV1/FVC", unit="fraction", parameter="FEV1FVC", possible=(0.1, 1.0))
