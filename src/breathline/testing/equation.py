"""The contract of a reference equation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from breathline.equations import (
    QUANTITIES,
    Input,
    ReferenceEquation,
    expected_arrays,
    predict,
    predict_arrays,
)
from breathline.equations.equation import Z_OF_LOWER_LIMIT, FloatArray
from breathline.errors import BreathlineError, OutOfRangeError
from breathline.model.patient import Sex
from breathline.outcomes import OUTCOMES
from breathline.testing.contract import Findings
from breathline.units import UNITS, convert, parse_unit

_EXACT = 1e-9
_AGE_STEP_YEARS = 1e-3
_LARGEST_STEP = 2e-3
"""Relative jump of the predicted value allowed over a thousandth of a year."""


def check_equation(equation: ReferenceEquation) -> None:
    """Check that an equation is consistent with itself over its whole range.

    The predicted median is 100 % with z = 0; z of the lower limit is −1.645; it is continuous over age;
    outside its range it raises naming the range; scalar and array forms agree; another unit gives the
    same; a height in metres is refused with the likely cause, and so are a number for the sex and a value
    that cannot be; it is cited and says how it is printed.

    Raises
    ------
    ContractError
        Naming everything that does not hold.
    """
    found = Findings(f"The reference equation '{equation.key}'")
    found.expect(bool(equation.label), "the label is missing")
    found.expect(bool(equation.printed), "it does not say how the publication prints it")
    known = equation.measure in OUTCOMES or equation.measure in QUANTITIES
    found.expect(known, f"there is no measure '{equation.measure}'")
    found.expect_source(equation.source, "values")
    for person in _people(equation):
        _check_median(equation, person, found)
        _check_units(equation, person, found)
    _check_arrays(equation, found)
    _check_continuity(equation, found)
    _check_ranges(equation, found)
    _check_refusals(equation, found)
    _check_unlikely(equation, found)
    found.finish()


_Person = tuple[Sex, dict[str, float]]


def _people(equation: ReferenceEquation) -> Iterator[_Person]:
    """Give people at the ends and in the middle of every range, of both sexes, of a build it holds for."""
    names = [need.name for need in equation.inputs]
    for sex in Sex:
        for values in product(*(_ends(need) for need in equation.inputs)):
            inputs = dict(zip(names, values, strict=True))
            if _fits(equation, sex, inputs):
                yield sex, inputs


def _ends(need: Input) -> tuple[float, ...]:
    return (need.low, need.high) if need.whole else (need.low, (need.low + need.high) / 2.0, need.high)


def _fits(equation: ReferenceEquation, sex: Sex, inputs: dict[str, float]) -> bool:
    """Leave out whom nobody can be: a build nobody has, a child of 230 cm with a ratio above one."""
    if equation.build is not None and {"height_cm", "weight_kg"} <= inputs.keys():
        bmi = inputs["weight_kg"] / (inputs["height_cm"] / 100.0) ** 2
        if not equation.build[0] <= bmi <= equation.build[1]:
            return False
    return _median(equation, sex, inputs) <= equation.possible[1]


def _middle(equation: ReferenceEquation) -> dict[str, float]:
    return {need.name: _ends(need)[1] for need in equation.inputs}


def _median(equation: ReferenceEquation, sex: Sex, inputs: dict[str, float]) -> float:
    healthy = expected_arrays(equation, sex=[sex], **{name: [value] for name, value in inputs.items()})
    return float(healthy.M[0])


def _check_median(equation: ReferenceEquation, person: _Person, found: Findings) -> None:
    sex, inputs = person
    median = _median(equation, sex, inputs)
    if not found.expect(median > 0, f"it predicts {median:g} for {inputs}"):
        return
    at = predict(equation, median, unit=equation.unit, sex=sex, **inputs)
    found.expect(
        abs(at.percent_predicted - 100.0) < _EXACT, f"the median is {at.percent_predicted} % for {inputs}"
    )
    found.expect((at.z is not None) == equation.has_spread, "has_spread does not say whether there is a z")
    if at.z is None or at.lower_limit is None:
        return
    found.expect(abs(at.z) < _EXACT, f"the median has z = {at.z} for {inputs}")
    found.expect(at.lower_limit < at.predicted, f"the lower limit lies above the median for {inputs}")
    if 0 < at.lower_limit < at.predicted:
        limit = predict(equation, at.lower_limit, unit=equation.unit, sex=sex, **inputs)
        right = limit.z is not None and abs(limit.z - Z_OF_LOWER_LIMIT) < _EXACT
        found.expect(right, f"the lower limit has z = {limit.z} for {inputs}")


def _check_units(equation: ReferenceEquation, person: _Person, found: Findings) -> None:
    sex, inputs = person
    median = _median(equation, sex, inputs)
    kind = UNITS[parse_unit(equation.unit)].kind
    for unit in (name for name, other in UNITS.items() if other.kind == kind):
        value = convert(median, equation.unit, unit)
        try:
            percent = predict(equation, value, unit=unit, sex=sex, **inputs).percent_predicted
        except BreathlineError:
            percent = float("nan")
        same = median <= 0 or abs(percent / 100.0 - 1.0) < _EXACT
        found.expect(same, f"the same value in {unit} is {percent} % instead")


def _check_arrays(equation: ReferenceEquation, found: Findings) -> None:
    people = [(sex, inputs) for sex, inputs in _people(equation) if _median(equation, sex, inputs) > 0]
    if not people:
        return  # told already by the check of the median
    values = [0.8 * _median(equation, sex, inputs) for sex, inputs in people]
    together = predict_arrays(
        equation,
        values,
        unit=equation.unit,
        sex=[sex.value for sex, _ in people],
        **{need.name: [inputs[need.name] for _, inputs in people] for need in equation.inputs},
    )
    for row, (sex, inputs) in enumerate(people):
        one = predict(equation, values[row], unit=equation.unit, sex=sex, **inputs)
        same = np.isclose(one.predicted, together.predicted[row], rtol=_EXACT, atol=0.0)
        if one.z is not None and together.z is not None:
            same = same and np.isclose(one.z, together.z[row], rtol=_EXACT, atol=_EXACT)
        found.expect(bool(same), f"scalar and array forms differ for {sex} {inputs}")


def _check_continuity(equation: ReferenceEquation, found: Findings) -> None:
    age = next((need for need in equation.inputs if need.name == "age_years"), None)
    if age is None:
        return
    ages: FloatArray = np.arange(age.low, age.high, _AGE_STEP_YEARS)
    others = {name: value for name, value in _middle(equation).items() if name != "age_years"}
    for sex in Sex:
        median = expected_arrays(equation, sex=sex.value, age_years=ages, **others).M
        if not bool(np.all(median > 0)):
            return  # told already by the check of the median
        jumps = np.abs(np.diff(np.log(median)))
        worst = int(np.argmax(jumps))
        found.expect(float(jumps[worst]) < _LARGEST_STEP, f"it jumps at age {ages[worst]:.3f} years ({sex})")


def _check_ranges(equation: ReferenceEquation, found: Findings) -> None:
    inputs = _middle(equation)
    for need in equation.inputs:
        span = need.high - need.low
        unknown = [float("nan")] if need.required else []  # a condition may be unknown
        for outside in (need.low - 0.01 * span, need.high + 0.01 * span, *unknown):
            text = _refusal(equation, Sex.FEMALE, {**inputs, need.name: outside})
            named = f"{need.low:g}" in text and f"{need.high:g}" in text
            found.expect(named, f"{need.name} = {outside:g} is not refused naming the range")


def _check_refusals(equation: ReferenceEquation, found: Findings) -> None:
    inputs = _middle(equation)
    if "height_cm" in inputs:
        text = _refusal(equation, Sex.FEMALE, {**inputs, "height_cm": 1.62})
        found.expect("looks like metres" in text, "a height in metres is not refused with the likely cause")
    for coded in (0, 1):
        text = _refusal(equation, coded, inputs)
        found.expect("sex" in text, f"the sex {coded} is not refused")
    for need in equation.inputs:
        if need.required:
            rest = {name: value for name, value in inputs.items() if name != need.name}
            found.expect(bool(_refusal(equation, Sex.MALE, rest)), f"it answers without {need.name}")


def _check_unlikely(equation: ReferenceEquation, found: Findings) -> None:
    """Values beyond what is possible are refused, whatever bounds them."""
    inputs = _middle(equation)
    median = _median(equation, Sex.FEMALE, inputs)
    low, high = equation.possible_percent or (-float("inf"), float("inf"))
    bounds = (
        max(equation.possible[0], low / 100.0 * median),
        min(equation.possible[1], high / 100.0 * median),
    )
    for value in (bounds[0] - 0.01 * abs(median), 1.01 * bounds[1], float("nan"), float("inf")):
        text = _refusal(equation, Sex.FEMALE, inputs, value)
        found.expect(bool(text), f"a value of {value:g} is not refused, where {median:g} is expected")


def _refusal(
    equation: ReferenceEquation, sex: Sex | int, inputs: dict[str, float], value: float | None = None
) -> str:
    """Give the message with which the equation refuses, empty if it answers."""
    arrays = {name: [given] for name, given in inputs.items()}
    try:
        if value is None:
            expected_arrays(equation, sex=[sex], **arrays)
        predict_arrays(equation, [1.0 if value is None else value], unit=equation.unit, sex=[sex], **arrays)
    except OutOfRangeError as error:
        return str(error)
    except BreathlineError:
        return ""
    return ""
