"""Transfer coefficient."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="kco",
    label="KCO",
    unit="mL/min/mmHg/L",
    other_units=("mmol/min/kPa/L",),
    domain=Domain.GAS_EXCHANGE,
    direction=Direction.HIGHER,
    plausible=(0.3, 12.0),
    error=Threshold(
        value=16.0,
        scale=Scale.RELATIVE,
        source=Source(
            "zavorsky_2017",
            "table of reproducibility",
            verified=False,
            note="published for DLCO in healthy people and applied to KCO by analogy",
        ),
        printed="Reproducibility of DLCO from week to week 16 %, by analogy.",
    ),
    important_difference=Threshold(
        value=15.0,
        scale=Scale.RELATIVE,
        source=Source("khanna_2015", verified=False, note="published for DLCO and applied to KCO by analogy"),
        printed="15 % or more, the convention for DLCO, by analogy.",
    ),
    equation="gli_2017_kco",
    decimals=2,
    description="DLCO for each litre of lung that takes part in the test.",
)
