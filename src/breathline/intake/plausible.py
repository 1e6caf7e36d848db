"""What a value that cannot be likely is: another unit, percent of predicted, a fraction, a slipped point."""

from __future__ import annotations

from collections.abc import Iterator

from breathline.errors import UnitError
from breathline.intake.body import within
from breathline.intake.findings import clipped, listed
from breathline.model.change import OutcomeMeasure
from breathline.units import UNITS, convert, parse_unit

Refusal = tuple[str, str, str]
"""Code, message and mend."""

_COMMON = ("mL", "L", "mmHg", "kPa", "mL/min/mmHg", "mmol/min/kPa", "m", "ft", "%", "fraction", "g/L", "g/dL")
"""Units a clinic is likely to have meant, the likeliest first."""

PREDICTABLE = ("volume", "transfer factor", "transfer coefficient", "length")
"""Kinds of unit whose values laboratories also print as percent of predicted."""


def likely_cause(number: float, unit: str, measure: OutcomeMeasure) -> Refusal | None:
    """Refuse a value outside what the measure can be, and name the likely cause; None where it can be."""
    value = convert(number, unit, measure.unit, of=measure.key)
    if within(value, measure.plausible):
        return None
    said = f"{measure.label} of {number:g} {'' if unit == 'fraction' else _spoken(unit)}".rstrip()
    message = f"{said} cannot be ({_allowed(measure, unit)} is allowed)."
    if number < 0 <= measure.plausible[0]:
        return (
            "negative_value",
            f"{message} It is negative.",
            "Look up the value and write it without a sign.",
        )
    other = next(_other_units(number, unit, measure), None)
    if other is not None:
        code, unit_meant = _code(unit, other), _spoken(other)
        return (
            code,
            f"{message} {number:g} looks like {_named(other)}.",
            f"Give the unit it was measured in ({unit_meant}), or the value {_manner(unit)}.",
        )
    return _without_other_unit(number, unit, message, measure)


def _without_other_unit(number: float, unit: str, message: str, measure: OutcomeMeasure) -> Refusal:
    if UNITS[unit].kind in PREDICTABLE and 10 <= number <= 200:
        return (
            "percent_of_predicted",
            f"{message} {number:g} looks like percent of predicted.",
            f"Give the measured value in {_spoken(unit)}; percent of predicted is worked out from it.",
        )
    if UNITS[unit].kind == "percent" and number > 200:
        return "percent_above_200", f"{message} A percentage above 200 cannot be.", "Look up the value."
    value = convert(number, unit, measure.unit, of=measure.key)
    slipped = next((f for f in (10.0, 100.0, 1000.0) if within(value / f, measure.plausible)), None)
    if slipped is not None and not measure.ordinal:
        return (
            "implausible_value",
            f"{message} A decimal point may be missing: {number / slipped:g} could be.",
            "Look up the value.",
        )
    return "implausible_value", message, "Look up the value and its unit."


def _spoken(unit: str) -> str:
    return "" if unit in ("1", "class", "score") else unit


def _manner(unit: str) -> str:
    return "as a fraction" if unit == "fraction" else f"in {_spoken(unit)}"


def _named(unit: str) -> str:
    return {"fraction": "a fraction", "%": "percent"}.get(unit, unit)


def _allowed(measure: OutcomeMeasure, unit: str) -> str:
    low, high = (convert(limit, measure.unit, unit, of=measure.key) for limit in measure.plausible)
    shown = "" if unit == "fraction" else _spoken(unit)
    return f"{low:.4g} to {high:.4g} {shown}".rstrip()


def _code(unit: str, other: str) -> str:
    if "fraction" in (unit, other):
        return "fraction_or_percent"
    return "unit_looks_wrong"


def _other_units(number: float, unit: str, measure: OutcomeMeasure) -> Iterator[str]:
    preferred = [measure.unit, *measure.other_units, *_COMMON]
    for name in dict.fromkeys(preferred):
        try:
            other = parse_unit(name)
            value = convert(number, other, measure.unit, of=measure.key)
        except UnitError:
            continue
        if other != unit and UNITS[other].kind != "count" and within(value, measure.plausible):
            yield other


def refuse_unit(unit: str, number: float | None, measure: OutcomeMeasure) -> Refusal:
    """Refuse a unit that is missing, unknown or of another kind, saying what it could be."""
    allowed = listed(list(dict.fromkeys([measure.unit, *measure.other_units])), "or")
    mend = f"Write the unit the laboratory printed: {allowed}."
    if not unit:
        message = f"{measure.label} has no unit, and none is guessed."
        fits = _fitting(number, measure)
        if fits:
            message += f" {number:g} could be {listed(fits, 'or')}."
        return "unit_missing", message, mend
    try:
        known = parse_unit(unit)
    except UnitError as error:
        return "unknown_unit", str(error), mend
    if UNITS[known].kind == "percent" and UNITS[measure.unit].kind in PREDICTABLE:
        return (
            "percent_of_predicted",
            f"{measure.label} is given in percent, which is not what was measured.",
            f"Give the measured value in {allowed}; percent of predicted is worked out from it.",
        )
    return (
        "wrong_kind_of_unit",
        f"'{clipped(unit)}' measures {UNITS[known].kind}, and {measure.label} is not measured in that.",
        mend,
    )


def _fitting(number: float | None, measure: OutcomeMeasure) -> list[str]:
    if number is None:
        return []
    names = dict.fromkeys([measure.unit, *measure.other_units])
    return [
        name
        for name in names
        if within(convert(number, name, measure.unit, of=measure.key), measure.plausible)
    ]
