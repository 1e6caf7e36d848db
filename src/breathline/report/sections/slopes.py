"""Slopes before treatment and on it, and how sure each change is."""

from __future__ import annotations

from dataclasses import dataclass

from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.change import Change
from breathline.model.course import Slope, Trajectory
from breathline.report.sections.citations import Citations
from breathline.report.sections.outcomes import write_delta

CERTAIN_PERCENT = 99.0
"""Probabilities beyond this print as "over 99 %": the error they rest on is not known more exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlopeRow:
    """One measure's slopes in words: each with its interval."""

    label: str
    unit: str
    values: str
    before: tuple[str, str]
    on: tuple[str, str]
    difference: tuple[str, str]
    expected: tuple[str, str]
    observed: str
    judgement: str
    judgement_word: str
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty:
    """How far one change can be relied on, and how it looks against the best value before treatment."""

    better: str
    better_enough: str
    worse_enough: str
    best: str
    best_judgement: str
    best_judgement_word: str


def view_slopes(assessment: Assessment, say: Wording, citations: Citations) -> tuple[SlopeRow, ...]:
    """Put every trajectory into a row."""
    return tuple(_row(found, say, citations) for found in assessment.trajectories)


def _row(found: Trajectory, say: Wording, citations: Citations) -> SlopeRow:
    expected = ("", "")
    projection = found.projection
    if projection is not None:
        low, high = (say.number(one, found.decimals) for one in (projection.low, projection.high))
        expected = (
            say.number(projection.expected, found.decimals),
            say("outcomes.interval", low=low, high=high),
        )
    return SlopeRow(
        label=found.label,
        unit=say("slopes.a_year", unit=say.unit(found.unit, difference=True)),
        values=str(found.values),
        before=_slope(found.before, found, say),
        on=_slope(found.on, found, say),
        difference=_slope(found.difference, found, say),
        expected=expected,
        observed="" if projection is None else say.number(projection.observed, found.decimals),
        judgement=found.judgement.value,
        judgement_word=say(f"slope_judgement.{found.judgement.value}"),
        cites=citations.cite([found.source]),
    )


def _slope(slope: Slope | None, found: Trajectory, say: Wording) -> tuple[str, str]:
    if slope is None:
        return (say("outcomes.not_known"), "")
    low, high = (say.number(one, found.decimals, sign=True) for one in (slope.low, slope.high))
    middle = say.number(slope.per_year, found.decimals, sign=True)
    return middle, say("outcomes.interval", low=low, high=high)


def view_certainty(assessment: Assessment, say: Wording) -> dict[str, Certainty]:
    """Give, by measure, the probabilities that a change is real and large enough, and the change from the best."""
    best = {change.measure: change for change in assessment.against_best}
    return {
        change.measure: _certainty(change, best.get(change.measure), say) for change in assessment.changes
    }


def _certainty(change: Change, best: Change | None, say: Wording) -> Certainty:
    found = change.reliability
    return Certainty(
        better="" if found is None else _percent(found.better, say),
        better_enough="" if found is None else _percent(found.better_enough, say),
        worse_enough="" if found is None else _percent(found.worse_enough, say),
        best="" if best is None else write_delta(best, say),
        best_judgement="" if best is None else best.judgement.value,
        best_judgement_word="" if best is None else say(f"judgement.{best.judgement.value}"),
    )


def _percent(share: float | None, say: Wording) -> str:
    if share is None:
        return say("outcomes.not_known")
    percent = 100.0 * share
    if percent > CERTAIN_PERCENT:
        return say("certainty.over", percent=say.number(CERTAIN_PERCENT, 0))
    if percent < 100.0 - CERTAIN_PERCENT:
        return say("certainty.under", percent=say.number(100.0 - CERTAIN_PERCENT, 0))
    return say("certainty.percent", percent=say.number(percent, 0))
