"""``doses.csv``: doses given; and what it shares with the other tables of the clinic."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from breathline.errors import UnitError
from breathline.intake import cell
from breathline.intake.findings import Findings, clipped
from breathline.intake.rows import AnyRow, DoseRow, EventRow, read_rows
from breathline.intake.table import Table, check_columns
from breathline.intake.timeline import Entry, Timeline
from breathline.intake.visits import check_when
from breathline.model.measurement import Absence
from breathline.model.patient import DoseInterval
from breathline.units import UNITS, parse_unit

NOT_A_DOSE = (
    "length", "pressure", "percent", "radiodensity", "time", "filtration rate", "transfer factor", "count"
)  # fmt: skip
"""Kinds of unit no dose is counted in."""


def read_table_rows(
    table: Table, kind: type[AnyRow], when: tuple[str, str] | None, sheet: cell.Sheet, findings: Findings
) -> tuple[AnyRow, ...]:
    """Read a table whose columns are those of `kind`, after checking them."""
    complete = check_columns(table, required=kind.required, known=kind.columns(), findings=findings)
    dated = when is None or check_when(table, when, findings)
    return read_rows(table, kind, sheet, findings) if complete and dated else ()


def span_entries(row: DoseRow | EventRow, file: str) -> tuple[Entry, ...]:
    """Give the start and the stop of a row as entries of the timeline."""
    start = Entry(date=row.start, week=row.start_week, file=file, row=row.line, column="start")
    stop = Entry(date=row.stop, week=row.stop_week, file=file, row=row.line, column="stop", planned=True)
    return tuple(entry for entry in (start, stop) if entry.date is not None or entry.week is not None)


def check_span(row: DoseRow | EventRow, file: str, timeline: Timeline, findings: Findings) -> None:
    """Refuse a stop before the start."""
    start = timeline.moment(row.start, row.start_week)
    stop = timeline.moment(row.stop, row.stop_week)
    if start is None or stop is None:
        return
    if (start.week is None) != (stop.week is None) or start.order <= stop.order:
        return
    findings.error(
        "stop_before_start",
        f"The stop ({_shown(row.stop, row.stop_week)}) lies before the start "
        f"({_shown(row.start, row.start_week)}).",
        "Look up both; they may have been swapped.",
        file=file,
        row=row.line,
        column="stop" if row.stop is not None else "stop_week",
    )


def _shown(day: object, week: float | None) -> str:
    return str(day) if day is not None else f"week {week:g}"


def build_doses(
    rows: Sequence[DoseRow], timeline: Timeline, sheet: cell.Sheet, findings: Findings
) -> tuple[DoseInterval, ...]:
    """Turn the rows of the dosing log into intervals, each checked."""
    found = []
    for row in rows:
        check_span(row, sheet.file, timeline, findings)
        unit = _dose_unit(row, sheet.file, findings)
        start = timeline.moment(row.start, row.start_week)
        if start is None:
            findings.error(
                "missing_date",
                f"The row does not say when {clipped(row.drug)} was started.",
                "Fill in the start; where only the year is known, give its middle and say so in 'reason'.",
                file=sheet.file,
                row=row.line,
                column="start",
            )
            continue
        found.append(
            DoseInterval(
                drug=row.drug,
                dose=row.dose if row.dose is not None else Absence.NOT_RECORDED,
                unit=unit,
                start=start,
                stop=timeline.moment(row.stop, row.stop_week),
                every_hours=row.every,
                route=row.route,
                reason=row.reason,
                row=row.line,
            )
        )
    _report_supposed_hours(sheet, findings)
    _check_overlaps(found, sheet.file, findings)
    return tuple(found)


def _dose_unit(row: DoseRow, file: str, findings: Findings) -> str:
    if row.dose is None:
        findings.warning(
            "dose_not_recorded",
            f"The dose of {clipped(row.drug)} is not recorded, so its total cannot be told.",
            "Fill in dose and unit where they are known.",
            file=file,
            row=row.line,
            column="dose",
        )
        return row.unit
    if row.dose < 0:
        findings.error(
            "negative_value", f"A dose of {row.dose:g} cannot be.", "Look up the dose.",
            file=file, row=row.line, column="dose", found=f"{row.dose:g}",
        )  # fmt: skip
    if not row.unit:
        findings.error(
            "unit_missing",
            f"The dose {row.dose:g} of {clipped(row.drug)} has no unit, and none is guessed.",
            "Write the unit of one administration, such as mg or g.",
            file=file,
            row=row.line,
            column="unit",
        )
        return ""
    return _known_dose_unit(row, file, findings)


def _known_dose_unit(row: DoseRow, file: str, findings: Findings) -> str:
    try:
        unit = parse_unit(row.unit)
    except UnitError:
        findings.warning(
            "unknown_unit",
            f"The unit '{clipped(row.unit)}' is not known; the dose is kept as written and not converted.",
            "Check its spelling; known are mg, g, ug, IU, mg/kg, mg/m2, mL and tablet.",
            file=file,
            row=row.line,
            column="unit",
            found=row.unit,
        )
        return row.unit
    if UNITS[unit].kind in NOT_A_DOSE:
        findings.error(
            "wrong_kind_of_unit",
            f"'{clipped(row.unit)}' measures {UNITS[unit].kind}, and a dose is not counted in that.",
            "Write the unit of one administration, such as mg; how often it is taken belongs into 'every'.",
            file=file,
            row=row.line,
            column="unit",
            found=row.unit,
        )
    return unit


def _report_supposed_hours(sheet: cell.Sheet, findings: Findings) -> None:
    for line, text in sheet.supposed_hours:
        findings.warning(
            "interval_supposed_hours",
            f"'{text}' has no unit; it was read as every {text} hours.",
            f"Write '{text} h' if that is right.",
            file=sheet.file,
            row=line,
            column="every",
            found=text,
        )


def _check_overlaps(doses: Sequence[DoseInterval], file: str, findings: Findings) -> None:
    ordered = sorted(doses, key=lambda dose: (dose.drug.casefold(), dose.start.order))
    for first, second in pairwise(ordered):
        if first.drug.casefold() != second.drug.casefold():
            continue
        if (first.start.week is None) != (second.start.week is None):
            continue
        if first.stop is not None and first.stop.order <= second.start.order:
            continue
        _report_overlap(first, second, file, findings)


def _report_overlap(first: DoseInterval, second: DoseInterval, file: str, findings: Findings) -> None:
    same = (first.dose, first.unit, first.every_hours) == (second.dose, second.unit, second.every_hours)
    whole = (first.start, first.stop) == (second.start, second.stop) and same and first.route == second.route
    if whole:
        findings.error(
            "duplicate_row",
            f"The row says the same as line {first.row}; the dose would count twice.",
            "Delete one of the two.",
            file=file,
            row=second.row,
        )
        return
    manner = "at the same dose" if same else "at another dose"
    reason = "no stop is given there" if first.stop is None else "it had not been stopped"
    findings.warning(
        "overlapping_doses",
        f"{clipped(second.drug)} starts here {manner} while the interval of line {first.row} still runs "
        f"({reason}); both are counted.",
        f"Give line {first.row} a stop, if the one followed the other.",
        file=file,
        row=second.row,
        column="start",
    )
