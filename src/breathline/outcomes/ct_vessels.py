"""Extent of vessel-like structures on CT."""

from breathline.model.change import Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="ct_vessels",
    label="Vessels on CT",
    unit="%",
    other_units=("fraction",),
    domain=Domain.IMAGING,
    direction=None,  # Not judged: which way is better for the patient is not established.
    plausible=(0.0, 100.0),
    description=(
        "Vessels and structures like them inside the lungs [% of lung volume]; more goes "
        "with more severe fibrosis."
    ),
)
