"""The slope of a measure before treatment and on it, and what would have been had the first gone on.

Two straight lines that meet at the start of treatment are fitted to all values by least squares:

    value = level + before · t + difference · max(0, t)        t in years from the start of treatment

The error of one value is not estimated from the few there are: it is the published standard deviation within a
patient, 1/(1.96 √2) of the limit of error by which changes of the measure are judged. Where the values scatter
more about the lines than that allows, the intervals are widened by the Birge ratio √(χ²/ν), and never narrowed.

What this assumes: the course is straight before treatment and straight on it; treatment bends it and lifts it at
once by nothing; errors of different days are independent and about normal. ``docs/explanation/change.md`` tells
how the method was chosen and how often its intervals hold the truth, also where the assumptions do not hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from breathline.model.change import Direction, Judgement, OutcomeMeasure, Scale, Threshold
from breathline.model.course import Projection, Slope, Trajectory
from breathline.model.measurement import Absence
from breathline.outcomes.learning import is_first_ever
from breathline.outcomes.reliable import Z_95
from breathline.outcomes.repeatability import within_subject
from breathline.outcomes.series import Dated, Series, conditions_of
from breathline.outcomes.wording import amount, number
from breathline.sources import Source

SOURCE = Source(
    "birge_1932", verified=False, note="the widening of intervals where values scatter more than known"
)

DAYS_PER_YEAR = 365.25

LEAST_SPAN_DAYS = 27.5
"""Values closer together than four weeks (less half a day, for rounding) say nothing of a yearly slope."""

Matrix = NDArray[np.float64]
"""Rows are values, columns parameters."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A weighted least-squares fit with known error.

    Parameters
    ----------
    parameters, covariance
        Estimates, and their covariance widened by `widening` squared.
    widening
        Birge ratio, at least 1.
    """

    parameters: Matrix
    covariance: Matrix
    widening: float

    def slope(self, weights: Sequence[float]) -> Slope:
        """Give a weighted sum of the parameters with its 95 % interval."""
        w = np.asarray(weights, dtype=np.float64)
        middle = float(w @ self.parameters)
        half = Z_95 * sqrt(float(w @ self.covariance @ w))
        return Slope(per_year=middle, low=middle - half, high=middle + half)


def fit_lines(design: Matrix, values: Matrix, sd: float) -> Fit:
    """Fit by least squares with the error of one value known.

    Parameters
    ----------
    design
        One row a value, of full rank.
    values
        The values [unit of the measure].
    sd
        Standard deviation of one value [same unit].

    References
    ----------
    Birge RT, Phys Rev 1932;40:207.
    """
    inverse: Matrix = np.asarray(np.linalg.inv(design.T @ design), dtype=np.float64)
    parameters = inverse @ design.T @ values
    left = design.shape[0] - design.shape[1]
    scatter = float(np.sum((values - design @ parameters) ** 2)) / sd**2
    widening = sqrt(max(1.0, scatter / left)) if left > 0 else 1.0
    return Fit(parameters, inverse * (sd * widening) ** 2, widening)


def draw_trajectory(
    series: Series, before: Sequence[Dated], on: Sequence[Dated], start: float
) -> Trajectory | None:
    """Draw the course of one measure before treatment and on it.

    Parameters
    ----------
    before, on
        Values that say something, in order of time.
    start
        Day of the start of treatment.

    Returns
    -------
    Trajectory or None
        None where the measure has no slope (classes, comparisons, no known error) or fewer than three numbers.
    """
    measure = series.measure
    if measure.direction is None or measure.ordinal or measure.comparative:
        return None
    before, on, left_out = _comparable(series, before, on)
    unpractised = any(is_first_ever(series, dated) for dated in before)
    used = [*before, *on]
    sd = _sd(series, used)
    if sd is None or len(used) < 3:
        return None
    times = np.array([(dated.day - start) / DAYS_PER_YEAR for dated in used])
    values = np.array([_value(dated) for dated in used])
    slopes = _slopes(times, values, sd)
    frame = Trajectory(
        measure=measure.key,
        label=measure.label,
        unit=measure.unit,
        domain=measure.domain,
        direction=measure.direction,
        decimals=measure.decimals,
        values=len(used),
        sd=sd,
        widening=slopes.widening,
        judgement=Judgement.CANNOT_TELL,
        sentence="",
        before=slopes.before,
        on=slopes.on,
        difference=slopes.difference,
        projection=_project(measure, times, values, sd, used),
        source=_source(series, used),
    )
    return _judged(measure, frame, left_out, unpractised=unpractised)


@dataclass(frozen=True, slots=True)
class _Slopes:
    before: Slope | None = None
    on: Slope | None = None
    difference: Slope | None = None
    widening: float = 1.0


def _slopes(times: Matrix, values: Matrix, sd: float) -> _Slopes:
    """Fit what the days allow: both lines, or one of them."""
    is_before = times <= 0.0
    has_before = _spans(times[is_before])
    has_on = float(times.max()) * DAYS_PER_YEAR >= LEAST_SPAN_DAYS
    ones = np.ones_like(times)
    if has_before and has_on:
        fit = fit_lines(np.column_stack([ones, times, np.maximum(times, 0.0)]), values, sd)
        return _Slopes(fit.slope([0, 1, 0]), fit.slope([0, 1, 1]), fit.slope([0, 0, 1]), fit.widening)
    if has_before:
        own = is_before
        fit = fit_lines(np.column_stack([ones[own], times[own]]), values[own], sd)
        return _Slopes(before=fit.slope([0, 1]), widening=fit.widening)
    # With one value before, the line on treatment begins there.
    if has_on and _spans(times):
        fit = fit_lines(np.column_stack([ones, times]), values, sd)
        return _Slopes(on=fit.slope([0, 1]), widening=fit.widening)
    return _Slopes()


def _spans(times: Matrix) -> bool:
    return times.size >= 2 and float(np.ptp(times)) * DAYS_PER_YEAR >= LEAST_SPAN_DAYS


def _project(
    measure: OutcomeMeasure, times: Matrix, values: Matrix, sd: float, used: Sequence[Dated]
) -> Projection | None:
    """Go on with the line through the values before treatment alone, to the last value on it."""
    own = times <= 0.0
    when = used[-1].item.when
    if not _spans(times[own]) or times[-1] <= 0.0 or when is None:
        return None
    fit = fit_lines(np.column_stack([np.ones(int(own.sum())), times[own]]), values[own], sd)
    there = fit.slope([1.0, float(times[-1])])
    # The interval is that of one measured value, which has an error of its own beside that of the line.
    half = sqrt(((there.high - there.low) / 2.0) ** 2 + (Z_95 * sd * fit.widening) ** 2)
    low, high = measure.plausible
    return Projection(
        when=when,
        expected=min(max(there.per_year, low), high),
        low=min(max(there.per_year - half, low), high),
        high=min(max(there.per_year + half, low), high),
        observed=float(values[-1]),
    )


def _comparable(
    series: Series, before: Sequence[Dated], on: Sequence[Dated]
) -> tuple[list[Dated], list[Dated], list[str]]:
    """Keep numbers, taken under the conditions of the last one; say in words what was left out."""
    everything = [*before, *on]
    numbers = [dated for dated in everything if not isinstance(dated.item.value, Absence)]
    left_out = []
    if unable := len(everything) - len(numbers):
        tests = "a test" if unable == 1 else f"{unable} tests"
        left_out.append(f"{tests} that the disease made impossible, so that the slope may look too good")
    last = numbers[-1] if numbers else None
    alike = [dated for dated in numbers if last is None or not conditions_of(series, dated, last)[0]]
    if others := len(numbers) - len(alike):
        left_out.append(f"{others} taken on other oxygen or at another altitude")
    return [d for d in alike if d in before], [d for d in alike if d in on], left_out


def _value(dated: Dated) -> float:
    value = dated.item.value
    assert not isinstance(value, Absence)
    return value


def _source(series: Series, used: Sequence[Dated]) -> str:
    """Name the source of the standard deviation of one value; empty where the values' own intervals told it."""
    known, error = series.measure.repeatability, series.measure.error
    if known is not None and _repeat_sd(series, used) is not None:
        return str(known.source)
    return "" if error is None else str(error.source)


