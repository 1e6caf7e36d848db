"""Borg breathlessness score."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="borg",
    label="Borg score",
    unit="score",
    other_units=("1",),
    domain=Domain.SYMPTOMS,
    direction=Direction.LOWER,
    plausible=(0.0, 10.0),
    important_difference=Threshold(
        value=1.0,
        scale=Scale.ABSOLUTE,
        source=Source("ries_2005", "abstract"),
        printed=(
            "1 unit, from effect sizes of rehabilitation trials; no measurement error in lung "
            "fibrosis was found."
        ),
    ),
    ordinal=True,
    description="Breathlessness the patient feels at the end of the walk, 0 to 10.",
)
