"""How far the measures of an unchanged patient differ from scan to scan."""

from breathline.repeatability.pair import RepeatPair
from breathline.repeatability.study import Finding, Study, study_pairs, study_phantoms, summarise

__all__ = ["Finding", "RepeatPair", "Study", "study_pairs", "study_phantoms", "summarise"]
