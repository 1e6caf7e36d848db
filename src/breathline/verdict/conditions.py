"""How conditions are put together, in logic of three values.

A condition is anything that has printed words and answers a reading. What is not known stays unknown, unless the
rest already decides: two of three are met whatever the third is, and cannot be met where two are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from breathline.model.criterion import Answer, ConditionAnswer
from breathline.verdict.reading import Reading


class Condition(Protocol):
    """One line of a criterion."""

    @property
    def printed(self) -> str:
        """The words of the publication."""
        ...

    def answer(self, reading: Reading) -> ConditionAnswer:
        """Answer it at one visit."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SomeOf:
    """So many of its parts, at least; ``any_of`` and ``all_of`` are its ends."""

    printed: str
    count: int
    parts: tuple[Condition, ...]

    def answer(self, reading: Reading) -> ConditionAnswer:
        """Count what is met, and what could be."""
        answers = tuple(part.answer(reading) for part in self.parts)
        met, unknown = _count(answers, Answer.MET), _count(answers, Answer.CANNOT_TELL)
        if met >= self.count:
            answer = Answer.MET
        elif met + unknown < self.count:
            answer = Answer.NOT_MET
        else:
            answer = Answer.CANNOT_TELL
        return ConditionAnswer(
            printed=self.printed,
            answer=answer,
            reason=_tally(met, unknown, self.count, len(answers)),
            missing=_missing(answers) if answer is Answer.CANNOT_TELL else (),
            parts=answers,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Whichever:
    """One thing that can be known in several ways: those that were recorded decide, and one that is met suffices."""

    printed: str
    parts: tuple[Condition, ...]

    def answer(self, reading: Reading) -> ConditionAnswer:
        """Let the parts decide that can be told."""
        answers = tuple(part.answer(reading) for part in self.parts)
        told = [answer for answer in answers if answer.answer is not Answer.CANNOT_TELL]
        met = _count(answers, Answer.MET)
        if not told:
            answer, reason = Answer.CANNOT_TELL, "Known in none of the ways it could be."
        elif met:
            answer, reason = Answer.MET, f"Met by {met} of {len(told)} that can be told; one is enough."
        else:
            answer, reason = Answer.NOT_MET, f"Not met by any of {len(told)} that can be told."
        return ConditionAnswer(
            printed=self.printed,
            answer=answer,
            reason=reason,
            missing=(f"One of: {'; '.join(_missing(answers))}",) if not told else (),
            parts=tuple(_closed(answer) for answer in answers) if told else answers,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Opposite:
    """A condition that asks that another is not met."""

    printed: str
    part: Condition

    def answer(self, reading: Reading) -> ConditionAnswer:
        """Turn the answer round; what cannot be told stays so."""
        found = self.part.answer(reading)
        turned = {Answer.MET: Answer.NOT_MET, Answer.NOT_MET: Answer.MET}
        told = [leaf for leaf in leaves([found]) if leaf.answer is not Answer.CANNOT_TELL]
        return ConditionAnswer(
            printed=self.printed,
            answer=turned.get(found.answer, found.answer),
            reason=" ".join(leaf.reason for leaf in told) or found.reason,
            missing=found.missing,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAssessed:
    """A condition about which nothing in a record can speak."""

    printed: str
    why: str

    def answer(self, reading: Reading) -> ConditionAnswer:  # noqa: ARG002 - the answer is the same at every visit
        """Say that it is not assessed."""
        return ConditionAnswer(
            printed=self.printed,
            answer=Answer.CANNOT_TELL,
            reason=f"Not assessed: {self.why}.",
            missing=(f"{self.printed}: not assessed",),
        )


def any_of(printed: str, *parts: Condition) -> SomeOf:
    """One of them at least."""
    return SomeOf(printed=printed, count=1, parts=parts)


def all_of(printed: str, *parts: Condition) -> SomeOf:
    """Every one of them."""
    return SomeOf(printed=printed, count=len(parts), parts=parts)


def measures_of(condition: Condition) -> frozenset[str]:
    """Give the measures a condition and all it is made of look at."""
    inside: Sequence[Condition] = getattr(condition, "parts", ())
    turned: Condition | None = getattr(condition, "part", None)
    own = getattr(condition, "measure", "")
    found = {own} if own else set()
    return frozenset(found).union(*map(measures_of, inside), measures_of(turned) if turned else ())


def leaves(answers: Iterable[ConditionAnswer]) -> Iterator[ConditionAnswer]:
    """Give the conditions that are not made of others."""
    for answer in answers:
        if answer.parts:
            yield from leaves(answer.parts)
        else:
            yield answer


def _count(answers: Sequence[ConditionAnswer], which: Answer) -> int:
    return sum(answer.answer is which for answer in answers)


def _closed(answer: ConditionAnswer) -> ConditionAnswer:
    """Leave out what a way is made of that was not needed, because another was recorded."""
    return replace(answer, parts=()) if answer.answer is Answer.CANNOT_TELL else answer


def _missing(answers: Sequence[ConditionAnswer]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for answer in answers for line in answer.missing))


def _tally(met: int, unknown: int, asked: int, parts: int) -> str:
    wanted = "all are asked" if asked == parts else f"at least {asked} {'is' if asked == 1 else 'are'} asked"
    untold = f", {unknown} cannot be told" if unknown else ""
    return f"{met} of {parts} met{untold}; {wanted}."
