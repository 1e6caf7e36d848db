"""Oxygen saturation at rest by pulse oximetry."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="spo2_rest",
    label="SpO2 at rest",
    unit="%",
    other_units=("fraction",),
    domain=Domain.GAS_EXCHANGE,
    direction=Direction.HIGHER,
    plausible=(40.0, 100.0),
    code="LOINC:59408-5",
    error=Threshold(
        value=3.9,
        scale=Scale.RELATIVE,
        source=Source(
            "hess_1992",
            "abstract",
            verified=False,
            note="the 95th percentile is taken, since devices differ from day to day",
        ),
        printed=("Coefficient of variation 0.5 %, 95th percentile 1.4 %; 1.96 × √2 × 1.4 % = 3.9 %."),
    ),
    important_difference=Threshold(
        value=4.0,
        scale=Scale.ABSOLUTE,
        source=Source("ats_ers_2000", "response to treatment", verified=False),
        printed="4 points or more.",
    ),
    conditions=("fio2", "oxygen_flow", "altitude"),
    decimals=0,
    description="Oxygen saturation by pulse oximetry at rest.",
)
