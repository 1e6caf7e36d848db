"""``events.csv``: what happened to the patient; no row is lost, however little of it can be read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from breathline.intake.clinic import check_span
from breathline.intake.findings import Findings, clipped
from breathline.intake.rows import EventRow
from breathline.intake.timeline import Timeline
from breathline.model.patient import Event

NO_EVENT = (
    "", "none", "no", "nil", "nothing", "n/a", "na", "no event", "no events", "no adverse event",
    "no adverse events", "no ae", "no aes", "none occurred", "none reported", "none recorded", "not recorded",
    "unknown", "keine", "keines",
)  # fmt: skip
"""Words that stand in a table of events where there was none, or nobody asked."""


def build_events(
    rows: Sequence[EventRow], timeline: Timeline, file: str, findings: Findings
) -> tuple[Event, ...]:
    """Turn the rows of the event table into events; none is lost, dated or not."""
    found: list[Event] = []
    lines: dict[tuple[object, ...], int] = {}
    for row in rows:
        if row.term.casefold().strip(" .-") in NO_EVENT:
            findings.error(
                "event_called_none",
                f"An event called '{clipped(row.term)}' would be counted as an adverse event.",
                "Where none occurred, keep the heading and no row below it; where nobody asked, delete the file.",
                file=file,
                row=row.line,
                column="term",
                found=row.term,
            )
            continue
        check_span(row, file, timeline, findings)
        start = timeline.moment(row.start, row.start_week)
        grade, recorded = _grade(row, file, findings)
        if start is None:
            findings.warning(
                "event_without_date",
                f"The event '{clipped(row.term)}' has no start, so it cannot be told whether it began on "
                "treatment; it is kept.",
                "Fill in the start, at least by its likeliest day.",
                file=file,
                row=row.line,
                column="start",
            )
        same = tuple(row.model_dump(exclude={"line"}).values())
        if same in lines:
            findings.warning(
                "duplicate_row",
                f"The row says the same as line {lines[same]}; both are counted.",
                "Delete one of the two if it happened once.",
                file=file,
                row=row.line,
            )
        lines.setdefault(same, row.line)
        found.append(
            Event(
                term=row.term,
                start=start,
                stop=timeline.moment(row.stop, row.stop_week),
                grade=grade,
                serious=row.serious,
                outcome=row.outcome,
                action=row.action,
                relation=row.relation,
                note=row.note,
                row=row.line,
                ctcae=_version(row, file, findings),
                recorded_grade=recorded,
            )
        )
    return tuple(found)


_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}


def _grade(row: EventRow, file: str, findings: Findings) -> tuple[int | None, str]:
    """Read a grade; what is none is kept as it stands and counts as not graded."""
    bare = row.grade.lower().removeprefix("ctcae").strip().removeprefix("grade").strip().removesuffix(".0")
    grade = _ROMAN.get(bare, bare)
    if grade in ("1", "2", "3", "4", "5"):
        return int(grade), ""
    if row.grade:
        findings.warning(
            "impossible_grade",
            f"'{clipped(row.grade)}' is not a grade of an adverse event (CTCAE 1 to 5); the row is kept as it came, "
            "without a grade.",
            "Write 1, 2, 3, 4 or 5, or leave the cell empty where it was not graded.",
            file=file,
            row=row.line,
            column="grade",
            found=row.grade,
        )
    return None, row.grade


_VERSION = re.compile(
    r"(?:ctc(?:ae)?)?[\s-]*(?:version|v)?[\s.]*(?P<major>[1-9])(?:\.\d{1,2})?", re.IGNORECASE
)
_KNOWN_VERSIONS = ("5", "6")


def _version(row: EventRow, file: str, findings: Findings) -> str:
    """Read the version of CTCAE; one whose criteria are not known here is kept and told."""
    if not row.ctcae:
        return ""
    read = _VERSION.fullmatch(row.ctcae)
    version = read["major"] if read else row.ctcae
    if version not in _KNOWN_VERSIONS:
        findings.warning(
            "unknown_ctcae_version",
            f"'{clipped(row.ctcae)}' is not a version of CTCAE whose criteria are known here (5 and 6 are); the "
            "grade is kept, and no criterion can stand beside it.",
            "Look up the version by which the event was graded.",
            file=file,
            row=row.line,
            column="ctcae",
            found=row.ctcae,
        )
    return version
