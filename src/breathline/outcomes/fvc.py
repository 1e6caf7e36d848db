"""Forced vital capacity."""

from breathline.model.change import Daily, Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="fvc",
    label="FVC",
    unit="L",
    other_units=("mL",),
    domain=Domain.FUNCTION,
    direction=Direction.HIGHER,
    plausible=(0.3, 9.0),
    code="LOINC:19868-9",
    error=Threshold(
        value=0.334,
        scale=Scale.ABSOLUTE,
        source=Source("osic_2020", "552 pairs of tests at most two weeks apart"),
        printed="Coefficient of repeatability computed from the OSIC data of fibrotic lung disease: "
        "within-patient standard deviation 120 mL in 552 pairs at most two weeks apart; "
        "1.96 × √2 × 120 mL = 334 mL (with the unrounded standard deviation).",
    ),
    important_difference=Threshold(
        value=6.0,
        scale=Scale.PERCENT_PREDICTED,
        source=Source("dubois_2011_fvc", "abstract"),
        printed="2 to 6 % predicted; the upper end is taken, so that what counts matters by every estimate.",
    ),
    equation="gli_2022_fvc",
    several_a_day=Daily.BEST,
    decimals=2,
    description="Volume of a full forced breath out.",
)
