"""Trough, peak, area and mean of patients over a dosing log, and the same week by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from breathline.exposure.administrations import Administrations
from breathline.exposure.kernel import FloatArray, follow_doses
from breathline.exposure.population import PopulationModel, kernel_of
from breathline.model.exposure import Band, Levels

NINE_IN_TEN = (5.0, 95.0)
NINETEEN_IN_TWENTY = (2.5, 97.5)

HOURS_PER_WEEK = 168.0

SMALLEST = 1e-9
"""A concentration below this is taken as this before its logarithm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientLevels:
    """Levels of many patients, one a row of deviates.

    Parameters
    ----------
    trough, peak
        Of the last dosing interval, in the unit of the model.
    auc24
        Area over 24 hours at the last dosing interval.
    mean
        Mean concentration from the first dose to the end of the last interval.
    weeks, troughs
        Trough at the end of every dosing interval, and where doses were left out at the end of every interval in
        which one was due; weeks as the record counts them, `troughs` of shape (intervals, patients).
    """

    trough: FloatArray
    peak: FloatArray
    auc24: FloatArray
    mean: FloatArray
    weeks: FloatArray
    troughs: FloatArray


def simulate_levels(
    model: PopulationModel, covariates: Mapping[str, float], deviates: FloatArray, doses: Administrations
) -> PatientLevels:
    """Follow patients with these covariates and deviates over a dosing log."""
    kernel = kernel_of(model, covariates, deviates)
    times, amounts = _with_missed(doses)
    found = follow_doses(kernel, times, amounts, doses.end_h)
    last = max(place for place, amount in enumerate(amounts) if amount > 0.0)
    return PatientLevels(
        trough=found.trough[last],
        peak=found.peak[last],
        auc24=found.auc[last] * 24.0 / found.length_h[last],
        mean=found.auc.sum(axis=0) / found.length_h.sum(),
        weeks=(found.start_h + found.length_h) / HOURS_PER_WEEK,
        troughs=found.trough,
    )


def _with_missed(doses: Administrations) -> tuple[list[float], list[float]]:
    """Put a dose of nothing wherever one was left out, so that the concentration is followed there too."""
    times, amounts = doses.times_h.tolist(), doses.amounts_mg.tolist()
    spacing = doses.end_h - times[-1]
    for before, after in pairwise(doses.times_h.tolist()):
        missed = np.arange(before + spacing, after - 0.5 * spacing, spacing).tolist()
        times += missed
        amounts += [0.0] * len(missed)
    order = np.argsort(times, kind="stable")
    return [times[place] for place in order], [amounts[place] for place in order]


def band(values: FloatArray, limits: tuple[float, float]) -> Band:
    """Give the median of many patients and a band about it."""
    low, middle, high = np.percentile(values, [limits[0], 50.0, limits[1]])
    return Band(value=float(middle), low=float(low), high=float(high))


def estimate_of(draws: FloatArray) -> Band:
    """Give the estimate of one patient from draws of what it may be: their geometric mean, and a 95 % interval.

    Over many patients the geometric mean is unbiased on the scale on which they differ; neither the median nor the most
    likely value is where the draws are skewed.
    """
    low, high = np.percentile(draws, NINETEEN_IN_TWENTY)
    return Band(
        value=float(np.exp(np.log(np.maximum(draws, SMALLEST)).mean())), low=float(low), high=float(high)
    )


def summarise_levels(many: Sequence[PatientLevels], limits: tuple[float, float] = NINE_IN_TEN) -> Levels:
    """Give bands over patients, of one model or of several together."""

    def over(name: str) -> Band:
        return band(np.concatenate([getattr(one, name) for one in many]), limits)

    return Levels(trough=over("trough"), peak=over("peak"), auc24=over("auc24"), mean=over("mean"))


def estimate_levels(draws: PatientLevels) -> Levels:
    """Give the levels of one patient from draws of what the patient may be."""
    return Levels(
        trough=estimate_of(draws.trough),
        peak=estimate_of(draws.peak),
        auc24=estimate_of(draws.auc24),
        mean=estimate_of(draws.mean),
    )
