"""The section of criteria: every condition ticked or not, for both times, with what is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from breathline.model.criterion import Answer, ConditionAnswer
from breathline.report.catalogue import read_wording
from breathline.report.sections.citations import Citations
from breathline.report.sections.criteria import deciding, view_criteria
from tests.report.example import example
from tests.report.test_report import Page, report_text
from tests.verdict.vignettes import BEFORE, IPF, ON, RECORD, judge, patient

VALUES = {"symptoms": {-1: -1.0, 20: 0.0}, "fvc": {-50: 3.0, -1: 2.7, 20: 2.8}}


def shown(*verdicts):
    assessment = replace(example(), verdicts=(example().verdicts[0], *verdicts))
    return view_criteria(assessment, read_wording(), Citations())


def both(name):
    return tuple(judge(name, patient(period, **VALUES)) for period in (BEFORE, ON))


def test_the_two_times_stand_beside_each_other():
    (view,) = shown(*both("ppf_2022"))
    before, on = view.periods
    assert (before.period, before.label, before.answer) == ("Before treatment", "Met", "met")
    assert (on.period, on.label, on.answer) == ("On treatment", "Cannot be told", "cannot_tell")
    assert before.read_at == "at week −1"
    assert view.cites == (1,)
    assert "ILD other than IPF." in view.presumed
    first = view.tree[0]
    assert [answer.answer for answer in first.answers] == ["met", "cannot_tell"]
    assert [answer.word for answer in first.answers] == ["met", "cannot be told"]
    assert {row.level for row in view.tree[1:]} == {1, 2, 3, 4}


def test_what_decided_is_told_and_nothing_else():
    (view,) = shown(*both("ppf_2022"))
    before, on = view.periods
    assert before.decided == (
        "Symptoms: worse at week −1.",
        "FVC fell by 7.5 points of % predicted (from 3.00 L at week −50 to 2.70 L at week −1); "
        "asked: a fall of at least 5 points of % predicted.",
    )
    assert before.statement == ""
    assert on.decided != ()


def condition(answer, *parts, reason=""):
    return ConditionAnswer(printed="printed", answer=answer, reason=reason, parts=parts)


def test_the_path_follows_the_answer_down_to_its_leaves():
    met = condition(Answer.MET, reason="met below")
    other = condition(Answer.NOT_MET, reason="not met below")
    unknown = condition(Answer.CANNOT_TELL, reason="unknown below")
    tree = condition(Answer.MET, other, condition(Answer.MET, unknown, met), unknown, reason="1 of 3")
    assert list(deciding([tree])) == ["met below"]
    # of several cases the met one decides; without one, those that are open; else all
    assert list(deciding([other, met, unknown])) == ["met below"]
    assert list(deciding([other, unknown])) == ["unknown below"]
    assert list(deciding([other, other])) == ["not met below"] * 2


def test_parts_nobody_can_tell_are_left_to_the_screen():
    (view,) = shown(*both("ppf_2022"))
    hidden = [row for row in view.tree if not row.on_paper]
    assert hidden
    assert all(answer.answer == "cannot_tell" for row in hidden for answer in row.answers)
    assert view.tree[0].on_paper


def test_a_class_and_a_score_have_a_name():
    (gap,) = shown(judge("gap_2012", patient(person={"diagnoses": (IPF,)}, fvc={-1: 2.4}, dlco={-1: 10.0})))
    assert (gap.periods[0].label, gap.periods[0].answer) == ("Stage I", "")
    assert gap.periods[0].decided[0] == "Female: 0 points."
    (course,) = shown(judge("eustar_12mo", patient(fvc={-53: 3.0, -1: 2.0})))
    assert course.periods[0].label == "significant decline"


def test_a_record_without_a_start_says_so():
    (view,) = shown(judge("inbuild", patient(RECORD, start=None, fvc={-50: 3.0, -1: 2.7})))
    assert view.periods[0].period == "Whole record (no start of treatment recorded)"


def test_the_page_says_it(tmp_path: Path):
    assessment = replace(example(), verdicts=(example().verdicts[0], *both("ppf_2022")))
    text = " ".join(Page(report_text(assessment, tmp_path)).text.split())
    for words in (
        "Progressive pulmonary fibrosis (ATS/ERS/JRS/ALAT 2022)",
        "Absolute decline in FVC ≥ 5 % predicted within 1 yr of follow-up",
        "FVC fell by 7.5 points of % predicted (from 3.00 L at week −50 to 2.70 L at week −1)",
        "Increased lobar volume loss cannot be told:",
        "Taken as given: ILD other than IPF.",
        "What the record lacks: ",
    ):
        assert words in text
