"""Named criteria of response and progression, one file each."""

from breathline.registry import Registry
from breathline.verdict import overall
from breathline.verdict.criterion import Criterion, Evidence
from breathline.verdict.domains import find_domains

CRITERIA: Registry[Criterion] = Registry("criterion", "breathline.verdict")
CRITERIA.add("overall", overall.CRITERION)
CRITERIA.add("before_treatment", overall.BEFORE)

__all__ = ["CRITERIA", "Criterion", "Evidence", "find_domains"]
