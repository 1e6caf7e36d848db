"""``visits.csv``: the values of the outcome measures, in the long form or the wide one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from breathline.errors import Severity, UnitError
from breathline.intake import cell
from breathline.intake.findings import Findings, clipped, listed, nearest
from breathline.intake.plausible import likely_cause, refuse_unit
from breathline.intake.rows import VisitRow, read_rows, report_refused
from breathline.intake.table import Column, Row, Table, check_columns
from breathline.model.change import OutcomeMeasure
from breathline.model.measurement import Absence, Value
from breathline.units import UNITS, convert, parse_unit

FILE = "visits.csv"
Measures = Mapping[str, OutcomeMeasure]

_JUDGEMENTS = {"better": 1.0, "same": 0.0, "worse": -1.0}
_ABSENT = {"unable": Absence.UNABLE, "not_done": Absence.NOT_DONE}
_ROMAN = {"I": 1.0, "II": 2.0, "III": 3.0, "IV": 4.0, "V": 5.0}
_WHEN = ("date", "week")
_WIDE_TEXTS = ("method", "device", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitValue:
    """A value that could be read: in the measure's own unit, its day not yet placed on the timeline."""

    measure: OutcomeMeasure
    value: Value
    stated: float | None
    stated_unit: str
    row: VisitRow
    column: str
    note: str

    @property
    def line(self) -> int:
        """The line of the file it stands on."""
        return self.row.line

    @property
    def day(self) -> Date | float | None:
        """The date or, without one, the week: what tells two days apart."""
        return self.row.date if self.row.date is not None else self.row.week


def read_visits(
    table: Table, measures: Measures, sheet: cell.Sheet, findings: Findings
) -> tuple[VisitValue, ...]:
    """Read the table in whichever form it has."""
    if "measure" in table.names or "value" in table.names:
        rows = _read_long(table, sheet, findings)
    else:
        rows = _read_wide(table, measures, sheet, findings)
    found = []
    empty: list[str] = []
    for row, column in rows:
        if row.date is None and row.week is None:
            _report_undated(row, findings)
        measure = _measure(row, column, measures, findings)
        if not row.value:
            empty.append(f"{clipped(row.measure)} on line {row.line}")
        elif measure is not None:
            sheet.line = row.line
            value = _read_value(row, column, measure, sheet, findings)
            if value is not None:
                found.append(value)
    _report_empty(empty, findings)
    return tuple(found)


def _read_long(table: Table, sheet: cell.Sheet, findings: Findings) -> list[tuple[VisitRow, str]]:
    known, required = VisitRow.columns(), VisitRow.required
    complete = check_columns(table, required=required, known=known, findings=findings)
    if not check_when(table, _WHEN, findings) or not complete:
        return []
    return [(row, "value") for row in read_rows(table, VisitRow, sheet, findings)]


def check_when(table: Table, names: tuple[str, ...], findings: Findings) -> bool:
    """Report a table that has no column to say when; True where it has one."""
    if any(name in table.names for name in names):
        return True
    findings.error(
        "missing_column",
        f"No column says when: neither '{names[0]}' nor '{names[1]}' is there.",
        f"Add a column '{names[0]}' with dates such as 2021-02-28, or '{names[1]}' with weeks from the start "
        "of treatment (negative before it).",
        file=table.file,
        row=1,
    )
    return False


def _read_wide(
    table: Table, measures: Measures, sheet: cell.Sheet, findings: Findings
) -> list[tuple[VisitRow, str]]:
    known = (*_WHEN, *_WIDE_TEXTS, *measures)
    for column in table.columns:
        if column.name and column.name not in known:
            findings.error(
                "unknown_column",
                f"The column '{clipped(column.heading)}' is neither a measure nor otherwise known here."
                f"{nearest(column.name, known)}",
                "Rename it, or delete it. A table with one value a row has the columns "
                f"{','.join(VisitRow.columns())}; a table with one visit a row has a column for each "
                "measure, such as 'dlco [mL/min/mmHg]'.",
                file=table.file,
                row=1,
                column=clipped(column.heading),
            )
    if not check_when(table, _WHEN, findings):
        return []
    wide = [
        (place, column)
        for place, column in enumerate(table.columns)
        if column.name in measures and _unit_fits(column, measures[column.name], table, findings)
    ]
    return [
        (read, column.heading)
        for row in table.rows
        for read, column in _wide_row(table, row, wide, sheet, findings)
    ]


def _unit_fits(column: Column, measure: OutcomeMeasure, table: Table, findings: Findings) -> bool:
    """Report a heading whose unit is missing or of the wrong kind, once and not in every row."""
    if column.unit:
        return _known_unit(column.unit, measure, 1, clipped(column.heading), None, findings) is not None
    if _needs_no_unit(measure):
        return True
    findings.error(
        "unit_missing",
        f"The heading '{clipped(column.heading)}' gives no unit, and none is guessed.",
        f"Write the unit in brackets, such as '{column.name} [{measure.unit}]'"
        + (f" or '{column.name} [{measure.other_units[0]}]'." if measure.other_units else "."),
        file=table.file,
        row=1,
        column=clipped(column.heading),
    )
    return False


def _wide_row(
    table: Table, row: Row, wide: list[tuple[int, Column]], sheet: cell.Sheet, findings: Findings
) -> list[tuple[VisitRow, Column]]:
    sheet.line = row.line
    texts = {name: text for name, text in table.cells_by_name(row).items() if name in (*_WHEN, *_WIDE_TEXTS)}
    found: list[tuple[VisitRow, Column]] = []
    for place, column in wide:
        cells = {"measure": column.name, "value": row.cells[place], "unit": column.unit or "", **texts}
        try:
            found.append((VisitRow.model_validate({**cells, "line": row.line}, context=sheet), column))
        except ValidationError as refused:
            report_refused(refused, cells, table.file, row.line, findings)
    return found


