"""A CSV file as a table of texts, however an office program wrote it; every line keeps its number."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from breathline.intake.cell import tidy
from breathline.intake.findings import Findings, clipped, listed, nearest
from breathline.model.patient import InputFile

LARGEST_TABLE_BYTES = 5_000_000
"""A lifetime of visits stays far below; what is larger is no clinic table."""

MOST_LONGER_ROWS = 3
"""Where more rows than this are longer than the heading, it is told once."""

_HEADING = re.compile(r"(?P<name>[^\[\](){}]*)(?:[\[({](?P<unit>.*)[\])}])?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in small letters, and the unit in brackets behind it, if there is one."""

    name: str
    heading: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of texts, one a column, and the line on which it starts."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read: no meaning yet."""

    file: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    decimal_comma: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    def cells_by_name(self, row: Row) -> dict[str, str]:
        """Give a row as name → text."""
        return dict(zip(self.names, row.cells, strict=True))


def read_bytes(path: Path, file: str, findings: Findings) -> bytes | None:
    """Read a small regular file; what hinders it becomes a problem."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            findings.error(
                "not_a_file",
                "This is a folder, and a file is expected.",
                "Rename or move the folder.",
                file=file,
            )
            return None
        if not stat.S_ISREG(status.st_mode):
            findings.error("not_a_file", "This is not an ordinary file.", "Replace it by one.", file=file)
            return None
        if status.st_size > LARGEST_TABLE_BYTES:
            findings.error(
                "file_too_large",
                f"The file holds {status.st_size / 1e6:.0f} MB, more than a table of one patient can "
                f"({LARGEST_TABLE_BYTES / 1e6:.0f} MB).",
                "Check that it is the right file, and export the table of this patient alone.",
                file=file,
            )
            return None
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        findings.error(
            "file_unreadable",
            f"The file cannot be read ({reason}).",
            "Check that it is there, that you may read it, and that it is not a link that leads nowhere.",
            file=file,
        )
        return None


def described(file: str, data: bytes) -> InputFile:
    """Give the hash and size of a file that was read."""
    return InputFile(file=file, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))


def decode(data: bytes, file: str, findings: Findings) -> str | None:
    """Turn bytes into text: UTF-8, else UTF-16 that says so, else Windows-1252 with a warning."""
    if data.startswith(b"PK\x03\x04") or data.startswith(b"\xd0\xcf\x11\xe0"):
        findings.error(
            "spreadsheet_not_text",
            "This is a spreadsheet file, not a text table.",
            "Open it in the spreadsheet program and save it as 'CSV UTF-8'.",
            file=file,
        )
        return None
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decode_western(data, file, findings)
    if "\0" in text:
        _report_binary(file, findings)
        return None
    return text


def _decode_western(data: bytes, file: str, findings: Findings) -> str | None:
    if b"\0" in data:
        _report_binary(file, findings)
        return None
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        _report_binary(file, findings)
        return None
    findings.warning(
        "not_utf8",
        "The file is not UTF-8 text; it was read as Windows-1252 (Western European).",
        "Check letters such as ä, é and µ in the report, or save the file as 'CSV UTF-8'.",
        file=file,
    )
    return text


def _report_binary(file: str, findings: Findings) -> None:
    findings.error("not_text", "The file is not text.", "Export the table again as 'CSV UTF-8'.", file=file)


def parse_table(text: str, file: str, findings: Findings) -> Table | None:
    """Divide a text into heading and rows; None where it holds nothing, or nothing that can be divided."""
    delimiter, text = _delimiter(text)
    lines = list(_records(text, delimiter, file, findings))
    if not lines:
        return None
    heading, *rows = lines
    columns = tuple(_column(cell) for cell in heading.cells)
    width = len(columns)
    while columns and not columns[-1].heading:
        columns = columns[:-1]
    _check_headings(columns, heading.line, file, findings)
    _check_widths(rows, width, file, findings)
    whole = tuple(_fitted(row, len(columns)) for row in rows if len(row.cells) <= width)
    return Table(file, columns, whole, decimal_comma=delimiter == ";")


def _delimiter(text: str) -> tuple[str, str]:
    """Give the sign between cells, and the text without the line in which Excel names it."""
    named = re.match(r"\s*sep=([,;\t|])[ \t]*(?=\r?\n)", text, re.IGNORECASE)
    if named:
        return named[1], text[named.end() :]
    first = next((line for line in text.splitlines() if line.strip()), "")
    counts = {sign: first.count(sign) for sign in (",", ";", "\t")}
    return max(counts, key=lambda sign: counts[sign]), text


def _records(text: str, delimiter: str, file: str, findings: Findings) -> Iterator[Row]:
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True
    )
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                findings.error(
                    "cell_too_long",
                    f"A cell of this row holds more than {csv.field_size_limit():,} letters, more than any note.",
                    "Shorten it; or look for a quotation mark that is not closed.",
                    file=file,
                    row=start,
                )
                return
            findings.error(
                "broken_quotes",
                f"The row that starts here cannot be divided into cells ({clipped(str(error))}).",
                "Look for a quotation mark that is not closed, or one inside a text (write it twice).",
                file=file,
                row=start,
            )
            return
        if any(cell.strip() for cell in cells):
            yield Row(start, tuple(tidy(cell) for cell in cells))
        start = reader.line_num + 1


def _column(cell: str) -> Column:
    parts = _HEADING.fullmatch(cell)
    name, unit = (parts["name"], parts["unit"]) if parts else (cell, None)
    plain = re.sub(r"[\s-]+", "_", name.strip().lower())
    return Column(plain, cell, None if unit is None else unit.strip())


def _check_headings(columns: Sequence[Column], line: int, file: str, findings: Findings) -> None:
    seen: set[tuple[str, str | None]] = set()
    for number, column in enumerate(columns, start=1):
        if not column.name:
            findings.error(
                "column_without_name",
                f"Column {number} has no heading.",
                "Give it a heading, or delete the column.",
                file=file,
                row=line,
            )
        elif (column.name, column.unit) in seen:
            findings.error(
                "column_twice",
                f"The column '{clipped(column.heading)}' stands there twice.",
                "Delete or rename one of them.",
                file=file,
                row=line,
                column=clipped(column.heading),
            )
        seen.add((column.name, column.unit))


def _check_widths(rows: Sequence[Row], width: int, file: str, findings: Findings) -> None:
    """Report rows that are longer than the heading: their cells have slipped, and mean nothing."""
    longer = [row for row in rows if len(row.cells) > width]
    together = len(longer) > MOST_LONGER_ROWS
    for row in longer[:1] if together else longer:
        others = f", and so have {len(longer) - 1} more rows" if together else ""
        findings.error(
            "too_many_cells",
            f"The row has {len(row.cells)} cells, and the heading has {width}{others}.",
            "A text with a comma must stand in quotation marks, and decimals are written with a point.",
            file=file,
            row=row.line,
        )


def _fitted(row: Row, width: int) -> Row:
    cells = row.cells[:width] + ("",) * (width - len(row.cells))
    return Row(row.line, cells)


def check_columns(table: Table, *, required: Sequence[str], known: Sequence[str], findings: Findings) -> bool:
    """Report unknown and missing columns; True where nothing is missing."""
    for column in table.columns:
        if column.name and column.name not in known:
            findings.error(
                "unknown_column",
                f"The column '{clipped(column.heading)}' is not known here.{nearest(column.name, known)}",
                f"Rename it, or delete it. Known columns: {', '.join(known)}.",
                file=table.file,
                row=1,
                column=clipped(column.heading),
            )
    missing = [f"'{name}'" for name in required if name not in table.names]
    if missing:
        noun = "column is" if len(missing) == 1 else "columns are"
        findings.error(
            "missing_column",
            f"The {noun} missing: {listed(missing)}.",
            f"Give the table the heading {','.join(known)}.",
            file=table.file,
            row=1,
        )
    return not missing
