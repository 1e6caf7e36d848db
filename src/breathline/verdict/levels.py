"""Conditions on one value: its level, or what a person said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf

from breathline.model.change import Direction
from breathline.model.criterion import Answer, ConditionAnswer
from breathline.model.measurement import Absence
from breathline.outcomes import OUTCOMES
from breathline.verdict.limits import Counted, Limit
from breathline.verdict.reading import Entry, Pairing, Reading, told
from breathline.verdict.wording import tell_level


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A value that lies within limits; the last one counts.

    "Unable because of the disease" is worse than any number.

    Parameters
    ----------
    limits
        All must hold.
    """

    printed: str
    measure: str
    counted: Counted
    limits: tuple[Limit, ...]

    def answer(self, reading: Reading) -> ConditionAnswer:
        """Hold the last value against the limits."""
        entry = reading.last(self.measure)
        level = reading.lacking(self.measure, two=False) if entry is None else _LEVELS[self.counted](entry)
        if entry is None or isinstance(level, str):
            why = str(level).rstrip(".")
            return ConditionAnswer(
                printed=self.printed, answer=Answer.CANNOT_TELL, reason=f"{why}.", missing=(why,)
            )
        met = all(limit.holds(level) for limit in self.limits)
        return ConditionAnswer(
            printed=self.printed,
            answer=Answer.MET if met else Answer.NOT_MET,
            reason=f"{tell_level(self.counted, level, entry, self.limits)}.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidToBe:
    """What a person judged against the previous visit: better or worse.

    Where one answer for the whole time is asked (`Pairing.BASELINE_TO_LAST`), better at one visit and worse at
    another cannot be weighed.

    Parameters
    ----------
    word
        ``better`` or ``worse``.
    """

    printed: str
    measure: str
    word: str

    def answer(self, reading: Reading) -> ConditionAnswer:
        """Look for the judgement among those of the period."""
        said = [e for e in reading.judged(self.measure) if not isinstance(e.value, Absence)]
        label, word = OUTCOMES[self.measure].label, self.word
        if not said:
            why = reading.lacking(self.measure, two=False)
            return ConditionAnswer(
                printed=self.printed, answer=Answer.CANNOT_TELL, reason=f"{why}.", missing=(why,)
            )
        signs = {entry.day: _sign(entry) * _SIGNS[word] for entry in said}
        met = max(signs.values()) > 0
        if met and min(signs.values()) < 0 and reading.window.pairing is Pairing.BASELINE_TO_LAST:
            why = f"{label}: better at one visit and worse at another, which cannot be weighed"
            return ConditionAnswer(
                printed=self.printed, answer=Answer.CANNOT_TELL, reason=f"{why}.", missing=(why,)
            )
        when = [told(entry.item.when) for entry in said if signs[entry.day] > 0] if met else []
        found = f"{word} at {', '.join(when)}" if met else f"not {word} at any of {len(said)} visits"
        return ConditionAnswer(
            printed=self.printed,
            answer=Answer.MET if met else Answer.NOT_MET,
            reason=f"{label}: {found}.",
        )


_SIGNS = {"better": 1.0, "worse": -1.0}


def _sign(entry: Entry) -> float:
    assert isinstance(entry.value, float)
    return entry.value


def _absolute(entry: Entry) -> float | str:
    if isinstance(entry.value, Absence):
        return inf if OUTCOMES[entry.item.measure].direction is Direction.LOWER else -inf
    return entry.value


def _percent(entry: Entry) -> float | str:
    found = entry.standing.standardised
    if isinstance(entry.value, Absence):
        return _absolute(entry)
    return _not_standardised(entry) if found is None else found.percent_predicted


def _z_score(entry: Entry) -> float | str:
    found = entry.standing.standardised
    if isinstance(entry.value, Absence):
        return _absolute(entry)
    if found is None:
        return _not_standardised(entry)
    return f"{entry.standing.label}: its reference equation gives no z-score" if found.z is None else found.z


def _not_standardised(entry: Entry) -> str:
    return f"{entry.standing.label}: {entry.standing.not_standardised or 'no expected value is known'}"


_LEVELS: Mapping[Counted, Callable[[Entry], float | str]] = {
    Counted.ABSOLUTE: _absolute,
    Counted.PERCENT_PREDICTED: _percent,
    Counted.Z_SCORE: _z_score,
}
