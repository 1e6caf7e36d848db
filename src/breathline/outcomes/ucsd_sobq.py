"""University of California San Diego Shortness of Breath Questionnaire."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="ucsd_sobq",
    label="UCSD SOBQ",
    unit="score",
    other_units=("1",),
    domain=Domain.SYMPTOMS,
    direction=Direction.LOWER,
    plausible=(0.0, 120.0),
    error=Threshold(
        value=12.5,
        scale=Scale.ABSOLUTE,
        source=Source("chen_2021", "abstract"),
        printed=(
            "Standard error of measurement 4.5 points in fibrotic interstitial lung disease; "
            "1.96 × √2 × 4.5 = 12.5."
        ),
    ),
    important_difference=Threshold(
        value=8.0,
        scale=Scale.ABSOLUTE,
        source=Source("chen_2021", "abstract"),
        printed="5 to 8 points; the upper end is taken, so that what counts matters by every estimate.",
    ),
    decimals=0,
    description="Breathlessness in 21 activities and three questions about its effects, 0 to 120.",
)