def _repeat_sd(series: Series, used: Sequence[Dated]) -> float | None:
    """Give the spread of repeated scans, by that one which is least like the last; None where one is not known."""
    level = float(np.mean([_value(dated) for dated in used]))
    found = []
    for dated in used[:-1]:
        matching = series.matching(dated, used[-1])
        within = None if matching is None else within_subject(series.measure, matching.match)
        if within is None:
            return None
        found.append(within.at(level))
    return max(found, default=None) or None


def _sd(series: Series, used: Sequence[Dated]) -> float | None:
    """Give the standard deviation of one value: published, of repeated scans, or from its own interval (CT)."""
    if not used:
        return None
    if series.measure.error is not None:
        return _published_sd(series.measure.error, used)
    return _repeat_sd(series, used) or _own_sd(used)


def _published_sd(error: Threshold, used: Sequence[Dated]) -> float | None:
    single = error.value / (Z_95 * sqrt(2.0))
    if error.scale is Scale.ABSOLUTE:
        return single
    if error.scale is Scale.RELATIVE:
        return single / 100.0 * float(np.mean([abs(_value(dated)) for dated in used])) or None
    return None


def _own_sd(used: Sequence[Dated]) -> float | None:
    spreads = [
        (dated.item.high - dated.item.low) / (2.0 * Z_95)
        for dated in used
        if dated.item.low is not None and dated.item.high is not None
    ]
    if len(spreads) != len(used):
        return None
    return float(np.sqrt(np.mean(np.square(spreads)))) or None


