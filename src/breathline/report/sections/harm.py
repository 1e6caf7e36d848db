"""Adverse events and drugs: what it cost, and what was taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.exposure import Course
from breathline.model.measurement import Moment
from breathline.model.patient import Event
from breathline.model.safety import EventsStatus

MOST_ON_PAGE_ONE = 6
"""With more events than this the whole table stands after the timeline, so that page one stays one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An event of the table in words."""

    term: str
    start: str
    stop: str
    grade: str
    serious: str
    outcome: str
    action: str
    relation: str
    note: str
    on_treatment: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyView:
    """The answer to "did harm occur?" and every event as it came."""

    status: str
    headline: str
    sentence: str
    events: tuple[EventRow, ...]
    on_page_one: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow:
    """A course of one drug in words."""

    drug: str
    role: str
    judged: bool
    period: str
    dates: str
    weeks: str
    daily: str
    total: str
    intensity: str
    covered: str
    reason: str


def view_safety(assessment: Assessment, say: Wording) -> SafetyView:
    """Put adverse events into words; "none occurred" and "not recorded" stay different answers."""
    safety = assessment.safety
    status = safety.status.value
    if safety.status is EventsStatus.OCCURRED:
        headline, sentence = say.plural("safety.occurred", len(safety.events)), safety.sentence
    else:
        headline, sentence = say(f"safety.{status}"), safety.sentence or say(f"safety.{status}_note")
    on = set(safety.on_treatment)
    return SafetyView(
        status=status,
        headline=headline,
        sentence=sentence,
        events=tuple(_event(event, row in on, say) for row, event in enumerate(safety.events)),
        on_page_one=len(safety.events) <= MOST_ON_PAGE_ONE,
    )


def _event(event: Event, on_treatment: bool, say: Wording) -> EventRow:
    unknown = say("safety.unknown")
    serious = unknown if event.serious is None else say("safety.yes" if event.serious else "safety.no")
    return EventRow(
        term=event.term,
        start=say.moment(event.start),
        stop=say.moment(event.stop) if event.stop else unknown,
        grade=unknown if event.grade is None else str(event.grade),
        serious=serious,
        outcome=event.outcome,
        action=event.action,
        relation=event.relation,
        note=event.note,
        on_treatment=on_treatment,
    )


def view_courses(assessment: Assessment, say: Wording) -> tuple[CourseRow, ...]:
    """Put the courses of all drugs into words, the judged treatment first."""
    ordered = sorted(assessment.exposure.courses, key=lambda course: course.role != "treatment")
    return tuple(_course(course, say) for course in ordered)


def _course(course: Course, say: Wording) -> CourseRow:
    unknown = say("exposure.unknown")
    daily, total = unknown, unknown
    if course.daily_dose is not None:
        daily = say("exposure.daily", dose=say.amount(course.daily_dose), unit=course.unit)
    if course.total_dose is not None:
        total = say("exposure.dose", dose=say.amount(course.total_dose), unit=course.unit)
    return CourseRow(
        drug=course.drug,
        role=say.optional(f"exposure.role.{course.role}", course.role),
        judged=course.role == "treatment",
        period=_period(course, say.short_moment, say),
        dates=_dates(course, say),
        weeks=unknown if course.weeks is None else say.week(course.weeks),
        daily=daily,
        total=total,
        intensity=_percent(course.relative_intensity, say),
        covered=_percent(course.adherence, say),
        reason=course.reason,
    )


def _percent(share: float | None, say: Wording) -> str:
    return (
        say("exposure.unknown")
        if share is None
        else say("exposure.percent", percent=say.number(100 * share, 0))
    )


def _period(course: Course, write: Callable[[Moment], str], say: Wording) -> str:
    stop = write(course.stop) if course.stop else say("moment.ongoing")
    return say("exposure.period", start=write(course.start), stop=stop)


def _dates(course: Course, say: Wording) -> str:
    """Give the calendar dates below the weeks; where there are no weeks the dates already stand above."""
    if course.start.week is None or course.start.date is None:
        return ""
    return _period(course, lambda when: say.date(when) or say.short_moment(when), say)
