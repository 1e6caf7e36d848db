"""Lung volume on CT."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.sources import Source

MEASURE = OutcomeMeasure(
    key="ct_lung_volume",
    label="Lung volume on CT",
    unit="L",
    other_units=("mL",),
    domain=Domain.IMAGING,
    direction=Direction.HIGHER,
    plausible=(0.3, 12.0),
    important_difference=Threshold(
        value=10.0,
        scale=Scale.RELATIVE,
        source=Source(
            "ats_ers_2000",
            "response to treatment",
            verified=False,
            note="published for total lung capacity and applied to CT by analogy",
        ),
        printed="10 % or more of total lung capacity, by analogy.",
    ),
    decimals=2,
    description=("Volume of the lungs as scanned; it depends on how deeply the patient breathed in."),
)
