"""GLI 2012: spirometry by ethnic group (Quanjer, Eur Respir J 2012); here the Caucasian group."""

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
NOTE = "Caucasian coefficients. Give GLI Global 2022 preference; never follow a patient with both."

FVC = ReferenceEquation(
    key="gli_2012_fvc",
    label="FVC, GLI 2012 Caucasian",
    measure="fvc",
    unit="L",
    inputs=INPUTS,
    source=SOURCE,
    distribution=partial(lms, table="gli_2012", parameter="FVC"),
    description=NOTE,
)

FEV1 = ReferenceEquation(
    key="gli_2012_fev1",
    label="FEV1, GLI 2012 Caucasian",
    measure="fev1",
    unit="L",
    inputs=INPUTS,
    source=SOURCE,
    distribution=partial(lms, table="gli_2012", parameter="FEV1"),
    description=NOTE,
)
