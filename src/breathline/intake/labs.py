"""``labs.csv``: what the laboratory found; no row is lost, and what cannot be read is kept as it came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pydantic_core import PydanticCustomError

from breathline.errors import Severity, UnitError
from breathline.intake import cell
from breathline.intake.findings import Findings, clipped, listed
from breathline.intake.rows import LabRow
from breathline.intake.timeline import Timeline
from breathline.intake.visits import absence
from breathline.model.measurement import Absence, Value
from breathline.model.patient import LabResult
from breathline.units import UNITS, parse_unit

MAY_BE_NEGATIVE = ("base excess", "be")


def build_labs(
    rows: Sequence[LabRow], timeline: Timeline, sheet: cell.Sheet, findings: Findings
) -> tuple[LabResult, ...]:
    """Turn the rows of the laboratory table into results, one for each row."""
    found: list[LabResult] = []
    lines: dict[tuple[object, ...], int] = {}
    for row in rows:
        same = tuple(row.model_dump(exclude={"line"}).values())
        if same in lines:
            _report_twice(lines[same], row, sheet.file, findings)
        lines.setdefault(same, row.line)
        _check_limits(row, sheet.file, findings)
        when = timeline.moment(row.date, row.week)
        if when is None:
            _report_undated(row, sheet.file, findings)
        value = _value(row, sheet, findings)
        found.append(
            LabResult(
                test=row.test,
                value=value,
                unit=row.unit if _is_absent(row) else _unit(row, sheet.file, findings),
                when=when,
                low=row.low,
                high=row.high,
                row=row.line,
                recorded=row.value,
            )
        )
    _report_absent(rows, sheet.file, findings)
    _report_without_limits(found, sheet.file, findings)
    _report_mixed_units(found, sheet.file, findings)
    return tuple(found)


def _is_absent(row: LabRow) -> bool:
    return not row.value or absence(row.value) is not None


def _report_absent(rows: Sequence[LabRow], file: str, findings: Findings) -> None:
    absent = [row.line for row in rows if _is_absent(row)]
    if absent:
        findings.warning(
            "value_not_recorded",
            f"{len(absent)} laboratory {'values are' if len(absent) > 1 else 'value is'} empty or not done "
            f"(first on line {absent[0]}); the rows are kept, and not graded.",
            "",
            file=file,
            severity=Severity.NOTE,
        )


def _report_twice(first: int, row: LabRow, file: str, findings: Findings) -> None:
    findings.warning(
        "duplicate_row",
        f"The row says the same as line {first}.",
        "Delete one of the two.",
        file=file,
        row=row.line,
    )


def _report_undated(row: LabRow, file: str, findings: Findings) -> None:
    findings.warning(
        "missing_date",
        "The row does not say when, so it cannot be told whether the value was found on treatment; it is kept.",
        "Fill in the date, such as 2021-02-28, or the week from the start of treatment.",
        file=file,
        row=row.line,
        column="date",
    )


def _check_limits(row: LabRow, file: str, findings: Findings) -> None:
    if row.low is None or row.high is None or row.low <= row.high:
        return
    findings.warning(
        "limits_swapped",
        f"The lower limit ({row.low:g}) is above the upper one ({row.high:g}); neither is used.",
        "Look up the limits of the laboratory; they may have been swapped.",
        file=file,
        row=row.line,
        column="low",
    )


def _value(row: LabRow, sheet: cell.Sheet, findings: Findings) -> Value:
    """Read a number; where there is none the cell stays in `recorded`."""
    if _is_absent(row):
        return absence(row.value) or Absence.NOT_RECORDED
    sheet.line = row.line
    try:
        value = cell.parse_number(row.value, sheet)
    except PydanticCustomError as refused:
        context = refused.context or {}
        findings.warning(
            refused.type,
            f"{context['message']} The row is kept as it came, and not graded.",
            str(context["mend"]),
            file=sheet.file,
            row=row.line,
            column="value",
            found=row.value,
        )
        return Absence.NOT_RECORDED
    if value < 0 and row.test.casefold() not in MAY_BE_NEGATIVE:
        findings.warning(
            "negative_value",
            f"{clipped(row.test)} of {value:g} cannot be: it is negative. The row is kept as it came, and not graded.",
            "Look up the value and write it without a sign.",
            file=sheet.file,
            row=row.line,
            column="value",
            found=row.value,
        )
    return value


def _unit(row: LabRow, file: str, findings: Findings) -> str:
    if not row.unit:
        findings.warning(
            "unit_missing",
            f"{clipped(row.test)} has no unit, and none is guessed. The row is kept as it came, and not graded.",
            "Write the unit the laboratory printed (1 for a ratio such as the INR).",
            file=file,
            row=row.line,
            column="unit",
        )
        return ""
    try:
        return parse_unit(row.unit)
    except UnitError:
        findings.warning(
            "unknown_unit",
            f"The unit '{clipped(row.unit)}' is not known; the value is kept as written and can be compared "
            "only with its own limits.",
            "Check its spelling.",
            file=file,
            row=row.line,
            column="unit",
            found=row.unit,
        )
        return row.unit


def _by_test(labs: Sequence[LabResult]) -> dict[str, list[LabResult]]:
    found: dict[str, list[LabResult]] = defaultdict(list)
    for lab in labs:
        if not isinstance(lab.value, Absence):
            found[lab.test.casefold()].append(lab)
    return found


def _report_without_limits(labs: Sequence[LabResult], file: str, findings: Findings) -> None:
    for of_one in _by_test(labs).values():
        bare = [lab for lab in of_one if lab.low is None and lab.high is None]
        if bare:
            rows = "row" if len(bare) == 1 else "rows"
            findings.warning(
                "limits_missing",
                f"{clipped(bare[0].test)} has no limits of its laboratory in {len(bare)} {rows} (first on line "
                f"{bare[0].row}); grades that are counted from them cannot be told.",
                "Fill in low and high as the laboratory printed them.",
                file=file,
                severity=Severity.NOTE,
            )


def _report_mixed_units(labs: Sequence[LabResult], file: str, findings: Findings) -> None:
    for of_one in _by_test(labs).values():
        first: dict[str, LabResult] = {}
        for lab in of_one:
            if lab.unit in UNITS:
                first.setdefault(lab.unit, lab)
        if len(first) > 1:
            places = listed([f"{clipped(unit)} (first on line {lab.row})" for unit, lab in first.items()])
            findings.warning(
                "mixed_units",
                f"{clipped(of_one[0].test)} stands in more than one unit: {places}. Each value is held against its "
                "own limits; a baseline in another unit is converted where that can be done.",
                "Check that every unit is the one the laboratory printed.",
                file=file,
            )
