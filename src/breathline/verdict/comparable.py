"""Whether two values of a measure may be held against each other at all."""

from __future__ import annotations

from breathline.model.change import OutcomeMeasure
from breathline.model.measurement import Absence
from breathline.outcomes import OUTCOMES
from breathline.outcomes.wording import reason_not_comparable
from breathline.verdict.reading import Entry, Pair, Reading, told


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
    return _conditions_differ(measure, pair, reading)


def _conditions_differ(measure: OutcomeMeasure, pair: Pair, reading: Reading) -> str:
    """Compare the conditions of the two days; one that neither day has speaks against nothing."""
    settled = False
    for key in measure.conditions:
        condition = OUTCOMES[key]
        one, other = (_number(reading.same_day(key, entry.day)) for entry in (pair.earlier, pair.later))
        if one is None and other is None:
            continue
        if one is None or other is None:
            if settled:  # such as the flow of oxygen where its fraction is known on both days
                continue
            when = told((pair.earlier if one is None else pair.later).item.when)
            return f"{measure.label} cannot be compared: {condition.label} is not recorded at {when}."
        if abs(one - other) > condition.same_within:
            return (
                f"{measure.label} cannot be compared: {condition.label} was {one:g} {condition.unit} at "
                f"{told(pair.earlier.item.when)} and {other:g} {condition.unit} at {told(pair.later.item.when)}."
            )
        settled = True
    return ""


def _number(entry: Entry | None) -> float | None:
    return None if entry is None or isinstance(entry.value, Absence) else entry.value
