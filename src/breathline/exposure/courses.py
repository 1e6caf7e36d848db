"""From the dosing log to courses: one a drug, with its role, its dose, its duration, its gaps and its changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby

from breathline.drugs import drug_key
from breathline.exposure.steps import (
    Step,
    changes_of,
    daily_dose,
    days_between,
    days_covered,
    interruptions_of,
    one_day_gaps,
    overlap_days,
    single_dose,
    steps_of,
)
from breathline.model.exposure import Course, ExposureSummary, Role
from breathline.model.measurement import Absence, Moment
from breathline.model.patient import DoseInterval
from breathline.units import UNITS

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
        Courses in order of their start, and every row of the log as it came.
    """
    if doses is None:
        return ExposureSummary(recorded=False)
    courses = [
        _course(intervals, treatment_start)
        for _, log in groupby(sorted(doses, key=_by_drug), key=lambda dose: drug_key(dose.drug))
        for intervals in split_courses(list(log))
    ]
    ordered = sorted(courses, key=lambda course: course.start.order)
    return ExposureSummary(recorded=True, courses=tuple(_resumed(ordered)), log=tuple(doses))


def judged_treatment(exposure: ExposureSummary) -> tuple[Course, ...]:
    """Give the courses that are the treatment to be judged."""
    return tuple(course for course in exposure.courses if course.role is Role.TREATMENT)


def _by_drug(dose: DoseInterval) -> tuple[str, float]:
    return drug_key(dose.drug), dose.start.order


def split_courses(log: list[DoseInterval]) -> list[list[DoseInterval]]:
    """Split one drug's intervals, in order, wherever it was stopped for longer than `NEW_COURSE_DAYS`."""
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


def _resumed(courses: Sequence[Course]) -> list[Course]:
    """Call a later course of the judged drug treatment too: it was interrupted, and no other drug was added."""
    judged = {course.key for course in courses if course.role is Role.TREATMENT}
    return [
        replace(course, role=Role.TREATMENT) if course.role is Role.ADDED and course.key in judged else course
        for course in courses
    ]


def _course(intervals: list[DoseInterval], treatment_start: Moment | None) -> Course:
    start = intervals[0].start
    ends = [end_of(interval, intervals) for interval in intervals]
    stop = _stop(intervals, ends)
    amounts = _amounts(intervals, ends)
    course = Course(
        drug=_shown_name(intervals),
        key=drug_key(intervals[0].drug),
        role=_role(start, stop, treatment_start, doubtful=bool(intervals[-1].span_doubt)),
        start=start,
        stop=stop,
        unit=amounts.unit,
        daily_dose=amounts.daily,
        total_dose=amounts.total,
        weeks=None if stop is None else (stop.order - start.order) / 7.0,
        dose_varied=amounts.varied,
        reason="; ".join(dict.fromkeys(i.reason for i in intervals if i.reason)),
        remarks=_remarks(intervals, ends),
    )
    if stop is None and ends[-1] is None and len(_known(ends)) == len(ends) - 1:
        return _going_on(course, intervals, _known(ends))
    if stop is None or len(_known(ends)) != len(ends):
        return course
    spans = [(interval, end) for interval, end in zip(intervals, _known(ends), strict=True)]
    return _detailed(course, steps_of(spans, amounts.unit), amounts.total)


def _going_on(course: Course, intervals: list[DoseInterval], ends: Sequence[Moment]) -> Course:
    """Add the doses of a course whose last row goes on: what was changed is known, sums and shares are not."""
    steps = steps_of(list(zip(intervals, (*ends, _day_after(intervals[-1].start)), strict=True)), course.unit)
    first = next((step.daily for step in steps if step.daily != 0.0), None)
    return replace(
        course, first_daily_dose=first, interruptions=interruptions_of(steps), changes=changes_of(steps)
    )


def _day_after(when: Moment) -> Moment:
    if when.week is not None:
        return Moment(week=when.week + 1.0 / 7.0)
    assert when.date is not None  # a moment without a week has a date
    return Moment(date=when.date + timedelta(days=1))


def _shown_name(intervals: Sequence[DoseInterval]) -> str:
    """Give the name as written; where a drug goes by several, the one that is nobody's trade mark."""
    names = dict.fromkeys(interval.drug for interval in intervals)
    first = intervals[0].drug
    return first if len({name.casefold() for name in names}) == 1 else drug_key(first)


def _known(ends: Sequence[Moment | None]) -> list[Moment]:
    return [end for end in ends if end is not None]


def end_of(interval: DoseInterval, intervals: Sequence[DoseInterval]) -> Moment | None:
    """Give the end of an interval: its stop, or the start of the next dose where none is recorded."""
    if interval.span_doubt:
        return None
    if interval.once and interval.stop is None:
        return interval.start
    return interval.stop or _next_start(interval, intervals)


