"""Conditions on a change: of so much, or beyond the error of the two values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf

from breathline.model.change import Direction
from breathline.model.criterion import Answer, ConditionAnswer
from breathline.model.measurement import Absence
from breathline.outcomes import OUTCOMES
from breathline.outcomes.limits import interval_of_difference
from breathline.verdict.comparable import obstacle
from breathline.verdict.haemoglobin import corrections
from breathline.verdict.limits import Counted, Limit, Towards
from breathline.verdict.reading import Entry, Pair, Reading
from breathline.verdict.wording import tell_change, tell_limits, tell_values

_SIGNS = {Towards.FALL: -1.0, Towards.RISE: 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A value that fell or rose by so much.

    "Unable because of the disease" at the later date is worse than any number, so that it passes every limit of
    worsening; the other way round for the earlier date.

    Parameters
    ----------
    towards
        Which way is counted; the other way counts below zero.
    limits
        All must hold for one pair of values: ``≥ 5 %`` and ``< 10 %``.
    corrected
        Whether the printed words ask for values corrected for haemoglobin.
    """

    printed: str
    measure: str
    counted: Counted
    towards: Towards
    limits: tuple[Limit, ...]
    corrected: bool = False

    def answer(self, reading: Reading) -> ConditionAnswer:
        """Find a pair that moved so far; the pair that moved most is told."""

        def tell(size: float, pair: Pair, met: bool) -> str:  # noqa: ARG001 - the limits are told either way
            moved = tell_change(self.counted, _SIGNS[self.towards] * size, pair, self.limits)
            return f"{moved}; {tell_limits(self.counted, self.towards, self.limits, pair)}"

        return _answer(
            self.printed,
            _sized(reading, self.measure, lambda pair: self._size(pair, reading)),
            met=lambda size: all(limit.holds(size) for limit in self.limits),
            tell=tell,
            lacking=reading.lacking(self.measure, values=2),
        )

    def _size(self, pair: Pair, reading: Reading) -> float | str:
        """Give how far a pair moved the way that is counted, or why it cannot be told."""
        if Absence.UNABLE in (pair.earlier.value, pair.later.value):
            return _SIGNS[self.towards] * _when_unable(pair)
        differs = obstacle(pair, reading)
        if differs:
            return differs
        factors = corrections(pair, reading) if self.corrected else (1.0, 1.0)
        if isinstance(factors, str):
            return factors
        delta = _COUNTS[self.counted](pair, *factors)
        return delta if isinstance(delta, str) else _SIGNS[self.towards] * delta


@dataclass(frozen=True, slots=True, kw_only=True)
class BeyondError:
    """A value of CT that rose or fell so far that the 95 % interval of the change leaves zero out."""

    printed: str
    measure: str
    towards: Towards

    def answer(self, reading: Reading) -> ConditionAnswer:
        """Find a pair that moved beyond its error; the pair that moved most is told."""

        def tell(size: float, pair: Pair, met: bool) -> str:  # noqa: ARG001 - the interval is not told again
            return f"{tell_values(pair)}: {self.towards} {'' if met else 'not '}beyond the error of the two scans"

        return _answer(
            self.printed,
            _sized(reading, self.measure, lambda pair: obstacle(pair, reading) or self._beyond(pair)),
            met=lambda size: size > 0.0,
            tell=tell,
            lacking=reading.lacking(self.measure, values=2),
        )

    def _beyond(self, pair: Pair) -> float | str:
        """Give how far the interval of the change keeps off zero; below zero where it holds it."""
        interval = interval_of_difference(pair.earlier.item, pair.later.item)
        if interval is None:
            return f"{pair.later.standing.label}: the error of a scan is not known"
        return interval[0] if self.towards is Towards.RISE else -interval[1]


_Sized = tuple[float | str, Pair]


def _sized(reading: Reading, measure: str, size: Callable[[Pair], float | str]) -> list[_Sized]:
    return [(size(pair), pair) for pair in reading.pairs(measure)]


def _answer(
    printed: str,
    sized: list[_Sized],
    *,
    met: Callable[[float], bool],
    tell: Callable[[float, Pair, bool], str],
    lacking: str,
) -> ConditionAnswer:
    """Answer from all pairs: one that meets the limits decides; one that cannot be told leaves a no open."""
    told = [(size, pair) for size, pair in sized if isinstance(size, float)]
    good = [(size, pair) for size, pair in told if met(size)]
    untold = [size.rstrip(".") for size, _ in sized if isinstance(size, str)] or ([] if told else [lacking])
    if not good and untold:
        return ConditionAnswer(
            printed=printed,
            answer=Answer.CANNOT_TELL,
            reason=f"{untold[-1]}.",
            missing=(untold[-1],),
        )
    # Where nothing moved the way that is asked, the longest time tells most.
    size, pair = max(good or told, key=lambda found: (max(found[0], 0.0), found[1].apart))
    return ConditionAnswer(
        printed=printed,
        answer=Answer.MET if good else Answer.NOT_MET,
        reason=f"{tell(size, pair, bool(good))}.",
    )


def _when_unable(pair: Pair) -> float:
    """Put "unable" beyond the worst number: no change where it was so at both dates."""
    if pair.earlier.value is pair.later.value:
        return 0.0
    worst = inf if OUTCOMES[pair.later.item.measure].direction is Direction.LOWER else -inf
    return worst if pair.later.value is Absence.UNABLE else -worst


def _number(entry: Entry) -> float:
    assert isinstance(entry.value, float)
    return entry.value


def _absolute(pair: Pair, before: float, after: float) -> float:
    return after * _number(pair.later) - before * _number(pair.earlier)


def _relative(pair: Pair, before: float, after: float) -> float | str:
    if not _number(pair.earlier):
        return f"{pair.earlier.standing.label} was 0 at the earlier date: a relative change has no meaning"
    return 100.0 * _absolute(pair, before, after) / abs(before * _number(pair.earlier))


def _predicted(pair: Pair, before: float, after: float) -> float | str:
    one, other = pair.earlier.standing, pair.later.standing
    if one.standardised is None or other.standardised is None:
        lacking = one if one.standardised is None else other
        return f"{lacking.label}: {lacking.not_standardised or 'no expected value is known'}"
    return after * other.standardised.percent_predicted - before * one.standardised.percent_predicted


_COUNTS: Mapping[Counted, Callable[[Pair, float, float], float | str]] = {
    Counted.ABSOLUTE: _absolute,
    Counted.RELATIVE: _relative,
    Counted.PERCENT_PREDICTED: _predicted,
}
