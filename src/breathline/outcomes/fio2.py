"""Fraction of oxygen in the inspired air."""

from breathline.model.change import Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="fio2",
    label="FiO2",
    unit="%",
    other_units=("fraction",),
    domain=Domain.GAS_EXCHANGE,
    direction=None,
    plausible=(15.0, 100.0),
    same_within=0.5,
    decimals=0,
    description=(
        "Oxygen in the inspired air; 21 % is room air. Oxygen values are compared only at the same FiO2."
    ),
)
