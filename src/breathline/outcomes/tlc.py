"""Total lung capacity."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="tlc",
    label="TLC",
    unit="L",
    other_units=("mL",),
    domain=Domain.FUNCTION,
    direction=Direction.HIGHER,
    plausible=(0.8, 12.0),
    error=Threshold(
        value=13.9,
        scale=Scale.RELATIVE,
        source=Source("love_1980", "abstract", verified=False, note="the lower end of the range is taken"),
        printed=(
            "Coefficients of variation of lung volumes on different days between 5 and 10 %; "
            "1.96 × √2 × 5 % = 13.9 %."
        ),
    ),
    important_difference=Threshold(
        value=10.0,
        scale=Scale.RELATIVE,
        source=Source("ats_ers_2000", "response to treatment", verified=False),
        printed="10 % or more (at least 200 mL).",
    ),
    equation="gli_2021_tlc",
    decimals=2,
    description="Volume of the lungs after the deepest breath in.",
)
