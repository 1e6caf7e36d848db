"""What the columns of a table of people mean: who they are, what was measured, in which unit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from breathline.equations.equation import Input, ReferenceEquation
from breathline.errors import Problem, TableError, UnitError
from breathline.registry import Registry
from breathline.units import convert, parse_unit, same_kind

RESULTS = ("predicted", "percent_predicted", "z", "lower_limit", "equation")
NOTE = "note"

_HEADING = re.compile(r"^\s*(?P<name>\w+)\s*(?:\[(?P<unit>[^\]]*)\])?\s*$")

_ALSO = {"age": "age_years", "height": "height_cm", "weight": "weight_kg"}
"""Headings that say the same where their unit stands behind them: ``height [m]``."""

_UNIT_IN_NAME = ("age_years", "height_cm", "weight_kg", "altitude_m", "heart_rate_max_percent")

_YEARS = ("years", "year", "y", "yr", "a")


@dataclass(frozen=True, slots=True)
class InputColumn:
    """A column that an equation asks for, and what turns it into the unit of the equation."""

    place: int
    factor: float


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """A column of measured values with its unit and the equation it is held against."""

    place: int
    name: str
    unit: str
    equation: ReferenceEquation


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of a table that mean something.

    Parameters
    ----------
    headings
        All headings as they stand in the table.
    sex
        Place of the column of the sex.
    inputs
        Input of an equation → its column.
    values
        The measured values.
    """

    headings: tuple[str, ...]
    sex: int
    inputs: Mapping[str, InputColumn]
    values: tuple[ValueColumn, ...]

    @property
    def added(self) -> tuple[str, ...]:
        """Headings of what is added: five for each measure, and the note."""
        return (*(f"{column.name}_{result}" for column in self.values for result in RESULTS), NOTE)

    @property
    def numeric(self) -> frozenset[int]:
        """Places of columns that hold numbers."""
        return frozenset([one.place for one in self.inputs.values()] + [one.place for one in self.values])


def default_equation(equations: Mapping[str, ReferenceEquation], measure: str) -> ReferenceEquation | None:
    """Give the first equation registered for a measure; None if there is none."""
    return next((one for one in equations.values() if one.measure == measure), None)


def understand_headings(
    file: str,
    headings: Sequence[str],
    equations: Registry[ReferenceEquation],
    chosen: Mapping[str, str],
) -> Columns:
    """Find out what the columns of a table mean.

    Parameters
    ----------
    file
        Name of the table, for messages.
    equations
        ``EQUATIONS``.
    chosen
        Measure → key of the equation to use instead of the first one registered.

    Raises
    ------
    TableError
        With everything that is wrong with the headings.
    """
    reading = _Reading(file, [_parts(heading) for heading in headings])
    values = _value_columns(reading, headings, equations, chosen)
    needed = {need.name: need for column in values for need in column.equation.inputs}
    inputs = {
        name: column
        for name, need in needed.items()
        if (column := _input_column(reading, headings, need)) is not None
    }
    if "sex" not in reading.names:
        reading.complain("sex", "The column is missing.", "Add it; the equations need it.")
    for name in ("sex", *needed, *(column.name for column in values)):
        if reading.names.count(name) > 1:
            reading.complain(name, "The column stands twice.", "Keep one of them.")
    taken = {f"{column.name}_{result}" for column in values for result in RESULTS} | {NOTE}
    for heading in headings:
        if heading.strip().lower() in taken:
            reading.complain(heading, "A result will have this heading.", "Rename the column.")
    if reading.problems:
        raise TableError(reading.problems)
    return Columns(
        headings=tuple(headings), sex=reading.names.index("sex"), inputs=inputs, values=tuple(values)
    )


@dataclass(slots=True)
class _Reading:
    """The headings taken apart, and what is wrong with them so far."""

    file: str
    parts: list[tuple[str, str | None]]
    problems: list[Problem] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.parts]

    def complain(self, column: str, message: str, mend: str) -> None:
        found = Problem(code="heading", file=self.file, row=1, column=column, message=message, mend=mend)
        if found not in self.problems:
            self.problems.append(found)


def _parts(heading: str) -> tuple[str, str | None]:
    """Part a heading into its name in small letters and its unit; None where no unit stands there."""
    match = _HEADING.match(heading)
    if match is None:
        return heading.strip().lower(), None
    name, unit = match["name"].lower(), match["unit"]
    if unit is not None and name in _ALSO:
        name = _ALSO[name]
    return name, None if unit is None else unit.strip()


def _value_columns(
    reading: _Reading,
    headings: Sequence[str],
    equations: Registry[ReferenceEquation],
    chosen: Mapping[str, str],
) -> list[ValueColumn]:
    found: list[ValueColumn] = []
    for place, (name, unit) in enumerate(reading.parts):
        equation = equations[chosen[name]] if name in chosen else default_equation(equations, name)
        if equation is None:
            continue
        heading = headings[place]
        known = _known_unit(unit or "", equation.unit)
        if not unit:
            reading.complain(heading, "The unit is missing.", f"Write it as '{name} [{equation.unit}]'.")
        elif known is None:
            reading.complain(
                heading, f"'{unit}' is no unit of {name}.", f"Use {equation.unit} or one of its kind."
            )
        else:
            found.append(ValueColumn(place, name, known, equation))
    for measure in sorted(set(chosen) - set(reading.names)):
        reading.complain("", f"There is no column '{measure}', for which an equation was chosen.", "Add it.")
    if not found and not reading.problems:
        reading.complain("", "There is no column of measured values.", "Add one, such as 'fvc [L]'.")
    return found


def _input_column(reading: _Reading, headings: Sequence[str], need: Input) -> InputColumn | None:
    if need.name not in reading.names:
        if need.required:
            reading.complain(need.name, "The column is missing.", "Add it; the equations need it.")
        return None
    place = reading.names.index(need.name)
    unit = reading.parts[place][1]
    if unit is None and (need.name in _UNIT_IN_NAME or need.unit == "1"):
        return InputColumn(place, 1.0)
    if need.unit == "years" and unit and unit.lower() in _YEARS:
        return InputColumn(place, 1.0)
    known = _known_unit(unit, need.unit) if unit else None
    if known is not None:
        return InputColumn(place, convert(1.0, known, need.unit))
    if unit:
        mend = f"Use {need.unit}." if need.unit == "years" else f"Use {need.unit} or one of its kind."
        reading.complain(headings[place], f"'{unit}' is no unit of {need.name}.", mend)
    else:
        mend = f"Write it as '{need.name} [{need.unit}]'."
        reading.complain(headings[place], "The unit is missing.", mend)
    return None


def _known_unit(unit: str, to: str) -> str | None:
    """Give the standard spelling of a unit that can be turned into another one; None if it cannot."""
    try:
        known = parse_unit(unit)
    except UnitError:
        return None
    return known if same_kind(known, to) else None
