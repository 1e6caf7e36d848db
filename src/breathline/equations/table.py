"""Reference values for a whole table: one row a person, a column a measure with its unit in the heading."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from breathline.equations.equation import FloatArray, ReferenceEquation, predict, predict_arrays
from breathline.errors import OutOfRangeError, Problem, TableError, UnitError
from breathline.model.patient import Sex
from breathline.registry import Registry
from breathline.units import convert, parse_unit

PERSON_COLUMNS = ("sex", "age_years", "height_cm", "weight_kg")
RESULTS = ("predicted", "percent_predicted", "z", "lower_limit")
NOTE = "note"

_HEADING = re.compile(r"^\s*(?P<name>\w+)\s*(?:\[(?P<unit>[^\]]+)\])?\s*$")
_SEXES = {"f": Sex.FEMALE, "female": Sex.FEMALE, "m": Sex.MALE, "male": Sex.MALE}


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedTable:
    """A table with the reference values added.

    Parameters
    ----------
    headings
        Those of the input, then four for each measure (predicted, percent predicted, z, lower limit), then
        ``note``.
    rows
        Texts; a value that could not be computed is empty, and the note says why.
    refused
        How many rows have a note.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    refused: int


@dataclass(frozen=True, slots=True)
class _ValueColumn:
    """A column of measured values with its unit and the equation it is held against."""

    heading: str
    unit: str
    equation: ReferenceEquation


def default_equation(equations: Mapping[str, ReferenceEquation], measure: str) -> ReferenceEquation | None:
    """Give the first equation registered for a measure; None if there is none."""
    return next((one for one in equations.values() if one.measure == measure), None)


def predict_table(
    source: Path,
    equations: Registry[ReferenceEquation],
    *,
    chosen: Mapping[str, str] | None = None,
) -> PredictedTable:
    """Read a CSV table and hold every value against what is expected in health.

    Parameters
    ----------
    source
        Columns ``sex`` (female, male), ``age_years``, ``height_cm``, where an equation needs it
        ``weight_kg``, and measured values with the unit in the heading, such as ``dlco [mL/min/mmHg]``.
        Other columns are carried over.
    equations
        ``EQUATIONS``.
    chosen
        Equation to use for a measure instead of the first one registered, ``{"fvc": "gli_2012_fvc"}``.

    Raises
    ------
    TableError
        If the headings cannot be used, with everything that is wrong with them.
    """
    with source.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream))
    headings = lines[0] if lines else []
    columns = _value_columns(source, headings, equations, chosen or {})
    rows = [row for row in lines[1:] if any(cell.strip() for cell in row)]
    _check_widths(source, headings, lines)
    people = _People(headings, rows)
    notes: list[list[str]] = [[] for _ in rows]
    results = [_predict_column(column, headings, rows, people, notes) for column in columns]
    added = [f"{_name(c.heading)}_{result}" for c in columns for result in RESULTS]
    merged = tuple(
        (*row, *(text for found in results for text in found[n]), " ".join(notes[n]))
        for n, row in enumerate(rows)
    )
    return PredictedTable(
        headings=(*headings, *added, NOTE), rows=merged, refused=sum(bool(note) for note in notes)
    )


