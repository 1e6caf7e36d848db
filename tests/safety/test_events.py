"""Adverse events summarised: "none occurred" and "not recorded" are different answers."""

from __future__ import annotations

import pytest

from breathline.model.measurement import Moment
from breathline.model.patient import Answer, CausalityAnswer, Event, LabResult
from breathline.model.safety import CtcaeVersion, EventsStatus, Onset
from breathline.safety import summarise_safety

START = Moment(week=0)
V5, V6 = CtcaeVersion.V5, CtcaeVersion.V6


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


def test_an_event_that_went_on_from_before_and_got_no_worse_is_not_on_treatment():
    before = event("headache", -8, stop=Moment(week=10), grade=2)
    same, worse = event("Headache", 3, grade=2), event("head ache", 3, grade=3)
    assert summarise_safety([before, same], START).on_treatment == ()
    assert summarise_safety([before, worse], START).on_treatment == (1,)
    ended = event("headache", -8, stop=Moment(week=-2), grade=2)
    assert summarise_safety([ended, same], START).on_treatment == (1,)


def test_an_event_carries_its_term_criterion_and_duration():
    got = summarise_safety([event("puffy eyes", 3, stop=Moment(week=4), grade=1)], START).graded[0]
    assert (got.term, got.criterion, got.days) == ("Periorbital edema", "Soft or non-pitting", 8.0)
    assert (got.version, got.version_stated, got.onset) == ("5", False, Onset.EMERGENT)


@pytest.mark.parametrize(
    ("more", "version", "note"),
    [
        ({"grade": 4}, V5, "CTCAE 5 has no grade 4 of Nausea"),
        ({"recorded_grade": "6"}, V5, "'6' is no grade of CTCAE and is not counted"),
        ({"grade": 2, "ctcae": "4"}, V5, "the criteria of CTCAE 4 are not known here"),
    ],
)
def test_why_no_criterion_stands_there(more, version, note):
    got = summarise_safety([event("nausea", 3, **more)], START, version=version).graded[0]
    assert (got.criterion, got.note) == ("", note)


def test_terms_follow_the_version():
    terms = [
        summarise_safety([event("swollen legs", 3, grade=1)], START, version=version).graded[0].term
        for version in (V5, V6)
    ]
    assert terms == ["Edema limbs", "Peripheral edema"]
    unknown = summarise_safety([event("stomach ulcer", 3, grade=1)], START, version=V6).graded[0]
    assert unknown.note == "the words of CTCAE 6 for Gastric ulcer are not known here"


def test_a_recorded_version_goes_before_that_of_the_assessment():
    got = summarise_safety([event("swollen legs", 3, grade=1, ctcae="5")], START, version=V6).graded[0]
    assert (got.term, got.version) == ("Edema limbs", "5")


def test_answers_on_causality_go_to_their_event():
    events = [event("rash", 3), event("rash", 9), event("nausea", 3)]
    answers = [
        CausalityAnswer(term="Nausea", question="after_drug", answer=Answer.YES, drug="imatinib"),
        CausalityAnswer(term="rash", question="after_drug", answer=Answer.YES),
        CausalityAnswer(term="rash", question="after_drug", answer=Answer.NO, start=Moment(week=9)),
        CausalityAnswer(term="fever", question="after_drug", answer=Answer.NO),
    ]
    got = summarise_safety(events, START, answers=answers)
    assert [len(one.causality) for one in got.graded] == [0, 1, 1]
    assert got.graded[2].causality[0].drug == "imatinib"
    assert got.unlinked == (answers[1], answers[3])  # two rashes, and no fever


def test_incidence_counts_events_in_the_time_on_treatment():
    events = [event("rash", -3), event("rash", 5), event("nausea", None), event("fever", 40)]
    got = summarise_safety(events, START, treatment_stop=Moment(week=20), last_day=Moment(week=52)).incidence
    assert (got.events, got.patient_weeks) == (2, 20.0)
    assert summarise_safety(events, None, last_day=Moment(week=52)).incidence is None
    assert summarise_safety(None, START, last_day=Moment(week=52)).incidence is None


def test_laboratory_values_are_part_of_the_answer():
    def told(*labs):
        return summarise_safety([], START, labs=labs).sentence.removeprefix(
            "Adverse events were asked for, and none occurred. "
        )

    normal = LabResult(test="ALT", value=20.0, unit="U/L", when=Moment(week=4), low=7, high=35)
    high = LabResult(test="ALT", value=120.0, unit="U/L", when=Moment(week=4), low=7, high=35)
    odd = LabResult(test="magic", value=1.0, unit="U/L", when=Moment(week=4))
    assert told(normal) == ("By CTCAE 5 no laboratory value got abnormal or worse on treatment (1 graded).")
    assert told(high, odd) == (
        "Laboratory values on treatment, worst grade by CTCAE 5: Alanine aminotransferase increased grade 2. "
        "1 laboratory value on treatment could not be graded."
    )
    assert told(odd) == (
        "No laboratory value on treatment is recorded that CTCAE 5 could grade. "
        "1 laboratory value on treatment could not be graded."
    )
    before = LabResult(test="ALT", value=120.0, unit="U/L", when=Moment(week=-4), low=7, high=35)
    assert told(before) == "No laboratory value on treatment is recorded that CTCAE 5 could grade."
    assert told() == "The laboratory table holds no value to grade."


def test_without_a_start_no_event_is_said_to_be_on_treatment():
    told = summarise_safety([event("cough", 30.0, grade=1, serious=False)], None).sentence
    assert told == (
        "1 adverse event was recorded (cough); none is serious; the worst grade is 1. "
        "Whether that was on treatment cannot be told without its start."
    )


def test_a_laboratory_table_of_concentrations_alone_is_not_called_empty():
    told = summarise_safety(None, Moment(week=0), labs=()).sentence
    assert told.endswith("The laboratory table holds no value to grade.")
