"""The safety of the treatment in one answer: events, laboratory values, time at risk."""

from __future__ import annotations

from collections.abc import Sequence

from breathline.model.measurement import Moment
from breathline.model.patient import CausalityAnswer, Event, LabResult
from breathline.model.safety import (
    CtcaeVersion,
    EventsStatus,
    GradedEvent,
    GradedLab,
    HysLawAnswer,
    Incidence,
    Onset,
    SafetySummary,
)
from breathline.safety.ctcae import SOURCES
from breathline.safety.events import grade_events, link_answers
from breathline.safety.hys_law import judge_hys_law
from breathline.safety.incidence import count_incidence
from breathline.safety.lab_grades import grade_labs


def summarise_safety(
    events: Sequence[Event] | None,
    treatment_start: Moment | None,
    *,
    labs: Sequence[LabResult] | None = None,
    answers: Sequence[CausalityAnswer] | None = None,
    treatment_stop: Moment | None = None,
    last_day: Moment | None = None,
    version: CtcaeVersion = CtcaeVersion.V5,
) -> SafetySummary:
    """Summarise what happened to a patient on treatment.

    An event counts as "on treatment" if it began on or after the first day of treatment, however late, or
    if its date is not recorded: a doubtful event is counted against the drug, never for it. One that a row from
    before treatment says to have gone on, at the same grade or a higher one, is not.

    Parameters
    ----------
    events
        Rows of the table; None where the table is missing, empty where it says that none occurred.
    treatment_start
        None where not recorded; then every event counts as on treatment.
    labs
        Rows of the laboratory table; None where it is missing.
    answers
        Answers on causality; None where there are none.
    treatment_stop
        End of the treatment; None while it goes on or where not recorded.
    last_day
        Last day on which something was recorded, up to which the patient was at risk if treatment goes on.
    version
        Version of CTCAE for laboratory values and for events whose version is not recorded.

    Returns
    -------
    SafetySummary
        Every event and every value as it came, graded, and the answer in words.
    """
    rows = tuple(events or ())
    graded = grade_events(rows, treatment_start, version, answers or ())
    values = None if labs is None else grade_labs(labs, treatment_start, version)
    on_treatment = tuple(one.event for one in graded if one.onset is not Onset.PRE_EXISTING)
    chosen = [rows[position] for position in on_treatment]
    grades = [event.grade for event in chosen if event.grade is not None]
    law = None if values is None else judge_hys_law(values, treatment_start)
    sentences = [
        _events_sentence(events, chosen, started=treatment_start is not None),
        "" if values is None else _labs_sentence(values, version, treatment_start),
    ]
    if law is not None and law.answer is HysLawAnswer.MET:
        sentences.append(law.sentence)
    return SafetySummary(
        status=_status(events),
        events=rows,
        on_treatment=on_treatment,
        serious=sum(event.serious is True for event in chosen),
        worst_grade=max(grades, default=None),
        sentence=" ".join(sentence for sentence in sentences if sentence),
        version=version,
        graded=graded,
        labs=values,
        hys_law=law,
        incidence=_incidence(events, graded, treatment_start, treatment_stop or last_day),
        unlinked=link_answers(rows, answers or ()).get(-1, ()),
        source=(str(SOURCES[version]),) if rows or labs else (),
    )


def _status(events: Sequence[Event] | None) -> EventsStatus:
    if events is None:
        return EventsStatus.NOT_RECORDED
    return EventsStatus.OCCURRED if events else EventsStatus.NONE_OCCURRED


def _incidence(
    events: Sequence[Event] | None, graded: Sequence[GradedEvent], start: Moment | None, end: Moment | None
) -> Incidence | None:
    """Count the events on treatment in its time; None where either is not recorded."""
    if events is None or start is None or end is None:
        return None
    counted = 0
    for one in graded:
        began = events[one.event].start
        late = began is not None and began.order > end.order
        counted += one.onset is not Onset.PRE_EXISTING and not late
    return count_incidence(counted, (end.order - start.order) / 7.0)


def _events_sentence(events: Sequence[Event] | None, chosen: Sequence[Event], *, started: bool) -> str:
    if events is None:
        return "Adverse events were not recorded, so nothing can be said about safety."
    if not events:
        return "Adverse events were asked for, and none occurred."
    earlier = len(events) - len(chosen)
    before = f" {_count(earlier)} recorded before it." if earlier else ""
    if not chosen:
        return f"No adverse event began on treatment;{before.lower()}"
    terms = ", ".join(dict.fromkeys(event.term for event in chosen))
    when = " on treatment" if started else ""
    parts = [f"{_count(len(chosen))} recorded{when} ({terms})", _serious(chosen)]
    grades = [event.grade for event in chosen if event.grade is not None]
    if grades:
        parts.append(f"the worst grade is {max(grades)}")
    if len(grades) < len(chosen):
        parts.append(f"{len(chosen) - len(grades)} without a grade")
    untold = "" if started else " Whether that was on treatment cannot be told without its start."
    return "; ".join(parts) + "." + before + untold


def _serious(chosen: Sequence[Event]) -> str:
    serious = sum(event.serious is True for event in chosen)
    unknown = sum(event.serious is None for event in chosen)
    if not serious and not unknown:
        return "none is serious"
    return f"{serious} serious" + (f", {unknown} not said whether serious" if unknown else "")


def _count(number: int) -> str:
    return f"{number} adverse event was" if number == 1 else f"{number} adverse events were"


def _labs_sentence(labs: Sequence[GradedLab], version: CtcaeVersion, start: Moment | None) -> str:
    """Say the worst grade of each test on treatment; never "none" where values could not be graded."""
    if not labs:
        return "The laboratory table holds no value to grade."
    on = [one for one in labs if start is None or one.lab.when is None or one.lab.when.order > start.order]
    ungraded = sum(one.grade is None for one in on)
    when = "" if start is None else " on treatment"
    rest = f" {_values(ungraded)}{when} could not be graded." if ungraded else ""
    worst: dict[str, GradedLab] = {}
    for one in sorted(on, key=lambda one: one.grade or 0):
        if one.grade and one.onset is not Onset.PRE_EXISTING:
            worst[one.term] = one
    if worst:
        ordered = sorted(worst.values(), key=lambda one: (-(one.grade or 0), one.term))
        words = ", ".join(f"{one.term} {_grade(one)}" for one in ordered)
        return f"Laboratory values{when}, worst grade by CTCAE {version.value}: {words}.{rest}"
    if len(on) == ungraded:
        return f"No laboratory value{when} is recorded that CTCAE {version.value} could grade.{rest}"
    return (
        f"By CTCAE {version.value} no laboratory value got abnormal or worse{when} "
        f"({len(on) - ungraded} graded).{rest}"
    )


def _grade(graded: GradedLab) -> str:
    if graded.without_symptoms == graded.grade:
        return f"grade {graded.grade}"
    return f"grade {graded.grade} with symptoms, else {graded.without_symptoms}"


def _values(number: int) -> str:
    return f"{number} laboratory value" if number == 1 else f"{number} laboratory values"
