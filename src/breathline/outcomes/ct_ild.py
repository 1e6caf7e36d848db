"""All interstitial abnormality on CT."""

from breathline.outcomes.ct_pattern import extent

MEASURE = extent(
    "ct_ild",
    "Interstitial abnormality on CT",
    "Ground-glass, reticulation and honeycombing together [% of lung volume].",
)