def write_table(table: PredictedTable, target: Path) -> None:
    """Write the table as CSV, whole or not at all."""
    partial = target.with_name(target.name + ".partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(table.headings)
            writer.writerows(table.rows)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _name(heading: str) -> str:
    found = _HEADING.match(heading)
    return found["name"].lower() if found else heading


def _value_columns(
    source: Path,
    headings: Sequence[str],
    equations: Registry[ReferenceEquation],
    chosen: Mapping[str, str],
) -> list[_ValueColumn]:
    """Find the columns that hold measured values, and everything that is wrong with the headings."""
    problems: list[Problem] = []

    def complain(column: str, message: str, mend: str) -> None:
        problems.append(
            Problem(code="heading", file=source.name, row=1, column=column, message=message, mend=mend)
        )

    names = [_name(heading) for heading in headings]
    found: list[_ValueColumn] = []
    for name in {n for n in names if n in PERSON_COLUMNS and names.count(n) > 1}:
        complain(name, "The column stands twice.", "Keep one of them.")
    for heading, name in zip(headings, names, strict=True):
        equation = equations[chosen[name]] if name in chosen else default_equation(equations, name)
        if equation is None:
            continue
        unit = _unit(heading)
        if not unit:
            complain(heading, "The unit is missing.", f"Write it as '{name} [{equation.unit}]'.")
        elif _convertible(unit, equation.unit):
            found.append(_ValueColumn(heading, unit, equation))
        else:
            complain(heading, f"'{unit}' is no unit of {name}.", f"Use {equation.unit} or one of its kind.")
    if not found and not problems:
        complain("", "There is no column of measured values.", "Add one, such as 'fvc [L]'.")
    needed = {"sex"} | {n.name for c in found for n in c.equation.inputs if n.required}
    for name in sorted(needed - set(names)):
        complain(name, "The column is missing.", "Add it; the equations need it.")
    if problems:
        raise TableError(problems)
    return found


def _unit(heading: str) -> str:
    match = _HEADING.match(heading)
    return (match["unit"] or "").strip() if match else ""


def _convertible(unit: str, to: str) -> bool:
    try:
        convert(1.0, parse_unit(unit), to)
    except UnitError:
        return False
    return True


def _check_widths(source: Path, headings: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Refuse rows with more or fewer cells than there are headings: their values stand in wrong columns."""
    problems = [
        Problem(
            code="row_width",
            file=source.name,
            row=number,
            message=f"The row has {len(line)} cells; the heading has {len(headings)}.",
            mend="Put cells with a comma in quotation marks.",
        )
        for number, line in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in line) and len(line) != len(headings)
    ]
    if problems:
        raise TableError(problems)


class _People:
    """The person columns as arrays; what is not a number is NaN here and said in the row's note."""

    def __init__(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self._place = {_name(heading): n for n, heading in enumerate(headings)}
        self._rows = rows
        self._numbers: dict[str, FloatArray] = {}
        place = self._place["sex"]
        self.sex = [_SEXES.get(row[place].strip().lower()) for row in rows]
        self.sex_known = np.array([sex is not None for sex in self.sex], dtype=bool)

    def numbers(self, name: str) -> FloatArray:
        if name not in self._numbers:
            place = self._place[name]
            self._numbers[name] = _floats([row[place] for row in self._rows])
        return self._numbers[name]

    def has(self, name: str) -> bool:
        return name in self._place


def _floats(texts: Sequence[str]) -> FloatArray:
    """Turn cells into numbers, NaN where a cell is empty or is not one."""
    try:
        return np.array(texts, dtype=np.float64)  # fast where every cell is a number
    except ValueError:
        return np.array([_float(text) for text in texts], dtype=np.float64)


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _predict_column(
    column: _ValueColumn,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    people: _People,
    notes: list[list[str]],
) -> list[tuple[str, ...]]:
    """Give the four results of every row; rows that cannot be computed are empty and get a note."""
    equation, place = column.equation, list(headings).index(column.heading)
    values = _floats([row[place] for row in rows])
    inputs = {need.name: people.numbers(need.name) for need in equation.inputs if people.has(need.name)}
    usable = people.sex_known & np.isfinite(values) & (values > 0)
    for need in equation.inputs:
        if need.name in inputs:
            usable &= (inputs[need.name] >= need.low) & (inputs[need.name] <= need.high)
    results: list[tuple[str, ...]] = [("",) * len(RESULTS)] * len(rows)
    for n in np.flatnonzero(~usable).tolist():
        if rows[n][place].strip():
            notes[n].append(_why_not(column, float(values[n]), people.sex[n], inputs, n))
    if not bool(usable.any()):
        return results
    which = np.flatnonzero(usable)
    found = predict_arrays(
        equation,
        values[which],
        unit=column.unit,
        sex=np.array([str(people.sex[n]) for n in which]),
        **{name: numbers[which] for name, numbers in inputs.items()},
    )
    parts = (found.predicted, found.percent_predicted, found.z, found.lower_limit)
    texts = [[""] * len(which) if part is None else [f"{x:.4f}" for x in part.tolist()] for part in parts]
    for n, *row in zip(which.tolist(), *texts, strict=True):
        results[n] = tuple(row)
    return results


def _why_not(
    column: _ValueColumn, value: float, sex: Sex | None, inputs: Mapping[str, FloatArray], n: int
) -> str:
    """Say why a row could not be computed, in the words of the equation itself."""
    if sex is None:
        return f"{_name(column.heading)}: the sex is not given as female or male."
    if not np.isfinite(value):
        return f"{_name(column.heading)}: the value is not a number."
    own = {name: float(numbers[n]) for name, numbers in inputs.items()}
    lacking = [name for name, number in own.items() if not np.isfinite(number)]
    if lacking:
        return f"{_name(column.heading)}: {', '.join(lacking)} is not a number."
    try:
        predict(column.equation, value, unit=column.unit, sex=sex, **own)
    except OutOfRangeError as error:
        return str(error)
    return ""
