"""Emphysema on CT."""

from breathline.outcomes.ct_pattern import extent

MEASURE = extent(
    "ct_emphysema",
    "Emphysema on CT",
    "Destroyed lung without walls [% of lung volume].",
)
