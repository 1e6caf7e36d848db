"""The learning effect of a first test: a first walk ever is short for want of practice.

A rise from such a baseline is called better only if it would be without the learning effect too. A fall is
judged as it stands: practice would have hidden some of it, never caused it.
"""

from __future__ import annotations

from dataclasses import replace

from breathline.model.change import Change, Direction, Judgement, OutcomeMeasure
from breathline.outcomes.change import Limits, verdicts
from breathline.outcomes.series import PRACTISED_WORDS, Dated, Series
from breathline.outcomes.wording import amount


def is_first_ever(series: Series, baseline: Dated) -> bool:
    """Tell whether a value is the first test on record, done once that day and with no practice noted."""
    if series.measure.learning is None or series.first_day is None:
        return False
    first = baseline.day == series.first_day and baseline.informative
    return first and baseline.tests == 1 and not baseline.says(PRACTISED_WORDS)


def allow_for_learning(measure: OutcomeMeasure, change: Change) -> Change:
    """Judge a change from a first test ever, and say that it was one."""
    learning = measure.learning
    if learning is None or change.delta is None or change.judgement is Judgement.CANNOT_TELL:
        return change
    what = (
        f"The baseline is the first test on record, which falls about {amount(measure, learning.value)} short"
    )
    if change.judgement is not Judgement.BETTER:
        return replace(change, reason=f"{change.reason} {what} for want of practice.")
    up = 1.0 if change.direction is Direction.HIGHER else -1.0
    limits = Limits(
        error=change.error,
        importance=change.important_difference,
        importance_known=measure.important_difference is not None,
    )
    rest = change.delta - up * learning.value
    kept = rest * up > 0 and verdicts(measure, rest, limits) == (True, True)
    effect = "the rest is still" if kept else "the rest is not"
    return replace(
        change,
        judgement=Judgement.BETTER if kept else Judgement.NO_CHANGE,
        reason=f"{change.reason} {what} for want of practice; {effect} beyond error and importance.",
    )
