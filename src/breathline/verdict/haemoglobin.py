"""Diffusing capacity corrected for haemoglobin, where a criterion prints that it is."""

from __future__ import annotations

import re

from breathline.errors import OutOfRangeError
from breathline.model.measurement import Absence
from breathline.physiology import FORMULAS, calculate
from breathline.verdict.reading import Entry, Pair, Reading, told

FORMULA = FORMULAS["dlco_haemoglobin_cotes_1972"]

CORRECTED = re.compile(r"(?!.*\bnot\b)(?=.*\b(hb|haemoglobin|hemoglobin)\b)(?=.*\b(corrected|adjusted)\b)")
"""How a laboratory says in the column ``method`` that it has corrected the value itself."""


def corrections(pair: Pair, reading: Reading) -> tuple[float, float] | str:
    """Give the factors that correct two values for haemoglobin, or why they cannot be had."""
    before, after = (_factor(entry, reading) for entry in (pair.earlier, pair.later))
    if isinstance(before, str):
        return before
    return after if isinstance(after, str) else (before, after)


def _factor(entry: Entry, reading: Reading) -> float | str:
    method = entry.item.method.replace("_", " ").replace("-", " ").casefold()
    if CORRECTED.match(method):
        return 1.0
    hb = reading.same_day("hb", entry.day)
    what = f"{entry.standing.label} corrected for haemoglobin"
    if hb is None or isinstance(hb.value, Absence):
        return f"{what}: no haemoglobin at {told(entry.item.when)}"
    if reading.person.sex is None or reading.age_years is None:
        return f"{what}: sex or age is not recorded"
    try:
        # The age only tells boys under 15 from men, so that it may be that of the visit read at.
        return calculate(FORMULA, sex=reading.person.sex.value, hb=hb.value, age_years=reading.age_years)
    except OutOfRangeError as error:
        return f"{what}: {error}"
