"""The daily dose as a staircase over the days of a course: what was left out, what was changed, what overlapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from breathline.model.exposure import DoseChange, Interruption
from breathline.model.measurement import Absence, Moment
from breathline.model.patient import DoseInterval
from breathline.units import convert


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A stretch of days with one daily dose.

    Parameters
    ----------
    daily
        In the unit of the course per day; None where a dose of these days is not known.
    running
        How many intervals with a dose above none ran at once.
    reason
        Why it began: of a row that says that nothing was taken, or of the rows before and after, each named as such,
        because a reason in a log may be that of the start or of the stop.
    written_off
        True where a row of the log says that nothing was taken; False for a gap between rows.
    """

    start: Moment
    stop: Moment
    daily: float | None
    running: int
    reason: str = ""
    written_off: bool = False

    @property
    def days(self) -> float:
        """Its length [days]."""
        return self.stop.order - self.start.order


def steps_of(spans: Sequence[tuple[DoseInterval, Moment]], unit: str) -> tuple[Step, ...]:
    """Cut the days from the first start to the last end wherever an interval starts or ends."""
    places = {when.order: when for interval, end in spans for when in (interval.start, end)}
    return tuple(_step(places[a], places[b], spans, unit) for a, b in pairwise(sorted(places)))


def _step(start: Moment, stop: Moment, spans: Sequence[tuple[DoseInterval, Moment]], unit: str) -> Step:
    here = [i for i, end in spans if i.start.order <= start.order and end.order >= stop.order]
    ended = [i.reason for i, end in spans if end.order == start.order and i.reason]
    begun = [i.reason for i in here if i.start.order == start.order and i.reason]
    nothing = [i.reason for i in here if i.dose == 0.0 and i.reason]
    amounts = [daily_dose(interval, unit) for interval in here]
    return Step(
        start=start,
        stop=stop,
        daily=None if None in amounts else sum(amount for amount in amounts if amount is not None),
        running=sum(interval.dose != 0.0 for interval in here),
        reason="; ".join(dict.fromkeys(nothing)) or _both(ended, begun),
        written_off=any(interval.dose == 0.0 for interval in here),
    )


def _both(ended: Sequence[str], begun: Sequence[str]) -> str:
    told = [f"row before: {reason}" for reason in dict.fromkeys(ended)]
    return "; ".join([*told, *(f"row after: {reason}" for reason in dict.fromkeys(begun))])


def single_dose(interval: DoseInterval, unit: str) -> float | None:
    """Give one administration in `unit`; None where the log does not tell it, or it is in doubt."""
    if isinstance(interval.dose, Absence) or interval.amount_doubt:
        return None
    return interval.dose if interval.unit == unit else convert(interval.dose, interval.unit, unit)


def daily_dose(interval: DoseInterval, unit: str) -> float | None:
    """Give the daily dose of an interval in `unit`; None where the log does not tell it, or it is in doubt."""
    if interval.dose == 0.0:
        return 0.0
    if interval.every_hours is None or not unit:
        return None
    dose = single_dose(interval, unit)
    return None if dose is None else dose * 24.0 / interval.every_hours


def days_between(steps: Sequence[Step]) -> float:
    """Count the days from the first to the last."""
    return sum(step.days for step in steps)


def days_covered(steps: Sequence[Step]) -> float:
    """Count the days on which something was taken."""
    return sum(step.days for step in steps if step.running)


def overlap_days(steps: Sequence[Step]) -> float:
    """Count the days on which more than one interval ran."""
    return sum(step.days for step in steps if step.running > 1)


def interruptions_of(steps: Sequence[Step]) -> tuple[Interruption, ...]:
    """Give the days without a dose between the first dose and the last; neighbouring ones are one interruption."""
    taken = [place for place, step in enumerate(steps) if step.running]
    if not taken:
        return ()
    found: list[Interruption] = []
    for step in steps[taken[0] : taken[-1]]:
        if step.running:
            continue
        if found and found[-1].stop.order == step.start.order:
            before = found.pop()
            reasons = dict.fromkeys(reason for reason in (before.reason, step.reason) if reason)
            start, reason = before.start, "; ".join(reasons)
        else:
            start, reason = step.start, step.reason
        days = round(step.stop.order - start.order, 2)  # weeks are kept to four digits
        found.append(Interruption(start=start, stop=step.stop, days=days, reason=reason))
    return tuple(found)


def changes_of(steps: Sequence[Step]) -> tuple[DoseChange, ...]:
    """Give the days on which the daily dose became another; an interruption between two equal doses is none."""
    taken = [step for step in steps if step.running]
    return tuple(
        DoseChange(when=after.start, before=before.daily, after=after.daily, reason=after.reason)
        for before, after in pairwise(taken)
        if before.daily is not None and after.daily is not None and before.daily != after.daily
    )


def one_day_gaps(steps: Sequence[Step]) -> int:
    """Count the gaps of a single day that no row of the log explains."""
    return sum(not step.running and not step.written_off and abs(step.days - 1.0) < 0.01 for step in steps)
