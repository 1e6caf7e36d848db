"""Adverse events and drugs: what it cost, and what was taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.exposure import Course
from breathline.model.measurement import Moment
from breathline.model.patient import Event
from breathline.model.safety import Causality, EventsStatus, GradedEvent, Incidence, TermMatch
from breathline.report.sections.citations import Citations
from breathline.report.sections.front import LONGEST_NAME

LONGEST_NOTE = 400
"""Notes of the record are cut after this many characters, and say how many more there are."""


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
    on_treatment: str
    known_as: str = ""
    matched: str = ""
    criterion: str = ""
    remark: str = ""
    duration: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CausalityRow:
    """How likely a drug caused an event, by one method, in words."""

    event: str
    drug: str
    method: str
    category: str
    score: str
    open_range: str
    unanswered: tuple[str, ...]
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyView:
    """The answer to "did harm occur?" and every event as it came."""

    status: str
    headline: str
    sentence: str
    events: tuple[EventRow, ...]
    incidence: str = ""
    version: str = ""
    causality: tuple[CausalityRow, ...] = ()
    unlinked: tuple[str, ...] = ()
    cites: tuple[int, ...] = ()


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


def view_safety(assessment: Assessment, say: Wording, citations: Citations) -> SafetyView:
    """Put adverse events into words; "none occurred" and "not recorded" stay different answers."""
    safety = assessment.safety
    status = safety.status.value
    if safety.status is EventsStatus.OCCURRED:
        headline, sentence = say.plural("safety.occurred", len(safety.events)), safety.sentence
    else:
        headline, sentence = say(f"safety.{status}"), safety.sentence or say(f"safety.{status}_note")
    on = set(safety.on_treatment)
    graded = {one.event: one for one in safety.graded}
    return SafetyView(
        status=status,
        headline=headline,
        sentence=sentence,
        events=tuple(
            _event(event, _when_begun(assessment, row in on, say), graded.get(row), safety.version.value, say)
            for row, event in enumerate(safety.events)
        ),
        incidence=_incidence(safety.incidence, say) if safety.events else "",
        version=say("safety.version", version=safety.version.value) if safety.graded else "",
        causality=tuple(
            _causality(safety.events[one.event], judged, say, citations)
            for one in safety.graded
            for judged in one.causality
        ),
        unlinked=tuple(
            say(
                "safety.unlinked",
                row=answer.row,
                term=say.cut(answer.term, LONGEST_NAME),
                question=answer.question,
            )
            for answer in safety.unlinked
        ),
        cites=citations.cite(safety.source),
    )


def _incidence(found: Incidence | None, say: Wording) -> str:
    """Say how often events came up in the time at risk, with the interval."""
    if found is None:
        return ""
    rates = {
        name: say.number(rate, 1)
        for name, rate in zip(("rate", "low", "high"), (found.rate, found.low, found.high), strict=True)
    }
    return say("safety.incidence", events=found.events, weeks=say.week(found.patient_weeks), **rates)


def _causality(event: Event, judged: Causality, say: Wording, citations: Citations) -> CausalityRow:
    category = say(f"causality.category.{judged.category}")
    ends = [say(f"causality.category.{end}") for end in (judged.lowest, judged.highest)]
    open_range = say("causality.open", lowest=ends[0], highest=ends[1]) if ends[0] != ends[1] else ""
    return CausalityRow(
        event=say.cut(event.term, LONGEST_NOTE),
        drug=say.cut(judged.drug, LONGEST_NAME),
        method=say(f"causality.method.{judged.method}"),
        category=category,
        score="" if judged.score is None else say("causality.score", score=say.number(judged.score, 0)),
        open_range=open_range,
        unanswered=judged.unanswered,
        cites=citations.cite((judged.source,)),
    )


def _matched(match: TermMatch, say: Wording) -> str:
    """Say how an event in free words was held to name its term, or why it was not."""
    if match.term:
        how = say(
            f"safety.match.{match.method.value}", wording=match.wording, score=say.number(match.score, 0)
        )
        return f"{how} {say('safety.left_out', words=match.left_out)}" if match.left_out else how
    if match.suggestions:
        return say("safety.match.may_mean", why=match.why, terms=", ".join(match.suggestions))
    return say("safety.match.unmatched", why=match.why)


def _event(
    event: Event, on_treatment: str, graded: GradedEvent | None, version: str, say: Wording
) -> EventRow:
    unknown = say("safety.unknown")
    serious = unknown if event.serious is None else say("safety.yes" if event.serious else "safety.no")
    return EventRow(
        term=say.cut(event.term, LONGEST_NOTE),
        start=say.moment(event.start),
        stop=say.moment(event.stop) if event.stop else unknown,
        grade=say.cut(event.recorded_grade, LONGEST_NAME)
        or (unknown if event.grade is None else str(event.grade)),
        serious=serious,
        outcome=say.cut(event.outcome, LONGEST_NOTE),
        action=say.cut(event.action, LONGEST_NOTE),
        relation=say.cut(event.relation, LONGEST_NOTE),
        note=say.cut(event.note, LONGEST_NOTE),
        on_treatment=on_treatment,
        known_as=graded.term if graded else "",
        matched=_matched(graded.match, say) if graded else "",
        criterion=graded.criterion if graded else "",
        remark=_remark(graded, version, say) if graded else "",
        duration=say.plural("safety.days", round(graded.days)) if graded and graded.days else "",
    )


def _when_begun(assessment: Assessment, on_treatment: bool, say: Wording) -> str:
    if assessment.timeline.treatment_start is None:
        return say("safety.untold")
    return say("safety.on" if on_treatment else "safety.off")


def _remark(graded: GradedEvent, version: str, say: Wording) -> str:
    """Say by which version an event was graded where that is another one, and why no criterion stands there."""
    other = graded.version != version and say("safety.by_version", version=graded.version)
    return "; ".join(part for part in (other, graded.note) if part)


def view_courses(assessment: Assessment, say: Wording) -> tuple[CourseRow, ...]:
    """Put the courses of all drugs into words, the judged treatment first."""
    ordered = sorted(assessment.exposure.courses, key=lambda course: course.role != "treatment")
    return tuple(_course(course, say) for course in ordered)


def _course(course: Course, say: Wording) -> CourseRow:
    # Of a course that goes on, length and sums are not lacking in the record: there are none yet.
    unknown = say("exposure.unknown" if course.stop is not None else "exposure.open")
    total = unknown
    if course.total_dose is not None:
        total = say("exposure.dose", dose=say.amount(course.total_dose), unit=course.unit)
    return CourseRow(
        drug=say.cut(course.drug, LONGEST_NAME),
        role=say.optional(f"exposure.role.{course.role}", course.role),
        judged=course.role == "treatment",
        period=_period(course, say.short_moment, say),
        dates=_dates(course, say),
        weeks=unknown if course.weeks is None else say.week(course.weeks),
        daily=_daily(course, say),
        total=total,
        intensity=_percent(course.relative_intensity, unknown, say),
        covered=_percent(course.adherence, unknown, say),
        reason=say.cut(course.reason, LONGEST_NOTE),
    )


def _daily(course: Course, say: Wording) -> str:
    """Write the mean daily dose, or the first and the last one of a course that goes on at another dose."""
    if course.daily_dose is not None:
        return say("exposure.daily", dose=say.amount(course.daily_dose), unit=course.unit)
    if course.first_daily_dose is None or not course.changes:
        return say("exposure.unknown")
    first, last = say.amount(course.first_daily_dose), say.amount(course.changes[-1].after)
    return say("exposure.daily_changed", first=first, last=last, unit=course.unit)


def _percent(share: float | None, unknown: str, say: Wording) -> str:
    return unknown if share is None else say("exposure.percent", percent=say.number(100 * share, 0))


def _period(course: Course, write: Callable[[Moment], str], say: Wording) -> str:
    stop = write(course.stop) if course.stop else say("moment.ongoing")
    return say("exposure.period", start=write(course.start), stop=stop)


def _dates(course: Course, say: Wording) -> str:
    """Give the calendar dates below the weeks; where there are no weeks the dates already stand above."""
    if course.start.week is None or course.start.date is None:
        return ""
    return _period(course, lambda when: say.date(when) or say.short_moment(when), say)
