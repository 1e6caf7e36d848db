"""The named criteria: each condition ticked or not and why, before treatment beside on treatment."""

from __future__ import annotations

from dataclasses import dataclass

from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment, Verdict
from breathline.model.criterion import Answer, ConditionAnswer
from breathline.report.sections.citations import Citations
from breathline.report.sections.front import OVERALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One condition in words, with those it is made of."""

    answer: str
    word: str
    printed: str
    reason: str
    parts: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodView:
    """What a criterion says of one time."""

    period: str
    read_at: str
    label: str
    answer: str
    statement: str
    lines: tuple[Line, ...]
    reasons: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionView:
    """A criterion with its answer for every time it was read over."""

    title: str
    presumed: tuple[str, ...]
    periods: tuple[PeriodView, ...]
    cites: tuple[int, ...]


def view_criteria(assessment: Assessment, say: Wording, citations: Citations) -> tuple[CriterionView, ...]:
    """Put the verdicts of every criterion but the overall one into words, one entry a criterion."""
    by_name: dict[str, list[Verdict]] = {}
    for verdict in assessment.verdicts:
        if verdict.criterion != OVERALL:
            by_name.setdefault(verdict.criterion, []).append(verdict)
    return tuple(_criterion(verdicts, say, citations) for verdicts in by_name.values())


def _criterion(verdicts: list[Verdict], say: Wording, citations: Citations) -> CriterionView:
    return CriterionView(
        title=verdicts[0].title,
        presumed=tuple(dict.fromkeys(line for verdict in verdicts for line in verdict.presumed)),
        periods=tuple(_period(verdict, say) for verdict in verdicts),
        cites=citations.cite([source for verdict in verdicts for source in verdict.source]),
    )


def _period(verdict: Verdict, say: Wording) -> PeriodView:
    lines = tuple(_line(answer, say) for answer in verdict.conditions)
    return PeriodView(
        period="" if verdict.period is None else say(f"criteria.period.{verdict.period}"),
        read_at="" if verdict.read_at is None else say("criteria.read_at", when=say.moment(verdict.read_at)),
        label=say.optional(f"verdict_label.{verdict.label}", verdict.label.replace("_", " ")),
        answer=verdict.label if verdict.label in set(Answer) else "",
        statement=verdict.statement,
        lines=lines,
        reasons=() if lines else verdict.reasons,
        missing=verdict.missing,
    )


def _line(answer: ConditionAnswer, say: Wording) -> Line:
    return Line(
        answer=answer.answer.value,
        word=say(f"criteria.{answer.answer}"),
        printed=answer.printed,
        reason=answer.reason,
        parts=tuple(_line(part, say) for part in answer.parts),
    )
