"""Problems as lines of text: what is said of many rows is said once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from breathline.errors import Problem

MOST_SHOWN = 3
"""Where more rows than this differ only in their numbers, the first stands for all of them."""

MOST_SPANS = 12
"""A list of lines ends after this many; the file itself shows the rest."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Group:
    """One problem, the lines on which the very same is said, and those where only the numbers differ."""

    problem: Problem
    lines: tuple[int, ...]
    alike: tuple[int, ...] = ()

    def place(self, *, with_file: bool) -> str:
        """Give where it stands, such as "visits.csv, lines 3–5, column 'date'"."""
        where = [self.problem.file] if with_file and self.problem.file not in ("", ".") else []
        where += [name_lines(self.lines)] if self.lines else []
        where += [f"column '{self.problem.column}'"] if self.problem.column else []
        return ", ".join(where)

    def text(self, *, with_file: bool = True) -> str:
        """Give the whole as one line: where, what, how to mend."""
        place = self.place(with_file=with_file)
        head = f"{place}: " if place else ""
        more = f" The same holds for {name_lines(self.alike)}." if self.alike else ""
        mend = f" {self.problem.mend}" if self.problem.mend else ""
        return f"{head}{self.problem.message}{mend}{more}"


def group_problems(problems: Sequence[Problem]) -> list[Group]:
    """Put problems together that say the same, in the order of the first of each.

    >>> from breathline.errors import Problem
    >>> said = [Problem(code="c", message="It lies in the future.", file="a.csv", row=n) for n in (2, 3, 4, 7)]
    >>> [group.text() for group in group_problems(said)]
    ['a.csv, lines 2–4 and 7: It lies in the future.']
    """
    same: dict[tuple[str, ...], list[Problem]] = {}
    for problem in problems:
        same.setdefault(_key(problem, exact=True), []).append(problem)
    groups = [Group(found[0], _rows(found)) for found in same.values()]
    shapes: dict[tuple[str, ...], list[Group]] = {}
    for group in groups:
        shapes.setdefault(_key(group.problem, exact=False), []).append(group)
    told: list[Group] = []
    for group in groups:
        alike = shapes[_key(group.problem, exact=False)]
        rows = tuple(sorted(row for other in alike[1:] for row in other.lines))
        if len(alike) <= MOST_SHOWN or not rows:
            told.append(group)
        elif group is alike[0]:
            told.append(Group(group.problem, group.lines, rows))
    return told


def name_lines(lines: Sequence[int]) -> str:
    """Name lines of a file, neighbours as a span.

    >>> name_lines([5]), name_lines([2, 3, 4, 9])
    ('line 5', 'lines 2–4 and 9')
    """
    ordered = sorted(set(lines))
    starts = [ordered[0]] + [b for a, b in pairwise(ordered) if b != a + 1]
    ends = [a for a, b in pairwise(ordered) if b != a + 1] + [ordered[-1]]
    spans = [str(a) if a == b else f"{a}–{b}" for a, b in zip(starts, ends, strict=True)]
    if len(ordered) == 1:
        return f"line {spans[0]}"
    if len(spans) > MOST_SPANS:
        more = sum(end - start + 1 for start, end in list(zip(starts, ends, strict=True))[MOST_SPANS:])
        return f"lines {', '.join(spans[:MOST_SPANS])} and {more} more"
    return f"lines {', '.join(spans[:-1])} and {spans[-1]}" if len(spans) > 1 else f"lines {spans[0]}"


def _rows(problems: Sequence[Problem]) -> tuple[int, ...]:
    return tuple(sorted({problem.row for problem in problems if problem.row is not None}))


def _key(problem: Problem, *, exact: bool) -> tuple[str, ...]:
    # A problem of a whole file stays apart from one of its rows.
    rowless = "" if problem.row is not None else "whole"
    said = f"{problem.message}\n{problem.mend}"
    return (
        problem.code,
        problem.severity.value,
        problem.file,
        problem.column,
        rowless,
        said if exact else _NUMBER.sub("#", said),
    )
