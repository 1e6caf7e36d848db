"""Adverse events summarised: "none occurred" and "not recorded" are different answers."""

from __future__ import annotations

from breathline.model.measurement import Moment
from breathline.model.patient import Event
from breathline.model.safety import EventsStatus
from breathline.safety import summarise_safety

START = Moment(week=0)


def event(term: str, week: float | None, **more) -> Event:
    return Event(term=term, start=None if week is None else Moment(week=week), **more)


def test_missing_and_empty_tables_are_different_answers():
    missing, empty = summarise_safety(None, START), summarise_safety([], START)
    assert missing.status is EventsStatus.NOT_RECORDED
    assert missing.sentence == "Adverse events were not recorded, so nothing can be said about safety."
    assert empty.status is EventsStatus.NONE_OCCURRED
    assert empty.sentence == "Adverse events were asked for, and none occurred."


def test_events_on_treatment_are_counted_with_the_worst_grade():
    summary = summarise_safety(
        [
            event("rash", -10, grade=2, serious=False),
            event("periorbital oedema", 3, grade=1, serious=False),
            event("neutropenia", 9, grade=3, serious=True),
        ],
        START,
    )
    assert (summary.on_treatment, summary.worst_grade, summary.serious) == ((1, 2), 3, 1)
    assert summary.sentence == (
        "2 adverse events were recorded on treatment (periorbital oedema, neutropenia); 1 serious; "
        "the worst grade is 3. 1 adverse event was recorded before it."
    )


def test_an_event_without_a_date_counts_against_the_drug():
    summary = summarise_safety([event("nausea", None)], START)
    assert summary.on_treatment == (0,)
    assert summary.sentence == (
        "1 adverse event was recorded on treatment (nausea); 0 serious, 1 not said whether serious; "
        "1 without a grade."
    )


def test_events_before_treatment_only():
    summary = summarise_safety([event("rash", -10)], START)
    assert summary.sentence == "No adverse event began on treatment; 1 adverse event was recorded before it."
    assert len(summary.events) == 1


def test_the_first_day_of_treatment_counts():
    assert summarise_safety([event("nausea", 0)], START).on_treatment == (0,)
