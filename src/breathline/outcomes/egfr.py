"""Estimated glomerular filtration rate."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="egfr",
    label="eGFR",
    unit="mL/min/1.73m2",
    domain=Domain.KIDNEY,
    direction=Direction.HIGHER,
    plausible=(1.0, 200.0),
    code="LOINC:98979-8",
    error=Threshold(
        value=16.5,
        scale=Scale.RELATIVE,
        source=Source("thoni_2022", "abstract"),
        printed=(
            "Reference change value ±16.5 %, from 37 studies of the variation of creatinine within a person."
        ),
    ),
    important_difference=Threshold(
        value=30.0,
        scale=Scale.RELATIVE,
        source=Source("levey_2014", verified=False, note="as an end point of trials"),
        printed="A fall of 30 %.",
    ),
    decimals=0,
    description="Filtration of the kidneys, estimated from creatinine.",
)
