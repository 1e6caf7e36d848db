"""What a reference equation is, and the one way to ask it for an expected value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from breathline.equations.unlikely import POSSIBLE_PERCENT, impossible_percent, impossible_value
from breathline.errors import OutOfRangeError
from breathline.model.measurement import Standardised
from breathline.model.patient import Sex
from breathline.physiology.inputs import (
    Checked,
    FloatArray,
    Input,
    Limits,
    People,
    check_people,
    raise_refusals,
    refusal,
)
from breathline.sources import Source
from breathline.units import convert, parse_unit

__all__ = ["FloatArray", "Input", "Limits", "People"]

IntArray = NDArray[np.int64]

Z_OF_LOWER_LIMIT = -1.645
"""z-score of the lower limit of normal, the 5th percentile, as the GLI publications print it."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """What healthy people of that kind have: Box-Cox power (L), median (M), coefficient of variation (S).

    A normal distribution has L = 1. `S` is None where the publication gives no spread.
    """

    L: FloatArray
    M: FloatArray
    S: FloatArray | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceEquation:
    """The expected value of a measure in health, from one publication.

    Parameters
    ----------
    measure
        Key of the outcome measure it speaks of, or of one of ``QUANTITIES``.
    unit
        Unit of the expected value.
    inputs
        What must be known besides the sex, with the range in which the equation holds.
    distribution
        Gives the distribution in health for people whose inputs were already checked.
    printed
        The equation as the publication prints it.
    has_spread
        False where the publication gives no spread, so that there is neither z nor lower limit.
    possible
        What a measured value can be [`unit`]; zero itself is refused where it begins at zero.
    possible_percent
        What a measured value can be in percent of the expected one, beyond which another unit or a slip is
        more likely than a patient [%]; None where that says nothing.
    build
        Body mass index [kg/m²] between which the equation holds; None where it does not use the weight.
    """

    key: str
    label: str
    measure: str
    unit: str
    inputs: tuple[Input, ...]
    source: Source
    distribution: Callable[[People], Distribution]
    printed: str = ""
    has_spread: bool = True
    possible: Limits = (0.0, float("inf"))
    possible_percent: Limits | None = POSSIBLE_PERCENT
    build: Limits | None = None
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardisedArrays:
    """The array form of `Standardised`: one entry a person."""

    predicted: FloatArray
    percent_predicted: FloatArray
    z: FloatArray | None
    lower_limit: FloatArray | None
    equation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """The people of whom a value could be held against the equation, and why that of others could not.

    Parameters
    ----------
    rows
        Positions of those that could, in ascending order.
    found
        What was found of them, one entry each of `rows`.
    refused
        Position of any other → everything that is wrong with it.
    """

    rows: IntArray
    found: StandardisedArrays
    refused: Mapping[int, list[str]]


def predict(
    equation: ReferenceEquation, value: float, *, unit: str, sex: Sex, **inputs: float
) -> Standardised:
    """Hold a measured value against what is expected in health.

    Parameters
    ----------
    equation
        Item of ``EQUATIONS``.
    value
        The measured value [`unit`].
    unit
        Unit of `value`; converted to the equation's own, and refused if it is of another kind.
    sex
        Sex as the equations use it; a code such as 0 or 1 is refused, because programs differ in it.
    inputs
        The equation's inputs by name: ``age_years`` [years], ``height_cm`` [cm], ``weight_kg`` [kg] …
        Further ones are ignored.

    Returns
    -------
    Standardised
        Median expected value, percent of it, z-score and lower limit of normal (5th percentile), in `unit`.

    Raises
    ------
    OutOfRangeError
        If the person lies outside the range in which the equation holds, or the value cannot be; with the
        likely cause, such as another unit.
    UnitError
        If the unit does not fit.

    Examples
    --------
    >>> from breathline.equations import EQUATIONS
    >>> got = predict(
    ...     EQUATIONS["gli_2022_fvc"], 2.0, unit="L", sex=Sex.FEMALE, age_years=64.0, height_cm=162.0
    ... )
    >>> round(got.percent_predicted), round(got.z, 2), got.equation
    (70, -1.77, 'gli_2022_fvc')
    """
    found = predict_arrays(equation, [value], unit=unit, sex=[sex], **{k: [v] for k, v in inputs.items()})
    return Standardised(
        predicted=found.predicted.item(),
        percent_predicted=found.percent_predicted.item(),
        equation=equation.key,
        source=equation.source,
        z=None if found.z is None else found.z.item(),
        lower_limit=None if found.lower_limit is None else found.lower_limit.item(),
    )


def predict_arrays(
    equation: ReferenceEquation, value: ArrayLike, *, unit: str, sex: ArrayLike, **inputs: ArrayLike
) -> StandardisedArrays:
    """Do `predict` for many people at once; the arguments are arrays of one length.

    A condition that enters no formula, such as ``fio2``, may be NaN where it is not known.
    """
    values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    screened = screen_arrays(equation, values, unit=unit, sex=sex, **inputs)
    if screened.refused:
        raise OutOfRangeError(refusal((), screened.refused, len(values)))
    return screened.found


def screen_arrays(
    equation: ReferenceEquation, value: ArrayLike, *, unit: str, sex: ArrayLike, **inputs: ArrayLike
) -> Screened:
    """Do `predict_arrays` for those people of whom it can be done, and say of the others why not.

    Raises
    ------
    OutOfRangeError
        Only if an input is not given at all.
    UnitError
        If the unit does not fit.
    """
    values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    unit = parse_unit(unit)
    to_own = convert(1.0, unit, equation.unit)
    checked = check_people(
        equation.label, equation.inputs, inputs, len(values), sex=sex, build=equation.build
    )
    if checked.for_all:
        raise_refusals(checked, len(values))
    refused = dict(checked.refused)
    own = values * to_own
    for row in np.flatnonzero(~_possible(own, equation.possible)).tolist():
        text = impossible_value(equation, float(values[row]), unit)
        refused.setdefault(row, []).append(text)
    rows = _without(refused, len(values))
    healthy = equation.distribution(_only(checked.people, rows, len(values)))
    percent = 100.0 * own[rows] / healthy.M
    unlikely = _unlikely(percent, equation.possible_percent)
    if bool(unlikely.any()):
        for place in np.flatnonzero(unlikely).tolist():
            row = int(rows[place])
            refused[row] = [
                impossible_percent(equation, float(values[row]), unit, float(healthy.M[place]) / to_own)
            ]
        rows, percent, healthy = rows[~unlikely], percent[~unlikely], _part(healthy, ~unlikely)
    found = _standardised(equation, own[rows], healthy, percent, to_own)
    return Screened(rows=rows, found=found, refused=refused)


def expected_arrays(equation: ReferenceEquation, *, sex: ArrayLike, **inputs: ArrayLike) -> Distribution:
    """Give the distribution in health of many people, without a measured value, in the equation's unit.

    Raises
    ------
    OutOfRangeError
        If a person lies outside the range in which the equation holds.
    """
    arrays = [inputs[need.name] for need in equation.inputs if need.name in inputs]
    count = max([np.size(sex), *(np.size(values) for values in arrays)])
    checked: Checked = check_people(
        equation.label, equation.inputs, inputs, count, sex=sex, build=equation.build
    )
    raise_refusals(checked, count)
    return equation.distribution(checked.people)


def _standardised(
    equation: ReferenceEquation, x: FloatArray, healthy: Distribution, percent: FloatArray, to_own: float
) -> StandardisedArrays:
    z = limit = None
    if healthy.S is not None:
        z = ((x / healthy.M) ** healthy.L - 1.0) / (healthy.L * healthy.S)
        limit = healthy.M * (1.0 + Z_OF_LOWER_LIMIT * healthy.L * healthy.S) ** (1.0 / healthy.L) / to_own
    return StandardisedArrays(
        predicted=healthy.M / to_own,
        percent_predicted=percent,
        z=z,
        lower_limit=limit,
        equation=equation.key,
    )


def _possible(own: FloatArray, limits: Limits) -> NDArray[np.bool_]:
    low, high = limits
    above = own > 0.0 if low == 0.0 else own >= low
    return np.asarray(above & (own <= high) & np.isfinite(own))


def _unlikely(percent: FloatArray, limits: Limits | None) -> NDArray[np.bool_]:
    if limits is None:
        return np.zeros(len(percent), dtype=bool)
    return (percent < limits[0]) | (percent > limits[1])


def _without(refused: Mapping[int, object], count: int) -> IntArray:
    usable = np.ones(count, dtype=bool)
    usable[list(refused)] = False
    return np.flatnonzero(usable)


def _only(people: People, rows: IntArray, count: int) -> People:
    if len(rows) == count:
        return people
    return {name: values[rows] for name, values in people.items()}


def _part(healthy: Distribution, chosen: NDArray[np.bool_]) -> Distribution:
    S = None if healthy.S is None else healthy.S[chosen]
    return Distribution(healthy.L[chosen], healthy.M[chosen], S)
