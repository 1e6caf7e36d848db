"""Concentration over any dosing log in closed form: one dose as a sum of exponentials, doses added up.

Every model here is linear, so one dose answers for all (superposition). A dose reaches the blood at once, at an even
rate over some hours, or through a chain of transit compartments; a first-order absorption is one more exponential.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from math import factorial

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
"""Numbers; parameters have one a patient, shape (patients,)."""

APART = 1e-6
"""Rates closer to each other than this share are set that far apart: their closed form divides by the difference."""

GRID_STEPS = 96
"""Steps into which an interval between doses is cut to find the peak of a smooth curve."""

KEPT_LENGTHS = 8
"""Of how many lengths of intervals the fading is kept: regular dosing has one or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """What one milligram does to the concentration of each patient.

    Parameters
    ----------
    coefficients, rates
        Of the exponentials, in concentration per mg and 1/h, shape (terms, patients).
    lag_h
        Time before anything of a dose is absorbed [h].
    duration_h
        Time over which a dose enters at an even rate [h]; 0 where it does not.
    transits
        Number of equal steps of a chain of transit compartments; 0 without one.
    transit_rate
        Rate of each step [1/h], shape (patients,).
    """

    coefficients: FloatArray
    rates: FloatArray
    lag_h: float = 0.0
    duration_h: float = 0.0
    transits: int = 0
    transit_rate: FloatArray | None = None

    @property
    def settled_h(self) -> float:
        """Time after which a dose has entered wholly, so that nothing but its exponentials is left [h]."""
        if self.transit_rate is not None:
            return (self.transits + 40.0) / float(self.transit_rate.min())
        return self.duration_h


def make_kernel(
    parameters: Mapping[str, FloatArray], *, lag_h: float = 0.0, duration_h: float = 0.0, transits: int = 0
) -> Kernel:
    """Turn the parameters of patients into the exponentials of one dose.

    Parameters
    ----------
    parameters
        ``clearance`` [L/h] and ``volume`` [L], both apparent (over the bioavailability), and as the model has them
        ``absorption`` [1/h], ``exchange`` [L/h] with ``peripheral`` [L], ``transit_time`` [h] and ``bioavailability``,
        relative to the model's reference patient. Each has shape (patients,).
    lag_h, duration_h
        Time before anything of a dose is absorbed, and time over which it enters at an even rate [h].
    transits
        Number of transit steps; needs ``transit_time``, which is the mean time over all of them.

    Returns
    -------
    Kernel
        Concentrations are in mg/L for doses in mg.

    Examples
    --------
    >>> one = make_kernel({"clearance": np.array([10.0]), "volume": np.array([100.0])})
    >>> float(concentrations(one, [0.0], [400.0], [0.0])[0, 0])  # 400 mg in 100 L
    4.0
    """
    coefficients, rates = _disposition(parameters)
    if "absorption" in parameters:
        coefficients, rates = _absorbed(coefficients, rates, parameters["absorption"])
    if "bioavailability" in parameters:
        coefficients = coefficients * parameters["bioavailability"]
    return Kernel(
        coefficients=coefficients,
        rates=rates,
        lag_h=lag_h,
        duration_h=duration_h,
        transits=transits,
        transit_rate=transits / parameters["transit_time"] if transits else None,
    )


