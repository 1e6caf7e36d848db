"""Conditions on a change: of so much, or beyond the error of the two values."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf

from breathline.model.change import Direction
from breathline.model.criterion import Answer, ConditionAnswer
from breathline.model.measurement import Absence
from breathline.outcomes import OUTCOMES
from breathline.outcomes.limits import interval_of_difference
from breathline.verdict.comparable import obstacle
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
    """

    printed: str
    measure: str
    counted: Counted
    towards: Towards
    limits: tuple[Limit, ...]

    def answer(self, reading: Reading) -> ConditionAnswer:
        """Find a pair that moved so far; the pair that moved most is told."""

        def tell(size: float, pair: Pair, met: bool) -> str:  # noqa: ARG001 - the limits are told either way
            moved = tell_change(self.counted, _SIGNS[self.towards] * size, pair, self.limits)
            return f"{moved}; {tell_limits(self.counted, self.towards, self.limits, pair)}"

        return _answer(
            self.printed,
            _best(self, reading, lambda pair: self._size(pair, reading), self._met),
            tell=tell,
            lacking=lambda: reading.lacking(self.measure, two=True),
        )

    def _met(self, size: float) -> bool:
        return all(limit.holds(size) for limit in self.limits)

    def _size(self, pair: Pair, reading: Reading) -> float | str:
        """Give how far a pair moved the way that is counted, or why it cannot be told."""
        if Absence.UNABLE in (pair.earlier.value, pair.later.value):
            return _SIGNS[self.towards] * _when_unable(pair)
        differs = obstacle(pair, reading)
        if differs:
            return differs
        delta = _COUNTS[self.counted](pair)
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
            _best(
                self,
                reading,
                lambda pair: obstacle(pair, reading) or self._beyond(pair),
                lambda size: size > 0.0,
            ),
            tell=tell,
            lacking=lambda: reading.lacking(self.measure, two=True),
        )

    def _beyond(self, pair: Pair) -> float | str:
        """Give how far the interval of the change keeps off zero; below zero where it holds it."""
        interval = interval_of_difference(pair.earlier.item, pair.later.item)
        if interval is None:
            return f"{pair.later.standing.label}: the error of a scan is not known"
        return interval[0] if self.towards is Towards.RISE else -interval[1]


_Size = Callable[[Pair], float | str]
_Met = Callable[[float], bool]


@dataclass(frozen=True, slots=True)
class _Sized:
    """A pair, and how far it moved; where nothing moved the way that is asked, the longest time tells most."""

    size: float
    pair: Pair
    rank: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Best:
    """What some pairs came to.

    Parameters
    ----------
    good, told
        The pair that moved most of those that meet the limits, and of all that can be told.
    untold
        Why the last of the others cannot be told.
    """

    good: _Sized | None = None
    told: _Sized | None = None
    untold: str = ""


_NONE = _Best()


class _Pairs:
    """What the pairs of one condition came to, added from visit to visit as later values come in.

    ``best[n]`` holds all pairs whose earlier value is ``entries[n]`` or a later one, so that a visit whose window goes
    back to that value has only to look it up. Of pairs that moved as far, the first in order of time counts.
    """

    def __init__(self, back_to: float) -> None:
        self.back_to, self.day = back_to, -inf
        self.entries: list[Entry] = []
        self.best: list[_Best] = []

    def within(self, back_to: float) -> _Best:
        """Give what the pairs came to whose earlier value lies on this day or after it."""
        index = bisect_left(self.entries, back_to, key=lambda entry: entry.day)
        return self.best[index] if index < len(self.best) else _NONE

    def add(self, reading: Reading, measure: str, size: _Size, met: _Met) -> None:
        """Add the pairs that end with what was seen since the last reading."""
        self.entries += reading.between(measure, self.day)
        self.best += [_NONE] * (len(self.entries) - len(self.best))
        first = bisect_left(self.entries, reading.back_to, key=lambda entry: entry.day)
        for _, pairs in reading.pairs(measure, after=self.day):
            ending = {id(pair.earlier): pair for pair in pairs}
            one = _NONE
            for index in reversed(range(first, len(self.entries))):
                pair = ending.get(id(self.entries[index]))
                one = one if pair is None else _with(one, pair, size(pair), met)
                self.best[index] = _joined(self.best[index], one)
        self.day = reading.day


def _best(condition: Moved | BeyondError, reading: Reading, size: _Size, met: _Met) -> _Best:
    """Give what the pairs of a reading came to."""
    pairs = reading.compared.get(condition)
    if pairs is None or pairs.back_to > reading.back_to or pairs.day > reading.day:
        pairs = reading.compared[condition] = _Pairs(reading.back_to)
    pairs.add(reading, condition.measure, size, met)
    return pairs.within(reading.back_to)


def _with(best: _Best, pair: Pair, size: float | str, met: _Met) -> _Best:
    """Add a pair that begins earlier and ends with the same value."""
    if isinstance(size, str):
        return best if best.untold else _Best(best.good, best.told, size.rstrip("."))
    one = _Sized(size, pair, (max(size, 0.0), pair.apart))
    good = _more(one, best.good) if met(size) else best.good
    return _Best(good, _more(one, best.told), best.untold)


def _joined(before: _Best, after: _Best) -> _Best:
    """Add pairs that end with a later value."""
    if after is _NONE:
        return before
    if before is _NONE:
        return after
    return _Best(
        _more(before.good, after.good), _more(before.told, after.told), after.untold or before.untold
    )


def _more(before: _Sized | None, after: _Sized | None) -> _Sized | None:
    if before is None or after is None:
        return before or after
    return after if after.rank > before.rank else before


def _answer(
    printed: str,
    best: _Best,
    *,
    tell: Callable[[float, Pair, bool], str],
    lacking: Callable[[], str],
) -> ConditionAnswer:
    """Answer from all pairs: one that meets the limits decides; one that cannot be told leaves a no open."""
    untold = best.untold or ("" if best.told else lacking())
    found = best.good or best.told
    if found is None or (best.good is None and untold):
        return ConditionAnswer(
            printed=printed,
            answer=Answer.CANNOT_TELL,
            reason=f"{untold}.",
            missing=(untold,),
        )
    return ConditionAnswer(
        printed=printed,
        answer=Answer.MET if best.good else Answer.NOT_MET,
        reason=f"{tell(found.size, found.pair, bool(best.good))}.",
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


def _absolute(pair: Pair) -> float:
    return _number(pair.later) - _number(pair.earlier)


def _relative(pair: Pair) -> float | str:
    if not _number(pair.earlier):
        return f"{pair.earlier.standing.label} was 0 at the earlier date: a relative change has no meaning"
    return 100.0 * _absolute(pair) / abs(_number(pair.earlier))


def _predicted(pair: Pair) -> float | str:
    one, other = pair.earlier.standing, pair.later.standing
    if one.standardised is None or other.standardised is None:
        lacking = one if one.standardised is None else other
        return f"{lacking.label}: {lacking.not_standardised or 'no expected value is known'}"
    return other.standardised.percent_predicted - one.standardised.percent_predicted


_COUNTS: Mapping[Counted, Callable[[Pair], float | str]] = {
    Counted.ABSOLUTE: _absolute,
    Counted.RELATIVE: _relative,
    Counted.PERCENT_PREDICTED: _predicted,
}
