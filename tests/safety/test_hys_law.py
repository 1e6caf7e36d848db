"""Hy's law. Oracle: the three components of the FDA guidance of 2009."""

from __future__ import annotations

import pytest

from breathline.model.measurement import Moment
from breathline.model.safety import CtcaeVersion, HysLawAnswer
from breathline.safety import grade_labs, judge_hys_law
from tests.safety.test_lab_grades import lab

START = Moment(week=0)


def judge(*rows, start=START):
    return judge_hys_law(grade_labs(rows, start, CtcaeVersion.V5), start)


def alt(times: float, week: float = 4):
    return lab("ALT", 30 * times, "U/L", week, high=30)


def bilirubin(times: float, week: float = 4):
    return lab("bilirubin", 20 * times, "umol/L", week, high=20)


def alp(times: float, week: float = 4):
    return lab("ALP", 100 * times, "U/L", week, high=100)


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ((alt(3.0), bilirubin(2.1), alp(1.9)), HysLawAnswer.MET),  # "3-fold or greater", ">2xULN"
        ((alt(2.9), bilirubin(2.1), alp(1.0)), HysLawAnswer.NOT_MET),
        ((alt(3.0), bilirubin(2.0), alp(1.0)), HysLawAnswer.NOT_MET),
        ((alt(3.0), bilirubin(2.1), alp(2.0)), HysLawAnswer.NOT_MET),
        ((alt(5.0), bilirubin(3.0, 8), alp(1.0)), HysLawAnswer.MET),  # bilirubin 28 days later
        ((alt(5.0), bilirubin(3.0, 9), alp(1.0)), HysLawAnswer.CANNOT_TELL),  # 35 days later
        ((alt(5.0, -1), bilirubin(3.0, -1), alp(1.0, -1)), HysLawAnswer.CANNOT_TELL),  # before treatment
        ((alt(5.0), alp(1.0)), HysLawAnswer.CANNOT_TELL),
        ((alt(5.0), bilirubin(3.0)), HysLawAnswer.CANNOT_TELL),
        ((bilirubin(3.0), alp(1.0)), HysLawAnswer.CANNOT_TELL),
        ((lab("AST", 200, "U/L", 4, high=40), bilirubin(3.0), alp(1.0)), HysLawAnswer.MET),
    ],
)
def test_components(rows, answer):
    got = judge(*rows)
    assert got.answer is answer
    assert bool(got.missing) == (answer is HysLawAnswer.CANNOT_TELL)


def test_a_met_law_still_asks_for_other_causes():
    assert "Other causes (viral hepatitis" in judge(alt(4), bilirubin(3), alp(1)).sentence
