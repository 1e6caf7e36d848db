"""Change against dose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import linregress, t

from breathline.exposure import fit_emax, fit_line, relate_course, relate_patients, summarise_exposure
from breathline.exposure.course_response import WITHIN
from breathline.model.exposure import DoseResponse
from breathline.model.measurement import Moment
from tests.exposure.logs import START, dose
from tests.outcomes.records import judged, value
from tests.report.example import example

EMPTY = DoseResponse(measure="dlco", label="DLCO", unit="mL/min/mmHg", dose_unit="mg/day", shape="")


def test_the_line_is_that_of_scipy():
    rng = np.random.default_rng(3)
    x = rng.uniform(0, 600, 12)
    y = 0.01 * x + rng.normal(0, 1, 12)
    got, told = fit_line(list(zip(x, y, strict=True)), EMPTY), linregress(x, y)
    half = t.ppf(0.975, 10) * told.stderr
    assert got.slope == pytest.approx((told.slope, told.slope - half, told.slope + half))


def test_a_curve_that_levels_off_is_found():
    # Exact points of 1 + 5 · dose / (200 + dose), hardly any noise.
    rng = np.random.default_rng(1)
    x = np.repeat([0.0, 50.0, 100.0, 200.0, 400.0, 800.0], 3)
    y = 1 + 5 * x / (200 + x) + rng.normal(0, 0.02, len(x))
    got = fit_emax(list(zip(x, y, strict=True)), EMPTY)
    effect, half = got.effect_at_most, got.half_at
    assert effect[1] < 5 < effect[2]
    assert half[1] < 200 < half[2]
    assert effect[0] == pytest.approx(5, rel=0.05)
    assert half[0] == pytest.approx(200, rel=0.1)


def test_intervals_of_the_curve_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(8)
    x = np.repeat([0.0, 100.0, 200.0, 400.0, 800.0], 4)
    hits = 0
    for _ in range(200):
        got = fit_emax(list(zip(x, 5 * x / (200 + x) + rng.normal(0, 0.6, len(x)), strict=True)), EMPTY)
        low, high = got.half_at[1:]
        hits += (low is None or low <= 200) and (high is None or high >= 200)
    assert 182 <= hits <= 199  # binomial limits of 200 draws at 95 %: 0.9995


def test_a_straight_line_sets_no_limit_to_the_curve():
    x = np.array([0.0, 100.0, 200.0, 300.0, 400.0, 500.0])
    y = 0.01 * x + np.array([0.2, -0.2, 0.1, -0.1, 0.2, -0.2])
    got = fit_emax(list(zip(x, y, strict=True)), EMPTY)
    assert got.half_at[2] is None
    assert got.effect_at_most[2] is None


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ([(400.0, 1.0), (400.0, 2.0)], "Too few points for a curve (3 are needed)."),
        ([(400.0, 1.0), (400.0, 2.0), (400.0, 3.0)], "The dose was the same each time"),
    ],
)
def test_what_cannot_be_told_says_why(points, says):
    assert says in fit_line(points, EMPTY).untold
    assert fit_line(points, EMPTY).slope is None


def changes():
    values = zip((-1, 8, 12, 16, 20), (7.0, 8.0, 9.0, 10.0, 12.0), strict=True)
    return judged(*(value("dlco", number, week) for week, number in values)).course


def test_over_time_each_change_meets_the_dose_of_the_weeks_before_it():
    log = [dose("imatinib", 0, 56), dose("imatinib", 56, 98, 200.0), dose("imatinib", 98, 140)]
    got = relate_course(summarise_exposure(log, START), changes())
    assert got.responses_sentence == WITHIN
    # Week 8: 400; week 12: 200; week 16 (days 84 to 112): 14 days of 200 and 14 of 400; week 20: 400.
    assert [x for x, _ in got.responses[0].points] == pytest.approx([400, 200, 300, 400])
    assert [y for _, y in got.responses[0].points] == pytest.approx([1, 2, 3, 5])


def test_a_dose_that_never_varied_tells_nothing():
    got = relate_course(summarise_exposure([dose("imatinib", 0, 140)], START), changes())
    assert got.responses == ()
    assert "400 mg before every visit" in got.responses_sentence


def test_without_a_judged_drug_nothing_is_held_against_dose():
    got = relate_course(summarise_exposure([dose("imatinib", 0, 140)], None), changes())
    assert "No treatment to be judged" in got.responses_sentence


def patient(amount: float, delta: float):
    base = example()
    courses = tuple(
        replace(c, daily_dose=amount, key="imatinib") if c.drug == "imatinib" else c
        for c in base.exposure.courses
    )
    moved = tuple(replace(c, delta=delta) if c.measure == "dlco" else c for c in base.changes)
    return replace(base, exposure=replace(base.exposure, courses=courses), changes=moved)


def test_several_patients_make_one_curve():
    several = [patient(dose, 0.01 * dose) for dose in (100.0, 200.0, 300.0, 400.0, 600.0)]
    line, curve = relate_patients(several, "dlco")
    assert line.slope[0] == pytest.approx(0.01)
    assert (line.dose_unit, line.unit, line.label) == ("mg/day", "mL/min/mmHg", "Diffusing capacity (DLCO)")
    assert len(curve.points) == 5
    empty, _ = relate_patients(several, "dlco", against="auc24")
    assert "Too few points" in empty.untold
    with pytest.raises(ValueError, match="neither"):
        relate_patients(several, "dlco", against="hope")


def test_a_moment_before_the_log_has_no_dose():
    log = [dose("imatinib", 70, 140)]
    first = replace(changes()[0], followup_when=Moment(week=8))
    got = relate_course(summarise_exposure(log, Moment(week=10)), [first])
    assert got.responses_sentence == "The dose before the visits is not known."
