"""Named criteria of response and progression, one file each."""

from breathline.registry import Registry
from breathline.verdict import overall
from breathline.verdict.criterion import Criterion, Evidence

CRITERIA: Registry[Criterion] = Registry("criterion", "breathline.verdict")
CRITERIA.add("overall", overall.CRITERION)

__all__ = ["CRITERIA", "Criterion", "Evidence"]
