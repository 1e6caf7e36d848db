"""King's Brief Interstitial Lung Disease questionnaire."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="k_bild",
    label="K-BILD total",
    unit="score",
    other_units=("1",),
    domain=Domain.SYMPTOMS,
    direction=Direction.HIGHER,
    plausible=(0.0, 100.0),
    error=Threshold(
        value=9.1,
        scale=Scale.ABSOLUTE,
        source=Source(
            "prior_2019", "abstract", verified=False, note="the standard deviation was not checked"
        ),
        printed=(
            "Test–retest reliability 0.91 over two weeks, standard deviation about 11 points: "
            "1.96 × √2 × 11 × √(1 − 0.91) = 9.1."
        ),
    ),
    important_difference=Threshold(
        value=4.7,
        scale=Scale.ABSOLUTE,
        source=Source("prior_2020", "abstract"),
        printed="4.7 points for the better, 2.7 for the worse; the larger is taken both ways.",
    ),
    description="Quality of life in interstitial lung disease, 0 to 100.",
)
