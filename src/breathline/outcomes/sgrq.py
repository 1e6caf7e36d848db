"""St George's Respiratory Questionnaire."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="sgrq",
    label="SGRQ total",
    unit="score",
    other_units=("1",),
    domain=Domain.SYMPTOMS,
    direction=Direction.LOWER,
    plausible=(0.0, 100.0),
    error=Threshold(
        value=15.0,
        scale=Scale.ABSOLUTE,
        source=Source(
            "swigris_2018", "abstract", verified=False, note="the standard deviation was not checked"
        ),
        printed=(
            "Test–retest reliability of questionnaires in pulmonary fibrosis 0.91 over two "
            "weeks (K-BILD, Prior 2019), standard deviation about 18 points: 1.96 × √2 × 18 × "
            "√(1 − 0.91) = 15. INPULSIS gives 0.72 to 0.76 over longer times."
        ),
    ),
    important_difference=Threshold(
        value=8.0,
        scale=Scale.ABSOLUTE,
        source=Source("swigris_2010_sgrq", "abstract"),
        printed=("5 to 8 points; the upper end is taken, so that what counts matters by every estimate."),
    ),
    description="Health as the patient sees it, 0 (best) to 100.",
)
