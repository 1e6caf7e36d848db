"""GLI Global 2022: spirometry without race (Bowerman, Am J Respir Crit Care Med 2023)."""

from __future__ import annotations

from functools import partial

from breathline.equations.equation import Input, ReferenceEquation
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

FVC = ReferenceEquation(
    key="gli_2022_fvc",
    label="FVC, GLI Global 2022",
    measure="fvc",
    unit="L",
    inputs=INPUTS,
    source=SOURCE,
    distribution=partial(lms, table="bowerman_2022", parameter="FVC"),
    printed=PRINTED,
)

FEV1 = ReferenceEquation(
    key="gli_2022_fev1",
    label="FEV1, GLI Global 2022",
    measure="fev1",
    unit="L",
    inputs=INPUTS,
    source=SOURCE,
    distribution=partial(lms, table="bowerman_2022", parameter="FEV1"),
    printed=PRINTED,
)

FEV1_FVC = ReferenceEquation(
    key="gli_2022_fev1_fvc",
    label="FEV1/FVC, GLI Global 2022",
    measure="fev1_fvc",
    unit="fraction",
    inputs=INPUTS,
    source=SOURCE,
    distribution=partial(lms, table="bowerman_2022", parameter="FEV1FVC"),
    printed=PRINTED,
    possible=(0.1, 1.0),
)
