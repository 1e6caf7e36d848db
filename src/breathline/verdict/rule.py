"""A rule: cases in order, each with a label and the condition that gives it, read over a period.

The first case whose condition is met gives the label. A case that cannot be told leaves the label open, since it
might have been the one. A rule that is met or not has one case; a rule that grades has one for each class.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from breathline.model.assessment import Verdict
from breathline.model.criterion import Answer, ConditionAnswer, Period
from breathline.model.measurement import Moment
from breathline.sources import Source
from breathline.verdict.conditions import Condition, leaves, measures_of
from breathline.verdict.criterion import Criterion, Evidence
from breathline.verdict.reading import PERIOD_WORDS, Reading, Window, read

MET, NOT_MET, CANNOT_TELL = (answer.value for answer in Answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One answer of a rule.

    Parameters
    ----------
    statement
        The answer in a sentence.
    condition
        None for the last case of a rule, which holds where no other does.
    """

    label: str
    statement: str
    condition: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presumption:
    """What a publication takes as given: whom it speaks of, and what else was excluded.

    Parameters
    ----------
    against
        Gives what in the record speaks against it, as a sentence; empty where nothing does.
    binding
        Whether the rule is not met where the record speaks against it; else it is only said.
    """

    printed: str
    against: Callable[[Evidence], str] = lambda _: ""
    binding: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A criterion as a table.

    Parameters
    ----------
    printed
        The words of the publication.
    cases
        In the order in which they are asked; the last may be without a condition.
    note
        Where the publication leaves something open, and how it is taken here.
    """

    key: str
    title: str
    printed: str
    source: Source
    window: Window
    cases: tuple[Case, ...]
    periods: tuple[Period, ...]
    presumes: tuple[Presumption, ...] = ()
    note: str = ""


def criterion_of(rule: Rule) -> Criterion:
    """Make a criterion of a rule."""
    return Criterion(
        key=rule.key,
        title=rule.title,
        printed=rule.printed,
        judge=partial(judge_rule, rule),
        source=rule.source,
        periods=rule.periods,
        labels=tuple(dict.fromkeys(case.label for case in rule.cases)),
        rule=rule,
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What a rule came to at one visit: the case, or None where it cannot be told.

    Parameters
    ----------
    seen_again
        Whether a later visit sees all that was seen here, so that its answer takes the place of this one.
    """

    case: Case | None
    answers: tuple[ConditionAnswer, ...]
    moment: Moment
    seen_again: bool


def judge_rule(rule: Rule, evidence: Evidence) -> Verdict:
    """Read a rule over the period of the evidence.

    At several visits the first case counts wherever it was met (progression at any time is progression); else a
    visit at which it can neither be told nor ruled out although a part of it was met, unless a later visit sees the
    same tests and more; else the last visit.
    """
    readings = read(evidence, rule.window)
    if isinstance(readings, str):
        return _no_reading(rule, evidence, readings)
    found = _chosen([_read_at(rule, reading, readings) for reading in readings], rule.cases[0])
    refused = [(p, words) for p in rule.presumes if (words := p.against(evidence))]
    binding = next((words for p, words in refused if p.binding), "")
    if binding:
        return _refused(rule, evidence, found, binding)
    return _verdict(rule, evidence, found)


def _read_at(rule: Rule, reading: Reading, readings: Sequence[Reading]) -> _Read:
    asked = frozenset().union(*(measures_of(case.condition) for case in rule.cases if case.condition))
    seen_again = any(later.day > reading.day and later.sees_all_of(reading, asked) for later in readings)
    answers: list[ConditionAnswer] = []
    open_case = False
    for case in rule.cases:
        if case.condition is None:
            return _Read(None if open_case else case, tuple(answers), reading.moment, seen_again)
        answer = case.condition.answer(reading)
        answers.append(answer)
        if answer.answer is Answer.MET:
            return _Read(None if open_case else case, tuple(answers), reading.moment, seen_again)
        open_case = open_case or answer.answer is Answer.CANNOT_TELL
    return _Read(None, tuple(answers), reading.moment, seen_again)


def _chosen(found: Sequence[_Read], first: Case) -> _Read:
    for one in found:
        if one.case is first:
            return one
    half = [one for one in found if one.case is None and not one.seen_again and _partly_met(one.answers)]
    return (half or found)[-1]


def _partly_met(answers: Sequence[ConditionAnswer]) -> bool:
    return any(leaf.answer is Answer.MET for leaf in leaves(answers))


def _verdict(rule: Rule, evidence: Evidence, found: _Read) -> Verdict:
    case = found.case
    missing = () if case else tuple(dict.fromkeys(line for a in found.answers for line in a.missing))
    statement = (
        case.statement if case else f"Cannot be told {PERIOD_WORDS[evidence.period]} from this record."
    )
    return Verdict(
        criterion=rule.key,
        title=rule.title,
        label=case.label if case else CANNOT_TELL,
        statement=statement,
        reasons=tuple(dict.fromkeys(leaf.reason for leaf in _telling(found))),
        missing=missing,
        source=(str(rule.source),),
        period=evidence.period,
        read_at=found.moment,
        conditions=found.answers,
        presumed=_presumed(rule, evidence),
    )


def untold(period: Period) -> str:
    """Say that a record does not tell."""
    if period is Period.RECORD:
        return "Cannot be told from this record."
    return f"Cannot be told {PERIOD_WORDS[period]} from this record."


def _telling(found: _Read) -> list[ConditionAnswer]:
    """Give the conditions that explain the answer: what is met where it is met, else all that was told."""
    told = [leaf for leaf in leaves(found.answers) if leaf.answer is not Answer.CANNOT_TELL]
    met = [leaf for leaf in told if leaf.answer is Answer.MET]
    last_is_met = bool(found.answers) and found.answers[-1].answer is Answer.MET
    return met if found.case and last_is_met else told


def _refused(rule: Rule, evidence: Evidence, found: _Read, words: str) -> Verdict:
    return Verdict(
        criterion=rule.key,
        title=rule.title,
        label=NOT_MET,
        statement=words,
        reasons=(words,),
        source=(str(rule.source),),
        period=evidence.period,
        read_at=found.moment,
        conditions=found.answers,
        presumed=_presumed(rule, evidence),
    )


def _no_reading(rule: Rule, evidence: Evidence, missing: str) -> Verdict:
    return Verdict(
        criterion=rule.key,
        title=rule.title,
        label=CANNOT_TELL,
        statement=untold(evidence.period),
        missing=(missing,),
        source=(str(rule.source),),
        period=evidence.period,
        presumed=_presumed(rule, evidence),
    )


def _presumed(rule: Rule, evidence: Evidence) -> tuple[str, ...]:
    found = []
    for presumption in rule.presumes:
        words = presumption.against(evidence)
        found.append(f"{presumption.printed}. But: {words}" if words else f"{presumption.printed}.")
    return (*found, rule.note) if rule.note else tuple(found)
