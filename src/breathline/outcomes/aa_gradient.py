"""Alveolar–arterial difference of oxygen pressure."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="aa_gradient",
    label="A–a gradient",
    unit="mmHg",
    other_units=("kPa",),
    domain=Domain.GAS_EXCHANGE,
    direction=Direction.LOWER,
    plausible=(-10.0, 650.0),
    error=Threshold(
        value=10.0,
        scale=Scale.ABSOLUTE,
        source=Source(
            "thorson_1983",
            verified=False,
            note="derived from the variation of PaO2 in intensive care; none of the gradient itself was found",
        ),
        printed="Coefficient of variation of PaO2 5.1 %, at 70 mmHg 3.6 mmHg: 1.96 × √2 × 3.6 = 10 mmHg.",
    ),
    important_difference=Threshold(
        value=5.0,
        scale=Scale.ABSOLUTE,
        source=Source("raghu_2004", "definition of progression", verified=False),
        printed=(
            "A rise of at least 5 mmHg at rest counted as progression; readers objected that day-to-day "
            "variation alone can give that, so the error decides here."
        ),
    ),
    conditions=("fio2", "oxygen_flow", "altitude"),
    decimals=0,
    description="Oxygen pressure lost between the air sacs and arterial blood; posture belongs in `method`.",
)
