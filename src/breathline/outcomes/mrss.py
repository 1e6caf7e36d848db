"""Modified Rodnan skin score."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="mrss",
    label="Modified Rodnan skin score",
    unit="score",
    other_units=("1",),
    domain=Domain.SKIN,
    direction=Direction.LOWER,
    plausible=(0.0, 51.0),
    error=Threshold(
        value=6.8,
        scale=Scale.ABSOLUTE,
        source=Source("clements_1995", "abstract"),
        printed=(
            "Within-patient standard deviation 2.45 with the same observer; 1.96 × √2 × 2.45 "
            "= 6.8 (4.6 with different observers would give 12.8)."
        ),
    ),
    important_difference=Threshold(
        value=5.0,
        scale=Scale.ABSOLUTE,
        source=Source("khanna_2019", "abstract"),
        printed="3 to 4 points in all patients, 5 in diffuse disease; the upper end is taken.",
    ),
    decimals=0,
    description="Thickness of the skin at 17 places, 0 to 51.",
)
