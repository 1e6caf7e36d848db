"""Ground-glass opacity on CT."""

from breathline.outcomes.ct_pattern import extent

MEASURE = extent(
    "ct_ground_glass",
    "Ground-glass on CT",
    "Hazy increase of density that leaves vessels visible [% of lung volume].",
)
