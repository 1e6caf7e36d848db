"""Arterial carbon dioxide pressure."""

from breathline.model.change import Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="paco2",
    label="PaCO2",
    unit="mmHg",
    other_units=("kPa",),
    domain=Domain.GAS_EXCHANGE,
    direction=None,
    plausible=(10.0, 120.0),
    code="LOINC:2019-8",
    decimals=0,
    description=("Carbon dioxide pressure in arterial blood; needed to say what PaO2 was to be expected."),
)
