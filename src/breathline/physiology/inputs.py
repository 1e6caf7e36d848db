"""What formulas and reference equations ask of a person, and how a number that cannot be right is refused.

Everything is checked in one place, for one person and for a million alike: the sex in words, every input
against the range in which the formula holds, and height against weight. A refusal names the range and, where
it can be told, the likely cause: another unit, a year of birth, a fraction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from breathline.errors import OutOfRangeError
from breathline.model.patient import Sex
from breathline.units import UNITS, convert, same_kind

FloatArray = NDArray[np.float64]
"""One value a person; every array of one call has the same length."""

People = Mapping[str, FloatArray]
"""The inputs by name; ``male`` is 1.0 for men and 0.0 for women."""

Limits = tuple[float, float]

SEX_VALUES = tuple(sex.value for sex in Sex)

HUMAN: Mapping[str, Limits] = {"height_cm": (40.0, 260.0), "weight_kg": (20.0, 350.0)}
"""What people can be, by which the unit of a refused number is recognised; no clinical statement."""

BUILD_OF_EQUATIONS: Limits = (14.0, 45.0)
"""Body mass index [kg/m²] beyond which nobody was measured for an equation that uses the weight."""

_WORDS = {
    "age_years": "the age",
    "height_cm": "the height",
    "weight_kg": "the weight",
    "pao2": "the PaO2",
    "paco2": "the PaCO2",
    "fio2": "the FiO2",
    "barometric_pressure": "the barometric pressure",
    "respiratory_quotient": "the respiratory quotient",
    "altitude_m": "the altitude",
    "hb": "the haemoglobin",
    "creatinine": "the creatinine",
    "heart_rate_max_percent": "the highest heart rate in % of 220 − age",
    "physically_active": "physical activity (1 active, 0 not)",
}

_UNIT_WORDS = {
    "m": "metres",
    "cm": "centimetres",
    "mm": "millimetres",
    "in": "inches",
    "ft": "feet",
    "kg": "kilograms",
    "lb": "pounds",
    "g": "grams",
    "fraction": "a fraction",
    "%": "percent",
}

_CERTAIN = ("m", "mm", "in", "ft", "g", "kPa", "fraction", "umol/L", "g/L", "%")
"""Units that a refused number can be told to be in; of others it is only said that it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Something that must be known of the person, and the range in which the formula holds.

    Parameters
    ----------
    name
        ``age_years``, ``height_cm``, ``weight_kg``, or the key of a measure taken the same day.
    low, high
        The range, both ends included [`unit`].
    required
        False for a condition that is checked where it is known (oxygen breathed), but enters no formula.
    whole
        True where only the two ends are possible (0 no, 1 yes).
    """

    name: str
    low: float
    high: float
    unit: str
    required: bool = True
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """People whose inputs were looked at.

    Parameters
    ----------
    people
        The inputs of everybody, by name.
    for_all
        What is wrong for everybody: an input that was not given at all.
    refused
        Position of a person → what is wrong with that person's inputs.
    """

    people: People
    for_all: tuple[str, ...]
    refused: Mapping[int, list[str]]


def check_people(
    label: str,
    needs: Sequence[Input],
    given: Mapping[str, ArrayLike],
    count: int,
    *,
    sex: ArrayLike | None = None,
    build: Limits | None = None,
) -> Checked:
    """Look at the inputs of `count` people; nothing is raised, everything is told.

    Parameters
    ----------
    label
        Name of the formula, which begins every sentence.
    needs
        What it asks for.
    given
        Arrays by name; further ones are ignored.
    sex
        ``female`` or ``male`` in words, one for all or one each; None where the formula does not ask.
    build
        Body mass index [kg/m²] between which it holds; None where it does not use the weight.
    """
    people: dict[str, FloatArray] = {}
    refused: dict[int, list[str]] = {}
    if sex is not None:
        people["male"] = _male(label, sex, count, refused)
    for_all = []
    for need in needs:
        if need.name not in given:
            if need.required:
                for_all.append(f"{label} needs {words_of(need)}, which is not given.")
            continue
        values = np.broadcast_to(np.asarray(given[need.name], dtype=np.float64), (count,))
        people[need.name] = values
        for row in np.flatnonzero(_outside(need, values)).tolist():
            refused.setdefault(row, []).append(out_of_range(label, need, float(values[row])))
    if build is not None and {"height_cm", "weight_kg"} <= people.keys():
        _check_build(label, people, build, refused)
    return Checked(people=people, for_all=tuple(for_all), refused=refused)


def raise_refusals(checked: Checked, count: int) -> None:
    """Raise what `check_people` found, if anything, with the place where it stands among several.

    Raises
    ------
    OutOfRangeError
        With every problem of the first person that has one.
    """
    if checked.for_all or checked.refused:
        raise OutOfRangeError(refusal(checked.for_all, checked.refused, count))


def refusal(for_all: Sequence[str], refused: Mapping[int, Sequence[str]], count: int) -> str:
    """Say what is wrong with the first person that cannot be computed, and how many more there are."""
    first = min(refused, default=None)
    text = " ".join([*for_all, *(refused[first] if first is not None else ())])
    if first is None or count == 1:
        return text
    more = f", and {len(refused) - 1} more" if len(refused) > 1 else ""
    return f"{text} (Entry {first + 1} of {count}{more}.)"


def words_of(need: Input) -> str:
    """Name an input in a sentence."""
    return _WORDS.get(need.name, f"the value of '{need.name}'")


def out_of_range(label: str, need: Input, found: float) -> str:
    """Say which range an input must lie in, what was found, and the likely cause."""
    number = f"{found:g}" if np.isfinite(found) else "no number"
    text = (
        f"{label} holds for {words_of(need)} from {need.low:g} to {need.high:g} {need.unit}; found {number}."
    )
    if need.whole:
        text = f"{label} needs {words_of(need)}; found {number}."
    cause = _cause(need, found)
    return f"{text} {cause}" if cause else text


def likely_unit(found: float, unit: str, limits: Limits, *, of: str = "") -> str | None:
    """Give the unit in which a number would lie within limits that are given in `unit`; None if no other.

    Parameters
    ----------
    of
        What the number is a value of, as `breathline.units.convert` asks for it.

    >>> likely_unit(1.62, "cm", (100.0, 230.0))
    'm'
    """
    if unit not in UNITS or not found > 0:
        return None
    others = (name for name in UNITS if name != unit and same_kind(name, unit, of=of))
    return next(
        (name for name in others if limits[0] <= convert(found, name, unit, of=of) <= limits[1]), None
    )


def _outside(need: Input, values: FloatArray) -> NDArray[np.bool_]:
    inside = (values >= need.low) & (values <= need.high)
    if need.whole:
        inside = (values == need.low) | (values == need.high)
    if not need.required:
        inside |= np.isnan(values)  # a condition that is not known for this person
    return ~inside


def _cause(need: Input, found: float) -> str:
    if need.unit == "years":
        if 1900 <= found <= 2100:
            return f"{found:g} looks like a year of birth; give the age."
        return ""
    unit = likely_unit(found, need.unit, HUMAN.get(need.name, (need.low, need.high)), of=need.name)
    if unit is None:
        return ""
    verb = "looks like" if unit in _CERTAIN else "may be"
    right = convert(found, unit, need.unit, of=need.name)
    asked = _UNIT_WORDS.get(need.unit, need.unit)
    return f"{found:g} {verb} {_UNIT_WORDS.get(unit, unit)}; give {asked} ({right:.4g})."


def _male(label: str, sex: ArrayLike, count: int, refused: dict[int, list[str]]) -> FloatArray:
    coded = np.broadcast_to(np.asarray(sex), (count,))
    if coded.dtype.kind not in "UOT":  # numbers: every one of them is refused
        male = known = np.zeros(count, dtype=bool)
    else:
        male = np.asarray(coded == Sex.MALE.value, dtype=bool)
        known = male | np.asarray(coded == Sex.FEMALE.value, dtype=bool)
    for row in np.flatnonzero(~known).tolist():
        refused.setdefault(row, []).append(unknown_sex(label, str(coded[row])))
    return male.astype(np.float64)


def unknown_sex(label: str, found: str) -> str:
    """Say that a sex is missing or not known, and how to give it."""
    give = f"Give '{Sex.FEMALE}' or '{Sex.MALE}' in words"
    if found.strip().casefold() in ("", "none", "nan"):
        return f"{label}: the sex is missing. {give}."
    return (
        f"{label}: the sex '{found}' is not known. {give}; "
        "number codes mean different things in different programs."
    )


def _check_build(label: str, people: People, build: Limits, refused: dict[int, list[str]]) -> None:
    """Hold height against weight: a weight in pounds is often a possible weight in kilograms."""
    cm, kg = people["height_cm"], people["weight_kg"]
    with np.errstate(divide="ignore", invalid="ignore"):
        bmi = kg / (cm / 100.0) ** 2
    for row in np.flatnonzero((bmi < build[0]) | (bmi > build[1])).tolist():
        if row in refused:
            continue  # height or weight was refused already
        text = (
            f"{label} holds for a body mass index from {build[0]:g} to {build[1]:g} kg/m²; "
            f"{kg[row]:g} kg at {cm[row]:g} cm is {bmi[row]:.4g}."
        )
        in_kg = convert(float(kg[row]), "lb", "kg")
        if bmi[row] > build[1] >= convert(float(bmi[row]), "lb", "kg"):
            text += f" {kg[row]:g} may be pounds; give kilograms ({in_kg:.4g})."
        refused.setdefault(row, []).append(text)
