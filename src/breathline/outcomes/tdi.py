"""Transition dyspnoea index."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="tdi",
    label="TDI",
    unit="score",
    other_units=("1",),
    domain=Domain.SYMPTOMS,
    direction=Direction.HIGHER,
    plausible=(-9.0, 9.0),
    important_difference=Threshold(
        value=1.5,
        scale=Scale.ABSOLUTE,
        source=Source("khanna_2009", "abstract"),
        printed="1.5 units, for the better and for the worse, in systemic sclerosis with lung disease.",
    ),
    ordinal=True,
    decimals=0,
    description=(
        "Change of breathlessness since the baseline index (BDI), −9 to 9; 0 on the day of the BDI by "
        "definition. No measurement error was found."
    ),
)
