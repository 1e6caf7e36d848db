"""Symptoms compared with the previous visit."""

from breathline.model.change import Direction, Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="symptoms",
    label="Symptoms",
    unit="1",
    domain=Domain.SYMPTOMS,
    direction=Direction.HIGHER,
    plausible=(-1.0, 1.0),
    ordinal=True,
    comparative=True,
    decimals=0,
    description=(
        "The patient’s and physician’s judgement against the previous visit: better, the same, worse."
    ),
)
