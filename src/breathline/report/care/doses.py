"""Drugs and doses as the dosing log gives them: a table, and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from breathline.drugs import drug_key
from breathline.figures.wording import Wording
from breathline.model.exposure import Course, Role
from breathline.model.measurement import Absence
from breathline.model.patient import DoseInterval
from breathline.report.care.case import Case, courses_of, drug_names, listed
from breathline.report.care.content import Grid
from breathline.report.sections.harm import view_courses

DAY_HOURS = 24

COLUMNS = ("drug", "part", "weeks", "dose", "daily", "total", "covered", "stopped")


def doses_grid(case: Case, courses: Sequence[Course], caption: str) -> Grid:
    """Lay out courses of drugs: what, when, how much, and why each ended."""
    say = case.say
    # In the order in which `view_courses` gives them.
    ordered = sorted(case.assessment.exposure.courses, key=lambda course: course.role is not Role.TREATMENT)
    rows = tuple(
        (
            course.drug,
            view.role,
            span_words(course, say),
            listed(dict.fromkeys(_written(one, say) for one in _intervals(case, course))),
            view.daily,
            view.total,
            view.covered,
            course.reason,
        )
        for course, view in zip(ordered, view_courses(case.assessment, say), strict=True)
        if course in courses
    )
    head = tuple(say(f"care.treatment.{name}") for name in COLUMNS)
    return Grid(caption=caption, head=head, rows=rows)


def span_words(course: Course, say: Wording) -> str:
    """Write from which week to which a drug was taken."""
    stop = say.short_moment(course.stop) if course.stop else say("care.treatment.ongoing")
    return say("care.treatment.from_to", first=say.short_moment(course.start), last=stop)


def first_dose(case: Case, course: Course) -> str:
    """Write the dose a course began with: as the log has it, else the mean of a day, or nothing."""
    found = _intervals(case, course)
    if found:
        return _written(found[0], case.say)
    daily = course.first_daily_dose if course.first_daily_dose is not None else course.daily_dose
    if daily is None:
        return ""
    return case.say("exposure.daily", dose=case.say.amount(daily), unit=course.unit)


def _intervals(case: Case, course: Course) -> list[DoseInterval]:
    """Give the rows of the log that lie within a course."""
    key = course.key or drug_key(course.drug)
    last = course.stop.order if course.stop else float("inf")
    return [
        one
        for one in case.assessment.exposure.log
        if drug_key(one.drug) == key and course.start.order <= one.start.order <= last
    ]


def _written(one: DoseInterval, say: Wording) -> str:
    """Write the dose of one row of the log."""
    if isinstance(one.dose, Absence):
        return say(f"absence.{one.dose.value}")
    words = {
        "dose": f"{one.dose:g}",
        "unit": one.unit,
        "route": say("care.treatment.route", route=one.route) if one.route else "",
    }
    if one.once:
        return say("care.treatment.written_once", **words)
    if one.every_hours is None:
        return say("care.treatment.written_bare", **words)
    return say("care.treatment.written", every=_every(one.every_hours, say), **words)


def _every(hours: float, say: Wording) -> str:
    """Write an interval in hours up to a day, and in days beyond it where they are whole."""
    if hours > DAY_HOURS and hours % DAY_HOURS == 0:
        return say("care.treatment.days", days=f"{hours / DAY_HOURS:g}")
    return say("care.treatment.hours", hours=f"{hours:g}")


def treatment_words(case: Case) -> Iterator[str]:
    """Tell what was given: the judged treatment, what went on beside it, and what came later."""
    say, exposure = case.say, case.assessment.exposure
    unknown, judged = courses_of(case, Role.UNKNOWN), courses_of(case, Role.TREATMENT)
    if not exposure.recorded:
        return
    if unknown:
        yield say("care.treatment.unknown", words=drug_names(unknown))
    elif judged:
        yield say("care.treatment.kind", words=listed(_course_words(case, course) for course in judged))
    else:
        yield say("care.treatment.none")
    for role, key in ((Role.CONCOMITANT, "beside"), (Role.ADDED, "added")):
        found = courses_of(case, role)
        if found:
            yield say(f"care.treatment.{key}", words=drug_names(found))


def _course_words(case: Case, course: Course) -> str:
    doses = listed(dict.fromkeys(_written(one, case.say) for one in _intervals(case, course)), ", then ")
    return ", ".join(part for part in (course.drug, doses, span_words(course, case.say)) if part)


def alterations(case: Case, courses: Sequence[Course]) -> tuple[str, ...]:
    """Tell every interruption and every change of dose of some courses, with the reason where the log has one."""
    say, told = case.say, []
    for course in courses:
        for change in course.changes:
            told.append((change.when, say("care.timeline.change", drug=course.drug, unit=course.unit,
                before=say.amount(change.before), after=say.amount(change.after),
                reason=reason_words(change.reason, say))))  # fmt: skip
        for gap in course.interruptions:
            told.append((gap.start, say("care.timeline.pause", drug=course.drug, days=say.amount(gap.days),
                reason=reason_words(gap.reason, say))))  # fmt: skip
    ordered = sorted(told, key=lambda one: one[0].order)
    return tuple(f"{say.short_moment(when)}: {words}" for when, words in ordered)


def reason_words(reason: str, say: Wording) -> str:
    """Write a reason in brackets, or nothing."""
    return say("care.timeline.reason", reason=reason) if reason else ""
