"""Low-attenuation areas on CT."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="ct_laa950",
    label="Low-attenuation areas on CT",
    unit="%",
    other_units=("fraction",),
    domain=Domain.IMAGING,
    direction=Direction.LOWER,
    plausible=(0.0, 100.0),
    important_difference=Threshold(
        value=3.4,
        scale=Scale.ABSOLUTE,
        source=Source(
            "humphries_2018",
            "abstract",
            verified=False,
            note="published for the extent of fibrosis and applied to this one by analogy",
        ),
        printed=(
            "3.4 to 6.4 points of fibrosis extent by data-driven texture analysis in "
            "idiopathic pulmonary fibrosis; the lower end is taken, by analogy."
        ),
    ),
    description=(
        "Lung at or below −950 HU [% of lung volume]; rises with emphysema, noise and a deep breath."
    ),
)
