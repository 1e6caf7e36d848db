"""CTCAE versions 5 and 6 as tables: the printed criteria, and beside them the limits of laboratory values.

``tables/ctcae_criteria.csv`` holds the words of each grade, ``tables/ctcae_limits.csv`` a limit a row with the part
of those words it stands for. Where the words ask for symptoms, the row says so.
"""

from __future__ import annotations

import csv
import operator
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from breathline.model.safety import CtcaeVersion
from breathline.sources import Source

SOURCES: Mapping[CtcaeVersion, Source] = {
    CtcaeVersion.V5: Source("ctcae_5", note="words as in a copy of the table the NCI publishes"),
    CtcaeVersion.V6: Source("ctcae_6", note="words as in a copy of the table the NCI publishes"),
}

RENAMED_IN_6: Mapping[str, str] = {
    "Edema limbs": "Peripheral edema",
    "Ejection fraction decreased": "Left ventricular dysfunction",
    "Platelet count decreased": "Thrombocytopenia",
    "Rash acneiform": "Rash maculo-papular",
    "Thromboembolic event": "Venous thromboembolism",
}
"""Terms of version 5 that version 6 deletes, and the term it maps them to."""

NOT_BY_NUMBER: Mapping[tuple[CtcaeVersion, str], str] = {
    (CtcaeVersion.V5, "glucose"): "CTCAE 5 grades hyperglycemia by what was done about it, not by a number",
    (
        CtcaeVersion.V5,
        "glucose_fasting",
    ): "CTCAE 5 grades hyperglycemia by what was done about it, not by a number",
    (
        CtcaeVersion.V6,
        "glucose",
    ): "CTCAE 6 grades glucose of up to 13.9 mmol/L only where it was measured fasting",
}
"""Values above the upper limit that no number of CTCAE tells from normal ones, and why."""

NO_NUMBERS: Mapping[str, str] = {
    "calcium": "CTCAE grades calcium corrected for albumin, or ionised calcium",
    "phosphate": "CTCAE grades phosphate by what was done about it, not by a number",
}
"""Tests that CTCAE has a term for and no number."""

UPPER, LOWER, BASELINE, BASELINE_AND_UPPER = "ULN", "LLN", "baseline", "baseline and ULN"
"""What a limit may be a multiple of; anything else is the unit of an absolute limit."""

RELATIONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class BaselineIs(StrEnum):
    """For which baseline a limit holds."""

    ANY = "any"
    HIGH = "baseline_high"
    NOT_HIGH = "baseline_not_high"
    LOW = "baseline_low"
    NOT_LOW = "baseline_not_low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit of one grade.

    Parameters
    ----------
    when
        For which baseline it holds.
    symptoms
        True where the grade asks for symptoms besides the number.
    relation
        How the value must lie to the limit: ``<``, ``<=``, ``>`` or ``>=``.
    limit, of
        The number, and its unit or what it is a multiple of (``ULN``, ``LLN``, ``baseline``,
        ``baseline and ULN``).
    printed
        The words of CTCAE it stands for.
    """

    version: CtcaeVersion
    term: str
    test: str
    grade: int
    when: BaselineIs
    symptoms: bool
    relation: str
    limit: float
    of: str
    printed: str

    @property
    def absolute(self) -> bool:
        """Tell whether the limit is a number in a unit."""
        return self.of not in (UPPER, LOWER, BASELINE, BASELINE_AND_UPPER)


def read_table(name: str) -> list[dict[str, str]]:
    """Read one of the tables that lie beside this module."""
    text = files("breathline.safety").joinpath(f"tables/{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _criteria() -> Mapping[tuple[str, str], tuple[str, ...]]:
    return {
        (row["version"], row["term"]): tuple(row[f"grade{grade}"] for grade in range(1, 6))
        for row in read_table("ctcae_criteria")
    }


@cache
def _limits() -> Mapping[tuple[str, str], tuple[Limit, ...]]:
    found: dict[tuple[str, str], list[Limit]] = defaultdict(list)
    for row in read_table("ctcae_limits"):
        found[row["version"], row["test"]].append(
            Limit(
                version=CtcaeVersion(row["version"]),
                term=row["term"],
                test=row["test"],
                grade=int(row["grade"]),
                when=BaselineIs(row["when"]),
                symptoms=row["symptoms"] == "with",
                relation=row["relation"],
                limit=float(row["limit"]),
                of=row["of"],
                printed=row["printed"],
            )
        )
    return {key: tuple(limits) for key, limits in found.items()}


def terms(version: CtcaeVersion) -> tuple[str, ...]:
    """Give the terms whose criteria are known here, in alphabetical order."""
    return tuple(term for found, term in _criteria() if found == version)


def criterion(version: CtcaeVersion, term: str, grade: int) -> str:
    """Give the words CTCAE prints for a grade of a term; empty where it has none, or they are not known here.

    >>> criterion(CtcaeVersion.V5, "Nausea", 1)
    'Loss of appetite without alteration in eating habits'
    """
    words = _criteria().get((version.value, term))
    return words[grade - 1] if words is not None else ""


def limits_of(version: CtcaeVersion, test: str) -> tuple[Limit, ...]:
    """Give every limit of a laboratory test in one version; none where CTCAE grades it by other things."""
    return _limits().get((version.value, test), ())


def name_in(version: CtcaeVersion, term: str) -> str:
    """Give the name that a term of version 5 has in `version`.

    >>> name_in(CtcaeVersion.V6, "Edema limbs")
    'Peripheral edema'
    """
    return RENAMED_IN_6.get(term, term) if version is CtcaeVersion.V6 else term
