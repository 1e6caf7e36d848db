"""Consolidation on CT."""

from breathline.outcomes.ct_pattern import extent

MEASURE = extent(
    "ct_consolidation",
    "Consolidation on CT",
    "Density that hides the vessels [% of lung volume].",
)