def _judged(
    measure: OutcomeMeasure, frame: Trajectory, left_out: Sequence[str], *, unpractised: bool
) -> Trajectory:
    difference = frame.difference
    judgement = Judgement.CANNOT_TELL
    if difference is not None:
        beyond = difference.low > 0 or difference.high < 0
        up = (difference.per_year > 0) == (measure.direction is Direction.HIGHER)
        side = Judgement.BETTER if up else Judgement.WORSE
        judgement = side if beyond else Judgement.NO_CHANGE
    sentence = _sentence(measure, frame, judgement, left_out)
    if unpractised:
        sentence += " The first test on record is among the values; want of practice may have made it short."
    return replace(frame, judgement=judgement, sentence=sentence)


def _sentence(
    measure: OutcomeMeasure, frame: Trajectory, judgement: Judgement, left_out: Sequence[str]
) -> str:
    parts = [
        f"{_rate(measure, slope)} {when}"
        for slope, when in ((frame.before, "before treatment"), (frame.on, "on treatment"))
        if slope is not None
    ]
    if not parts:
        return f"{frame.label}: its values lie too close together for a slope."
    text = f"{frame.label} {' and '.join(parts)}"
    if frame.difference is not None:
        text += f"; the difference, {_plain(measure, frame.difference)} a year, is {DIFFERENCES[judgement]}"
    text += "."
    if frame.projection is not None:
        text += _projected(measure, frame.projection)
    if frame.widening > 1.0:
        text += (
            f" Its values scatter more than their published error, and the intervals are {frame.widening:.1f} "
            "times as wide for it."
        )
    return f"{text} Left out: {'; '.join(left_out)}." if left_out else text


DIFFERENCES = {
    Judgement.BETTER: "more than chance, for the better",
    Judgement.WORSE: "more than chance, for the worse",
    Judgement.NO_CHANGE: "not more than chance can do",
}


def _rate(measure: OutcomeMeasure, slope: Slope) -> str:
    verb = "rose" if slope.per_year > 0 else "fell"
    ends = (slope.low, slope.high) if slope.per_year > 0 else (-slope.high, -slope.low)
    return (
        f"{verb} by {amount(measure, abs(slope.per_year))} a year (95 % interval {number(measure, ends[0])} to "
        f"{number(measure, ends[1])})"
    )


def _plain(measure: OutcomeMeasure, slope: Slope) -> str:
    sign = "+" if slope.per_year > 0 else ""
    return (
        f"{sign}{amount(measure, slope.per_year)} (95 % interval {number(measure, slope.low)} to "
        f"{number(measure, slope.high)})"
    )


def _projected(measure: OutcomeMeasure, found: Projection) -> str:
    inside = found.low <= found.observed <= found.high
    return (
        f" Had the course before treatment gone on, {number(measure, found.expected)} (95 % interval "
        f"{number(measure, found.low)} to {number(measure, found.high)}) would have been expected; "
        f"{number(measure, found.observed)} was measured, which is {'within' if inside else 'outside'} it."
    )
