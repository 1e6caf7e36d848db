"""From the dosing log to courses: one a drug, with its role, its dose and its duration."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from breathline.model.exposure import Course, ExposureSummary, Role
from breathline.model.measurement import Absence, Moment
from breathline.model.patient import DoseInterval

SAME_START_DAYS = 7.0
"""A drug begun within a week of the treatment start is the treatment: logs and start dates differ by days."""

NEW_COURSE_DAYS = 28.0
"""A gap longer than this begins a new course of the same drug."""


def summarise_exposure(
    doses: Sequence[DoseInterval] | None, treatment_start: Moment | None
) -> ExposureSummary:
    """Put the intervals of each drug together into courses and say what part each played.

    Parameters
    ----------
    doses
        The dosing log; None where there is none.
    treatment_start
        Start of the treatment to be judged; without it no course can be called previous or treatment.

    Returns
    -------
    ExposureSummary
        Courses in order of their start.
    """
    if doses is None:
        return ExposureSummary(recorded=False)
    courses = [
        _course(intervals, treatment_start)
        for _, log in groupby(sorted(doses, key=_by_drug), key=lambda dose: dose.drug.casefold())
        for intervals in _split(list(log))
    ]
    return ExposureSummary(recorded=True, courses=tuple(sorted(courses, key=lambda c: c.start.order)))


def judged_treatment(exposure: ExposureSummary) -> tuple[Course, ...]:
    """Give the courses that are the treatment to be judged."""
    return tuple(course for course in exposure.courses if course.role is Role.TREATMENT)


def _by_drug(dose: DoseInterval) -> tuple[str, float]:
    return dose.drug.casefold(), dose.start.order


def _split(log: list[DoseInterval]) -> list[list[DoseInterval]]:
    """Split one drug's intervals wherever it was stopped for longer than `NEW_COURSE_DAYS`."""
    courses = [[log[0]]]
    for interval in log[1:]:
        ends = [one.stop for one in courses[-1]]
        known = [end.order for end in ends if end is not None]
        stopped = len(known) == len(ends)
        if stopped and interval.start.order - max(known) > NEW_COURSE_DAYS:
            courses.append([interval])
        else:
            courses[-1].append(interval)
    return courses


def _course(intervals: list[DoseInterval], treatment_start: Moment | None) -> Course:
    start = intervals[0].start
    ends = [interval.stop or _next_start(interval, intervals) for interval in intervals]
    stop = None if None in ends else max((e for e in ends if e is not None), key=lambda e: e.order)
    weeks = None if stop is None else (stop.order - start.order) / 7.0
    unit, daily, total = _amounts(intervals, ends)
    doses = {_daily(interval) for interval in intervals}
    return Course(
        drug=intervals[0].drug,
        role=_role(start, stop, treatment_start),
        start=start,
        stop=stop,
        unit=unit,
        daily_dose=daily,
        total_dose=total,
        weeks=weeks,
        dose_varied=daily is not None and doses != {daily},
        reason="; ".join(dict.fromkeys(i.reason for i in intervals if i.reason)),
    )


def _next_start(interval: DoseInterval, intervals: list[DoseInterval]) -> Moment | None:
    """Give the start of the next dose: an interval with no end, followed by another, ended where that began."""
    later = (other.start for other in intervals if other.start.order > interval.start.order)
    return min(later, key=lambda start: start.order, default=None)


def _role(start: Moment, stop: Moment | None, treatment_start: Moment | None) -> Role:
    if treatment_start is None:
        return Role.UNKNOWN
    begun = start.order - treatment_start.order
    if abs(begun) <= SAME_START_DAYS:
        return Role.TREATMENT
    if begun > 0:
        return Role.ADDED
    if stop is not None and stop.order <= treatment_start.order:
        return Role.PREVIOUS
    return Role.CONCOMITANT


def _amounts(
    intervals: list[DoseInterval], ends: list[Moment | None]
) -> tuple[str, float | None, float | None]:
    """Give the unit, the time-weighted daily dose, and the total, or None for what the log does not tell."""
    units = {interval.unit for interval in intervals}
    if len(units) != 1:
        return "", None, None
    unit = units.pop()
    daily = [_daily(interval) for interval in intervals]
    known = [amount for amount in daily if amount is not None]
    if len(known) != len(daily):
        return unit, None, None
    days = [
        None if end is None else end.order - i.start.order for i, end in zip(intervals, ends, strict=True)
    ]
    lengths = [length for length in days if length is not None]
    if len(lengths) != len(days):
        return unit, known[0] if len(set(known)) == 1 and _one_by_one(intervals, ends) else None, None
    total = sum(amount * length for amount, length in zip(known, lengths, strict=True))
    span = _days_covered(
        [(i.start.order, i.start.order + n) for i, n in zip(intervals, lengths, strict=True)]
    )
    return unit, (total / span if span > 0 else sum(known)), total


def _one_by_one(intervals: list[DoseInterval], ends: list[Moment | None]) -> bool:
    return all(
        end is not None and end.order <= later.start.order
        for end, later in zip(ends, intervals[1:], strict=False)
    )


def _days_covered(spans: Sequence[tuple[float, float]]) -> float:
    """Count the days on which at least one interval ran; a morning and an evening dose share their days."""
    covered, reached = 0.0, float("-inf")
    for first, last in sorted(spans):
        covered += max(0.0, last - max(first, reached))
        reached = max(reached, last)
    return covered


def _daily(interval: DoseInterval) -> float | None:
    if isinstance(interval.dose, Absence) or interval.every_hours is None:
        return None
    return interval.dose * 24.0 / interval.every_hours
