"""Outcome measures: one file a measure; one function judges the change of any of them."""

from breathline.outcomes.change import judge_change
from breathline.outcomes.derivation import derive
from breathline.outcomes.measures import OUTCOMES
from breathline.outcomes.record import RecordChanges, judge_record, standardise

__all__ = ["OUTCOMES", "RecordChanges", "derive", "judge_change", "judge_record", "standardise"]
