"""Whether two values of a measure may be held against each other at all."""

from __future__ import annotations

from breathline.model.measurement import Absence
from breathline.outcomes import OUTCOMES
from breathline.outcomes.wording import reason_not_comparable
from breathline.verdict.reading import Entry, Pair, Reading, told

SAME_CONDITION = 0.5
"""What a condition such as FiO2 may differ and still count as the same, in its own unit."""


def obstacle(pair: Pair, reading: Reading) -> str:
    """Say why a pair may not be compared: methods, equations or conditions differ; empty if it may."""
    measure = OUTCOMES[pair.later.item.measure]
    found = reason_not_comparable(
        measure,
        pair.earlier.item,
        pair.later.item,
        pair.earlier.standing.standardised,
        pair.later.standing.standardised,
    )
    if found:
        return found
    for key in measure.conditions:
        differs = _condition_differs(key, pair, reading)
        if differs:
            return differs
    return ""


def _condition_differs(key: str, pair: Pair, reading: Reading) -> str:
    """Compare what was recorded of a condition on the two days; where neither day has it, nothing speaks against."""
    of, label = OUTCOMES[pair.later.item.measure].label, OUTCOMES[key].label
    values = [_number(reading.same_day(key, entry.day)) for entry in (pair.earlier, pair.later)]
    if values[0] is None and values[1] is None:
        return ""
    for value, entry in zip(values, (pair.earlier, pair.later), strict=True):
        if value is None:
            return f"{of} cannot be compared: {label} is not recorded at {told(entry.item.when)}."
    one, other = (value for value in values if value is not None)
    if abs(one - other) <= SAME_CONDITION:
        return ""
    unit = OUTCOMES[key].unit
    return (
        f"{of} cannot be compared: {label} was {one:g} {unit} at {told(pair.earlier.item.when)} and "
        f"{other:g} {unit} at {told(pair.later.item.when)}."
    )


def _number(entry: Entry | None) -> float | None:
    return None if entry is None or isinstance(entry.value, Absence) else entry.value
