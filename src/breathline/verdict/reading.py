"""A criterion is read at a visit, looking back over its window: which values it sees, and which two it compares.

Before treatment it is read once, at the last visit before the start. On treatment a rule that asks whether any
two tests within its window show a change is read at every visit, because progression at any time is
progression; the others are read at the last visit. Values of the time before are then seen only as the
baseline: the last value of each measure before the start.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby, islice
from math import inf
from typing import Any

from breathline.model.assessment import Standing
from breathline.model.criterion import Period
from breathline.model.measurement import Absence, Measurement, Moment, Value
from breathline.model.patient import Person
from breathline.outcomes import OUTCOMES
from breathline.outcomes.record import DAYS_PER_YEAR, GRACE_WEEKS
from breathline.outcomes.series import WHOLE_LUNG
from breathline.verdict.criterion import Evidence

YEAR_DAYS = 366.0
"""The same date a year later still counts as within a year, leap years included [days]."""

MONTH_DAYS = DAYS_PER_YEAR / 12.0

PERIOD_WORDS = {
    Period.BEFORE: "before treatment",
    Period.ON: "on treatment",
    Period.RECORD: "in the record",
}


class Pairing(StrEnum):
    """Which values of a measure are held against each other."""

    ANY_TWO = "any two values, the earlier against the later"
    BASELINE_TO_LAST = "the last value before treatment against the last on it"
    A_YEAR_APART = "the last value against the one nearest to a year earlier"
    LAST_VALUE = "the last value alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time within which tests count.

    Parameters
    ----------
    printed
        The words of the publication, or that it prints none and what is taken.
    days
        How far back from the visit at which the criterion is read [days]; a baseline held against the last
        value may be older.
    apart
        How far two values may lie apart [days].
    """

    printed: str
    days: float
    pairing: Pairing
    apart: tuple[float, float] = (0.0, inf)


AGAINST_BASELINE = Window(
    printed="the last value before treatment against the last on it",
    days=inf,
    pairing=Pairing.BASELINE_TO_LAST,
)
"""For response, whose publications ask for values before and after, and print no window."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of the record on a scale of days: a number, or "unable"."""

    day: float
    when: Moment
    standing: Standing
    value: Value

    @property
    def item(self) -> Measurement:
        """The measurement."""
        return self.standing.measurement


