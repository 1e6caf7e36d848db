"""When a measure became better, whether it is confirmed, and how long it lasted: read off the dates of the visits."""

from __future__ import annotations

import pytest

from breathline.model.change import Judgement
from breathline.model.course import Confirmation, Response
from breathline.model.measurement import Absence, Moment, Value
from tests.outcomes.records import judged, value

# DLCO moves beyond error and importance with more than 4.0 from the baseline of 8.0.
BETTER, SAME, WORSE = 13.0, 8.5, 3.0


def course(values: dict[float, Value], stop: Moment | None = None) -> Response:
    rows = [value("dlco", 8.0, -1), *(value("dlco", v, week) for week, v in values.items())]
    (found,) = judged(*rows, stop=stop).responses
    return found


def test_first_improvement_best_and_duration() -> None:
    found = course({4: SAME, 12: BETTER, 20: 15.0, 28: BETTER, 40: SAME})
    assert found.better is not None and found.worse is None
    assert (found.better.first, found.better.last) == (Moment(week=12), Moment(week=28))
    assert (found.better.weeks_to_first, found.better.held_weeks, found.better.visits) == (12.0, 16.0, 3)
    assert found.better.ended == Moment(week=40)
    assert (found.best, found.best_when) == (15.0, Moment(week=20))
    assert found.judgement is Judgement.NO_CHANGE and found.confirmation is Confirmation.NOT_ASKED
    assert found.sentence == (
        "DLCO: better first after 12 weeks, at 3 visits in a row over 16 weeks, and no longer at week 40."
    )


@pytest.mark.parametrize(
    ("values", "confirmation"),
    [
        ({14: BETTER, 20: BETTER}, Confirmation.CONFIRMED),  # six weeks apart
        ({14.01: BETTER, 20: BETTER}, Confirmation.UNCONFIRMED),
        ({20: BETTER}, Confirmation.UNCONFIRMED),
        ({4: BETTER, 12: SAME, 20: BETTER}, Confirmation.UNCONFIRMED),  # something else between
        ({4: BETTER, 12: Absence.NOT_DONE, 20: BETTER}, Confirmation.CONFIRMED),  # says nothing
        ({4: WORSE, 20: WORSE}, Confirmation.CONFIRMED),
        ({4: WORSE, 20: Absence.UNABLE}, Confirmation.CONFIRMED),  # unable counts as worse
        ({4: BETTER, 20: SAME}, Confirmation.NOT_ASKED),
    ],
)
def test_confirmation(values: dict[float, Value], confirmation: Confirmation) -> None:
    assert course(values).confirmation is confirmation


def test_the_sentence_says_what_is_not_confirmed() -> None:
    assert course({20: BETTER}).sentence == (
        "DLCO: better first after 20 weeks, at one visit, to the last one. The last visit is not yet confirmed by "
        "one at least 6 weeks away."
    )
    assert course({8: BETTER, 9: BETTER}).sentence.startswith(
        "DLCO: better first after 8 weeks, at 2 visits in a row over 1 week, to the last one."
    )
    assert course({20: SAME}).sentence == "DLCO: never better or worse than the baseline by more than error."


def test_better_and_then_worse() -> None:
    found = course({4: BETTER, 30: WORSE})
    assert found.better is not None and found.worse is not None
    assert found.better.ended == Moment(week=30) and found.worse.ended is None
    assert found.sentence.startswith(
        "DLCO: better first after 4 weeks, at one visit, and no longer at week 30; worse first after 30 weeks"
    )


def test_what_could_not_be_done_is_never_the_best() -> None:
    found = course({4: Absence.UNABLE, 12: WORSE})
    assert (found.best, found.best_when) == (3.0, Moment(week=12))
    assert course({4: Absence.UNABLE}).best is Absence.UNABLE


def test_the_best_of_a_measure_that_falls_is_the_lowest() -> None:
    rows = [value("mrss", v, week) for week, v in ((-1, 30.0), (4, 20.0), (12, 12.0), (20, 18.0))]
    (found,) = judged(*rows).responses
    assert (found.best, found.best_when) == (12.0, Moment(week=12))


def test_before_treatment_by_the_same_rule() -> None:
    rows = [value("dlco", v, week) for week, v in ((-60, 16.0), (-40, 11.0), (-20, 10.0), (0, 8.0))]
    found = judged(*rows)
    (before,) = found.responses_before
    assert before.judgement is Judgement.WORSE and before.confirmation is Confirmation.CONFIRMED
    assert (
        before.worse is not None and before.worse.weeks_to_first == 20.0
    )  # from the first value, not the start
    assert found.responses == ()


def test_a_comparison_with_the_previous_visit_has_no_course_of_its_own() -> None:
    assert judged(value("hrct_reading", 1.0, 8), value("hrct_reading", 1.0, 20)).responses == ()


def test_without_a_start_time_counts_from_the_baseline() -> None:
    rows = [value("dlco", v, week) for week, v in ((10, 8.0), (16, BETTER), (30, BETTER))]
    (found,) = judged(*rows, start=None, stop=None).responses
    assert found.better is not None and found.better.weeks_to_first == 6.0
