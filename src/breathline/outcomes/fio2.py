"""Fraction of oxygen in the inspired air, needed to read every oxygen value."""

from breathline.model.change import Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="fio2",
    label="FiO2",
    unit="%",
    other_units=("fraction",),
    domain=Domain.GAS_EXCHANGE,
    direction=None,
    plausible=(15.0, 100.0),
    code="LOINC:3150-0",
    decimals=0,
    description="Oxygen in the inspired air; 21 % is room air.",
)
