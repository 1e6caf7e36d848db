"""What the tables of the clinic share: reading their rows, and the spans that doses and events take."""

from __future__ import annotations

from breathline.intake import cell
from breathline.intake.findings import Findings
from breathline.intake.rows import AnyRow, DoseRow, EventRow, read_rows
from breathline.intake.table import Table, check_columns
from breathline.intake.timeline import Entry, Timeline
from breathline.intake.visits import check_when


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
        f"The stop ({shown_day(row.stop, row.stop_week)}) lies before the start "
        f"({shown_day(row.start, row.start_week)}).",
        "Look up both; they may have been swapped.",
        file=file,
        row=row.line,
        column="stop" if row.stop is not None else "stop_week",
    )


def shown_day(day: object, week: float | None) -> str:
    """Give a day as the record writes it."""
    return str(day) if day is not None else f"week {week:g}"
