"""Six-minute walk distance."""

from breathline.model.change import Daily, Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="six_minute_walk",
    label="Six-minute walk distance",
    unit="m",
    other_units=("ft",),
    domain=Domain.EXERCISE,
    direction=Direction.HIGHER,
    plausible=(1.0, 1000.0),
    code="LOINC:64098-7",
    error=Threshold(
        value=11.6,
        scale=Scale.RELATIVE,
        source=Source("eaton_2005", "abstract"),
        printed=(
            "Within-subject standard deviation 4.2 % of the mean in 29 patients with fibrotic "
            "interstitial pneumonia, one week apart; 1.96 × √2 × 4.2 % = 11.6 %."
        ),
    ),
    important_difference=Threshold(
        value=30.0,
        scale=Scale.ABSOLUTE,
        source=Source("dubois_2011_walk", "abstract"),
        printed=(
            "24 to 45 m; 30 m is taken, near the middle of the published estimates (28 m by Swigris 2010)."
        ),
    ),
    equation="enright_1998_walk",
    conditions=("oxygen_flow",),
    several_a_day=Daily.BEST,
    learning=Threshold(
        value=21.0,
        scale=Scale.ABSOLUTE,
        source=Source("holland_2018", "abstract"),
        printed=(
            "The second walk was 21 m longer (95 % interval 12 to 30) in idiopathic pulmonary fibrosis; the gain "
            "was still there at eight weeks (14 m) and no longer sure at six months (15 m, −1 to 30)."
        ),
    ),
    decimals=0,
    description="How far the patient walks on the flat in six minutes.",
)
