"""Haemoglobin."""

from breathline.model.change import Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="hb",
    label="Haemoglobin",
    unit="g/dL",
    other_units=("g/L",),
    domain=Domain.GAS_EXCHANGE,
    direction=None,
    plausible=(3.0, 25.0),
    code="LOINC:718-7",
    description="Needed to correct DLCO for anaemia.",
)
