"""What can go wrong, and how it is said.

Every message tells what was found, where, and how to mend it::

    BreathlineError
    ├── RecordError        the patient folder cannot be used; carries every problem found
    ├── ScanError          a CT scan cannot be read or measured; carries every problem found
    ├── TableError         a table of people cannot be used; carries every problem found
    ├── UnitError          a unit is unknown, or cannot be turned into the one asked for
    ├── OutOfRangeError    a value lies outside what an equation or a measure allows
    ├── RegistryError      a name nobody registered, or registered twice
    ├── AssessmentError    an assessment is not there, is of another version, or was changed by hand
    └── OutputError        a result could not be written; nothing was left half written
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem matters."""

    ERROR = "error"  # the record or the scan cannot be used until it is mended
    WARNING = "warning"  # it is used, and the reader is told
    NOTE = "note"  # worth knowing


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with an input.

    Parameters
    ----------
    code
        A short stable name, such as ``height_in_metres``.
    message
        What was found and what is allowed, in plain words.
    mend
        How to put it right.
    severity
        Whether the input can be used all the same.
    file, row, column
        Where it stands. `row` is the line of the file as an editor counts it, the heading being line 1.
    found
        The text as it stood in the file.
    """

    code: str
    message: str
    mend: str = ""
    severity: Severity = Severity.ERROR
    file: str = ""
    row: int | None = None
    column: str = ""
    found: str = ""

    def __str__(self) -> str:
        """Give the problem as one line: where, what, how to mend."""
        where = [self.file] if self.file else []
        if self.row is not None:
            where.append(f"line {self.row}")
        if self.column:
            where.append(f"column '{self.column}'")
        head = ", ".join(where)
        text = f"{head}: {self.message}" if head else self.message
        return f"{text} {self.mend}".rstrip()


class BreathlineError(Exception):
    """Anything Breathline refuses to do, with the reason."""

    exit_code = 1


class ProblemsError(BreathlineError):
    """A refusal that carries every problem found, not only the first."""

    exit_code = 3
    headline = "This cannot be used"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"{self.headline}:\n{lines}")


class RecordError(ProblemsError):
    """The patient folder cannot be used."""

    headline = "The patient record cannot be used"


class ScanError(ProblemsError):
    """A CT scan cannot be read or measured."""

    headline = "The scan cannot be measured"


class TableError(ProblemsError):
    """A table of people for reference values cannot be used."""

    headline = "The table cannot be used"


class UnitError(BreathlineError):
    """A unit is unknown or does not fit."""

    exit_code = 3


class OutOfRangeError(BreathlineError):
    """A value lies outside the range for which an equation or measure holds."""

    exit_code = 3


class RegistryError(BreathlineError):
    """A name that nobody registered, or that was registered twice."""

    exit_code = 2


class AssessmentError(BreathlineError):
    """An assessment cannot be read: it is not there, is of another version, or was changed by hand."""

    exit_code = 3


class OutputError(BreathlineError):
    """A result could not be written."""
