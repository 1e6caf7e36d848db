"""A site's own table of scan pairs: who, the first scan, the second, and how alike they were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from breathline.errors import TableError
from breathline.intake.findings import Findings, listed, nearest
from breathline.intake.table import Row, Table, check_columns, decode, parse_table, read_bytes
from breathline.model.protocol import Match

REQUIRED = ("subject", "first", "second")
COLUMNS = (*REQUIRED, "class")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """Two scans of one subject between which nothing changed.

    Parameters
    ----------
    match
        How alike they were made; None where that shall be read from the scans.
    line
        Line of the table.
    """

    subject: str
    first: Path
    second: Path
    match: Match | None
    line: int


def read_pairs(path: Path) -> tuple[PairRow, ...]:
    """Read a table of scan pairs; paths in it count from the folder it lies in.

    Raises
    ------
    TableError
        If it cannot be used; carries every problem found.
    """
    findings = Findings()
    table = _table(path, findings)
    rows: list[PairRow] = []
    if table is not None and check_columns(table, required=REQUIRED, known=COLUMNS, findings=findings):
        if not table.rows:
            findings.error(
                "no_rows", "The table has a heading and no pairs.", "Add one row a pair.", file=table.file
            )
        rows = [_pair(table, row, path.parent, findings) for row in table.rows]
        _check_repeats(rows, table.file, findings)
    if findings.errors:
        raise TableError(findings.errors)
    return tuple(rows)


def _table(path: Path, findings: Findings) -> Table | None:
    data = read_bytes(path, path.name, findings)
    text = None if data is None else decode(data, path.name, findings)
    if text is None:
        return None
    table = parse_table(text, path.name, findings)
    if table is None and not findings.errors:
        findings.error(
            "empty_table", "The table is empty.", f"Give it the heading {','.join(COLUMNS)}.", file=path.name
        )
    return table


def _pair(table: Table, row: Row, folder: Path, findings: Findings) -> PairRow:
    cells = table.cells_by_name(row)
    for name in REQUIRED:
        if not cells[name]:
            findings.error(
                "empty_cell", "The cell is empty.", "Every pair needs a subject and two scans.",
                file=table.file, row=row.line, column=name,
            )  # fmt: skip
    paths = {name: _scan(cells[name], name, folder, (table, row), findings) for name in ("first", "second")}
    if cells["first"] and paths["first"].resolve() == paths["second"].resolve():
        findings.error(
            "same_scan", "Both scans of the pair are the same one.", "Name two scans.",
            file=table.file, row=row.line, column="second", found=cells["second"],
        )  # fmt: skip
    match = _match(cells.get("class", ""), table, row, findings)
    return PairRow(
        subject=cells["subject"], first=paths["first"], second=paths["second"], match=match, line=row.line
    )


def _scan(cell: str, column: str, folder: Path, place: tuple[Table, Row], findings: Findings) -> Path:
    table, row = place
    found = folder / cell
    if cell and not found.exists():
        findings.error(
            "scan_missing", f"There is no scan '{cell}'.",
            "Paths count from the folder of the table; name a DICOM folder or an image file.",
            file=table.file, row=row.line, column=column, found=cell,
        )  # fmt: skip
    return found


def _match(cell: str, table: Table, row: Row, findings: Findings) -> Match | None:
    known = [match.value for match in Match]
    word = cell.strip().lower().replace(" ", "_").replace("-", "_")
    if not word:
        return None
    if word not in known:
        findings.error(
            "unknown_class", f"'{cell}' is no class of pairs.{nearest(word, known)}",
            f"Leave the cell empty, or write {listed(known, 'or')}.",
            file=table.file, row=row.line, column="class", found=cell,
        )  # fmt: skip
        return None
    return Match(word)


def _check_repeats(rows: Sequence[PairRow], file: str, findings: Findings) -> None:
    seen: dict[frozenset[Path], int] = {}
    for row in rows:
        key = frozenset((row.first.resolve(), row.second.resolve()))
        if key in seen:
            findings.error(
                "pair_twice", f"This pair stands in line {seen[key]} already.",
                "Delete one of them: it would count twice.", file=file, row=row.line,
            )  # fmt: skip
        seen.setdefault(key, row.line)
