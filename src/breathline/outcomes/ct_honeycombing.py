"""Honeycombing on CT."""

from breathline.outcomes.ct_pattern import extent

MEASURE = extent(
    "ct_honeycombing",
    "Honeycombing on CT",
    "Clustered thick-walled cysts below the pleura [% of lung volume].",
)
