"""One patient's own parameters from measured concentrations: the most likely ones, and how uncertain they are.

The most likely deviates (maximum a posteriori) balance the scatter of the measurements against that of the patients.
A Gaussian about them (Laplace) is close and not enough: with few measurements the true distribution is skewed, and its
highest point is not its middle. So draws from a wider one are weighted with the true density and drawn again
(sampling-importance-resampling); estimate and interval are the geometric mean and the ends of those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from breathline.exposure.administrations import Administrations
from breathline.exposure.kernel import FloatArray, concentrations
from breathline.exposure.population import PopulationModel, kernel_of
from breathline.model.patient import Concentration

REMEMBERED_H = 60.0 * 24.0
"""Doses longer ago than this before a measurement leave nothing in it [h]."""

DRAWS = 4000
KEPT = 1000
WIDER = 1.3
"""The draws come from a distribution wider than the Gaussian by this factor, with the tails of Student's t."""

TAIL = 5.0
SEED = 5

NO_HOURS = "the time since the last dose is not known"
STEP = 1e-3
"""Step of the numerical second derivatives, in standard deviations between patients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A measured concentration on the axis of the doses.

    Parameters
    ----------
    at_h
        When it was taken [h].
    doses
        How many doses had been taken by then.
    value
        In the unit of the model; the limit of quantification where `below`.
    """

    at_h: float
    doses: int
    value: float
    below: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """What is known of one patient's deviates.

    Parameters
    ----------
    mode
        The most likely ones, shape (1, parameters).
    draws
        A sample of what they may be, shape (draws, parameters).
    effective
        How many independent draws the weighted ones are worth.
    """

    mode: FloatArray
    draws: FloatArray
    effective: float


def place_observation(level: Concentration, value: float, doses: Administrations) -> Observation | str:
    """Put a measured concentration on the axis of the doses, or say why that cannot be.

    The time counts from the last dose before it, on the day of the measurement. Where the log has another dose in
    between, that one had not been taken.
    """
    if level.when is None:
        return "its date is not known"
    day = np.floor(round(level.when.order, 2)) * 24.0
    hours = 0.0 if level.hours_after_dose is None else level.hours_after_dose
    taken = np.flatnonzero(doses.times_h + hours < day + 24.0)
    if not len(taken) and doses.left_out:
        return "it lies before the stretch of the dosing log that is followed"
    if not len(taken):
        seen = "" if level.below_limit else "; what was measured there means that a date or the log is wrong"
        return f"it was taken before the first dose{seen}"
    if level.hours_after_dose is None:
        return NO_HOURS
    last = int(taken[-1])
    at = float(doses.times_h[last]) + level.hours_after_dose
    if at < day - 24.0:
        return f"the log has no dose {level.hours_after_dose:g} hours before it"
    return Observation(at_h=at, doses=last + 1, value=value, below=level.below_limit)


def predict_observations(
    model: PopulationModel,
    covariates: Mapping[str, float],
    deviates: FloatArray,
    doses: Administrations,
    observations: Sequence[Observation],
) -> FloatArray:
    """Give the concentrations of patients at the times of measurements; shape (patients, measurements)."""
    kernel = kernel_of(model, covariates, deviates)
    columns = [np.empty((len(deviates), 0))]
    for one in observations:
        times = doses.times_h[: one.doses]
        recent = times >= one.at_h - REMEMBERED_H
        amounts = doses.amounts_mg[: one.doses][recent]
        columns.append(concentrations(kernel, times[recent].tolist(), amounts.tolist(), [one.at_h]))
    return np.concatenate(columns, axis=1)


def scatter(model: PopulationModel, predicted: FloatArray, *, seed: int) -> FloatArray:
    """Give what would be measured of predicted concentrations: each with an error of the model's size."""
    error = model.residual
    normal = np.random.default_rng(seed).standard_normal(predicted.shape)
    if error.logarithmic:
        return np.asarray(predicted * np.exp(error.proportional * normal))
    spread = np.sqrt((error.proportional * predicted) ** 2 + error.additive**2)
    return np.asarray(np.maximum(predicted + spread * normal, 0.0))


