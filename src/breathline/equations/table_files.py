"""Tables of people on disk, CSV and Parquet, read and written a piece at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TextIO

import numpy as np

from breathline.equations.equation import FloatArray
from breathline.equations.table_columns import NOTE, Columns
from breathline.errors import OutputError, Problem, TableError
from breathline.progress import Progress

CHUNK_ROWS = 50_000
MOST_NAMED = 50
"""Rows of a wrong width that are named one by one."""

READING = "reference values"

Added = Mapping[str, FloatArray | Sequence[str]]
"""Heading → results of a piece of the table; a number that could not be computed is NaN here."""


class Chunk(Protocol):
    """Some rows of a table, whatever the file."""

    @property
    def count(self) -> int:
        """How many rows."""

    def texts(self, place: int) -> Sequence[str]:
        """Give a column as texts; an empty cell is empty."""

    def numbers(self, place: int) -> FloatArray:
        """Give a column as numbers; NaN where a cell is empty or holds none."""


@dataclass(frozen=True, slots=True)
class TextChunk:
    """Rows of a CSV file, column by column."""

    columns: tuple[tuple[str, ...], ...]
    decimal_comma: bool = False

    @property
    def count(self) -> int:
        """How many rows."""
        return len(self.columns[0])

    def texts(self, place: int) -> Sequence[str]:
        """Give a column as texts."""
        return self.columns[place]

    def numbers(self, place: int) -> FloatArray:
        """Give a column as numbers."""
        cells = [cell or "nan" for cell in self.columns[place]]
        if self.decimal_comma:
            cells = [cell.replace(",", ".") for cell in cells]
        try:
            if "_" not in "".join(cells):  # Python takes 1_000 for a number, a table does not
                return np.array(cells, dtype=np.float64)  # fast where every cell is a number
        except ValueError:
            pass
        return np.array([_number(cell) for cell in cells], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class BatchChunk:
    """Rows of a Parquet file, as a record batch of Arrow."""

    batch: Any

    @property
    def count(self) -> int:
        """How many rows."""
        return int(self.batch.num_rows)

    def texts(self, place: int) -> Sequence[str]:
        """Give a column as texts."""
        return ["" if cell is None else str(cell) for cell in self.batch.column(place).to_pylist()]

    def numbers(self, place: int) -> FloatArray:
        """Give a column as numbers."""
        column = self.batch.column(place)
        types = _arrow().types
        if types.is_integer(column.type) or types.is_floating(column.type):
            return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
        return np.array([_number(cell) for cell in self.texts(place)], dtype=np.float64)


def _number(cell: str) -> float:
    try:
        return float("nan") if "_" in cell else float(cell)
    except ValueError:
        return float("nan")


class Reader(Protocol):
    """A table that is open for reading."""

    headings: Sequence[str]

    def chunks(self, progress: Progress) -> Iterator[Chunk]:
        """Give the rows, a piece at a time."""


class Writer(Protocol):
    """A table that is open for writing."""

    def write(self, chunk: Chunk, added: Added) -> None:
        """Write some rows with what was added to them."""


def is_parquet(path: Path) -> bool:
    """Tell by its name whether a file is Parquet."""
    return path.suffix.lower() in (".parquet", ".pq")


@contextmanager
def open_table(path: Path) -> Iterator[Reader]:
    """Open a table, CSV or Parquet by the end of its name.

    Raises
    ------
    TableError
        If it is neither, or no text.
    """
    if is_parquet(path):
        yield _ParquetReader(path)
        return
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield _CsvReader(path, stream)


@contextmanager
def create_table(path: Path, columns: Columns) -> Iterator[Writer]:
    """Create a table, CSV or Parquet by the end of its name; it appears whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    try:
        if is_parquet(path):
            writer = _ParquetWriter(partial, columns)
            yield writer
            writer.close()
        else:
            with partial.open("w", encoding="utf-8", newline="") as stream:
                yield _CsvWriter(stream, columns)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


