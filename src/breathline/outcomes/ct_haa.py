"""High-attenuation areas on CT."""

from breathline.model.change import Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="ct_haa",
    label="High-attenuation areas on CT",
    unit="%",
    other_units=("fraction",),
    domain=Domain.IMAGING,
    direction=None,  # Not judged: it moves with the depth of breath, and is not yet adjusted for that.
    plausible=(0.0, 100.0),
    description=("Lung between −600 and −250 HU [% of lung volume]; rises when the breath is not deep."),
)
