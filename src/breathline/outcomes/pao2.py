"""Arterial oxygen pressure."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="pao2",
    label="PaO2",
    unit="mmHg",
    other_units=("kPa",),
    domain=Domain.GAS_EXCHANGE,
    direction=Direction.HIGHER,
    plausible=(20.0, 600.0),
    code="LOINC:2703-7",
    error=Threshold(
        value=14.1,
        scale=Scale.RELATIVE,
        source=Source(
            "thorson_1983", "abstract", note="measured in intensive care; no data of outpatients were found"
        ),
        printed="Coefficient of variation 5.1 %; 1.96 × √2 × 5.1 % = 14.1 % of the value.",
    ),
    important_difference=Threshold(
        value=4.0,
        scale=Scale.ABSOLUTE,
        source=Source("ats_ers_2000", "response to treatment", verified=False),
        printed=("4 mmHg or more, a convention for response; no minimal important difference was found."),
    ),
    equation="cerveri_1995_pao2",
    conditions=("fio2", "oxygen_flow", "altitude"),
    decimals=0,
    description="Oxygen pressure in arterial blood at rest; posture belongs in `method`.",
)
