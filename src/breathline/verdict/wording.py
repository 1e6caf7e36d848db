"""The sentences that say why a condition was answered as it was."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf

from breathline.model.measurement import Absence
from breathline.outcomes import OUTCOMES
from breathline.verdict.limits import Counted, Limit, Towards
from breathline.verdict.reading import Entry, Pair, told

_MINUS = "\N{MINUS SIGN}"
_UNITS = {"1": "", "%": " points", "score": " points"}
_LEVEL_UNITS = {"1": "", "%": " %", "score": "", "class": ""}
_MOST_DECIMALS = 6


def tell_change(counted: Counted, delta: float, pair: Pair, limits: Sequence[Limit]) -> str:
    """Say how a value moved, from what to what, and when."""
    label = OUTCOMES[pair.later.item.measure].label
    if isinf(delta):
        when = pair.later if pair.later.value is Absence.UNABLE else pair.earlier
        how = "worse" if when is pair.later else "better afterwards"
        return (
            f"{label} could not be performed at {told(when.item.when)} because of the disease, which counts as "
            f"{how} than any number"
        )
    if delta == 0.0:
        return f"{label} did not change ({_from_to(pair)})"
    verb = "rose" if delta > 0 else "fell"
    size = change_words(counted, abs(delta), pair, limits)
    return f"{label} {verb} by {size} ({_from_to(pair)})"


def tell_values(pair: Pair) -> str:
    """Say from what to what a value moved, and when."""
    return f"{OUTCOMES[pair.later.item.measure].label} {_from_to(pair)}"


def tell_limits(counted: Counted, towards: Towards, limits: Sequence[Limit], pair: Pair) -> str:
    """Say what is asked of a change."""
    return f"asked: a {towards} of {_asked(limits)}{_change_unit(counted, pair)}"


def tell_level(counted: Counted, level: float, entry: Entry, limits: Sequence[Limit]) -> str:
    """Say what a level was, when, and what is asked of it."""
    unit = OUTCOMES[entry.item.measure].unit
    label, when = entry.standing.label, told(entry.item.when)
    said = f"{label} was {amount_words(counted, level, unit, limits)} at {when}"
    if isinf(level):
        said = (
            f"{label} could not be performed at {when} because of the disease, which counts as worse than any "
            "number"
        )
    return f"{said}; asked: {_asked(limits)}{_level_unit(counted, unit)}"


def change_words(counted: Counted, size: float, pair: Pair, limits: Sequence[Limit]) -> str:
    """Give the size of a change with its unit."""
    least = OUTCOMES[pair.later.item.measure].decimals if counted is Counted.ABSOLUTE else 1
    return f"{_number(size, least, limits)}{_change_unit(counted, pair)}"


def amount_words(counted: Counted, level: float, unit: str, limits: Sequence[Limit]) -> str:
    """Give a level with its unit."""
    least = 2 if counted is Counted.Z_SCORE else 1
    prefix = "z " if counted is Counted.Z_SCORE else ""
    return f"{prefix}{_number(level, least, limits)}{_level_unit(counted, unit)}"


def _asked(limits: Sequence[Limit]) -> str:
    parts = [f"{limit.comparison} {limit.value:g}".replace("-", _MINUS) for limit in limits]
    return " and ".join(parts)


def _change_unit(counted: Counted, pair: Pair) -> str:
    unit = OUTCOMES[pair.later.item.measure].unit
    words = {Counted.RELATIVE: " % of its value", Counted.PERCENT_PREDICTED: " points of % predicted"}
    return words.get(counted, _UNITS.get(unit, f" {unit}"))


def _level_unit(counted: Counted, unit: str) -> str:
    words = {Counted.PERCENT_PREDICTED: " % predicted", Counted.Z_SCORE: ""}
    return words.get(counted, _LEVEL_UNITS.get(unit, f" {unit}"))


def _number(value: float, decimals: int, limits: Sequence[Limit]) -> str:
    """Write a number with as many decimals as it takes not to read like a limit that it differs from."""
    for places in range(decimals, _MOST_DECIMALS):
        text = f"{value:.{places}f}"
        if all(float(text) != limit.value or not limit.beyond(value) for limit in limits):
            break
    return text.replace("-", _MINUS)


def _from_to(pair: Pair) -> str:
    measure = OUTCOMES[pair.later.item.measure]
    unit = _LEVEL_UNITS.get(measure.unit, f" {measure.unit}")
    values = [_value(entry, measure.decimals) for entry in (pair.earlier, pair.later)]
    when = [told(entry.item.when) for entry in (pair.earlier, pair.later)]
    return f"from {values[0]}{unit} at {when[0]} to {values[1]}{unit} at {when[1]}"


def _value(entry: Entry, decimals: int) -> str:
    if isinstance(entry.value, Absence):
        return "unable"
    return f"{entry.value:.{decimals}f}".replace("-", _MINUS)
