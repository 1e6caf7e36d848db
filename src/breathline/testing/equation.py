"""The contract of a reference equation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from breathline.equations import ReferenceEquation, predict, predict_arrays
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
    same; a height in metres is refused with the likely cause, and so is a number for the sex; it is cited.

    Raises
    ------
    ContractError
        Naming everything that does not hold.
    """
    found = Findings(f"The reference equation '{equation.key}'")
    found.expect(bool(equation.label), "the label is missing")
    found.expect(equation.measure in OUTCOMES, f"there is no measure '{equation.measure}'")
    found.expect_source(equation.source, "values")
    for person in _people(equation):
        _check_median(equation, person, found)
        _check_units(equation, person, found)
    _check_arrays(equation, found)
    _check_continuity(equation, found)
    _check_ranges(equation, found)
    _check_refusals(equation, found)
    found.finish()


_Person = tuple[Sex, dict[str, float]]


def _people(equation: ReferenceEquation) -> Iterator[_Person]:
    """Give people at the ends and in the middle of every range, of both sexes."""
    ends = [(need.low, (need.low + need.high) / 2.0, need.high) for need in equation.inputs]
    names = [need.name for need in equation.inputs]
    for sex in Sex:
        for values in product(*ends):
            yield sex, dict(zip(names, values, strict=True))


def _check_median(equation: ReferenceEquation, person: _Person, found: Findings) -> None:
    sex, inputs = person
    first = predict(equation, 1.0, unit=equation.unit, sex=sex, **inputs)
    if not found.expect(first.predicted > 0, f"it predicts {first.predicted:g} for {inputs}"):
        return
    at = predict(equation, first.predicted, unit=equation.unit, sex=sex, **inputs)
    found.expect(
        abs(at.percent_predicted - 100.0) < _EXACT, f"the median is {at.percent_predicted} % for {inputs}"
    )
    found.expect((at.z is not None) == equation.has_spread, "has_spread does not say whether there is a z")
    if at.z is None or at.lower_limit is None:
        return
    found.expect(abs(at.z) < _EXACT, f"the median has z = {at.z} for {inputs}")
    found.expect(at.lower_limit < at.predicted, f"the lower limit lies above the median for {inputs}")
    if at.lower_limit > 0:
        limit = predict(equation, at.lower_limit, unit=equation.unit, sex=sex, **inputs)
        right = limit.z is not None and abs(limit.z - Z_OF_LOWER_LIMIT) < _EXACT
        found.expect(right, f"the lower limit has z = {limit.z} for {inputs}")


def _check_units(equation: ReferenceEquation, person: _Person, found: Findings) -> None:
    sex, inputs = person
    kind = UNITS[parse_unit(equation.unit)].kind
    own = predict(equation, 1.0, unit=equation.unit, sex=sex, **inputs)
    for unit in (name for name, other in UNITS.items() if other.kind == kind):
        value = convert(1.0, equation.unit, unit)
        got = predict(equation, value, unit=unit, sex=sex, **inputs)
        same = abs(got.percent_predicted / own.percent_predicted - 1.0) < _EXACT
        found.expect(same, f"the same value in {unit} is {got.percent_predicted} % instead")


def _check_arrays(equation: ReferenceEquation, found: Findings) -> None:
    people = list(_people(equation))
    names = [need.name for need in equation.inputs]
    together = predict_arrays(
        equation,
        [1.0] * len(people),
        unit=equation.unit,
        sex=[sex.value for sex, _ in people],
        **{name: [inputs[name] for _, inputs in people] for name in names},
    )
    for row, (sex, inputs) in enumerate(people):
        one = predict(equation, 1.0, unit=equation.unit, sex=sex, **inputs)
        same = np.isclose(one.predicted, together.predicted[row], rtol=_EXACT, atol=0.0)
        if one.z is not None and together.z is not None:
            same = same and np.isclose(one.z, together.z[row], rtol=_EXACT, atol=_EXACT)
        found.expect(bool(same), f"scalar and array forms differ for {sex} {inputs}")


def _check_continuity(equation: ReferenceEquation, found: Findings) -> None:
    age = next((need for need in equation.inputs if need.name == "age_years"), None)
    if age is None:
        return
    ages: FloatArray = np.arange(age.low, age.high, _AGE_STEP_YEARS)
    others = {n.name: (n.low + n.high) / 2.0 for n in equation.inputs if n.name != "age_years"}
    for sex in Sex:
        got = predict_arrays(
            equation, np.ones_like(ages), unit=equation.unit, sex=sex.value, age_years=ages, **others
        )
        if not bool(np.all(got.predicted > 0)):
            return  # told already by the check of the median
        jumps = np.abs(np.diff(np.log(got.predicted)))
        worst = int(np.argmax(jumps))
        found.expect(float(jumps[worst]) < _LARGEST_STEP, f"it jumps at age {ages[worst]:.3f} years ({sex})")


def _check_ranges(equation: ReferenceEquation, found: Findings) -> None:
    inputs = {need.name: (need.low + need.high) / 2.0 for need in equation.inputs}
    for need in equation.inputs:
        span = need.high - need.low
        for outside in (need.low - 0.01 * span, need.high + 0.01 * span, float("nan")):
            text = _refusal(equation, Sex.FEMALE, {**inputs, need.name: outside})
            named = f"{need.low:g}" in text and f"{need.high:g}" in text
            found.expect(named, f"{need.name} = {outside:g} is not refused naming the range")


def _check_refusals(equation: ReferenceEquation, found: Findings) -> None:
    inputs = {need.name: (need.low + need.high) / 2.0 for need in equation.inputs}
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


def _refusal(equation: ReferenceEquation, sex: Sex | int, inputs: dict[str, float]) -> str:
    """Give the message with which the equation refuses, empty if it answers."""
    arrays = {name: [value] for name, value in inputs.items()}
    try:
        predict_arrays(equation, [1.0], unit=equation.unit, sex=[sex], **arrays)
    except OutOfRangeError as error:
        return str(error)
    except BreathlineError:
        return ""
    return ""
