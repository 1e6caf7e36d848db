"""Causality from structured answers. Oracles: the printed points of Naranjo, the printed criteria of WHO-UMC."""

from __future__ import annotations

import pytest

from breathline.intake.causality import QUESTIONS as INTAKE_QUESTIONS
from breathline.model.patient import Answer
from breathline.safety import judge_causality
from breathline.safety.causality import NARANJO_QUESTIONS, QUESTIONS, WHO_UMC_QUESTIONS

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


def naranjo(answers):
    return judge_causality(answers, "imatinib")[0]


def who(**answers):
    (found,) = (one for one in judge_causality(answers) if one.method == "who_umc")
    return found


def test_intake_asks_the_questions_that_are_judged():
    assert set(INTAKE_QUESTIONS) == set(QUESTIONS)


def test_points_as_printed():
    # PMC6136411, table 1: +1/0, +2/−1, +1/0, +2/−1, −1/+2, −1/+1, +1/0, +1/0, +1/0, +1/0
    printed = [(1, 0), (2, -1), (1, 0), (2, -1), (-1, 2), (-1, 1), (1, 0), (1, 0), (1, 0), (1, 0)]
    assert [(question.yes, question.no) for question in NARANJO_QUESTIONS] == printed


def test_the_printed_example():
    # PMC6136411, table 1: question 2 yes, 3 yes, 5 no, 10 yes, the others 0: "this suspected ADR is probable"
    answers = {question.key: UNKNOWN for question in NARANJO_QUESTIONS}
    answers |= {
        "after_drug": YES,
        "better_on_withdrawal": YES,
        "alternative_causes": NO,
        "objective_evidence": YES,
    }
    got = naranjo(answers)
    assert (got.score, got.category, got.unanswered) == (6, "probable", ())
    assert got.lowest == got.highest == "probable"


@pytest.mark.parametrize(
    ("score", "category"),
    [(-1, "doubtful"), (0, "doubtful"), (1, "possible"), (4, "possible"), (5, "probable"), (8, "probable"), (9, "definite")],
)  # fmt: skip
def test_categories_begin_where_printed(score, category):
    ways = {  # answers that give each score
        -1: {"alternative_causes": YES},
        0: {"previous_reports": NO},
        1: {"previous_reports": YES},
        4: {"after_drug": YES, "alternative_causes": NO},
        5: {"after_drug": YES, "alternative_causes": NO, "previous_reports": YES},
        8: {"after_drug": YES, "alternative_causes": NO, "back_on_rechallenge": YES, "previous_reports": YES, "dose_response": YES},
        9: {"after_drug": YES, "alternative_causes": NO, "back_on_rechallenge": YES, "previous_reports": YES, "dose_response": YES, "similar_before": YES},
    }  # fmt: skip
    got = naranjo(ways[score])
    assert (got.score, got.category) == (score, category)


def test_unanswered_questions_are_named_and_leave_a_range():
    got = naranjo({"after_drug": YES})
    assert got.score == 2
    assert len(got.unanswered) == 9
    # at worst 2 − 1 (rechallenge) − 1 (other causes) − 1 (placebo) = −1; at best 2 + 1 + 1 + 2 + 2 + 1 + 4 = 13
    assert (got.lowest, got.highest) == ("doubtful", "definite")


def test_nothing_answered_is_no_judgement():
    assert judge_causality({}) == ()
    assert judge_causality({"after_drug": None}) == ()


def test_who_umc_categories():
    full = {"plausible_time": YES, "other_explanation": NO, "plausible_withdrawal": YES, "more_data": NO}
    assert who(**full, definitive_event=YES, satisfactory_rechallenge=YES).category == "certain"
    assert who(**full, definitive_event=YES, satisfactory_rechallenge=Answer.NOT_NEEDED).category == "certain"
    assert who(**full, definitive_event=NO, satisfactory_rechallenge=NO).category == "probable"
    assert who(**(full | {"plausible_withdrawal": UNKNOWN})).category == "possible"
    assert who(**(full | {"other_explanation": YES})).category == "possible"
    assert who(**(full | {"plausible_time": NO, "other_explanation": YES})).category == "unlikely"
    assert who(plausible_time=UNKNOWN, more_data=YES).category == "conditional"
    assert who(plausible_time=UNKNOWN, more_data=NO).category == "unassessable"


def test_who_umc_says_what_the_unanswered_leave_open():
    got = who(plausible_time=YES, other_explanation=NO)
    assert (got.category, got.lowest, got.highest) == ("possible", "possible", "certain")
    assert len(got.unanswered) == len(WHO_UMC_QUESTIONS) - 2
