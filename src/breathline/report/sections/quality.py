"""What a reader should know before believing the numbers: warnings about the record and the scans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from breathline.errors import Problem, Severity
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment

LONGEST = 600
"""A warning may quote the record; it is cut after this many characters."""

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """One warning in words."""

    severity: str
    severity_word: str
    where: str
    message: str
    mend: str


def view_warnings(assessment: Assessment, say: Wording) -> tuple[Warned, ...]:
    """Put all warnings into words, the gravest first."""
    found: list[tuple[int, Warned]] = []
    for scan in assessment.scans:
        where = say("quality.scan", when=say.short_moment(scan.when) if scan.when else scan.name)
        for flag in scan.quality:
            found.append((_ORDER[flag.severity], _warned(flag.severity, where, flag.message, "", say)))
    for problem in assessment.warnings:
        item = _warned(problem.severity, _where(problem, say), problem.message, problem.mend, say)
        found.append((_ORDER[problem.severity], item))
    return tuple(item for _, item in sorted(found, key=lambda pair: pair[0]))


def merge_places(warnings: Sequence[Warned]) -> tuple[Warned, ...]:
    """Tell once what holds in several places, such as of both scans."""
    places: dict[Warned, list[str]] = {}
    for one in warnings:
        places.setdefault(replace(one, where=""), []).append(one.where)
    return tuple(replace(one, where=", ".join(dict.fromkeys(where))) for one, where in places.items())


def _warned(severity: Severity, where: str, message: str, mend: str, say: Wording) -> Warned:
    word = say(f"quality.severity.{severity.value}")
    return Warned(
        severity=severity.value,
        severity_word=word,
        where=where,
        message=say.cut(message, LONGEST),
        mend=say.cut(mend, LONGEST),
    )


def _where(problem: Problem, say: Wording) -> str:
    if not problem.file:
        return say("quality.record")
    if problem.row is None:
        return problem.file
    return say("quality.where_row", file=problem.file, row=problem.row)
