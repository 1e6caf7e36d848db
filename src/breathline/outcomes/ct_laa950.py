"""Low-attenuation areas on CT."""

from breathline.model.change import Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="ct_laa950",
    label="Low-attenuation areas on CT",
    unit="%",
    other_units=("fraction",),
    domain=Domain.IMAGING,
    direction=None,  # Not judged: it moves with the depth of breath, and is not yet adjusted for that.
    plausible=(0.0, 100.0),
    description=(
        "Lung at or below −950 HU [% of lung volume]; rises with emphysema, noise and a deep breath."
    ),
)
