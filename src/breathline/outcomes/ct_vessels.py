"""Extent of vessel-like structures on CT."""

from breathline.model.change import Direction, Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="ct_vessels",
    label="Vessels on CT",
    unit="%",
    other_units=("fraction",),
    domain=Domain.IMAGING,
    direction=Direction.LOWER,
    plausible=(0.0, 100.0),
    description=(
        "Vessels and structures like them inside the lungs [% of lung volume]; more goes "
        "with more severe fibrosis."
    ),
)