def _stop(intervals: list[DoseInterval], ends: list[Moment | None]) -> Moment | None:
    """Give the last day of a course; a doubtful end counts only where nothing was taken after it."""
    last = max(interval.start.order for interval in intervals)
    needed = [
        end
        for interval, end in zip(intervals, ends, strict=True)
        if not (interval.span_doubt and interval.start.order < last)
    ]
    return None if None in needed else max(_known(needed), key=lambda end: end.order)


def _detailed(course: Course, steps: Sequence[Step], total: float | None) -> Course:
    """Add what follows from the daily dose day by day."""
    covered = days_covered(steps)
    days = days_between(steps)
    first = next((step.daily for step in steps if step.daily != 0.0), None)
    planned = None if first is None else first * days
    gaps = one_day_gaps(steps)
    told = (
        (
            f"The log leaves {gaps} single {'day' if gaps == 1 else 'days'} without a dose between two rows; if 'stop' "
            "names the last day on the drug, write the day after it.",
        )
        if gaps
        else ()
    )
    return replace(
        course,
        first_daily_dose=first,
        relative_intensity=total / planned if total is not None and planned else None,
        days_covered=covered,
        adherence=covered / days if days > 0 else None,
        overlap_days=overlap_days(steps),
        interruptions=interruptions_of(steps),
        changes=changes_of(steps),
        remarks=(*course.remarks, *told),
    )


def _remarks(intervals: list[DoseInterval], ends: list[Moment | None]) -> tuple[str, ...]:
    """Say why something of this course is not known, row by row."""
    found = []
    for interval, end in zip(intervals, ends, strict=True):
        where = f"Line {interval.row}" if interval.row is not None else "A row"
        doubts = [doubt for doubt in (interval.amount_doubt, interval.span_doubt) if doubt]
        if isinstance(interval.dose, Absence):
            doubts.append("its dose is not recorded")
        elif interval.every_hours is None and interval.dose > 0 and not interval.once:
            doubts.append("how often it was taken is not recorded")
        if end is None and not interval.span_doubt and not interval.once:
            doubts.append("no end is recorded")
        if doubts:
            found.append(f"{where}: {', '.join(doubts)}.")
    return tuple(found)


def _next_start(interval: DoseInterval, intervals: Sequence[DoseInterval]) -> Moment | None:
    """Give the start of the next dose: an interval with no end, followed by another, ended where that began."""
    later = (other.start for other in intervals if other.start.order > interval.start.order)
    return min(later, key=lambda start: start.order, default=None)


def _role(
    start: Moment, stop: Moment | None, treatment_start: Moment | None, *, doubtful: bool = False
) -> Role:
    """Give the part a course played; `doubtful` where its stop lies before its start.

    Both days of a doubtful course lie before treatment if its start does, whichever of them is wrong.
    """
    if treatment_start is None:
        return Role.UNKNOWN
    begun = start.order - treatment_start.order
    if abs(begun) <= SAME_START_DAYS:
        return Role.TREATMENT
    if begun > 0:
        return Role.ADDED
    if doubtful or (stop is not None and stop.order <= treatment_start.order):
        return Role.PREVIOUS
    return Role.CONCOMITANT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Amounts:
    """Unit, time-weighted daily dose and total of a course; None for what the log does not tell."""

    unit: str = ""
    daily: float | None = None
    total: float | None = None
    varied: bool = False


def _amounts(intervals: list[DoseInterval], ends: list[Moment | None]) -> _Amounts:
    unit = shared_unit(intervals)
    if not unit:
        return _Amounts()
    if all(interval.once for interval in intervals):
        singles = [single_dose(interval, unit) for interval in intervals]
        known_singles = [amount for amount in singles if amount is not None]
        return _Amounts(unit=unit, total=sum(known_singles) if len(known_singles) == len(singles) else None)
    daily = [daily_dose(interval, unit) for interval in intervals]
    known = [amount for amount in daily if amount is not None]
    if len(known) != len(daily):
        return _Amounts(unit=unit, varied=False)
    taken = set(known) - {0.0} or {0.0}
    days = [end.order - i.start.order for i, end in zip(intervals, ends, strict=True) if end is not None]
    if len(days) != len(ends):
        alone = len(taken) == 1 and _one_by_one(intervals, ends)
        return _Amounts(unit=unit, daily=min(taken) if alone else None)
    total = sum(amount * length for amount, length in zip(known, days, strict=True))
    spans = [
        (i.start.order, i.start.order + n)
        for i, n, amount in zip(intervals, days, known, strict=True)
        if amount > 0
    ]
    span = _days_covered(spans)
    mean = total / span if span > 0 else sum(known)
    return _Amounts(unit=unit, daily=mean, total=total, varied=taken != {mean})


def shared_unit(intervals: Sequence[DoseInterval]) -> str:
    """Give the unit in which all doses of a course can be counted: that of the first; empty where there is none."""
    units = [interval.unit for interval in intervals if interval.dose != 0.0]
    first = units[0] if units else "mg"
    alike = all(
        unit == first or (unit in UNITS and first in UNITS and UNITS[unit].kind == UNITS[first].kind)
        for unit in units
    )
    return first if alike else ""


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