class _CsvReader:
    def __init__(self, path: Path, stream: TextIO) -> None:
        self._path, self._stream = path, stream
        self._delimiter = _delimiter(self._said(stream.readline))
        stream.seek(0)
        self._lines = csv.reader(stream, delimiter=self._delimiter)
        self.headings: Sequence[str] = self._said(lambda: next(self._lines, []))

    def chunks(self, progress: Progress) -> Iterator[Chunk]:
        total = max(self._path.stat().st_size, 1)
        wrong: list[Problem] = []
        count = 0
        while rows := self._said(lambda: list(islice(self._lines, CHUNK_ROWS))):
            last_line = self._lines.line_num
            full = [row for row in rows if any(cell.strip() for cell in row)]
            if any(len(row) != len(self.headings) for row in full):
                found = self._wrong_widths(rows, last_line)
                count += len(found)
                wrong += found[: MOST_NAMED - len(wrong)]
            elif full and not wrong:
                yield TextChunk(tuple(zip(*full, strict=True)), self._delimiter == ";")
            progress(READING, min(self._stream.buffer.tell(), total), total)
        if wrong:
            raise TableError(wrong + self._and_more(count))

    def _wrong_widths(self, rows: Sequence[Sequence[str]], last_line: int) -> list[Problem]:
        """Name rows with more or fewer cells than headings: their values stand in wrong columns."""
        return [
            Problem(
                code="row_width",
                file=self._path.name,
                row=last_line - len(rows) + number,
                message=f"The row has {len(row)} cells; the heading has {len(self.headings)}.",
                mend="Put cells with a comma in quotation marks.",
            )
            for number, row in enumerate(rows, start=1)
            if any(cell.strip() for cell in row) and len(row) != len(self.headings)
        ]

    def _and_more(self, count: int) -> list[Problem]:
        if count <= MOST_NAMED:
            return []
        message = f"{count - MOST_NAMED} more rows have another number of cells than the heading."
        return [Problem(code="row_width", file=self._path.name, message=message)]

    def _said(self, read: Any) -> Any:
        """Read, and say what no CSV file is."""
        try:
            return read()
        except UnicodeDecodeError:
            message = "The file is not UTF-8 text."
            mend = "Save it as 'CSV UTF-8', or give a Parquet file whose name ends in .parquet."
        except csv.Error as error:
            message, mend = f"The file cannot be read as CSV ({error}).", "Save it as 'CSV UTF-8'."
        raise TableError([Problem(code="not_csv", file=self._path.name, message=message, mend=mend)])


def _delimiter(line: str) -> str:
    """Give the sign that divides the cells: what stands in the heading most often."""
    return max(",;\t", key=line.count)


class _CsvWriter:
    def __init__(self, stream: TextIO, columns: Columns) -> None:
        self._places = range(len(columns.headings))
        self._writer = csv.writer(stream, lineterminator="\n")
        self._writer.writerow((*columns.headings, *columns.added))

    def write(self, chunk: Chunk, added: Added) -> None:
        """Write some rows; four decimals, more than any test measures."""
        carried = [chunk.texts(place) for place in self._places]
        self._writer.writerows(zip(*carried, *map(_printed, added.values()), strict=True))


def _printed(column: FloatArray | Sequence[str]) -> Sequence[str]:
    if not isinstance(column, np.ndarray):
        return column
    printed = list(map("%.4f".__mod__, column.tolist()))
    for row in np.flatnonzero(np.isnan(column)).tolist():
        printed[row] = ""
    return printed


def _arrow() -> Any:
    try:
        import pyarrow  # noqa: PLC0415  only tables in that format need it
        import pyarrow.parquet  # noqa: PLC0415
    except ModuleNotFoundError:
        raise OutputError(
            "Parquet files need the package 'pyarrow', which is not installed: "
            "pip install 'breathline[parquet]'. CSV files need nothing."
        ) from None
    return pyarrow


class _ParquetReader:
    def __init__(self, path: Path) -> None:
        arrow = _arrow()
        try:
            self._file = arrow.parquet.ParquetFile(str(path))
        except arrow.ArrowInvalid as error:
            message = f"The file cannot be read as Parquet ({str(error).partition('.')[0]})."
            mend = "Write it again, or give a CSV file."
            problem = Problem(code="not_parquet", file=path.name, message=message, mend=mend)
            raise TableError([problem]) from None
        self.headings: Sequence[str] = self._file.schema_arrow.names

    def chunks(self, progress: Progress) -> Iterator[Chunk]:
        total, done = max(self._file.metadata.num_rows, 1), 0
        for batch in self._file.iter_batches(CHUNK_ROWS):
            yield BatchChunk(batch)
            done += batch.num_rows
            progress(READING, done, total)


class _ParquetWriter:
    def __init__(self, path: Path, columns: Columns) -> None:
        self._arrow = _arrow()
        self._path, self._columns = path, columns
        self._writer: Any = None

    def write(self, chunk: Chunk, added: Added) -> None:
        """Write some rows; a number that could not be computed is null."""
        names = [*self._columns.headings, *added]
        arrays = [*self._carried(chunk), *map(self._typed, added.values())]
        batch = self._arrow.RecordBatch.from_arrays(arrays, names=names)
        if self._writer is None:
            self._writer = self._arrow.parquet.ParquetWriter(str(self._path), batch.schema)
        self._writer.write_batch(batch)

    def close(self) -> None:
        """Finish the file; a table without rows has its headings all the same."""
        if self._writer is None:
            self.write(TextChunk(((),) * len(self._columns.headings)), _nothing(self._columns))
        self._writer.close()

    def _carried(self, chunk: Chunk) -> list[Any]:
        if isinstance(chunk, BatchChunk):
            return list(chunk.batch.columns)
        return [
            self._typed(chunk.numbers(place) if place in self._columns.numeric else chunk.texts(place))
            for place in range(len(self._columns.headings))
        ]

    def _typed(self, column: FloatArray | Sequence[str]) -> Any:
        if isinstance(column, np.ndarray):
            return self._arrow.array(column, mask=np.isnan(column))
        return self._arrow.array(column, type=self._arrow.string())


def _nothing(columns: Columns) -> Added:
    words = ("_equation", NOTE)
    return {name: [] if name.endswith(words) else np.empty(0) for name in columns.added}