def minus_log_posterior(
    model: PopulationModel, deviates: FloatArray, predicted: FloatArray, observations: Sequence[Observation]
) -> FloatArray:
    """Give minus the logarithm of the density of deviates given measurements, but for a constant."""
    precision = np.linalg.inv(np.array(model.variability.covariance))
    total = 0.5 * np.einsum("ij,jk,ik->i", deviates, precision, deviates)
    error = model.residual
    for column, one in zip(np.maximum(predicted, 1e-12).T, observations, strict=True):
        if error.logarithmic:
            spread, apart = np.full_like(column, error.proportional), np.log(one.value) - np.log(column)
        else:
            spread = np.sqrt((error.proportional * column) ** 2 + error.additive**2)
            apart = one.value - column
        total = total + (
            _below(apart / spread) if one.below else np.log(spread) + 0.5 * (apart / spread) ** 2
        )
    return np.asarray(total)


def _below(score: FloatArray) -> FloatArray:
    """Give minus the logarithm of the chance to lie below a limit that is so many deviations away."""
    from scipy.special import log_ndtr  # noqa: PLC0415 - needed only where something was measured

    return np.asarray(-log_ndtr(score))


def estimate_individual(
    model: PopulationModel,
    covariates: Mapping[str, float],
    doses: Administrations,
    observations: Sequence[Observation],
) -> Posterior:
    """Estimate one patient's deviates from measured concentrations.

    Parameters
    ----------
    covariates
        A value for every covariate of the model.
    doses
        What was taken.
    observations
        At least one; in the unit of the model.

    Returns
    -------
    Posterior
        The same for the same input.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - needed only where something was measured

    def cost(deviates: FloatArray) -> FloatArray:
        predicted = predict_observations(model, covariates, deviates, doses, observations)
        return minus_log_posterior(model, deviates, predicted, observations)

    def at(point: FloatArray) -> float:
        return float(cost(point[None])[0])

    found = minimize(at, np.zeros(len(model.variability.parameters)), method="BFGS")
    mode = np.asarray(found.x, dtype=np.float64)
    draws, effective = _resample(cost, mode, _laplace(cost, mode, model))
    return Posterior(mode=mode[None], draws=draws, effective=effective)


def _laplace(
    cost: Callable[[FloatArray], FloatArray], mode: FloatArray, model: PopulationModel
) -> FloatArray:
    """Give the covariance of the Gaussian about the mode: the inverse of the second derivatives there."""
    prior = np.array(model.variability.covariance)
    steps = STEP * np.sqrt(np.diag(prior))
    size = len(mode)
    corners = np.array([(a, b) for a in (1.0, -1.0) for b in (1.0, -1.0)])
    hessian = np.empty((size, size))
    for i in range(size):
        for j in range(i + 1):
            points = np.tile(mode, (4, 1))
            points[:, i] += corners[:, 0] * steps[i]
            points[:, j] += corners[:, 1] * steps[j]
            signs = corners[:, 0] * corners[:, 1]
            hessian[i, j] = hessian[j, i] = (signs * cost(points)).sum() / (4.0 * steps[i] * steps[j])
    values = np.linalg.eigvalsh(hessian)
    return np.asarray(np.linalg.inv(hessian)) if values.min() > 0.0 else prior


def _resample(
    cost: Callable[[FloatArray], FloatArray], mode: FloatArray, covariance: FloatArray
) -> tuple[FloatArray, float]:
    """Draw from a wide Student's t about the mode, weigh with the true density, and draw again by weight."""
    rng = np.random.default_rng(SEED)
    size = len(mode)
    root = np.linalg.cholesky(covariance * WIDER**2)
    normal = rng.standard_normal((DRAWS, size))
    spread = np.sqrt(TAIL / rng.chisquare(TAIL, DRAWS))
    standard = normal * spread[:, None]
    draws = mode + standard @ root.T
    proposal = 0.5 * (TAIL + size) * np.log1p((standard**2).sum(axis=1) / TAIL)
    logarithms = proposal - cost(draws)
    weights = np.exp(logarithms - logarithms.max())
    weights = weights / weights.sum()
    places = (np.arange(KEPT) + rng.random()) / KEPT
    chosen = np.minimum(np.searchsorted(np.cumsum(weights), places), DRAWS - 1)
    return draws[chosen], float(1.0 / (weights**2).sum())
