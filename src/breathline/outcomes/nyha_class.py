"""NYHA (WHO) functional class."""

from breathline.model.change import Daily, Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="nyha_class",
    label="NYHA class",
    unit="class",
    other_units=(
        "1",
        "score",
    ),
    domain=Domain.SYMPTOMS,
    direction=Direction.LOWER,
    plausible=(1.0, 4.0),
    code="LOINC:88020-3",
    important_difference=Threshold(
        value=1.0,
        scale=Scale.ABSOLUTE,
        source=Source("nyha_1994", verified=False, note="one class, by convention"),
        printed="One class; classes have no published measurement error.",
    ),
    ordinal=True,
    several_a_day=Daily.WORST,
    decimals=0,
    description="How far breathlessness and fatigue limit activity, I (not) to IV (at rest).",
)
