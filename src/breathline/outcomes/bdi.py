"""Baseline dyspnoea index."""

from breathline.model.change import Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="bdi",
    label="BDI",
    unit="score",
    other_units=("1",),
    domain=Domain.SYMPTOMS,
    direction=None,  # Not judged: its authors made the transition index to tell its changes.
    plausible=(0.0, 12.0),
    decimals=0,
    description="Breathlessness at the start, 0 (severe) to 12 (none); the TDI counts from its day.",
)
