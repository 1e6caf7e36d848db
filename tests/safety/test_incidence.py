"""Incidence and time to event. Oracles: SciPy's chi-square quantile, and lifelines on the 6-MP arm of Freireich."""

from __future__ import annotations

import pytest
from scipy.stats import chi2

from breathline.model.measurement import Moment
from breathline.model.patient import Event
from breathline.model.safety import FollowUp
from breathline.safety import follow_up, incidence_of, summarise_safety, time_to_first_event
from breathline.safety.incidence import count_incidence


@pytest.mark.parametrize("events", [0, 1, 2, 3, 10, 57, 400])
def test_the_interval_is_the_exact_one(events):
    got = count_incidence(events, 250.0)
    # Garwood: chi2.ppf(0.025, 2n) / 2 and chi2.ppf(0.975, 2n + 2) / 2
    low = chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    high = chi2.ppf(0.975, 2 * events + 2) / 2
    assert (got.low, got.high) == (pytest.approx(low / 2.5, rel=1e-9), pytest.approx(high / 2.5, rel=1e-9))
    assert got.rate == pytest.approx(events / 2.5)


def test_patient_years_are_weeks_of_365_25_days():
    got = count_incidence(1, 365.25 / 7)
    assert got.per_100_patient_years[0] == pytest.approx(100.0)


def test_no_time_at_risk_is_no_rate():
    assert count_incidence(3, 0.0) is None


PATIENTS = (
    FollowUp(patient="a", weeks=20, events=(("Nausea", 2.0, 1), ("Nausea", 9.0, 3), ("Rash", 25.0, 2))),
    FollowUp(patient="b", weeks=30, events=(("Nausea", None, None),)),
    FollowUp(patient="c", weeks=50),
)


@pytest.mark.parametrize(
    ("term", "grade", "events"),
    [("", 1, 3), ("Nausea", 1, 3), ("Nausea", 3, 2), ("Rash", 1, 0)],  # week 25 lies after the time at risk
)
def test_incidence_of_many(term, grade, events):
    got = incidence_of(PATIENTS, term, least_grade=grade)
    assert (got.events, got.patients, got.patient_weeks) == (events, 3, 100)


def test_follow_up_leaves_out_what_was_there_before():
    events = [
        Event(term="rash", start=Moment(week=-3), grade=1),
        Event(term="naussea", start=Moment(week=2), grade=2),
        Event(term="something odd", start=None),
    ]
    got = follow_up("p", summarise_safety(events, Moment(week=0)), 20)
    assert got.events == (("Nausea", 2.0, 2), ("something odd", None, None))


# Freireich 1963, 6-MP arm, weeks to relapse; 0 where censored.
WEEKS = (6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35)
RELAPSED = (1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0)

# lifelines 0.30: KaplanMeierFitter().fit(WEEKS, RELAPSED), survival_function_ and confidence_interval_
LIFELINES = (
    (6, 0.857143, 0.619718, 0.951552),
    (7, 0.806723, 0.563147, 0.922809),
    (10, 0.752941, 0.503200, 0.889362),
    (13, 0.690196, 0.431610, 0.849066),
    (16, 0.627451, 0.367511, 0.804912),
    (22, 0.537815, 0.267779, 0.746791),
    (23, 0.448179, 0.188052, 0.680143),
)


def patients(times, happened):
    rows = enumerate(zip(times, happened, strict=True))
    return [
        FollowUp(patient=str(n), weeks=float(week), events=(("x", float(week), 1),) if event else ())
        for n, (week, event) in rows
    ]


def test_kaplan_meier_gives_what_lifelines_gives():
    curve = time_to_first_event(patients(WEEKS, RELAPSED))
    got = [(step.week, step.share, step.low, step.high) for step in curve.steps]
    assert got == [pytest.approx(row, abs=5e-7) for row in LIFELINES]
    assert (curve.median_weeks, curve.patients, curve.events) == (23.0, 21, 9)


def test_all_with_an_event_end_at_nobody_free():
    curve = time_to_first_event(patients((1, 2), (1, 1)))
    assert (curve.steps[-1].share, curve.steps[-1].low, curve.steps[-1].high) == (0.0, 0.0, 0.0)


def test_nobody_with_an_event_has_no_step_and_no_median():
    curve = time_to_first_event(patients((5, 9), (0, 0)))
    assert (curve.steps, curve.median_weeks, curve.patients) == ((), None, 2)


def test_an_event_without_a_date_is_left_out_and_said():
    curve = time_to_first_event(PATIENTS, "Nausea")
    assert (curve.patients, curve.undated, curve.events) == (2, 1, 1)