def _disposition(parameters: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Give the exponentials after a dose straight into the blood: one, or two with a peripheral compartment."""
    CL, V = parameters["clearance"], parameters["volume"]
    if "exchange" not in parameters:
        return (1.0 / V)[None], (CL / V)[None]
    Q, V2 = parameters["exchange"], parameters["peripheral"]
    k10, k12, k21 = CL / V, Q / V, Q / V2
    half = (k10 + k12 + k21) / 2.0
    root = np.sqrt(half**2 - k10 * k21)
    alpha, beta = half + root, k10 * k21 / (half + root)
    share = (alpha - k21) / (alpha - beta)
    return np.stack([share / V, (1.0 - share) / V]), np.stack([alpha, beta])


def _absorbed(
    coefficients: FloatArray, rates: FloatArray, absorption: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Put a first-order absorption before exponentials."""
    ka = np.broadcast_to(absorption, rates.shape[1:]).copy()
    for rate in rates:
        ka = np.where(np.abs(ka - rate) < APART * rate, rate * (1.0 + 2.0 * APART), ka)
    scaled = coefficients * ka / (ka - rates)
    return np.concatenate([scaled, -scaled.sum(axis=0, keepdims=True)]), np.concatenate([rates, ka[None]])


def entered(kernel: Kernel, hours: FloatArray) -> FloatArray:
    """Give the share of a dose that has entered after some hours; `hours` broadcasts with (terms, patients, …)."""
    after = np.maximum(hours, 0.0)
    if kernel.duration_h:
        return np.minimum(after / kernel.duration_h, 1.0)
    if kernel.transit_rate is not None:
        from scipy.special import gammainc  # noqa: PLC0415 - only models with transit need it

        return np.asarray(gammainc(kernel.transits, _trailing(kernel.transit_rate, after) * after))
    return (hours >= 0.0).astype(np.float64)


def _trailing(values: FloatArray, like: FloatArray) -> FloatArray:
    """Give values of shape (patients,) or (terms, patients) the shape that broadcasts over the axes of time."""
    return values.reshape(values.shape + (1,) * max(0, like.ndim - 2))


def left(kernel: Kernel, hours: FloatArray) -> FloatArray:
    """Give what is left of each exponential some hours after a unit dose.

    Parameters
    ----------
    hours
        Time since the dose has begun to be absorbed [h], of a shape that broadcasts with (terms, patients, …); at
        least three axes. Before the dose nothing is there.
    """
    rates = _trailing(kernel.rates, hours)
    after = np.maximum(hours, 0.0)
    if kernel.duration_h:
        D = kernel.duration_h
        inside = np.minimum(after, D)
        found = -np.expm1(-rates * inside) / (rates * D) * np.exp(-rates * (after - inside))
    elif kernel.transit_rate is not None:
        found = _after_transit(rates, _trailing(kernel.transit_rate, hours), kernel.transits, after)
    else:
        found = np.exp(-rates * after)
    return np.where(hours >= 0.0, found, 0.0)


def _after_transit(rates: FloatArray, k: FloatArray, n: int, hours: FloatArray) -> FloatArray:
    """Convolve an exponential with the time a dose spends in `n` transit steps of rate `k`.

    With x = (k − λ)t it is (k/(k − λ))ⁿ e^(−λt) P(n, x) for x > 0, and (kt)ⁿ/n! e^(−kt) M(1, n + 1, x) otherwise,
    where P is the regularised incomplete gamma function and M that of Kummer.
    """
    from scipy.special import gammainc, hyp1f1  # noqa: PLC0415 - only models with transit need it

    rates, k, hours = np.broadcast_arrays(rates, k, hours)
    x = (k - rates) * hours
    faster = x > 1.0
    gap = np.where(faster, k - rates, 1.0)
    with np.errstate(over="ignore", under="ignore"):
        wide = (k / gap) ** n * np.exp(-rates * hours) * gammainc(n, np.where(faster, x, 1.0))
        near = np.exp(n * np.log(np.maximum(k * hours, 1e-300)) - k * hours) / factorial(n)
        near = near * hyp1f1(1.0, n + 1.0, np.where(faster, 0.0, x))
    return np.where(faster, wide, near)


def concentrations(
    kernel: Kernel, times_h: Sequence[float], amounts: Sequence[float], at_h: Sequence[float]
) -> FloatArray:
    """Give the concentration at chosen times, every dose counted one by one.

    Parameters
    ----------
    times_h, amounts
        When each dose was taken [h] and how much it was [mg].
    at_h
        Times asked for [h].

    Returns
    -------
    FloatArray
        Shape (patients, times) [mg/L].
    """
    doses, given = np.asarray(times_h, dtype=np.float64), np.asarray(amounts, dtype=np.float64)
    after = np.asarray(at_h, dtype=np.float64)[:, None] - doses[None, :] - kernel.lag_h
    total = (left(kernel, after[None, None]) * given).sum(axis=-1)
    return np.asarray((kernel.coefficients[:, :, None] * total).sum(axis=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """The stretches from one dose to the next, patient by patient.

    Parameters
    ----------
    start_h, length_h
        Of each stretch [h], shape (intervals,).
    trough
        Concentration at its end, just before the next dose [mg/L], shape (intervals, patients).
    peak
        Highest concentration within it [mg/L].
    auc
        Area under the concentration over it [mg·h/L].
    """

    start_h: FloatArray
    length_h: FloatArray
    trough: FloatArray
    peak: FloatArray
    auc: FloatArray


def follow_doses(
    kernel: Kernel, times_h: Sequence[float], amounts: Sequence[float], end_h: float
) -> Intervals:
    """Follow the concentration from dose to dose; what earlier doses left is carried on, not added up anew.

    Parameters
    ----------
    times_h, amounts
        When each dose was taken [h], rising, and how much it was [mg].
    end_h
        End of the last stretch [h]: when the next dose would have been due, or the end of what is looked at.

    Returns
    -------
    Intervals
        With a lag before absorption the stretches run from lag to lag, and the trough is taken at the dose.
    """
    starts = np.asarray(times_h, dtype=np.float64)
    lengths: FloatArray = np.round(np.diff(np.append(starts, end_h)), 6).astype(np.float64)
    unit = cache(partial(_unit_dose, kernel))  # regular dosing asks the same of it again and again
    fading = lru_cache(maxsize=KEPT_LENGTHS)(partial(_fading, kernel))  # half of the time is exponentials
    carried = np.zeros_like(kernel.rates)
    open_doses: list[tuple[float, float]] = []
    found: list[tuple[FloatArray, FloatArray, FloatArray]] = []
    for start, length, amount in zip(starts, lengths, amounts, strict=True):
        open_doses.append((float(start), float(amount)))
        entering = [(unit(float(length), round(float(start) - t, 6)), given) for t, given in open_doses]
        found.append(_follow_one(kernel, carried, entering, fading(float(length))))
        carried = carried * np.exp(-kernel.rates * length)
        still = []
        for taken, given in open_doses:
            age = start + length - taken
            if age >= kernel.settled_h:
                carried = carried + given * left(kernel, np.full((1, 1, 1), age))[..., 0]
            else:
                still.append((taken, given))
        open_doses = still
    trough, peak, auc = (np.array(part) for part in zip(*found, strict=True))
    return Intervals(start_h=starts, length_h=lengths, trough=trough, peak=peak, auc=auc)


@dataclass(frozen=True, slots=True, kw_only=True)
class _UnitDose:
    """One milligram over one stretch: what is left at each of its hours, what was there before, what arrives."""

    amounts: FloatArray
    begun: FloatArray
    arrived: FloatArray


def _hours(kernel: Kernel, length: float) -> FloatArray:
    """Give the hours of a stretch that are looked at, closer together soon after the dose; last that of the trough.

    Where doses enter at an even rate, the end of that is looked at instead of a grid: there the peak lies.
    """
    if kernel.duration_h:
        grid = np.array([0.0, min(kernel.duration_h, length), length])
    else:
        grid = length * np.linspace(0.0, 1.0, GRID_STEPS + 1) ** 2
    return np.append(grid, max(length - kernel.lag_h, 0.0))


def _unit_dose(kernel: Kernel, length: float, age: float) -> _UnitDose:
    before = np.full((1, 1), age)
    whole = entered(kernel, before + length)
    return _UnitDose(
        amounts=left(kernel, (_hours(kernel, length) + age)[None, None, :]),
        begun=left(kernel, before[..., None])[..., 0] if age > 0.0 else np.zeros((1, 1)),
        arrived=whole - entered(kernel, before) if age > 0.0 else whole,
    )


def _fading(kernel: Kernel, length: float) -> tuple[FloatArray, FloatArray]:
    """Give the hours of a stretch that are looked at, and what is then left of what was there when it began."""
    hours = _hours(kernel, length)
    return hours, np.exp(-kernel.rates[:, :, None] * hours)


def _follow_one(
    kernel: Kernel,
    carried: FloatArray,
    entering: Sequence[tuple[_UnitDose, float]],
    fading: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give trough, peak and area of one stretch."""
    hours, share = fading
    amounts = carried[:, :, None] * share
    begun, arrived = carried, np.zeros((1, 1))
    for unit, given in entering:
        amounts = amounts + given * unit.amounts
        begun = begun + given * unit.begun
        arrived = arrived + given * unit.arrived
    curve = (kernel.coefficients[:, :, None] * amounts).sum(axis=0)
    # Each exponential loses what arrived in it and is no longer there at the end.
    lost = arrived + begun - amounts[:, :, -2]
    auc = (kernel.coefficients / kernel.rates * lost).sum(axis=0)
    return curve[:, -1], _peak(hours[:-1], curve[:, :-1], smooth=not kernel.duration_h), auc


def _peak(hours: FloatArray, curve: FloatArray, *, smooth: bool) -> FloatArray:
    """Give the highest point of a curve, between its points by a parabola through the highest three if it is smooth."""
    top = curve.argmax(axis=1)
    people = np.arange(curve.shape[0])
    highest: FloatArray = curve[people, top]
    if not smooth:
        return highest
    inner = np.clip(top, 1, curve.shape[1] - 2)
    before, at, after = (curve[people, inner + step] for step in (-1, 0, 1))
    left_h, right_h = hours[inner] - hours[inner - 1], hours[inner + 1] - hours[inner]
    rise, fall = (at - before) / left_h, (after - at) / right_h
    bend = (fall - rise) / (left_h + right_h)
    usable = (top == inner) & (bend < 0.0)
    slope = (rise * right_h + fall * left_h) / (left_h + right_h)
    raised = at - slope**2 / (4.0 * np.where(usable, bend, -1.0))
    return np.asarray(np.where(usable, raised, highest))
