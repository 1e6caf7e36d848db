"""The named criteria: the answers with what decided them, and every condition with its own answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment, Verdict
from breathline.model.criterion import Answer, ConditionAnswer
from breathline.report.sections.citations import Citations
from breathline.report.sections.front import OVERALL

MOST_DECIDED = 2
"""What decided is told by so many conditions; the table of all conditions has the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """An answer with its tick and its reason; a condition made of others has no reason but theirs."""

    answer: str
    word: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRow:
    """One condition, how deep it lies in the tree, and its answer for each time the criterion was read over.

    Parameters
    ----------
    alike
        True where the reason is the same each time, so that it is told once.
    on_paper
        False for parts that cannot be told at any time: the one above them says so, and paper is short.
    """

    level: int
    printed: str
    answers: tuple[AnswerView | None, ...]
    alike: bool
    on_paper: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodView:
    """What a criterion says of one time, and what decided it; the sentence only where the answer alone is not one."""

    period: str
    read_at: str
    label: str
    answer: str
    statement: str
    decided: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionView:
    """A criterion with its answer for every time it was read over."""

    key: str
    title: str
    presumed: tuple[str, ...]
    periods: tuple[PeriodView, ...]
    tree: tuple[ConditionRow, ...]
    cites: tuple[int, ...]


def view_criteria(assessment: Assessment, say: Wording, citations: Citations) -> tuple[CriterionView, ...]:
    """Put the verdicts of every criterion but the overall one into words, one entry a criterion."""
    by_name: dict[str, list[Verdict]] = {}
    for verdict in assessment.verdicts:
        if verdict.criterion != OVERALL:
            by_name.setdefault(verdict.criterion, []).append(verdict)
    return tuple(_criterion(name, verdicts, say, citations) for name, verdicts in by_name.items())


def _criterion(name: str, verdicts: list[Verdict], say: Wording, citations: Citations) -> CriterionView:
    return CriterionView(
        key=name,
        title=verdicts[0].title,
        presumed=tuple(dict.fromkeys(line for verdict in verdicts for line in verdict.presumed)),
        periods=tuple(_period(verdict, say) for verdict in verdicts),
        tree=tuple(_tree(verdicts, say)),
        cites=citations.cite([source for verdict in verdicts for source in verdict.source]),
    )


def _period(verdict: Verdict, say: Wording) -> PeriodView:
    decided = list(dict.fromkeys(deciding(verdict.conditions) if verdict.conditions else verdict.reasons))
    shown = decided[:MOST_DECIDED]
    if len(decided) > len(shown):
        shown.append(say("criteria.more", count=len(decided) - len(shown)))
    answer = verdict.label if verdict.label in set(Answer) else ""
    return PeriodView(
        period="" if verdict.period is None else say(f"criteria.period.{verdict.period}"),
        read_at=""
        if verdict.read_at is None
        else say("criteria.read_at", when=say.short_moment(verdict.read_at)),
        label=say.optional(f"verdict_label.{verdict.label}", verdict.label.replace("_", " ")),
        answer=answer,
        statement="" if answer and decided else verdict.statement,
        decided=tuple(shown),
        missing=verdict.missing,
    )


def deciding(conditions: Sequence[ConditionAnswer]) -> Iterator[str]:
    """Give the reasons of the conditions that decided: from the top down, those that answer as the whole does.

    Of several cases, as a criterion that grades has them, the met one decides; where none is met, those that cannot
    be told; where all are known, all of them.
    """
    answers = {condition.answer for condition in conditions}
    wanted = next(one for one in (Answer.MET, Answer.CANNOT_TELL, Answer.NOT_MET) if one in answers)
    for condition in conditions:
        if condition.answer is wanted:
            yield from _path(condition)


def _path(condition: ConditionAnswer) -> Iterator[str]:
    agreeing = [part for part in condition.parts if part.answer is condition.answer]
    if not agreeing:
        yield condition.reason
    for part in agreeing:
        yield from _path(part)


def _tree(verdicts: Sequence[Verdict], say: Wording) -> Iterator[ConditionRow]:
    """Lay the trees of all periods beside each other, condition by condition; each differing tree stands alone."""
    trees = [tuple(_flat(verdict.conditions, 0)) for verdict in verdicts]
    told = [tree for tree in trees if tree]
    alike = {tuple((level, one.printed) for level, one in tree) for tree in told}
    if len(alike) == 1:
        for n, (level, one) in enumerate(told[0]):
            yield _row(level, one, [_answer(tree[n][1], say) if tree else None for tree in trees])
        return
    for place, tree in enumerate(trees):
        for level, one in tree:
            yield _row(level, one, [_answer(one, say) if k == place else None for k in range(len(trees))])


def _row(level: int, condition: ConditionAnswer, answers: Sequence[AnswerView | None]) -> ConditionRow:
    reasons = {None if one is None else one.reason for one in answers}
    unknown = {one.answer for one in answers if one is not None} == {Answer.CANNOT_TELL.value}
    return ConditionRow(
        level=level,
        printed=condition.printed,
        answers=tuple(answers),
        alike=len(reasons) == 1,
        on_paper=level == 0 or not unknown,
    )


def _flat(conditions: Sequence[ConditionAnswer], level: int) -> Iterator[tuple[int, ConditionAnswer]]:
    for condition in conditions:
        yield level, condition
        yield from _flat(condition.parts, level + 1)


def _answer(condition: ConditionAnswer, say: Wording) -> AnswerView:
    return AnswerView(
        answer=condition.answer.value,
        word=say(f"criteria.{condition.answer}"),
        reason="" if condition.parts else condition.reason,
    )
