"""What a criterion is: a named rule with a source, and a function from the evidence to a verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from breathline.model.assessment import Standing, Timeline, Verdict
from breathline.model.change import Change
from breathline.model.course import Response, Trajectory
from breathline.model.patient import Person
from breathline.model.safety import SafetySummary
from breathline.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything a criterion may look at.

    Parameters
    ----------
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A named rule.

    Parameters
    ----------
    printed
        The words of the publication, or of the rule where it is ours.
    judge
        From the evidence to the verdict; pure.
    """

    key: str
    title: str
    printed: str
    judge: Callable[[Evidence], Verdict]
    source: Source | None = None
