"""Lung volume on CT."""

from breathline.model.change import Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="ct_lung_volume",
    label="Lung volume on CT",
    unit="L",
    other_units=("mL",),
    domain=Domain.IMAGING,
    direction=None,  # Shown so that the other CT measures can be read beside the depth of breath; not judged.
    plausible=(0.3, 12.0),
    decimals=2,
    description=("Volume of the lungs as scanned; it depends on how deeply the patient breathed in."),
)
