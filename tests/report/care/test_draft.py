"""The draft of a case report: every item of the checklist, only facts of the record, nothing that identifies."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breathline.archive import to_json
from breathline.model.assessment import Assessment
from breathline.model.exposure import Course, ExposureSummary, Role
from breathline.model.measurement import Absence, Moment
from breathline.model.patient import DoseInterval
from breathline.report.care.case import case_wording
from breathline.report.care.closing import spans
from breathline.report.care.content import Draft, Fact, Grid, ToCheck, ToWrite
from breathline.report.care.deidentified import age_of, deidentify
from breathline.report.care.draft import WRITERS, read_checklist, write_draft
from breathline.report.care.layout import checklist
from breathline.report.care.markdown import to_markdown
from tests.report.example import VARIANTS, at, example, no_treatment_start

SAY = case_wording(counted_from_start=True)


def texts(draft: Draft) -> str:
    return to_markdown(draft, SAY)


def blocks(draft: Draft, key: str):
    return next(item.blocks for item in draft.items if item.key == key)


def facts(draft: Draft, key: str) -> str:
    return " ".join(block.text for block in blocks(draft, key) if isinstance(block, Fact))


def test_the_checklist_is_that_of_2013():
    """The form of 2013: 13 topics, 30 items (care-statement.org, CARE checklist 2013)."""
    asked = read_checklist()
    told = " ".join(one.item for one in asked)
    assert (
        told == "1 2 3a 3b 3c 3d 4 5a 5b 5c 5d 6 7 8a 8b 8c 8d 9a 9b 9c 10a 10b 10c 10d 11a 11b 11c 11d 12 13"
    )
    assert len(dict.fromkeys(one.topic for one in asked)) == 13
    assert list(WRITERS) == [one.item for one in asked]


@pytest.mark.parametrize("name", VARIANTS)
def test_every_item_is_answered_or_marked_to_be_written(name):
    draft = write_draft(VARIANTS[name]())
    for item in draft.items:
        assert item.blocks, item.key
    rows = checklist(draft, SAY).rows
    assert len(rows) == 30
    for item, row in zip(draft.items, rows, strict=True):
        marked = [b.text for b in item.blocks if isinstance(b, ToWrite | ToCheck)]
        assert (row[-1] == "–") == (not marked)
        assert all(text in row[-1] for text in marked)


@pytest.mark.parametrize("key", ["3a", "3d", "4", "6", "8b", "11b", "11d", "12", "13"])
def test_what_only_a_person_knows_is_never_filled(key):
    (item,) = [item for item in write_draft(example()).items if item.key == key]
    assert item.state == "open"
    assert all(isinstance(block, ToWrite) for block in item.blocks)


def test_the_outcome_table_holds_change_interval_error_and_judgement():
    """Values, interval and error are those of the example: 12.3 − 7.2 = +5.1, error 4.0, important 1.08."""
    table = next(block for block in blocks(write_draft(example()), "10a") if isinstance(block, Grid))
    row = next(row for row in table.rows if row[0].startswith("Diffusing"))
    assert row[0] == "Diffusing capacity (DLCO) [mL/min/mmHg]"
    assert row[1] == "7.2 (37\N{NO-BREAK SPACE}% predicted, z −4.3, week −1)"
    assert row[2] == "12.3 (64\N{NO-BREAK SPACE}% predicted, z −2.5, week 20)"
    assert row[3] == "+5.1 (+1.1 to +9.1)"
    assert re.fullmatch(r"4\.0 \[\d+\]", row[4]) and re.fullmatch(r"1\.1 \[\d+\]", row[5])
    assert row[6] == "better"


def test_every_number_of_the_sentences_is_a_number_of_the_record():
    """Whatever number a sentence of the abstract tells is in the assessment, as printed with its decimals."""
    assessment = example()
    told = " ".join(facts(write_draft(assessment), key) for key in ("3b", "3c"))
    known = set(re.findall(r"\d+\.?\d*", to_json(assessment)))
    rounded = {f"{float(text):.{places}f}" for text in known for places in range(3)} | {"95"}
    found = re.findall(r"\d+\.\d+|\d+", told)
    assert len(found) > 30
    assert [number for number in found if number not in rounded and number not in known] == []


def test_where_each_number_was_read_is_told():
    (_, _), (heading, trace) = write_draft(example()).appendix
    assert heading == "Where the numbers come from"
    table = trace[0]
    assert isinstance(table, Grid)
    assert ("Diffusing capacity (DLCO)", "6", "visits.csv, lines 2–7") in table.rows
    assert ("Ground-glass extent on CT", "2", "CT week-1, week+20") in table.rows
    assert {row[0] for row in table.rows} == {item.label for item in example().measurements}


def test_none_occurred_and_not_recorded_are_different_answers():
    assert facts(write_draft(example()), "10d") == "No adverse event occurred."
    (block,) = blocks(write_draft(VARIANTS["events_not_recorded"]()), "10d")
    assert isinstance(block, ToWrite)
    assert "does not mean that none did" in block.text


def test_every_adverse_event_stands_in_the_table():
    draft = write_draft(VARIANTS["many_events"]())
    table = next(block for block in blocks(draft, "10d") if isinstance(block, Grid))
    events = VARIANTS["many_events"]().safety.events
    assert [row[0] for row in table.rows] == [event.term for event in events]
    assert [row[3] for row in table.rows] == ["–" if e.grade is None else str(e.grade) for e in events]


DATES = re.compile(r"\d{4}-\d{2}-\d{2}")


@pytest.mark.parametrize("name", VARIANTS)
def test_no_date_and_no_pseudonym_is_told(name):
    assessment = VARIANTS[name]()
    shown = texts(write_draft(assessment))
    assert DATES.search(shown) is None
    if name != "hostile":  # whose pseudonym is the same text as its diagnosis
        assert assessment.patient.id not in shown
    assert not any(when.date for when in _moments(deidentify(assessment)))


def _moments(item) -> list[Moment]:
    if isinstance(item, Moment):
        return [item]
    if isinstance(item, tuple):
        return [when for part in item for when in _moments(part)]
    if hasattr(item, "__dataclass_fields__"):
        return [when for name in item.__dataclass_fields__ for when in _moments(getattr(item, name))]
    return []


def test_dates_in_free_words_become_weeks_or_are_masked():
    note = "Seen 2006-03-20, X-ray 3.4.2005 and 12/31/04, worse since March 5, 2005; 6 May 2004; 03/2003; June 2002; 1990-13-45."
    (_, quoted) = _history(replace(example(), patient=replace(example().patient, history=note)))
    assert (
        quoted == "Seen week 2, X-ray [date] and [date], worse since [date]; [date]; [date]; [date]; [date]."
    )


def _history(assessment: Assessment) -> tuple[str, str]:
    block = next(b for b in blocks(write_draft(assessment), "5c") if isinstance(b, ToCheck))
    return block.text, block.quoted


def test_weeks_count_from_the_first_day_where_no_start_is_known():
    """First value on 2005-03-07, last on 2006-07-24: 504 days, 72 weeks."""
    draft = write_draft(no_treatment_start())
    table = next(block for block in blocks(draft, "7") if isinstance(block, Grid))
    assert [row[0] for row in table.rows] == ["0", "26", "51", "56", "64", "72"]
    assert "not recorded" in table.notes[0]
    assert (date(2006, 7, 24) - date(2005, 3, 7)).days == 504
    assert at(20).date == date(2006, 7, 24)
    assert at(-52).date == date(2005, 3, 7)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.0, 120.0) | st.floats(88.0, 92.0))
def test_no_age_above_89_is_told(age):
    draft = write_draft(replace(example(), patient=replace(example().patient, age_years=age)))
    told = facts(draft, "5a")
    if age >= 90:
        assert told.startswith("A woman aged over 89 years")
        assert age_of(age) is None
    else:
        assert re.match(rf"An? {int(age)}-year-old woman", told)


def test_ages_are_spoken_with_the_right_article():
    spoken = {}
    for age in (64.9, 80.0, 18.0, 11.5, 8.0):
        draft = write_draft(replace(example(), patient=replace(example().patient, age_years=age)))
        spoken[age] = facts(draft, "5a").split("-")[0]
    assert spoken == {64.9: "A 64", 80.0: "An 80", 18.0: "An 18", 11.5: "An 11", 8.0: "An 8"}


def test_the_report_of_an_example_says_so():
    assert write_draft(example()).notices[0] == "Example data: the values are invented."
    assert "invented" not in " ".join(
        write_draft(replace(example(), patient=replace(example().patient, example=False))).notices
    )


@settings(deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1))
def test_spans_name_every_line_once(rows):
    named = []
    for part in spans(rows).split(", "):
        first, _, last = part.partition("–")
        named += list(range(int(first), int(last or first) + 1))
    assert named == sorted(set(rows))


def test_intervals_between_doses_are_told_as_a_clinician_writes_them():
    log = tuple(
        DoseInterval(
            drug=drug,
            dose=dose,
            unit="mg",
            start=at(0),
            stop=at(20),
            every_hours=hours,
            once=once,
            route=route,
        )
        for drug, dose, hours, once, route in (
            ("imatinib", 400.0, 24.0, False, "oral"),
            ("cyclophosphamide", 1000.0, 672.0, False, "intravenous"),
            ("mycophenolate mofetil", 1000.0, 12.0, False, ""),
            ("rituximab", 1000.0, None, True, ""),
            ("methotrexate", Absence.NOT_RECORDED, None, False, ""),
        )
    )
    courses = tuple(Course(drug=one.drug, role=Role.TREATMENT, start=one.start, stop=one.stop) for one in log)
    exposure = ExposureSummary(recorded=True, courses=courses, log=log)
    told = facts(write_draft(replace(example(), exposure=exposure)), "9a")
    for words in (
        "imatinib, 400 mg oral, every 24 h, week 0 to week 20",
        "cyclophosphamide, 1000 mg intravenous, every 28 days,",
        "mycophenolate mofetil, 1000 mg, every 12 h,",
        "rituximab, 1000 mg, once,",
        "methotrexate, not recorded,",
    ):
        assert words in told
