"""The contract of a criterion: what any verdict it gives must carry, and that vignettes reach all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from breathline.model.assessment import Verdict
from breathline.model.criterion import Answer, ConditionAnswer
from breathline.testing.contract import Findings
from breathline.verdict import Criterion, Evidence
from breathline.verdict.conditions import Condition, NotAssessed, Opposite, SomeOf, Whichever

CANNOT_TELL = "cannot_tell"


def check_verdict(verdict: Verdict, *, labels: Iterable[str] = ("met", "not_met")) -> None:
    """Check one verdict of a criterion, such as each vignette of its tests gives.

    Parameters
    ----------
    verdict
        What the criterion said.
    labels
        The answers it may give besides ``cannot_tell``.

    Raises
    ------
    ContractError
        If the label is unknown, "cannot tell" does not say what is missing, or the reasons, the statement
        or the sources are missing.
    """
    found = Findings(f"The verdict of '{verdict.criterion}'")
    _check_verdict(verdict, {*labels, CANNOT_TELL}, found)
    found.finish()


def check_criterion(criterion: Criterion, vignettes: Iterable[Evidence]) -> None:
    """Check a criterion with the vignettes of its tests.

    Every verdict is complete; every label is reached, ``cannot_tell`` too; every condition of a rule is seen met,
    not met and untold, as far as that can be; an empty record gives ``cannot_tell`` and says what is missing; the
    words of the publication stand beside everything, and the source is cited.

    Parameters
    ----------
    vignettes
        Invented patients, at least one of them for every branch.

    Raises
    ------
    ContractError
        Naming everything that does not hold.
    """
    found = Findings(f"The criterion '{criterion.key}'")
    found.expect(bool(criterion.title and criterion.printed), "title or printed words are missing")
    if criterion.source is None:
        found.expect(False, "it names no source")
    else:
        found.expect_source(criterion.source, "rule")
    evidence = tuple(vignettes)
    verdicts = tuple(criterion.judge(one) for one in evidence)
    for verdict in verdicts:
        labels = {*(criterion.labels or (verdict.label,)), CANNOT_TELL}
        _check_verdict(verdict, labels, found)
        found.expect(verdict.criterion == criterion.key, f"a verdict is named '{verdict.criterion}'")
    for label in (*criterion.labels, CANNOT_TELL):
        found.expect(label in {v.label for v in verdicts}, f"no vignette gives '{label}'")
    for one in evidence[:1]:
        nothing = criterion.judge(replace(one, standings=(), changes=(), before=()))
        found.expect(nothing.label == CANNOT_TELL, f"an empty record gives '{nothing.label}'")
        found.expect(bool(nothing.missing), "it does not say what an empty record lacks")
    _check_branches(criterion, verdicts, found)
    found.finish()


def _check_verdict(verdict: Verdict, allowed: set[str], found: Findings) -> None:
    found.expect(verdict.label in allowed, f"the label '{verdict.label}' is none of {sorted(allowed)}")
    found.expect(bool(verdict.title and verdict.statement), "title or statement is missing")
    found.expect(bool(verdict.source), "it names no source")
    if verdict.label == CANNOT_TELL:
        found.expect(bool(verdict.missing), "it cannot tell, but does not say what is missing")
    else:
        found.expect(bool(verdict.reasons), "it decides without a reason")


_Path = tuple[str, ...]


def _check_branches(criterion: Criterion, verdicts: Sequence[Verdict], found: Findings) -> None:
    if criterion.rule is None:
        return
    seen: dict[_Path, set[Answer]] = {}
    for verdict in verdicts:
        for path, answer in _answered(verdict.conditions, ()):
            seen.setdefault(path, set()).add(answer)
    asked = [case.condition for case in criterion.rule.cases]
    for condition in asked:
        if condition is None:
            continue
        # Where no other case is left, a record that is complete meets the last one.
        last: dict[_Path, Answer] = {(condition.printed,): Answer.NOT_MET}
        exempt = last if condition is asked[-1] else {}
        for path, answer in _expected(condition, (), exempt):
            found.expect(answer in seen.get(path, set()), f"no vignette shows '{path[-1]}' {answer}")
        for path, words in _unprinted(condition, ()):
            found.expect(bool(words), f"a condition below '{' / '.join(path)}' has no printed words")


def _answered(conditions: Iterable[ConditionAnswer], above: _Path) -> Iterator[tuple[_Path, Answer]]:
    for one in conditions:
        path = (*above, one.printed)
        yield path, one.answer
        yield from _answered(one.parts, path)


def _expected(
    condition: Condition, above: _Path, exempt: Mapping[_Path, Answer]
) -> Iterator[tuple[_Path, Answer]]:
    path = (*above, condition.printed)
    for answer in possible_answers(condition):
        if exempt.get(path) is not answer:
            yield path, answer
    for part in getattr(condition, "parts", ()):
        yield from _expected(part, path, exempt)


def _unprinted(condition: Condition, above: _Path) -> Iterator[tuple[_Path, str]]:
    yield above, condition.printed
    for part in getattr(condition, "parts", ()):
        yield from _unprinted(part, (*above, condition.printed))


def possible_answers(condition: Condition) -> frozenset[Answer]:
    """Give the answers a condition can come to, as its parts allow: what is never assessed is never met."""
    if isinstance(condition, NotAssessed):
        return frozenset({Answer.CANNOT_TELL})
    if isinstance(condition, Opposite):
        turned = {Answer.MET: Answer.NOT_MET, Answer.NOT_MET: Answer.MET}
        return frozenset(turned.get(answer, answer) for answer in possible_answers(condition.part))
    if isinstance(condition, SomeOf | Whichever):
        parts = [possible_answers(part) for part in condition.parts]
        return frozenset(_together(condition, answers) for answers in product(*parts))
    return frozenset(Answer)


def _together(condition: SomeOf | Whichever, answers: Sequence[Answer]) -> Answer:
    """Put answers together by the definition, apart from the code that is checked."""
    met, open_ = answers.count(Answer.MET), answers.count(Answer.CANNOT_TELL)
    if isinstance(condition, Whichever):
        if open_ == len(answers):
            return Answer.CANNOT_TELL
        return Answer.MET if met else Answer.NOT_MET
    if met >= condition.count:
        return Answer.MET
    return Answer.CANNOT_TELL if met + open_ >= condition.count else Answer.NOT_MET
