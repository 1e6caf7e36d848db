"""GLI 2021: static lung volumes (Hall, Eur Respir J 2021)."""

from __future__ import annotations

from functools import partial

from breathline.equations.equation import Input, ReferenceEquation
from breathline.equations.gli_tables import lms_of_lung_volume
from breathline.sources import Source

TLC = ReferenceEquation(
    key="gli_2021_tlc",
    label="TLC, GLI 2021",
    measure="tlc",
    unit="L",
    inputs=(
        Input(name="age_years", low=5, high=80, unit="years"),
        Input(name="height_cm", low=80, high=230, unit="cm"),
    ),
    source=Source(
        "hall_2021", "table 3", verified=False, note="coefficients as carried by pyspiro, not cross-checked"
    ),
    distribution=partial(lms_of_lung_volume, table="gli_2021", parameter="TLC"),
    description="Derived in people of European ancestry.",
)
