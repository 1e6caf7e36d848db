"""Measured values that cannot be, held against what is expected: what is said, and the likely cause."""

from __future__ import annotations

from math import isfinite, log
from typing import TYPE_CHECKING

from breathline.units import UNITS, convert

if TYPE_CHECKING:
    from breathline.equations.equation import ReferenceEquation

POSSIBLE_PERCENT = (5.0, 200.0)
"""Percent of the expected value between which a patient can be; a guard, no clinical statement hangs on it."""

_PRINTED_IN_PERCENT = ("volume", "transfer factor", "transfer coefficient", "length")
"""Kinds of unit whose values laboratories also print as percent of predicted."""

_NEVER_MEANT = ("dL",)
"""Units in which no laboratory gives these values."""

_TYPICAL_PERCENT = (15.0, 160.0)
"""Percent of the expected value in which a number must lie in another unit for that unit to be proposed."""


def impossible_value(equation: ReferenceEquation, value: float, unit: str) -> str:
    """Say that a value cannot be, whoever the person is."""
    low, high = equation.possible
    said = f"{equation.label}: a value of {value:g} {_spoken(unit)}".rstrip()
    if not isfinite(value):
        return f"{equation.label}: the value is not a number."
    if low == 0.0 and value <= 0.0:
        return f"{said} cannot be; it must be above zero."
    low, high = (convert(limit, equation.unit, unit) for limit in (low, high))
    text = f"{said} cannot be ({low:.4g} to {high:.4g} are possible)."
    other = next(
        (
            name
            for name in _other_units(unit)
            if equation.possible[0] < convert(value, name, equation.unit) <= equation.possible[1]
        ),
        None,
    )
    return text if other is None else f"{text} {value:g} looks like {_named(other)}."


def impossible_percent(equation: ReferenceEquation, value: float, unit: str, predicted: float) -> str:
    """Say that a value is too far from the expected one to be true, and which unit would make it likely.

    Parameters
    ----------
    value, predicted
        The measured and the expected value [`unit`].
    """
    assert equation.possible_percent is not None
    low, high = equation.possible_percent
    percent = 100.0 * value / predicted
    text = (
        f"{equation.label}: {value:g} {_spoken(unit)} is {_three_digits(percent)} % of the expected "
        f"{_three_digits(predicted)} {_spoken(unit)}, which cannot be ({low:g} to {high:g} % are possible)."
    )
    other = _likely_unit(value, unit, predicted)
    if other is not None:
        return f"{text} {value:g} looks like {_named(other)}."
    if UNITS[unit].kind in _PRINTED_IN_PERCENT and 10.0 <= value <= 200.0:
        return f"{text} {value:g} looks like percent of predicted; give the measured value."
    return f"{text} Look up the value."


def _likely_unit(value: float, unit: str, predicted: float) -> str | None:
    """Give the unit of the same kind in which the value comes nearest to the expected one."""
    found = {name: 100.0 * convert(value, name, unit) / predicted for name in _other_units(unit)}
    low, high = _TYPICAL_PERCENT
    likely = {name: percent for name, percent in found.items() if low <= percent <= high}
    return min(likely, key=lambda name: abs(log(likely[name] / 100.0)), default=None)


def _other_units(unit: str) -> list[str]:
    kind = UNITS[unit].kind
    return [name for name, other in UNITS.items() if other.kind == kind and name not in (unit, *_NEVER_MEANT)]


def _three_digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _spoken(unit: str) -> str:
    return "" if unit in ("1", "fraction") else unit


def _named(unit: str) -> str:
    return {"fraction": "a fraction", "%": "percent"}.get(unit, unit)
