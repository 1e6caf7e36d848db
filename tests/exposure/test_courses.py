"""Courses out of a dosing log; every expected number is exact arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breathline.exposure import judged_treatment, summarise_exposure
from breathline.model.exposure import Role
from breathline.model.measurement import Absence, Moment
from breathline.model.patient import DoseInterval

START = Moment(week=0)


def dose(
    drug: str, first: float, last: float | None, amount: float | Absence = 400.0, every: float | None = 24
):
    stop = None if last is None else Moment(week=last)
    return DoseInterval(
        drug=drug, dose=amount, unit="mg", start=Moment(week=first), stop=stop, every_hours=every
    )


def test_twenty_weeks_of_400_mg_a_day_are_56_grams():
    (course,) = summarise_exposure([dose("imatinib", 0, 20)], START).courses
    assert (course.role, course.weeks, course.daily_dose, course.total_dose) == (
        Role.TREATMENT,
        20,
        400,
        140 * 400,
    )


def test_a_missing_log_is_not_an_empty_one():
    assert summarise_exposure(None, START).recorded is False
    assert summarise_exposure([], START).recorded is True


def test_roles_follow_from_when_a_drug_began_and_ended():
    log = [
        dose("cyclophosphamide", -60, -36),
        dose("prednisolone", -60, 20),
        dose("imatinib", 0.5, 20),
        dose("sildenafil", 8, None),
    ]
    roles = {course.drug: course.role for course in summarise_exposure(log, START).courses}
    assert roles == {
        "cyclophosphamide": Role.PREVIOUS,
        "prednisolone": Role.CONCOMITANT,
        "imatinib": Role.TREATMENT,
        "sildenafil": Role.ADDED,
    }


def test_without_a_treatment_start_no_role_is_guessed():
    exposure = summarise_exposure([dose("imatinib", 0, 20)], None)
    assert exposure.courses[0].role is Role.UNKNOWN
    assert judged_treatment(exposure) == ()


def test_daily_dose_is_weighted_by_time():
    # 10 weeks of 400 and 10 weeks of 600 mg/day: mean 500
    (course,) = summarise_exposure(
        [dose("imatinib", 0, 10, 400.0), dose("Imatinib", 10, 20, 600.0)], START
    ).courses
    assert (course.daily_dose, course.dose_varied) == (500, True)


def test_doses_of_one_day_add_up():
    # 200 mg in the morning and 200 mg in the evening, in two rows: 400 mg/day, 140 days, 56 g
    log = [dose("imatinib", 0, 20, 200.0), dose("imatinib", 0, 20, 200.0)]
    (course,) = summarise_exposure(log, START).courses
    assert (course.daily_dose, course.total_dose, course.weeks) == (400, 56_000, 20)
    # 400 mg for 20 weeks and 600 mg more in the second half: (400 · 140 + 600 · 70) / 140 = 700
    (course,) = summarise_exposure([dose("imatinib", 0, 20), dose("imatinib", 10, 20, 600.0)], START).courses
    assert (course.daily_dose, course.dose_varied) == (700, True)


def test_two_rows_with_no_end_that_began_on_one_day_give_no_dose():
    log = [dose("imatinib", 0, None, 200.0), dose("imatinib", 0, None, 200.0)]
    (course,) = summarise_exposure(log, START).courses
    assert (course.daily_dose, course.total_dose) == (None, None)


def test_a_dose_that_goes_on_in_a_new_row_is_the_same_dose():
    (course,) = summarise_exposure([dose("imatinib", 0, None), dose("imatinib", 10, None)], START).courses
    assert (course.daily_dose, course.dose_varied) == (400, False)


def test_a_monthly_infusion_is_spread_over_its_interval():
    (course,) = summarise_exposure([dose("cyclophosphamide", -24, 0, 1000.0, 28 * 24)], START).courses
    assert course.total_dose == 1000.0 / 28 * 24 * 7


def test_a_long_break_begins_a_new_course():
    courses = summarise_exposure([dose("imatinib", -30, -20), dose("imatinib", 0, 20)], START).courses
    assert [course.role for course in courses] == [Role.PREVIOUS, Role.TREATMENT]


def test_what_the_log_does_not_say_is_not_computed():
    (course,) = summarise_exposure([dose("imatinib", 0, None)], START).courses
    assert (course.weeks, course.total_dose, course.daily_dose) == (None, None, 400)
    (course,) = summarise_exposure([dose("imatinib", 0, 20, Absence.NOT_RECORDED)], START).courses
    assert (course.daily_dose, course.total_dose) == (None, None)


@settings(deadline=None)  # the first call also reads the table of drugs
@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(0, 50)), min_size=1, max_size=8))
def test_no_interval_is_lost(spans):
    log = [dose("imatinib", first, first + length) for first, length in spans]
    exposure = summarise_exposure(log, START)
    assert min(c.start.order for c in exposure.courses) == min(d.start.order for d in log)
    taken = sum(400.0 * (d.stop.order - d.start.order) for d in log)
    assert sum(c.total_dose for c in exposure.courses) == pytest.approx(taken, abs=1e-6)


def test_a_course_that_goes_on_at_another_dose_tells_both_and_no_sum():
    (course,) = summarise_exposure(
        [dose("nintedanib", 0, 34, 300), dose("nintedanib", 34, None, 200)], START
    ).courses
    assert (course.stop, course.daily_dose, course.total_dose, course.relative_intensity) == (None,) * 4
    assert course.first_daily_dose == 300
    assert [(c.when.week, c.before, c.after) for c in course.changes] == [(34, 300, 200)]
