"""The problems of one patient folder, gathered while it is read."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from breathline.errors import Problem, Severity


class Findings:
    """Everything that was found wrong so far; reading goes on after each, so that all are told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, problem: Problem) -> None:
        """Note a problem, unless the very same one stands there already."""
        if problem not in self.problems:
            self.problems.append(problem)

    def error(
        self,
        code: str,
        message: str,
        mend: str = "",
        *,
        file: str = "",
        row: int | None = None,
        column: str = "",
        found: str = "",
    ) -> None:
        """Note something that must be mended before the record can be used."""
        self.add(
            Problem(
                code=code, message=message, mend=mend, file=file, row=row, column=column, found=clipped(found)
            )
        )

    def warning(
        self,
        code: str,
        message: str,
        mend: str = "",
        *,
        file: str = "",
        row: int | None = None,
        column: str = "",
        found: str = "",
        severity: Severity = Severity.WARNING,
    ) -> None:
        """Note something that does not stop the record from being used, and that its reader must know."""
        self.add(
            Problem(
                code=code,
                message=message,
                mend=mend,
                severity=severity,
                file=file,
                row=row,
                column=column,
                found=clipped(found),
            )
        )

    def of_file(self, file: str) -> tuple[Problem, ...]:
        """Give what was found in one file."""
        return tuple(p for p in self.problems if p.file == file)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop the record from being used."""
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that do not."""
        return tuple(p for p in self.problems if p.severity is not Severity.ERROR)


def clipped(text: str, length: int = 60) -> str:
    """Give the beginning of a text on one line, so that a broken file does not flood a message."""
    flat = " ".join(text.split())
    shown = "".join(c if c.isprintable() else "�" for c in flat[: length + 1])
    return shown if len(shown) <= length else f"{shown[: length - 1]}…"


def nearest(word: str, known: Sequence[str]) -> str:
    """Give " Did you mean '…'?" for the nearest known word, or nothing.

    >>> nearest("measur", ["measure", "value"])
    " Did you mean 'measure'?"
    """
    near = get_close_matches(word[:80].lower(), known, n=1, cutoff=0.55)
    return f" Did you mean '{near[0]}'?" if near else ""


def listed(words: Sequence[str], last: str = "and") -> str:
    """Join words as a sentence does.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)
