"""Diffusing capacity corrected for haemoglobin, where a criterion prints that it is."""

from __future__ import annotations

import re

from breathline.verdict.reading import Entry, Pair, Reading, told

CORRECTED = re.compile(r"(?=.*\b(hb|haemoglobin|hemoglobin)\b)(?=.*\b(corrected|adjusted)\b)")
"""How a laboratory says in the column ``method`` that it has corrected the value itself."""


def corrections(pair: Pair, reading: Reading) -> tuple[float, float] | str:
    """Give the factors that correct two values for haemoglobin, or why they cannot be had."""
    before, after = (_factor(entry, reading) for entry in (pair.earlier, pair.later))
    if isinstance(before, str):
        return before
    return after if isinstance(after, str) else (before, after)


def _factor(entry: Entry, reading: Reading) -> float | str:
    method = entry.item.method.replace("_", " ").replace("-", " ").casefold()
    if CORRECTED.search(method) and "uncorrected" not in method:
        return 1.0
    return f"{entry.standing.label} corrected for haemoglobin: no haemoglobin at {told(entry.item.when)}"
