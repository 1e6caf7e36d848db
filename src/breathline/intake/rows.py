"""The rows of the tables as typed models: one class a table, one field a column."""

from __future__ import annotations

from datetime import date as Date
from typing import Annotated, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidationInfo

from breathline.intake import cell
from breathline.intake.findings import Findings
from breathline.intake.table import Table

_Info = ValidationInfo[cell.Sheet]


def _date(text: str) -> Date | None:
    return cell.parse_date(text) if text else None


def _week(text: str, info: _Info) -> float | None:
    return cell.parse_week(text, info.context) if text else None


def _number(text: str, info: _Info) -> float | None:
    return cell.parse_number(text, info.context) if text else None


def _yes_no(text: str) -> bool | None:
    return cell.parse_yes_no(text) if text else None


def _every(text: str, info: _Info) -> float | None:
    if not text:
        return None
    hours, supposed = cell.parse_every(text)
    if " ".join(text.lower().split()) in cell.SINGLE:
        info.context.single_doses.append(info.context.line)
    if supposed:
        info.context.supposed_hours.append((info.context.line, text))
    return hours


def _required(text: str) -> str:
    if not text:
        cell.refuse("empty_cell", "The cell is empty, and this column is needed.", "Fill it in.")
    return text


DateCell = Annotated[Date | None, BeforeValidator(_date)]
WeekCell = Annotated[float | None, BeforeValidator(_week)]
NumberCell = Annotated[float | None, BeforeValidator(_number)]
YesNoCell = Annotated[bool | None, BeforeValidator(_yes_no)]
EveryCell = Annotated[float | None, BeforeValidator(_every)]
NeededCell = Annotated[str, BeforeValidator(_required)]


class TableRow(BaseModel):
    """What every row has: the line it starts on; some keep the row as it came too, in `written`."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    required: ClassVar[tuple[str, ...]] = ()
    line: int

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Give the names of the columns, in the order a table has them."""
        return tuple(name for name in cls.model_fields if name not in ("line", "written"))


class VisitRow(TableRow):
    """One value of one measure; `value` stays text until the measure says what it may be."""

    required = ("measure", "value")
    date: DateCell = None
    week: WeekCell = None
    measure: NeededCell
    value: str = ""
    unit: str = ""
    method: str = ""
    device: str = ""
    note: str = ""


class DoseRow(TableRow):
    """One drug at one dose over one stretch of time."""

    required = ("drug",)
    drug: NeededCell
    dose: NumberCell = None
    unit: str = ""
    route: str = ""
    every: EveryCell = None
    start: DateCell = None
    stop: DateCell = None
    start_week: WeekCell = None
    stop_week: WeekCell = None
    reason: str = ""
    written: str = ""


class EventRow(TableRow):
    """One adverse event; `grade` and `ctcae` stay text, for what is no grade is kept as it came."""

    required = ("term",)
    term: NeededCell
    start: DateCell = None
    stop: DateCell = None
    start_week: WeekCell = None
    stop_week: WeekCell = None
    grade: str = ""
    serious: YesNoCell = None
    outcome: str = ""
    action: str = ""
    relation: str = ""
    note: str = ""
    ctcae: str = ""


class CausalityRow(TableRow):
    """One answer to one question on whether a drug caused an event."""

    required = ("term", "question", "answer")
    term: NeededCell
    question: NeededCell
    answer: str = ""
    drug: str = ""
    start: DateCell = None
    start_week: WeekCell = None


class LabRow(TableRow):
    """One laboratory value; `value` stays text, for a cell may also say that it was not done."""

    required = ("test", "value")
    date: DateCell = None
    week: WeekCell = None
    test: NeededCell
    value: str = ""
    unit: str = ""
    low: NumberCell = None
    high: NumberCell = None
    hours_after_dose: NumberCell = None
    written: str = ""


class ScanRow(TableRow):
    """The date of a scan whose header carries none."""

    required = ("series",)
    series: NeededCell
    date: DateCell = None
    week: WeekCell = None


AnyRow = TypeVar("AnyRow", bound=TableRow)


def read_rows(table: Table, kind: type[AnyRow], sheet: cell.Sheet, findings: Findings) -> tuple[AnyRow, ...]:
    """Read every row of a table as `kind`; each cell that cannot be read becomes a problem."""
    found = []
    for row in table.rows:
        sheet.line = row.line
        texts = table.cells_by_name(row)
        try:
            own = {"line": row.line, "written": ", ".join(row.cells)}
            found.append(kind.model_validate({**texts, **own}, context=sheet))
        except ValidationError as refused:
            report_refused(refused, texts, table.file, row.line, findings)
    return tuple(found)


def report_refused(
    refused: ValidationError, texts: dict[str, str], file: str, line: int, findings: Findings
) -> None:
    """Turn what a row model refused into problems, one a cell."""
    for problem in refused.errors(include_url=False, include_input=False):
        column = str(problem["loc"][0]) if problem["loc"] else ""
        context = problem.get("ctx", {})
        findings.error(
            str(problem["type"]),
            str(context.get("message", problem["msg"])),
            str(context.get("mend", "")),
            file=file,
            row=line,
            column=column,
            found=texts.get(column, ""),
        )
