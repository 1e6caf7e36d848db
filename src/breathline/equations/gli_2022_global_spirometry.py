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

FVC = ReferenceEquation(
    key="gli_2022_fvc",
    label="FVC, GLI Global 2022",
    measure="fvc",
    unit="L",
    inputs=INPUTS,
    source=SOURCE,
    distribution=partial(lms, table="bowerman_2022", parameter="FVC"),
)

FEV1 = ReferenceEquation(
    key="gli_2022_fev1",
    label="FEV1, GLI Global 2022",
    measure="fev1",
    unit="L",
    inputs=INPUTS,
    source=SOURCE,
    distribution=partial(lms, table="bowerman_2022", parameter="FEV1"),
)
