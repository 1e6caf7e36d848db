"""A criterion is read at a visit, looking back over its window: which values it sees, and which two it compares.

Before treatment it is read once, at the last visit before the start. On treatment a rule that asks whether any
two tests within its window show a change is read at every visit, because progression at any time is
progression; the others are read at the last visit. Values of the time before are then seen only as the
baseline: the last value of each measure before the start.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from breathline.model.assessment import Standing
from breathline.model.criterion import Period
from breathline.model.measurement import Absence, Measurement, Moment, Value
from breathline.model.patient import Person
from breathline.outcomes import OUTCOMES
from breathline.outcomes.record import DAYS_PER_YEAR, GRACE_WEEKS, WHOLE_LUNG
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
    """A value of the record on a scale of days."""

    day: float
    standing: Standing

    @property
    def item(self) -> Measurement:
        """The measurement."""
        return self.standing.measurement

    @property
    def value(self) -> Value:
        """The number, or "unable"."""
        return self.item.value


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
    """

    day: float
    moment: Moment
    window: Window
    since: float
    seen: Mapping[str, tuple[Entry, ...]]
    everything: Mapping[str, tuple[Entry, ...]]
    person: Person
    age_years: float | None

    def pairs(self, measure: str) -> tuple[Pair, ...]:
        """Give the pairs that are held against each other."""
        seen = self.seen.get(measure, ())
        found = [
            Pair(earlier, later)
            for index, later in enumerate(seen)
            for earlier in seen[:index]
            if later.day > self.since and earlier.day < later.day and self._may_begin(earlier)
        ]
        low, high = self.window.apart
        return _PAIRINGS[self.window.pairing](tuple(p for p in found if low <= p.apart <= high))

    def _may_begin(self, earlier: Entry) -> bool:
        """Tell whether a value may be the earlier one: against a baseline, only the value before treatment."""
        return earlier.day <= self.since or not self._needs_baseline()

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
        return next((entry for entry in self.everything.get(measure, ()) if entry.day == day), None)

    def sees_all_of(self, other: Reading, measures: Collection[str]) -> bool:
        """Tell whether everything another reading saw of some measures lies within this one too."""
        return all(
            entry in self.seen[measure] for measure in measures for entry in other.seen.get(measure, ())[:1]
        )

    def lacking(self, measure: str, *, values: int) -> str:
        """Say why there are fewer than so many values to look at."""
        label = OUTCOMES[measure].label
        every, seen = self.everything.get(measure, ()), self.seen.get(measure, ())
        if not every:
            return f"{label}: not recorded"
        when = f"read at {told(self.moment)}: {self.window.printed}"
        if values > 1 and self._needs_baseline():
            lacks_before = not any(entry.day <= self.since for entry in seen)
            return f"{label}: no value {'before' if lacks_before else 'on'} treatment ({when})"
        count = {0: "no value", 1: "one value only"}.get(len(seen), "no two values that may be compared")
        return f"{label}: {count} in the window ({when})" if values > 1 else f"{label}: no value ({when})"


def told(moment: Moment | None) -> str:
    """Give the week of a moment, or its date."""
    if moment is None:
        return "an unknown date"
    if moment.week is None:
        return str(moment.date)
    return f"week {round(moment.week, 1):g}".replace("-", "\N{MINUS SIGN}")


def _one_a_year_apart(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
    last = max((pair.later.day for pair in pairs), default=None)
    ending = [pair for pair in pairs if pair.later.day == last]
    return tuple(sorted(ending, key=lambda pair: abs(pair.apart - DAYS_PER_YEAR))[:1])


def _ends(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
    return (max(pairs, key=lambda pair: pair.apart),) if pairs else ()


_PAIRINGS: Mapping[Pairing, Callable[[tuple[Pair, ...]], tuple[Pair, ...]]] = {
    Pairing.ANY_TWO: lambda pairs: pairs,
    Pairing.BASELINE_TO_LAST: _ends,
    Pairing.A_YEAR_APART: _one_a_year_apart,
    Pairing.LAST_VALUE: lambda _: (),
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
    return tuple(
        Reading(
            day=day,
            moment=entry.item.when or Moment(week=day / 7.0),
            window=window,
            since=since,
            seen=_within(in_period, day, _reach(window, evidence.period)),
            everything=everything,
            person=evidence.person,
            age_years=_age(evidence, everything, day),
        )
        for day, entry in visits
    )


def _reach(window: Window, period: Period) -> float:
    from_baseline = window.pairing is Pairing.BASELINE_TO_LAST and period is Period.ON
    return inf if from_baseline else window.days


def _within(
    entries: Mapping[str, tuple[Entry, ...]], day: float, reach: float
) -> Mapping[str, tuple[Entry, ...]]:
    return {
        measure: tuple(entry for entry in found if day - reach <= entry.day <= day)
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
            found.setdefault(item.measure, []).append(Entry(day, standing))
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
