"""Composite physiologic index."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="cpi",
    label="CPI",
    unit="score",
    other_units=("1",),
    domain=Domain.FUNCTION,
    direction=Direction.LOWER,
    plausible=(-60.0, 100.0),
    error=Threshold(
        value=12.0,
        scale=Scale.ABSOLUTE,
        source=Source(
            "zavorsky_2017",
            verified=False,
            note="derived from the errors of DLCO and FVC; no repeatability of the index was found",
        ),
        printed=(
            "Standard deviation of one value about 6.5 % predicted for DLCO and 4 % for FVC and FEV1 (which go "
            "together, correlation 0.9): √((0.65 × 6.5)² + 1.15) = 4.4 points; 1.96 × √2 × 4.4 = 12."
        ),
    ),
    important_difference=Threshold(
        value=5.0,
        scale=Scale.ABSOLUTE,
        source=Source("schmidt_2011", "abstract", note="by mortality in idiopathic pulmonary fibrosis"),
        printed="A rise of five points over 12 months predicted mortality.",
    ),
    made_of=("fvc", "fev1", "dlco"),
    decimals=0,
    description="Extent of fibrosis that lung function speaks of, with the effect of emphysema taken out.",
)
