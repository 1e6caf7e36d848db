"""What a criterion is: a named rule with a source, and a function from the evidence to a verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from breathline.model.assessment import Standing, Timeline, Verdict
from breathline.model.change import Change
from breathline.model.course import Response, Trajectory
from breathline.model.criterion import Period
from breathline.model.patient import Person
from breathline.model.safety import SafetySummary
from breathline.sources import Source

if TYPE_CHECKING:
    from breathline.verdict.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything a criterion may look at.

    Parameters
    ----------
    standings
        Every value of the record, with what was expected of it.
    changes
        One a measure, from the last value before treatment to the last on treatment.
    before
        The change over the time before treatment.
    against_best
        The last value on treatment against the best before it.
    responses, responses_before
        The course of each measure on treatment, and before it.
    trajectories
        Slopes before treatment and on it.
    period
        The time that is asked about.
    """

    person: Person
    timeline: Timeline
    standings: tuple[Standing, ...]
    changes: tuple[Change, ...]
    before: tuple[Change, ...]
    safety: SafetySummary
    against_best: tuple[Change, ...] = ()
    responses: tuple[Response, ...] = ()
    responses_before: tuple[Response, ...] = ()
    trajectories: tuple[Trajectory, ...] = ()
    period: Period = Period.ON


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A named rule.

    Parameters
    ----------
    printed
        The words of the publication, or of the rule where it is ours.
    judge
        From the evidence to the verdict; pure.
    periods
        The times it is read over.
    labels
        The answers it may give besides ``cannot_tell``; empty for a number.
    rule
        The rule as a table of conditions, where it is one.
    """

    key: str
    title: str
    printed: str
    judge: Callable[[Evidence], Verdict]
    source: Source | None = None
    periods: tuple[Period, ...] = (Period.ON,)
    labels: tuple[str, ...] = ()
    rule: Rule | None = None
