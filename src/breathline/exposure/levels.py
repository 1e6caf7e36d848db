"""Trough, peak, area and mean of patients over a dosing log, and the same week by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from breathline.exposure.administrations import Administrations
from breathline.exposure.kernel import FloatArray, Intervals, follow_doses
from breathline.exposure.population import PopulationModel, kernel_of
from breathline.model.exposure import Band, Levels

NINE_IN_TEN = (5.0, 95.0)
NINETEEN_IN_TWENTY = (2.5, 97.5)

HOURS_PER_WEEK = 168.0


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
        Last trough of each week; `troughs` has shape (weeks, patients).
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
    found = follow_doses(kernel, doses.times_h.tolist(), doses.amounts_mg.tolist(), doses.end_h)
    last = _last_of_weeks(found)
    return PatientLevels(
        trough=found.trough[-1],
        peak=found.peak[-1],
        auc24=found.auc[-1] * 24.0 / found.length_h[-1],
        mean=found.auc.sum(axis=0) / found.length_h.sum(),
        weeks=(found.start_h + found.length_h)[last] / HOURS_PER_WEEK,
        troughs=found.trough[last],
    )


def _last_of_weeks(found: Intervals) -> list[int]:
    """Give the last interval that ends in each week."""
    week = np.ceil((found.start_h + found.length_h) / HOURS_PER_WEEK - 1e-9)
    return [place for place in range(len(week)) if place == len(week) - 1 or week[place + 1] != week[place]]


def band(values: FloatArray, limits: tuple[float, float], value: float | None = None) -> Band:
    """Give a band of many values, about their median or about the value given."""
    low, middle, high = np.percentile(values, [limits[0], 50.0, limits[1]])
    return Band(value=float(middle) if value is None else value, low=float(low), high=float(high))


def summarise_levels(
    many: Sequence[PatientLevels],
    limits: tuple[float, float] = NINE_IN_TEN,
    about: PatientLevels | None = None,
) -> Levels:
    """Give bands over patients, of one model or of several together; about one patient's own values if given."""

    def over(name: str) -> Band:
        values = np.concatenate([getattr(one, name) for one in many])
        return band(values, limits, None if about is None else float(getattr(about, name)[0]))

    return Levels(trough=over("trough"), peak=over("peak"), auc24=over("auc24"), mean=over("mean"))
