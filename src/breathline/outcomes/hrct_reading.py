"""HRCT compared with the previous scan by a reader."""

from breathline.model.change import Direction, Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="hrct_reading",
    label="HRCT reading",
    unit="1",
    domain=Domain.IMAGING,
    direction=Direction.HIGHER,
    plausible=(-1.0, 1.0),
    ordinal=True,
    comparative=True,
    decimals=0,
    description="A reader’s judgement against the previous scan: better, the same, worse.",
)
