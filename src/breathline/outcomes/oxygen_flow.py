"""Oxygen given during the tests of a day."""

from breathline.model.change import Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="oxygen_flow",
    label="Oxygen flow",
    unit="L/min",
    domain=Domain.GAS_EXCHANGE,
    direction=None,
    plausible=(0.0, 60.0),
    same_within=0.25,
    description="Oxygen given during the tests of that day; 0 is room air. What was measured on it is compared "
    "only at the same flow.",
)
