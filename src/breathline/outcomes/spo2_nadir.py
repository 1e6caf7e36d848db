"""Lowest oxygen saturation of the six-minute walk."""

from breathline.model.change import Daily, Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="spo2_nadir",
    label="Lowest SpO2 on walking",
    unit="%",
    other_units=("fraction",),
    domain=Domain.GAS_EXCHANGE,
    direction=Direction.HIGHER,
    plausible=(40.0, 100.0),
    error=Threshold(
        value=4.3,
        scale=Scale.ABSOLUTE,
        source=Source("holland_2018", "abstract"),
        printed=(
            "Differences of two walks 0.7 ± 2.2 points in pulmonary fibrosis, limits of "
            "agreement −4 to 5; 1.96 × 2.2 = 4.3."
        ),
    ),
    important_difference=Threshold(
        value=4.0,
        scale=Scale.ABSOLUTE,
        source=Source("ats_ers_2000", "response to treatment", verified=False),
        printed="4 points or more.",
    ),
    conditions=("fio2", "oxygen_flow", "altitude"),
    several_a_day=Daily.WORST,
    decimals=0,
    description="Lowest oxygen saturation by pulse oximetry during the six-minute walk.",
)