def _report_undated(row: VisitRow, findings: Findings) -> None:
    findings.error(
        "missing_date",
        "The row does not say when.",
        "Fill in the date, such as 2021-02-28, or the week from the start of treatment.",
        file=FILE,
        row=row.line,
        column="date",
    )


def _measure(row: VisitRow, column: str, measures: Measures, findings: Findings) -> OutcomeMeasure | None:
    key = "_".join(row.measure.lower().replace("-", " ").split())
    if key in measures:
        return measures[key]
    findings.error(
        "unknown_measure",
        f"The measure '{clipped(row.measure)}' is not known.{nearest(key, tuple(measures))}",
        f"Known measures: {', '.join(sorted(measures))}.",
        file=FILE,
        row=row.line,
        column="measure" if column == "value" else column,
        found=row.measure,
    )
    return None


def _report_empty(empty: list[str], findings: Findings) -> None:
    if not empty:
        return
    shown = listed([*empty[:6], f"{len(empty) - 6} more"] if len(empty) > 6 else empty)
    count = f"{len(empty)} values are" if len(empty) > 1 else "1 value is"
    findings.warning(
        "value_not_recorded",
        f"{count} empty and counted as not recorded: {shown}.",
        "Fill in the value, or write 'not_done', or 'unable' (could not be done because of the disease).",
        file=FILE,
        severity=Severity.NOTE,
    )


def _needs_no_unit(measure: OutcomeMeasure) -> bool:
    unit = UNITS.get(measure.unit)
    return unit is not None and unit.kind == "count"


def absence(text: str) -> Absence | None:
    """Read the words that say why there is no number.

    >>> absence("Not done")
    <Absence.NOT_DONE: 'not_done'>
    """
    return _ABSENT.get("_".join(text.lower().replace("-", " ").split()))


def _read_value(
    row: VisitRow, column: str, measure: OutcomeMeasure, sheet: cell.Sheet, findings: Findings
) -> VisitValue | None:
    absent = absence(row.value)
    if absent is not None:
        return VisitValue(
            measure=measure, value=absent, stated=None, stated_unit="", row=row, column=column, note=row.note
        )
    if measure.comparative:
        return _read_judgement(row, column, measure, findings)
    number = _read_number(row, column, measure, sheet, findings)
    unit = _read_unit(row, column, measure, number, findings)
    if number is None or unit is None:
        return None
    value = number if unit == measure.unit else convert(number, unit, measure.unit, of=measure.key)
    refused = likely_cause(number, unit, measure)
    if refused is not None:
        findings.error(*refused, file=FILE, row=row.line, column=column, found=row.value)
        return None
    return VisitValue(
        measure=measure, value=value, stated=number, stated_unit=unit, row=row, column=column, note=row.note
    )


def _read_judgement(
    row: VisitRow, column: str, measure: OutcomeMeasure, findings: Findings
) -> VisitValue | None:
    word = row.value.lower()
    if word not in _JUDGEMENTS:
        findings.error(
            "unknown_judgement",
            f"'{clipped(row.value)}' is not a judgement against the previous one.",
            "Write 'better', 'same' or 'worse' (or 'not_done', or nothing where it was not recorded).",
            file=FILE,
            row=row.line,
            column=column,
            found=row.value,
        )
        return None
    value = _JUDGEMENTS[word]
    said = f"{word} than the previous one ({value:+g})" if value else "same as the previous one (0)"
    return VisitValue(
        measure=measure,
        value=value,
        stated=value,
        stated_unit=measure.unit,
        row=row,
        column=column,
        note=f"{said}; {row.note}" if row.note else said,
    )


def _read_number(
    row: VisitRow, column: str, measure: OutcomeMeasure, sheet: cell.Sheet, findings: Findings
) -> float | None:
    classed = measure.unit == "class"  # the Borg score is ordinal too, and has halves
    if classed and row.value.upper() in _ROMAN:
        return _ROMAN[row.value.upper()]
    try:
        number = cell.parse_number(row.value, sheet)
    except PydanticCustomError as refused:
        context = refused.context or {}
        message, mend = str(context["message"]), str(context["mend"])
        if refused.type == "not_a_number":
            mend = "Write a number, or 'unable', or 'not_done', or nothing where it was not recorded."
        findings.error(refused.type, message, mend, file=FILE, row=row.line, column=column, found=row.value)
        return None
    if classed and number != round(number):
        findings.error(
            "not_a_class",
            f"{number:g} is not a class of {measure.label}, which are whole numbers.",
            f"Write a whole number from {measure.plausible[0]:g} to {measure.plausible[1]:g}.",
            file=FILE,
            row=row.line,
            column=column,
            found=row.value,
        )
        return None
    return number


def _read_unit(
    row: VisitRow, column: str, measure: OutcomeMeasure, number: float | None, findings: Findings
) -> str | None:
    if not row.unit and _needs_no_unit(measure):
        return measure.unit
    place = "unit" if column == "value" else column
    return _known_unit(row.unit, measure, row.line, place, number, findings)


def _known_unit(
    text: str, measure: OutcomeMeasure, line: int, column: str, number: float | None, findings: Findings
) -> str | None:
    """Give the unit in the clinic's spelling, or report why it is not one of this measure."""
    try:
        if text:
            unit = parse_unit(text)
            convert(1.0, unit, measure.unit, of=measure.key)
            return unit
    except UnitError:
        pass  # told below, with what the number could be
    refused = refuse_unit(text, number, measure)
    findings.error(*refused, file=FILE, row=line, column=column, found=text)
    return None
