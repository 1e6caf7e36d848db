"""Forced expiratory volume in one second."""

from breathline.model.change import Daily, Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="fev1",
    label="FEV1",
    unit="L",
    other_units=("mL",),
    domain=Domain.FUNCTION,
    direction=Direction.HIGHER,
    plausible=(0.2, 8.0),
    code="LOINC:20150-9",
    error=Threshold(
        value=12.0,
        scale=Scale.RELATIVE,
        source=Source("pellegrino_2005", "table 12", note="in healthy people; none found in lung fibrosis"),
        printed=(
            "A change of 12 % or more from week to week in normal subjects (20 % in chronic "
            "obstructive disease)."
        ),
    ),
    important_difference=Threshold(
        value=0.1,
        scale=Scale.ABSOLUTE,
        source=Source("donohue_2005", verified=False, note="in chronic obstructive disease"),
        printed="100 mL.",
    ),
    equation="gli_2022_fev1",
    several_a_day=Daily.BEST,
    decimals=2,
    description="Volume breathed out in the first second of a forced breath.",
)
