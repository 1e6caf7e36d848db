"""Fibrosis on CT."""

from breathline.outcomes.ct_pattern import extent

MEASURE = extent(
    "ct_fibrosis",
    "Fibrosis on CT",
    "Reticulation and honeycombing together [% of lung volume].",
    by_analogy=False,
)
