"""Modified Medical Research Council grade of breathlessness."""

from breathline.model.change import Daily, Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="mmrc",
    label="mMRC grade",
    unit="class",
    other_units=(
        "1",
        "score",
    ),
    domain=Domain.SYMPTOMS,
    direction=Direction.LOWER,
    plausible=(0.0, 4.0),
    important_difference=Threshold(
        value=1.0,
        scale=Scale.ABSOLUTE,
        source=Source("mahler_1988", verified=False, note="one grade, by convention"),
        printed="One grade; grades have no published measurement error.",
    ),
    ordinal=True,
    several_a_day=Daily.WORST,
    decimals=0,
    description=("Breathlessness in daily life, 0 (only on strenuous exercise) to 4 (when dressing)."),
)
