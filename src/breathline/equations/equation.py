"""What a reference equation is, and the one way to ask it for an expected value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from breathline.errors import OutOfRangeError
from breathline.model.measurement import Standardised
from breathline.model.patient import Sex
from breathline.sources import Source
from breathline.units import convert

FloatArray = NDArray[np.float64]
"""One value a person; every array of one call has the same length."""

Z_OF_LOWER_LIMIT = -1.645
"""z-score of the lower limit of normal, the 5th percentile, as the GLI publications print it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Something the equation must know of the person, and the range in which it holds.

    Parameters
    ----------
    name
        ``age_years``, ``height_cm``, ``weight_kg``, or the key of a measure taken the same day.
    required
        False for a condition that is checked where it is known (oxygen breathed), but enters no formula.
    """

    name: str
    low: float
    high: float
    unit: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Distribution:
    """What healthy people of that kind have: Box-Cox power (L), median (M), coefficient of variation (S).

    A normal distribution has L = 1. `S` is None where the publication gives no spread.
    """

    L: FloatArray
    M: FloatArray
    S: FloatArray | None


People = Mapping[str, FloatArray]
"""The inputs of an equation by name; ``male`` is 1.0 for men and 0.0 for women."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceEquation:
    """The expected value of a measure in health, from one publication.

    Parameters
    ----------
    measure
        Key of the outcome measure it speaks of.
    unit
        Unit of the expected value.
    inputs
        What must be known besides the sex, with the range in which the equation holds.
    distribution
        Gives the distribution in health for people whose inputs were already checked.
    has_spread
        False where the publication gives no spread, so that there is neither z nor lower limit.
    """

    key: str
    label: str
    measure: str
    unit: str
    inputs: tuple[Input, ...]
    source: Source
    distribution: Callable[[People], Distribution]
    has_spread: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardisedArrays:
    """The array form of `Standardised`: one entry a person."""

    predicted: FloatArray
    percent_predicted: FloatArray
    z: FloatArray | None
    lower_limit: FloatArray | None
    equation: str


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
        If the person lies outside the range in which the equation holds, or the value is not positive.
    UnitError
        If the unit does not fit.
    """
    found = predict_arrays(equation, [value], unit=unit, sex=[sex], **{k: [v] for k, v in inputs.items()})
    return Standardised(
        predicted=float(found.predicted[0]),
        percent_predicted=float(found.percent_predicted[0]),
        equation=equation.key,
        source=equation.source,
        z=None if found.z is None else float(found.z[0]),
        lower_limit=None if found.lower_limit is None else float(found.lower_limit[0]),
    )


def predict_arrays(
    equation: ReferenceEquation, value: ArrayLike, *, unit: str, sex: ArrayLike, **inputs: ArrayLike
) -> StandardisedArrays:
    """Do `predict` for many people at once; the arguments are arrays of one length."""
    values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    to_own = convert(1.0, unit, equation.unit)
    people = _people(equation, sex, inputs, len(values))
    healthy = equation.distribution(people)
    x = values * to_own
    if not bool(np.all(x > 0)):
        worst = float(values[~(x > 0)][0])
        raise OutOfRangeError(
            f"{equation.label}: a value of {worst:g} {unit} cannot be; it must be above zero."
        )
    z = limit = None
    if healthy.S is not None:
        z = ((x / healthy.M) ** healthy.L - 1.0) / (healthy.L * healthy.S)
        limit = healthy.M * (1.0 + Z_OF_LOWER_LIMIT * healthy.L * healthy.S) ** (1.0 / healthy.L) / to_own
    return StandardisedArrays(
        predicted=healthy.M / to_own,
        percent_predicted=100.0 * x / healthy.M,
        z=z,
        lower_limit=limit,
        equation=equation.key,
    )


def _people(
    equation: ReferenceEquation, sex: ArrayLike, inputs: Mapping[str, ArrayLike], count: int
) -> People:
    """Check every input against the range of the equation and code the sex."""
    people: dict[str, FloatArray] = {"male": _male(equation, sex, count)}
    problems: list[str] = []
    for needed in equation.inputs:
        if needed.name not in inputs:
            if needed.required:
                problems.append(f"{equation.label} needs {_words(needed)}, which is not given.")
            continue
        given = np.broadcast_to(np.asarray(inputs[needed.name], dtype=np.float64), (count,))
        outside = ~((given >= needed.low) & (given <= needed.high))
        if bool(outside.any()):
            problems.append(_out_of_range(equation, needed, float(given[outside][0])))
        people[needed.name] = given
    if problems:
        raise OutOfRangeError(" ".join(problems))
    return people


def _male(equation: ReferenceEquation, sex: ArrayLike, count: int) -> FloatArray:
    coded = np.broadcast_to(np.asarray(sex), (count,))
    male, female = coded == Sex.MALE.value, coded == Sex.FEMALE.value
    known = np.asarray(male | female)
    if not bool(known.all()):
        odd = coded[~known][0] if known.shape == coded.shape else coded[0]
        raise OutOfRangeError(
            f"{equation.label}: the sex '{odd}' is not known. Give '{Sex.FEMALE}' or '{Sex.MALE}' in words; "
            "number codes mean different things in different programs."
        )
    return np.asarray(male, dtype=np.float64)


def _words(needed: Input) -> str:
    names = {"age_years": "the age", "height_cm": "the height", "weight_kg": "the weight"}
    return names.get(needed.name, f"the value of '{needed.name}'")


def _out_of_range(equation: ReferenceEquation, needed: Input, found: float) -> str:
    text = (
        f"{equation.label} holds for {_words(needed)} from {needed.low:g} to {needed.high:g} {needed.unit}; "
        f"found {found:g}."
    )
    if needed.name == "height_cm" and 0.4 < found < 2.6:
        text += f" {found:g} looks like metres; give centimetres ({100 * found:g})."
    return text
