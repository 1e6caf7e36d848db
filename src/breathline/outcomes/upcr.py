"""Protein to creatinine ratio in urine."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="upcr",
    label="Urine protein/creatinine",
    unit="mg/g",
    other_units=("mg/mmol",),
    domain=Domain.KIDNEY,
    direction=Direction.LOWER,
    plausible=(1.0, 30000.0),
    code="LOINC:2890-2",
    error=Threshold(
        value=83.0,
        scale=Scale.RELATIVE,
        source=Source(
            "naresh_2012", "abstract", verified=False, note="one figure for a limit that falls with the level"
        ),
        printed=(
            "Repeatability limits ±160 % at 177 mg/g and ±50 % at 1,768 mg/g from day to day; "
            "1.96 × √2 × 30 % = 83 % lies between."
        ),
    ),
    important_difference=Threshold(
        value=50.0,
        scale=Scale.RELATIVE,
        source=Source("naresh_2012", verified=False, note="a halving, by convention"),
        printed="A fall by half.",
    ),
    decimals=0,
    description="Protein lost by the kidneys.",
)
