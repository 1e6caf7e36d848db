"""Creatinine in serum or plasma."""

from breathline.model.change import Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="creatinine",
    label="Creatinine",
    unit="mg/dL",
    other_units=("umol/L",),
    domain=Domain.KIDNEY,
    direction=None,
    plausible=(0.1, 20.0),
    code="LOINC:2160-0",
    decimals=2,
    description="Needed to estimate the filtration rate.",
)
