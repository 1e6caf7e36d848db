"""The files of a patient folder, read one by one; nothing is put in order yet."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

from breathline.errors import RecordError
from breathline.intake import person as person_file
from breathline.intake.cell import Sheet
from breathline.intake.clinic import read_table_rows
from breathline.intake.findings import Findings, clipped, listed, nearest
from breathline.intake.person import PersonFile, parse_person
from breathline.intake.rows import AnyRow, CausalityRow, DoseRow, EventRow, LabRow, ScanRow
from breathline.intake.table import Table, decode, described, parse_table, read_bytes
from breathline.intake.visits import VisitValue, read_visits
from breathline.model.change import OutcomeMeasure
from breathline.model.patient import InputFile

TABLES = ("visits.csv", "doses.csv", "events.csv", "labs.csv", "causality.csv")
SCANS = "ct"
SCAN_DATES = "ct/scans.csv"
TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Generic[AnyRow]):
    """The rows of one table, and how its cells are read; `present` is False where there is no such file."""

    sheet: Sheet
    rows: tuple[AnyRow, ...] = ()
    present: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a patient folder holds, read and not yet put in order."""

    person: PersonFile
    visits: tuple[VisitValue, ...]
    visits_sheet: Sheet
    doses: Rows[DoseRow]
    events: Rows[EventRow]
    labs: Rows[LabRow]
    causality: Rows[CausalityRow]
    scan_dates: Rows[ScanRow]
    inputs: tuple[InputFile, ...]


def check_folder(folder: Path) -> None:
    """Refuse what is no folder, or holds nothing."""
    findings = Findings()
    try:
        if folder.is_dir():
            entries = os.listdir(folder)  # noqa: PTH208
            if not entries:
                message, mend = person_file.missing_file()
                findings.error("empty_folder", f"The folder is empty. {message}", mend, file=str(folder))
        elif folder.exists():
            findings.error(
                "not_a_folder",
                "This is a file, and a patient's folder is expected.",
                "Give the folder that holds patient.toml.",
                file=str(folder),
            )
        else:
            findings.error(
                "no_such_folder",
                "There is no such folder.",
                "Check the path; 'breathline demo' writes an example of a patient folder.",
                file=str(folder),
            )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        findings.error("folder_unreadable", f"The folder cannot be read ({reason}).", "", file=str(folder))
    if findings.errors:
        raise RecordError(findings.problems)


def read_folder(folder: Path, measures: Mapping[str, OutcomeMeasure], findings: Findings) -> Content:
    """Read every file of a folder but the scans."""
    inputs: list[InputFile] = []
    person = _read_person(folder, inputs, findings)
    sheet, table, _ = _open(folder, "visits.csv", inputs, findings)
    visits = read_visits(table, measures, sheet, findings) if table is not None else ()
    _report_strangers(folder, findings)
    return Content(
        person=person,
        visits=visits,
        visits_sheet=sheet,
        doses=_read_table(folder, "doses.csv", DoseRow, ("start", "start_week"), inputs, findings),
        events=_read_table(folder, "events.csv", EventRow, None, inputs, findings),
        labs=_read_table(folder, "labs.csv", LabRow, ("date", "week"), inputs, findings),
        causality=_read_table(folder, "causality.csv", CausalityRow, None, inputs, findings),
        scan_dates=_read_table(folder, SCAN_DATES, ScanRow, ("date", "week"), inputs, findings),
        inputs=tuple(inputs),
    )


def _read_person(folder: Path, inputs: list[InputFile], findings: Findings) -> PersonFile:
    path = folder / person_file.FILE
    if not exists(path):
        message, mend = person_file.missing_file()
        findings.error("missing_patient_toml", message, mend, file=person_file.FILE)
        return PersonFile()
    data = read_bytes(path, person_file.FILE, findings)
    text = decode(data, person_file.FILE, findings) if data is not None else None
    if data is None or text is None:
        return PersonFile()
    inputs.append(described(person_file.FILE, data))
    return parse_person(text, findings) or PersonFile()


def exists(path: Path) -> bool:
    """Tell whether there is anything by this name, even a link that leads nowhere."""
    try:
        path.lstat()
    except OSError:
        return False
    return True


def _open(
    folder: Path, file: str, inputs: list[InputFile], findings: Findings
) -> tuple[Sheet, Table | None, bool]:
    sheet = Sheet(file)
    path = folder / file
    if not exists(path):
        return sheet, None, False
    data = read_bytes(path, file, findings)
    if data is None:
        return sheet, None, True
    inputs.append(described(file, data))
    text = decode(data, file, findings)
    table = parse_table(text, file, findings) if text is not None else None
    if table is not None:
        sheet.decimal_comma = table.decimal_comma
    return sheet, table, True


def _read_table(
    folder: Path,
    file: str,
    kind: type[AnyRow],
    when: tuple[str, str] | None,
    inputs: list[InputFile],
    findings: Findings,
) -> Rows[AnyRow]:
    sheet, table, present = _open(folder, file, inputs, findings)
    if present and table is None and kind is EventRow and not findings.of_file(file):
        findings.warning(
            "empty_events",
            "The file is empty, without even a heading; it is taken to say that adverse events were asked for "
            "and none occurred.",
            "Delete the file if nobody asked; if none occurred, write the heading 'term,start,stop,grade,serious'.",
            file=file,
        )
    rows = read_table_rows(table, kind, when, sheet, findings) if table is not None else ()
    return Rows(sheet=sheet, rows=rows, present=present)


def report_commas(content: Content, findings: Findings) -> None:
    """Tell in which tables decimal commas were read."""
    others = (content.doses, content.events, content.labs, content.causality, content.scan_dates)
    for sheet in (content.visits_sheet, *(rows.sheet for rows in others)):
        if sheet.commas:
            _report_commas(sheet, findings)


def _report_commas(sheet: Sheet, findings: Findings) -> None:
    count = len(sheet.commas)
    findings.warning(
        "decimal_comma",
        f"{count} number{'s have' if count > 1 else ' has'} a decimal comma (first on line "
        f"{sheet.commas[0]}); read as a decimal point.",
        "Check them, or save the table with decimal points.",
        file=sheet.file,
    )


def _report_strangers(folder: Path, findings: Findings) -> None:
    known = (person_file.FILE, *TABLES, SCANS)
    for path in sorted(folder.iterdir()):
        name = path.name
        if name in known or name.startswith((".", "~$")):
            continue
        near = nearest(name, known)
        if path.suffix.lower() in TABLE_SUFFIXES and (near or path.suffix.lower() != ".txt"):
            findings.warning(
                "file_not_read",
                f"This file is not one that is read here.{near}",
                f"Files that are read: {listed(known)}.",
                file=clipped(name),
            )
        elif near and path.is_dir():
            findings.warning(
                "file_not_read",
                f"This folder is not one that is read here.{near}",
                "Scans are looked for below the folder ct.",
                file=clipped(name),
            )
