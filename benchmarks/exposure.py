"""Exposure: the printed levels of five imatinib models, speed, and individual estimates on simulated patients.

    python -m benchmarks exposure

Individual estimates are judged on patients drawn from each model, with three measured concentrations each: bias is that
of the geometric mean, coverage that of the 95 % interval of the clearance and of the trough.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from benchmarks.row import Row
from breathline.exposure import MODELS, PopulationModel
from breathline.exposure.administrations import Administrations
from breathline.exposure.individual import Observation, estimate_individual, predict_observations
from breathline.exposure.kernel import concentrations
from breathline.exposure.levels import simulate_levels
from breathline.exposure.models import models_of
from breathline.exposure.population import draw_deviates, kernel_of, reference_covariates, typical_deviates

PRINTED = {  # trough [ng/mL], area [ng/mL·h], peak [ng/mL], sampled every quarter of an hour
    "imatinib_widmer_2006": (732.1, 27968, 1561),
    "imatinib_schmidli_2005": (856.1, 35949, 2377),
    "imatinib_petain_2008": (1179.6, 40917, 2217),
    "imatinib_demetri_2009": (1337.7, 49536, 2988),
    "imatinib_gotta_2014": (694.1, 25264, 1490),
}
REFERENCE_MAN = {"weight_kg": 70.0, "age_years": 55.0, "female": 0.0, "hb_g_dl": 13.0, "wbc_10_9_l": 7.0,
                 "albumin_g_l": 38.0, "aag_g_l": 0.9}  # fmt: skip
PATIENTS = 200
LIMIT = 25.0
"""Limit of quantification of the simulated laboratory [ng/mL]."""

WHEN = ((27, 24.0), (55, 3.0), (83, 24.0))
"""Day and hours after the dose of the three measurements."""


def daily(days: int) -> Administrations:
    """Give 400 mg a day."""
    return Administrations(times_h=np.arange(days) * 24.0, amounts_mg=np.full(days, 400.0), end_h=24.0 * days)


def rows() -> list[Row]:
    """Measure all of it."""
    return [_vectors(), _speed(), *(_individual(model) for model in models_of("imatinib"))]


def _vectors() -> Row:
    doses = daily(30)
    right, told = 0, []
    for key, printed in PRINTED.items():
        kernel = kernel_of(MODELS[key], REFERENCE_MAN, typical_deviates(MODELS[key]))
        at = 29 * 24 + np.arange(97) / 4
        curve = concentrations(kernel, doses.times_h.tolist(), doses.amounts_mg.tolist(), at.tolist())[0]
        got = (round(curve[-1], 1), round(float(np.trapezoid(curve, at))), round(curve.max()))
        right += sum(one == other for one, other in zip(got, printed, strict=True))
        told += [f"{key} {g} for {p}" for g, p in zip(got, printed, strict=True) if g != p]
    within = all(abs(float(one.split()[1]) - float(one.split()[3])) <= 1 for one in told)
    figure = f"{right} of 15 to the last digit" + (f"; {', '.join(told)}" if told else "")
    return Row(
        what="trough, area and peak of the reference man",
        on="five imatinib models, 30 days of 400 mg, sampled as the printed values were",
        figure=figure,
        wanted="all, one area ± 1",
        met=right >= 14 and within,
    )


def _speed() -> Row:
    rng = np.random.default_rng(6)
    taken = np.sort(rng.choice(140, 126, replace=False))  # one dose in ten missed
    doses = Administrations(
        times_h=taken * 24.0, amounts_mg=np.full(126, 400.0), end_h=float(taken[-1] + 1) * 24.0
    )
    started, clock = time.perf_counter(), time.process_time()
    for model in models_of("imatinib"):
        simulate_levels(model, reference_covariates(model), draw_deviates(model, 1000, seed=1), doses)
    seconds, busy = time.perf_counter() - started, time.process_time() - clock
    return Row(
        what="simulation of troughs, peaks and areas, dose by dose",
        on="1,000 patients × 5 models × 140 days, one dose in ten missed",
        figure=f"{busy:.2f} s of one core ({seconds:.1f} s by the clock, beside other work)",
        wanted="≤ 5 s on 2 cores",
        met=busy <= 5.0,
    )


def _individual(model: PopulationModel) -> Row:
    doses, covariates = daily(140), reference_covariates(model)
    places = [Observation(at_h=24.0 * day + h, doses=day + (h < 24), value=0.0) for day, h in WHEN]
    last = [Observation(at_h=doses.end_h, doses=140, value=0.0)]
    # Each patient has a mirror image, with the errors mirrored too: what is left in the mean of the two is bias.
    half, errors = draw_deviates(model, PATIENTS // 2, seed=31), np.random.default_rng(32)
    normal = errors.standard_normal((PATIENTS // 2, len(places)))
    truth, normal = np.concatenate([half, -half]), np.concatenate([normal, -normal])
    values = predict_observations(model, covariates, truth, doses, places)
    error = model.residual
    values = values + np.sqrt((error.proportional * values) ** 2 + error.additive**2) * normal
    troughs = predict_observations(model, covariates, truth, doses, last)[:, 0]
    which = model.variability.parameters.index("clearance")
    apart, inside = [], []
    for own, trough, seen in zip(truth, troughs, values, strict=True):
        used = [
            replace(place, value=max(float(value), LIMIT), below=bool(value < LIMIT))
            for place, value in zip(places, seen, strict=True)
        ]
        found = estimate_individual(model, covariates, doses, used)
        predicted = predict_observations(model, covariates, found.draws, doses, last)[:, 0]
        apart.append((found.draws[:, which].mean() - own[which], np.log(predicted).mean() - np.log(trough)))
        held = ((found.draws[:, which], own[which]), (predicted, trough))
        inside.append([np.percentile(a, 2.5) <= b <= np.percentile(a, 97.5) for a, b in held])
    pairs = np.array(apart).reshape(2, -1, 2).mean(axis=0)
    bias = 100.0 * np.expm1(pairs.mean(axis=0))
    error_of = 100.0 * pairs.std(axis=0) / len(pairs) ** 0.5
    cover = 100.0 * np.mean(inside, axis=0)
    return Row(
        what="individual estimate: bias and coverage of clearance, and of trough",
        on=f"{model.label}, {PATIENTS} simulated patients, three measurements each",
        figure=f"clearance {bias[0]:+.1f} % (± {error_of[0]:.1f}), {cover[0]:.1f} %; "
        f"trough {bias[1]:+.1f} % (± {error_of[1]:.1f}), {cover[1]:.1f} %",
        wanted="within 3 %; 92 to 98 %",
        met=bool((np.abs(bias) <= 3.0).all() and (cover >= 92.0).all() and (cover <= 98.0).all()),
    )
