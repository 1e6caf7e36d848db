"""Six-minute walk distance."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="six_minute_walk",
    label="Six-minute walk distance",
    unit="m",
    other_units=("ft",),
    domain=Domain.EXERCISE,
    direction=Direction.HIGHER,
    plausible=(1.0, 1000.0),
    code="LOINC:64098-7",
    error=Threshold(
        value=66.0,
        scale=Scale.ABSOLUTE,
        source=Source("holland_2018", "abstract", verified=False),
        printed="to be derived",
    ),
    important_difference=Threshold(
        value=30.0,
        scale=Scale.ABSOLUTE,
        source=Source("dubois_2011_walk", "abstract"),
        printed="24 to 45 m; 30 m is taken, also the value of the ERS/ATS 2014 standard.",
    ),
    equation="enright_1998_walk",
    decimals=0,
    description="How far the patient walks on the flat in six minutes.",
)
