"""Laboratory tests: their names, what they are measured in, and what lies beyond belief."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from breathline.errors import UnitError
from breathline.model.safety import TermMatch
from breathline.safety.ctcae import read_table
from breathline.safety.vocabulary import Vocabulary
from breathline.units import convert_concentration, dimension, parse_unit

NAME_FILLERS = frozenset((
    "serum", "plasma", "blood", "s", "p", "level", "levels", "value", "count", "test", "conc",
    "concentration", "activity", "in", "venous", "absolute",
))  # fmt: skip
"""Words that do not change which test is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabTest:
    """A laboratory test.

    Parameters
    ----------
    unit
        Unit in which `plausible` is counted.
    grams_per_mole
        Molar mass [g/mol], for tests reported by mass and by amount of substance.
    valence
        Charges of the ion, for values in mEq/L.
    plausible
        A value outside is a slip of a unit or of the keyboard, and is not graded.
    """

    key: str
    label: str
    unit: str
    grams_per_mole: float | None
    valence: int | None
    plausible: tuple[float, float]
    wordings: tuple[str, ...]

    def convert(self, value: float, unit: str, to: str) -> float:
        """Turn a value of this test into another unit.

        Raises
        ------
        UnitError
            If a unit is unknown, or the two cannot be turned into each other.
        """
        if self.valence is not None:
            value, unit = _without_charge(value, unit, self.valence)
            if parse_unit(to) == "mEq/L":
                return self.convert(value, unit, "mmol/L") * self.valence
        return convert_concentration(value, unit, to, grams_per_mole=self.grams_per_mole)

    def measures(self, unit: str) -> str:
        """Tell what a unit measures for this test: a charge counts as an amount of substance."""
        kind = dimension(unit)
        return "substance" if kind == "charge concentration" and self.valence else kind


def _without_charge(value: float, unit: str, valence: int) -> tuple[float, str]:
    return (value / valence, "mmol/L") if parse_unit(unit) == "mEq/L" else (value, unit)


@cache
def lab_tests() -> Mapping[str, LabTest]:
    """Read the table of tests, by key."""
    return {
        row["key"]: LabTest(
            key=row["key"],
            label=row["label"],
            unit=row["unit"],
            grams_per_mole=float(row["grams_per_mole"]) if row["grams_per_mole"] else None,
            valence=int(row["valence"]) if row["valence"] else None,
            plausible=(float(row["plausible_low"]), float(row["plausible_high"])),
            wordings=tuple(row["wordings"].split("|")),
        )
        for row in read_table("laboratory_tests")
    }


@cache
def _names() -> Vocabulary:
    entries = [(word, test.key) for test in lab_tests().values() for word in (*test.wordings, test.label)]
    return Vocabulary(entries, harmless=(NAME_FILLERS,), by_parts=False)


@lru_cache(maxsize=4096)
def match_test(name: str) -> TermMatch:
    """Say which test a name means; `term` is the key of the test, empty where it is not known.

    >>> match_test("Creatinin (serum)").term, match_test("Platelets").term
    ('creatinine', 'platelets')
    """
    return _names().match(name)


def known_unit(unit: str) -> bool:
    """Tell whether a unit is one that can be converted."""
    try:
        parse_unit(unit)
    except UnitError:
        return False
    return bool(unit)
