"""What a formula of physiology is, and the one way to calculate it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from breathline.errors import OutOfRangeError
from breathline.physiology.inputs import (
    FloatArray,
    Input,
    Limits,
    People,
    check_people,
    raise_refusals,
)
from breathline.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A quantity that follows from others, with the range in which that holds.

    Parameters
    ----------
    unit
        Unit of the result.
    inputs
        What must be known, each in its unit.
    printed
        The formula as the publication prints it.
    formula
        From the inputs to the result; the inputs were already checked.
    by_sex
        Whether the sex must be known.
    build
        Body mass index [kg/m²] between which it holds; None where it does not use the weight.
    """

    key: str
    label: str
    unit: str
    inputs: tuple[Input, ...]
    printed: str
    source: Source
    formula: Callable[[People], FloatArray]
    by_sex: bool = False
    build: Limits | None = None
    description: str = ""


def calculate(formula: Formula, *, sex: str | None = None, **inputs: float) -> float:
    """Calculate a formula for one person.

    Parameters
    ----------
    formula
        Item of ``FORMULAS``.
    sex
        ``female`` or ``male``, where the formula asks for it.
    inputs
        The inputs by name, each in the unit the formula asks for; none has a default.

    Returns
    -------
    float
        The result [`formula.unit`].

    Raises
    ------
    OutOfRangeError
        If an input is missing or lies outside the range in which the formula holds; the likely cause is named.

    Examples
    --------
    >>> from breathline.physiology import FORMULAS
    >>> round(calculate(FORMULAS["bmi"], weight_kg=61.0, height_cm=162.0), 1)
    23.2
    """
    return calculate_arrays(formula, sex=sex, **{name: [value] for name, value in inputs.items()}).item()


def calculate_arrays(formula: Formula, *, sex: ArrayLike | None = None, **inputs: ArrayLike) -> FloatArray:
    """Do `calculate` for many people at once; the arguments are arrays of one length."""
    given = {need.name: inputs[need.name] for need in formula.inputs if need.name in inputs}
    count = max((np.size(values) for values in given.values()), default=1)
    if formula.by_sex and sex is None:
        raise OutOfRangeError(f"{formula.label} needs the sex, which is not given.")
    checked = check_people(
        formula.label,
        formula.inputs,
        given,
        count,
        sex=sex if formula.by_sex else None,
        build=formula.build,
    )
    raise_refusals(checked, count)
    return formula.formula(checked.people)
