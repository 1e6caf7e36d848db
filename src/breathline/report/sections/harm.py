"""Adverse events and drugs: what it cost, and what was taken."""

from __future__ import annotations

from dataclasses import dataclass

from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.exposure import Course
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
    start: str
    stop: str
    weeks: str
    daily: str
    total: str
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


def _event(event: Event, on_treatment: bool, say: Wording) -> EventRow:  # noqa: FBT001 - one private caller
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
        daily = say("exposure.daily", dose=_dose(course.daily_dose, say), unit=course.unit)
    if course.total_dose is not None:
        total = say("exposure.dose", dose=_dose(course.total_dose, say), unit=course.unit)
    return CourseRow(
        drug=course.drug,
        role=say.optional(f"exposure.role.{course.role}", course.role),
        judged=course.role == "treatment",
        start=say.moment(course.start),
        stop=say.moment(course.stop) if course.stop else say("moment.ongoing"),
        weeks=unknown if course.weeks is None else say.week(course.weeks),
        daily=daily,
        total=total,
        reason=course.reason,
    )


def _dose(amount: float, say: Wording) -> str:
    return say.number(amount, 0 if amount >= 100 or amount == round(amount) else 1)
