"""Individual estimates on simulated patients, whose truth is known; a larger study is in ``benchmarks/exposure.py``."""

from __future__ import annotations

import numpy as np
import pytest

from breathline.exposure import MODELS
from breathline.exposure.administrations import list_administrations
from breathline.exposure.individual import (
    Observation,
    estimate_individual,
    minus_log_posterior,
    place_observation,
    predict_observations,
    scatter,
)
from breathline.exposure.population import draw_deviates, reference_covariates, typical_deviates
from tests.exposure.logs import daily, dose, level

MODEL = MODELS["imatinib_gotta_2014"]
COVARIATES = reference_covariates(MODEL)
DOSES = daily(60)
PLACES = [
    Observation(at_h=24.0 * day + hours, doses=day + (hours < 24), value=0.0)
    for day, hours in ((20, 24.0), (34, 3.0), (48, 24.0))
]


def measured(deviates, rng):
    true = predict_observations(MODEL, COVARIATES, deviates, DOSES, PLACES)
    spread = np.sqrt((MODEL.residual.proportional * true) ** 2 + MODEL.residual.additive**2)
    return np.maximum(true + spread * rng.standard_normal(true.shape), 1.0)


def observations(values):
    return [
        Observation(at_h=place.at_h, doses=place.doses, value=float(value))
        for place, value in zip(PLACES, values, strict=True)
    ]


def test_intervals_of_simulated_patients_hold_the_truth():
    count = 80
    truth = draw_deviates(MODEL, count, seed=21)
    values = measured(truth, np.random.default_rng(22))
    inside, apart = 0, []
    for own, row in zip(truth, values, strict=True):
        found = estimate_individual(MODEL, COVARIATES, DOSES, observations(row))
        low, high = np.percentile(found.draws[:, 0], [2.5, 97.5])
        inside += low <= own[0] <= high
        apart.append(found.mode[0, 0] - own[0])
        assert found.effective > 500
    # Exact binomial limits of 80 draws at 95 %: 70 or more with probability 0.998. Mean error within 3 standard errors.
    assert 70 <= inside <= 80
    assert abs(np.mean(apart)) < 3 * np.std(apart) / count**0.5


def test_without_error_the_truth_is_found():
    # The patient's own values, very precise: the mode moves from the typical patient to the truth.
    from dataclasses import replace

    precise = replace(MODEL, residual=replace(MODEL.residual, proportional=0.001, additive=0.01))
    own = np.array([[0.4, -0.3]])
    values = predict_observations(precise, COVARIATES, own, DOSES, PLACES)[0]
    found = estimate_individual(precise, COVARIATES, DOSES, observations(values))
    np.testing.assert_allclose(found.mode, own, atol=0.01)


def test_the_more_is_measured_the_narrower_is_the_interval():
    values = predict_observations(MODEL, COVARIATES, typical_deviates(MODEL), DOSES, PLACES)[0]
    one, three = (
        estimate_individual(MODEL, COVARIATES, DOSES, observations(values)[:count]).draws[:, 0].std()
        for count in (1, 3)
    )
    assert three < one < MODEL.variability.covariance[0][0] ** 0.5


def test_below_quantification_counts_as_less_than_the_limit():
    # Exact: minus the logarithm of the normal distribution function at (limit − prediction) / spread.
    from scipy.stats import norm

    deviates = typical_deviates(MODEL)
    place = [Observation(at_h=PLACES[0].at_h, doses=PLACES[0].doses, value=100.0, below=True)]
    predicted = predict_observations(MODEL, COVARIATES, deviates, DOSES, place)
    spread = np.hypot(MODEL.residual.proportional * predicted[0, 0], MODEL.residual.additive)
    got = minus_log_posterior(MODEL, deviates, predicted, place)[0]
    assert got == pytest.approx(-norm.logcdf((100.0 - predicted[0, 0]) / spread))
    found = estimate_individual(MODEL, COVARIATES, DOSES, place)
    assert found.mode[0, 0] > 0.1, "a patient below the limit clears the drug faster than others"


def test_measurements_scatter_as_published():
    # Exact: the standard deviation is that of the model, √((0.292 · 1000)² + 82.8²); of logarithms 0.526.
    spread = scatter(MODEL, np.full((20_000, 1), 1000.0), seed=1).std()
    assert spread == pytest.approx(np.hypot(292.0, 82.8), rel=0.02)
    nintedanib = MODELS["nintedanib_schmid_2018"]
    assert np.log(scatter(nintedanib, np.full((20_000, 1), 10.0), seed=1)).std() == pytest.approx(
        0.526, rel=0.02
    )


def test_the_same_input_gives_the_same_estimate():
    values = predict_observations(MODEL, COVARIATES, typical_deviates(MODEL), DOSES, PLACES)[0]
    one, two = (estimate_individual(MODEL, COVARIATES, DOSES, observations(values)) for _ in range(2))
    assert (one.draws == two.draws).all()


@pytest.mark.parametrize(
    ("day", "hours", "at", "doses"),
    [
        (30, 24.0, 30 * 24.0, 30),  # a trough: yesterday's dose, and today's not yet taken
        (30, 3.0, 30 * 24.0 + 3, 31),
        (30, 47.0, 29 * 24.0 + 47, 30),  # today's dose of the log was left out
    ],
)
def test_a_measurement_finds_its_dose(day, hours, at, doses):
    found = place_observation(level(day, hours=hours), 900.0, DOSES)
    assert (found.at_h, found.doses) == (at, doses)


def test_a_measurement_in_an_earlier_course_is_not_called_a_contradiction():
    early = [dose("imatinib", -200, -150), dose("imatinib", 0, 60)]
    found = list_administrations(early, until=None, weight_kg=None)
    assert found.times_h[0] == 0.0
    assert "before the stretch of the dosing log" in place_observation(level(-160), 900.0, found)


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (level(-9), "before the first dose; what was measured there"),
        (level(-9, below_limit=True), "before the first dose"),
        (level(-9, hours=None), "before the first dose"),
        (level(30, hours=None), "the time since the last dose is not known"),
        (level(90, hours=3.0), "the log has no dose 3 hours before it"),
    ],
)
def test_a_measurement_without_a_place_says_why(one, says):
    assert says in place_observation(one, 900.0, DOSES)
