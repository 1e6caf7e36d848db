"""``events.csv`` and ``labs.csv``: what happened, what was found."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import PydanticCustomError

from breathline.errors import Severity, UnitError
from breathline.intake import cell
from breathline.intake.findings import Findings, clipped
from breathline.intake.rows import AnyRow, DoseRow, EventRow, LabRow, read_rows
from breathline.intake.table import Table, check_columns
from breathline.intake.timeline import Entry, Timeline
from breathline.intake.visits import absence, check_when
from breathline.model.patient import Event, LabResult
from breathline.units import parse_unit

NO_EVENT = (
    "", "none", "no", "nil", "nothing", "n/a", "na", "no event", "no events", "no adverse event",
    "no adverse events", "no ae", "no aes", "none occurred", "none reported", "none recorded", "not recorded",
    "unknown", "keine", "keines",
)  # fmt: skip
"""Words that stand in a table of events where there was none, or nobody asked."""


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


def _check_span(row: EventRow, file: str, timeline: Timeline, findings: Findings) -> None:
    start = timeline.moment(row.start, row.start_week)
    stop = timeline.moment(row.stop, row.stop_week)
    if start is None or stop is None:
        return
    if (start.week is None) != (stop.week is None) or start.order <= stop.order:
        return
    findings.error(
        "stop_before_start",
        f"The stop ({shown_day(row.stop, row.stop_week)}) lies before the start "
        f"({shown_day(row.start, row.start_week)}).",
        "Look up both; they may have been swapped.",
        file=file,
        row=row.line,
        column="stop" if row.stop is not None else "stop_week",
    )


def shown_day(day: object, week: float | None) -> str:
    """Give a date, or the week where there is no date."""
    return str(day) if day is not None else f"week {week:g}"


def build_events(
    rows: Sequence[EventRow], timeline: Timeline, file: str, findings: Findings
) -> tuple[Event, ...]:
    """Turn the rows of the event table into events; none is lost, dated or not."""
    found: list[Event] = []
    lines: dict[tuple[object, ...], int] = {}
    for row in rows:
        if row.term.casefold().strip(" .-") in NO_EVENT:
            findings.error(
                "event_called_none",
                f"An event called '{clipped(row.term)}' would be counted as an adverse event.",
                "Where none occurred, keep the heading and no row below it; where nobody asked, delete the file.",
                file=file,
                row=row.line,
                column="term",
                found=row.term,
            )
            continue
        _check_span(row, file, timeline, findings)
        start = timeline.moment(row.start, row.start_week)
        if start is None:
            findings.warning(
                "event_without_date",
                f"The event '{clipped(row.term)}' has no start, so it cannot be told whether it began on "
                "treatment; it is kept.",
                "Fill in the start, at least by its likeliest day.",
                file=file,
                row=row.line,
                column="start",
            )
        same = tuple(row.model_dump(exclude={"line"}).values())
        if same in lines:
            findings.warning(
                "duplicate_row",
                f"The row says the same as line {lines[same]}; both are counted.",
                "Delete one of the two if it happened once.",
                file=file,
                row=row.line,
            )
        lines.setdefault(same, row.line)
        found.append(
            Event(
                term=row.term,
                start=start,
                stop=timeline.moment(row.stop, row.stop_week),
                grade=row.grade,
                serious=row.serious,
                outcome=row.outcome,
                action=row.action,
                relation=row.relation,
                note=row.note,
                row=row.line,
            )
        )
    return tuple(found)


def build_labs(
    rows: Sequence[LabRow], timeline: Timeline, sheet: cell.Sheet, findings: Findings
) -> tuple[LabResult, ...]:
    """Turn the rows of the laboratory table into results; cells without a number are counted."""
    found = []
    absent = []
    lines: dict[tuple[object, ...], int] = {}
    for row in rows:
        same = tuple(row.model_dump(exclude={"line"}).values())
        if same in lines:
            _report_lab_twice(lines[same], row, sheet.file, findings)
        lines.setdefault(same, row.line)
        _check_limits(row, sheet.file, findings)
        when = timeline.moment(row.date, row.week)
        if when is None:
            _report_lab_undated(row, sheet.file, findings)
        if not row.value or absence(row.value) is not None:
            absent.append(row.line)
            continue
        value = _lab_value(row, sheet, findings)
        unit = _lab_unit(row, sheet.file, findings)
        if value is not None and when is not None:
            found.append(
                LabResult(
                    test=row.test, value=value, unit=unit, when=when, low=row.low, high=row.high, row=row.line
                )
            )
    if absent:
        findings.warning(
            "value_not_recorded",
            f"{len(absent)} laboratory {'values are' if len(absent) > 1 else 'value is'} empty or not done "
            f"(first on line {absent[0]}) and left out.",
            "",
            file=sheet.file,
            severity=Severity.NOTE,
        )
    return tuple(found)


def _report_lab_twice(first: int, row: LabRow, file: str, findings: Findings) -> None:
    findings.warning(
        "duplicate_row",
        f"The row says the same as line {first}.",
        "Delete one of the two.",
        file=file,
        row=row.line,
    )


def _report_lab_undated(row: LabRow, file: str, findings: Findings) -> None:
    findings.error(
        "missing_date",
        "The row does not say when.",
        "Fill in the date, such as 2021-02-28, or the week from the start of treatment.",
        file=file,
        row=row.line,
        column="date",
    )


def _check_limits(row: LabRow, file: str, findings: Findings) -> None:
    if row.low is None or row.high is None or row.low <= row.high:
        return
    findings.error(
        "limits_swapped",
        f"The lower limit ({row.low:g}) is above the upper one ({row.high:g}).",
        "Look up the limits of the laboratory; they may have been swapped.",
        file=file,
        row=row.line,
        column="low",
    )


def _lab_value(row: LabRow, sheet: cell.Sheet, findings: Findings) -> float | None:
    sheet.line = row.line
    try:
        value = cell.parse_number(row.value, sheet)
    except PydanticCustomError as refused:
        context = refused.context or {}
        findings.error(
            refused.type,
            str(context["message"]),
            str(context["mend"]),
            file=sheet.file,
            row=row.line,
            column="value",
            found=row.value,
        )
        return None
    if value < 0 and row.test.casefold() not in ("base excess", "be"):
        findings.error(
            "negative_value",
            f"{clipped(row.test)} of {value:g} cannot be: it is negative.",
            "Look up the value and write it without a sign.",
            file=sheet.file,
            row=row.line,
            column="value",
            found=row.value,
        )
        return None
    return value


def _lab_unit(row: LabRow, file: str, findings: Findings) -> str:
    if not row.unit:
        findings.error(
            "unit_missing",
            f"{clipped(row.test)} has no unit, and none is guessed.",
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
