"""Height above sea level at which the tests of a day were done."""

from breathline.model.change import Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="altitude",
    label="Altitude",
    unit="m",
    other_units=("ft", "km"),
    domain=Domain.GAS_EXCHANGE,
    direction=None,
    plausible=(-450.0, 5500.0),
    # 150 m are 14 mmHg of barometric pressure, and 3 mmHg of alveolar oxygen: less than the 4 mmHg that matter.
    same_within=150.0,
    decimals=0,
    description="Height above sea level; oxygen pressures fall with it.",
)
