"""The safety sections: how an event was matched, what was graded, what could not be, and that no row is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from breathline.model.measurement import Absence, Moment
from breathline.model.patient import Answer, CausalityAnswer, Event, LabResult
from breathline.safety import summarise_safety
from tests.report.example import example
from tests.report.test_report import Page, report_text

START = Moment(week=0)
EVIL = "<script>alert(1)</script>"

EVENTS = [
    Event(term="puffy eyes", start=Moment(week=1), stop=Moment(week=3), grade=1, ctcae="6"),
    Event(term="naussea", start=Moment(week=2), recorded_grade="6"),
    Event(term="rash", start=None, grade=2),
    Event(term=EVIL, start=Moment(week=2), recorded_grade=EVIL, ctcae=EVIL, grade=None),
]

LABS = [
    LabResult(test="ALT", value=30.0, unit="U/L", when=Moment(week=-1), low=7, high=35, recorded="30"),
    LabResult(test="SGPT", value=120.0, unit="U/L", when=Moment(week=4), low=7, high=35, recorded="120"),
    LabResult(test="potassium", value=3.2, unit="mmol/L", when=Moment(week=4), low=3.5, recorded="3.2"),
    LabResult(test="bilirubin", value=Absence.NOT_RECORDED, unit="mg/dL", when=None, high=1, recorded="<0.3"),
    LabResult(test=EVIL, value=3.0, unit=EVIL, when=Moment(week=4), recorded="3"),
]

ANSWERS = [
    CausalityAnswer(term="puffy eyes", drug="imatinib", question="after_drug", answer=Answer.YES),
    CausalityAnswer(term=EVIL, drug=EVIL, question="after_drug", answer=Answer.NO),
    CausalityAnswer(term="fever", question="after_drug", answer=Answer.YES, row=7),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    safety = summarise_safety(EVENTS, START, labs=LABS, answers=ANSWERS, last_day=Moment(week=20))
    text = report_text(replace(example(), safety=safety), tmp_path_factory.mktemp("safety"))
    words = " ".join(Page(text).text.replace("\N{NO-BREAK SPACE}", " ").split())
    return text, words


@pytest.mark.parametrize(
    "words",
    [
        "puffy eyes Periorbital edema (known wording “puffy eyes”)",
        "15 days",
        "graded by CTCAE 6",
        "Nausea (by spelling, 86 % of “nausea”)",
        "6 '6' is no grade of CTCAE and is not counted",
        "not matched, it may mean more than one: Rash acneiform, Rash maculo-papular",
        "Events on treatment: 4 in 20 weeks, 20.0 in 100 patient-weeks (95 % interval 5.4 to 51.2).",
        "possible (score 2) open between doubtful and definite",
        "Line 7 of causality.csv (fever, after_drug) speaks of no event of the table",
        "ALT 30 U/L week −1 120 U/L week 4 2 >3.0 - 5.0 x ULN if baseline was normal on treatment 120 U/L week 4",
        "2 with symptoms, 1 without",
        "'<0.3' is not a number",
        "the test is not known",
        "2 values could not be graded; the reasons stand in the table of every value.",
        "National Cancer Institute, US Department of Health and Human Services 2017",
    ],
)
def test_what_was_made_of_the_rows_is_said(page: tuple[str, str], words: str) -> None:
    assert words in page[1]


def test_every_row_stands_there_as_it_came(page: tuple[str, str]) -> None:
    (table,) = re.findall(r'<table class="lab-values">.*?</table>', page[0], re.DOTALL)
    assert table.count("<tr>") == len(LABS) + 1
    (events,) = re.findall(r'<table class="events">.*?</table>', page[0], re.DOTALL)
    assert events.count("<tr>") == len(EVENTS) + 1


def test_nothing_of_the_record_becomes_markup(page: tuple[str, str]) -> None:
    assert "<script>" not in page[0]
    assert page[1].count(EVIL) >= 4


@pytest.mark.parametrize(
    ("labs", "words"),
    [
        (None, "Not recorded: the record has no laboratory table."),
        ((), "The laboratory table holds no value to grade."),
    ],
)
def test_no_table_and_an_empty_one_are_different_answers(labs, words: str, tmp_path: Path) -> None:
    safety = summarise_safety([], START, labs=labs)
    assert words in Page(report_text(replace(example(), safety=safety), tmp_path)).text