@dataclass(frozen=True, slots=True)
class Pair:
    """An earlier and a later value of one measure."""

    earlier: Entry
    later: Entry

    @property
    def apart(self) -> float:
        """Days between the two."""
        return self.later.day - self.earlier.day


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a criterion sees at one visit.

    Parameters
    ----------
    day, moment
        The visit at which it is read.
    since
        The later of two values must lie after this day.
    seen
        Values within the window, by measure, in order of time.
    everything
        All dated values of the record: for what was measured on the same day, and to say what was left out.
    age_years
        Age at this visit; None where not recorded.
    back_to
        The first day of the window; a baseline held against the last value may lie before it.
    compared
        What pairs came to, shared by the readings of a period: at every visit most pairs are those of the last one.
    """

    day: float
    moment: Moment
    window: Window
    since: float
    back_to: float
    seen: Mapping[str, tuple[Entry, ...]]
    everything: Mapping[str, tuple[Entry, ...]]
    person: Person
    age_years: float | None
    compared: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    def pairs(self, measure: str, *, after: float = -inf) -> Iterator[tuple[Entry, Iterator[Pair]]]:
        """Give every later value, in order of time, with the pairs that end with it and are held against each other.

        Parameters
        ----------
        after
            Leave out later values up to this day [days].
        """
        seen = self.seen.get(measure, ())
        first = bisect_right(seen, max(after, self.since), key=_day)
        return _PAIRINGS[self.window.pairing](
            (seen[index], self._ending_with(seen[index], islice(seen, index)))
            for index in range(first, len(seen))
        )

    def between(self, measure: str, day: float) -> tuple[Entry, ...]:
        """Give the values within the window after a day."""
        seen = self.seen.get(measure, ())
        return seen[bisect_right(seen, day, key=_day) :]

    def _ending_with(self, later: Entry, seen: Iterable[Entry]) -> Iterator[Pair]:
        low, high = self.window.apart
        # Against a baseline, only a value before treatment may be the earlier one.
        latest = self.since if self._needs_baseline() else inf
        for earlier in seen:
            if earlier.day < later.day and earlier.day <= latest and low <= later.day - earlier.day <= high:
                yield Pair(earlier, later)

    def _needs_baseline(self) -> bool:
        return self.window.pairing is Pairing.BASELINE_TO_LAST and self.since > -inf

    def last(self, measure: str) -> Entry | None:
        """Give the last value, which must lie in the period itself."""
        found = self.judged(measure)
        return found[-1] if found else None

    def judged(self, measure: str) -> tuple[Entry, ...]:
        """Give the values that lie in the period itself, not the baseline."""
        return tuple(entry for entry in self.seen.get(measure, ()) if entry.day > self.since)

    def same_day(self, measure: str, day: float) -> Entry | None:
        """Give what was measured on the same day."""
        entries = self.everything.get(measure, ())
        index = bisect_left(entries, day, key=_day)
        return entries[index] if index < len(entries) and entries[index].day == day else None

    def sees_all_of(self, other: Reading, measures: Collection[str]) -> bool:
        """Tell whether everything an earlier reading saw of some measures lies within this one too."""
        return all(entry.day >= self.back_to for measure in measures for entry in other.seen.get(measure, ()))

    def lacking(self, measure: str, *, two: bool) -> str:
        """Say why there is no value to look at, or no two."""
        label = OUTCOMES[measure].label
        every, seen = self.everything.get(measure, ()), self.seen.get(measure, ())
        if not every:
            return f"{label}: not recorded{self._only_uncorrected(measure)}"
        when = f"read at {told(self.moment)}: {self.window.printed}"
        if two and self._needs_baseline():
            lacks_before = not any(entry.day <= self.since for entry in seen)
            return f"{label}: no value {'before' if lacks_before else 'on'} treatment ({when})"
        count = {0: "no value", 1: "one value only"}.get(len(seen), "no two values that may be compared")
        return f"{label}: {count} in the window ({when})" if two else f"{label}: no value ({when})"

    def _only_uncorrected(self, measure: str) -> str:
        """Say that another reading of the same test was recorded, such as DLCO without correction."""
        other = OUTCOMES[measure].variant_of
        return f" (only {OUTCOMES[other].label})" if other in self.everything else ""


def told(moment: Moment | None) -> str:
    """Give the week of a moment, or its date."""
    if moment is None:
        return "an unknown date"
    if moment.week is None:
        return str(moment.date)
    return f"week {round(moment.week, 1):g}".replace("-", "\N{MINUS SIGN}")


def _day(entry: Entry) -> float:
    return entry.day


_Pairs = Iterator[tuple[Entry, Iterator[Pair]]]


def _one_a_year_apart(every: _Pairs) -> _Pairs:
    for _, same_day in groupby(reversed(tuple(every)), key=lambda one: one[0].day):
        ending = [pair for _, pairs in reversed(tuple(same_day)) for pair in pairs]
        if ending:
            return _only(min(ending, key=lambda pair: abs(pair.apart - DAYS_PER_YEAR)))
    return iter(())


def _ends(every: _Pairs) -> _Pairs:
    # The first pair that ends with a value is the longest of them.
    longest = [pair for _, pairs in every for pair in islice(pairs, 1)]
    return _only(max(longest, key=lambda pair: pair.apart)) if longest else iter(())


def _only(pair: Pair) -> _Pairs:
    return iter([(pair.later, iter([pair]))])


_PAIRINGS: Mapping[Pairing, Callable[[_Pairs], _Pairs]] = {
    Pairing.ANY_TWO: lambda every: every,
    Pairing.BASELINE_TO_LAST: _ends,
    Pairing.A_YEAR_APART: _one_a_year_apart,
    Pairing.LAST_VALUE: lambda _: iter(()),
}


def read(evidence: Evidence, window: Window) -> tuple[Reading, ...] | str:
    """Give the readings of a period, in order of time, or what is missing for any.

    Without a recorded start of treatment the whole record is one period.
    """
    if evidence.timeline.treatment_start is None and evidence.period is not Period.RECORD:
        return "Start of treatment: not recorded"
    everything = _dated(evidence)
    in_period, since = _in_period(evidence, everything)
    visits = sorted({e.day: e for entries in in_period.values() for e in entries if e.day > since}.items())
    if window.pairing is not Pairing.ANY_TWO or evidence.period is Period.BEFORE:
        visits = visits[-1:]
    if not visits:
        return f"Tests {PERIOD_WORDS[evidence.period]}: none recorded"
    compared: dict[Hashable, Any] = {}
    reach = _reach(window, evidence.period)
    return tuple(
        Reading(
            day=day,
            moment=entry.when,
            window=window,
            since=since,
            back_to=day - reach,
            seen=_within(in_period, day - reach, day),
            everything=everything,
            person=evidence.person,
            age_years=_age(evidence, everything, day),
            compared=compared,
        )
        for day, entry in visits
    )


def _reach(window: Window, period: Period) -> float:
    from_baseline = window.pairing is Pairing.BASELINE_TO_LAST and period is Period.ON
    return inf if from_baseline else window.days


def _within(
    entries: Mapping[str, tuple[Entry, ...]], first: float, last: float
) -> Mapping[str, tuple[Entry, ...]]:
    return {
        measure: found[bisect_left(found, first, key=_day) : bisect_right(found, last, key=_day)]
        for measure, found in entries.items()
    }


def _dated(evidence: Evidence) -> Mapping[str, tuple[Entry, ...]]:
    """Give everything that says something and has a date, on days from the start of treatment."""
    start = evidence.timeline.treatment_start
    found: dict[str, list[Entry]] = {}
    for standing in evidence.standings:
        item = standing.measurement
        measure = OUTCOMES.get(item.measure)
        if measure is None or item.unit != measure.unit or item.region not in WHOLE_LUNG:
            continue
        if item.when is None or item.value in (Absence.NOT_DONE, Absence.NOT_RECORDED):
            continue
        day = days_from(start, item.when)
        if day is not None:
            found.setdefault(item.measure, []).append(Entry(day, item.when, standing, item.value))
    return {
        measure: tuple(sorted(entries, key=lambda entry: entry.day)) for measure, entries in found.items()
    }


def days_from(start: Moment | None, moment: Moment) -> float | None:
    """Count the days from the start of treatment; None where the two have no scale in common."""
    if start is None:
        return moment.order
    if start.week is not None and moment.week is not None:
        return 7.0 * (moment.week - start.week)
    if start.date is not None and moment.date is not None:
        return float((moment.date - start.date).days)
    return None


def _in_period(
    evidence: Evidence, everything: Mapping[str, tuple[Entry, ...]]
) -> tuple[Mapping[str, tuple[Entry, ...]], float]:
    """Give the values of the period, and the day after which it begins."""
    start, stop = evidence.timeline.treatment_start, evidence.timeline.treatment_stop
    if start is None:
        return everything, -inf
    if evidence.period is Period.BEFORE:
        return {key: tuple(e for e in entries if e.day <= 0.0) for key, entries in everything.items()}, -inf
    stopped = None if stop is None else days_from(start, stop)
    last = inf if stopped is None else stopped + 7.0 * GRACE_WEEKS
    return {key: _on_treatment(entries, last) for key, entries in everything.items()}, 0.0


def _on_treatment(entries: tuple[Entry, ...], last: float) -> tuple[Entry, ...]:
    baseline = [entry for entry in entries if entry.day <= 0.0][-1:]
    return (*baseline, *(entry for entry in entries if 0.0 < entry.day <= last))


def _age(evidence: Evidence, everything: Mapping[str, tuple[Entry, ...]], day: float) -> float | None:
    """Give the age at a visit: it is recorded for the start of treatment, or for the first visit without one."""
    recorded = evidence.person.age_years
    if recorded is None:
        return None
    first = min((entries[0].day for entries in everything.values()), default=0.0)
    origin = 0.0 if evidence.timeline.treatment_start is not None else first
    return recorded + (day - origin) / DAYS_PER_YEAR
