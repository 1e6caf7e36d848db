"""The contract of a formula of physiology."""

from __future__ import annotations

from itertools import product

import numpy as np

from breathline.errors import OutOfRangeError, UnitError
from breathline.model.patient import Sex
from breathline.physiology import Formula, Input, calculate, calculate_arrays
from breathline.testing.contract import Findings
from breathline.units import parse_unit

_EXACT = 1e-12

_Person = tuple[Sex, dict[str, float]]


def check_formula(formula: Formula) -> None:
    """Check that a formula is consistent with itself over its whole range.

    It gives a number everywhere in its range; scalar and array forms agree; outside its range it refuses
    naming the range, and without an input or the sex, where it asks for it, it refuses too; a height in metres
    is recognised; its unit is known, and it is cited.

    Raises
    ------
    ContractError
        Naming everything that does not hold.
    """
    found = Findings(f"The formula '{formula.key}'")
    found.expect(bool(formula.label), "the label is missing")
    found.expect(bool(formula.printed), "it does not say how the publication prints it")
    found.expect_source(formula.source, "constants")
    try:
        parse_unit(formula.unit)
    except UnitError:
        found.expect(False, f"the unit '{formula.unit}' is not known")
    if found.expect(bool(_people(formula)), "it refuses everybody in its own range"):
        _check_values(formula, found)
        _check_ranges(formula, found)
    found.finish()


def _people(formula: Formula) -> list[_Person]:
    ends = [(need.low, (need.low + need.high) / 2.0, need.high) for need in formula.inputs]
    names = [need.name for need in formula.inputs]
    people = [(sex, dict(zip(names, values, strict=True))) for sex in Sex for values in product(*ends)]
    return [(sex, inputs) for sex, inputs in people if not _refusal(formula, sex, inputs)]


def _check_values(formula: Formula, found: Findings) -> None:
    people = _people(formula)
    together = calculate_arrays(
        formula,
        sex=[sex.value for sex, _ in people],
        **{need.name: [inputs[need.name] for _, inputs in people] for need in formula.inputs},
    )
    found.expect(bool(np.isfinite(together).all()), "it gives no number somewhere in its range")
    for row, (sex, inputs) in enumerate(people):
        one = calculate(formula, sex=sex, **inputs)
        same = np.isclose(one, together[row], rtol=_EXACT, atol=_EXACT)
        found.expect(bool(same), f"scalar and array forms differ for {sex} {inputs}")


def _check_ranges(formula: Formula, found: Findings) -> None:
    _, person = _people(formula)[0]
    for need in formula.inputs:
        for outside in _outside(need):
            text = _refusal(formula, Sex.FEMALE, {**person, need.name: outside})
            named = f"{need.low:g} to {need.high:g}" in text
            found.expect(named, f"{need.name} = {outside:g} is not refused naming the range")
        rest = {name: value for name, value in person.items() if name != need.name}
        found.expect(bool(_refusal(formula, Sex.MALE, rest)), f"it answers without {need.name}")
    if "height_cm" in person:
        text = _refusal(formula, Sex.FEMALE, {**person, "height_cm": 1.62})
        found.expect("looks like metres" in text, "a height in metres is not refused with the likely cause")
    if formula.by_sex:
        for coded in (None, "", "x"):
            found.expect("sex" in _refusal(formula, coded, person), f"the sex {coded!r} is not refused")


def _outside(need: Input) -> tuple[float, float, float]:
    span = need.high - need.low
    return need.low - 0.01 * span, need.high + 0.01 * span, float("nan")


def _refusal(formula: Formula, sex: str | None, inputs: dict[str, float]) -> str:
    """Give the message with which the formula refuses, empty if it answers."""
    try:
        calculate(formula, sex=sex, **inputs)
    except OutOfRangeError as error:
        return str(error)
    return ""
