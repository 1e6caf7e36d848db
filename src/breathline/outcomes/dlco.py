"""Diffusing capacity of the lung for carbon monoxide."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="dlco",
    label="DLCO",
    unit="mL/min/mmHg",
    other_units=("mmol/min/kPa",),
    domain=Domain.GAS_EXCHANGE,
    direction=Direction.HIGHER,
    plausible=(0.5, 70.0),
    code="LOINC:19911-7",
    error=Threshold(
        value=4.0,
        scale=Scale.ABSOLUTE,
        source=Source("zavorsky_2017", "table of reproducibility between sessions"),
        printed="In disease (DLCO 11–18): 2.7 mL/min/mmHg within a session, 4.0 between sessions.",
    ),
    important_difference=Threshold(
        value=15.0,
        scale=Scale.RELATIVE,
        source=Source("khanna_2015", "progression criteria of the OMERACT connective tissue disease group"),
        printed="A relative change of 15 % or more, the convention of ATS/ERS 2000 and OMERACT; no minimal "
        "important difference in interstitial lung disease was found.",
    ),
    equation="gli_2017_dlco",
    description="How readily gas passes from the air sacs into the blood.",
)
