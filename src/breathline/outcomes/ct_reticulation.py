"""Reticulation on CT."""

from breathline.outcomes.ct_pattern import extent

MEASURE = extent(
    "ct_reticulation",
    "Reticulation on CT",
    "A net of fine or coarse lines [% of lung volume].",
)
