"""Day zero of the record, and every moment counted from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta

from breathline.intake.findings import Findings
from breathline.model.measurement import Moment

TOLERATED_WEEKS = 1.0
"""A week column is often rounded; a date that disagrees with it by more is a contradiction."""

FURTHEST_FUTURE_DAYS = 366

MOST_BEFORE_BIRTH = 3
"""Where more dates than this lie before the birth, it is the birth date that is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A date or week as a table gave it, and where."""

    date: Date | None
    week: float | None
    file: str
    row: int | None = None
    column: str = ""
    planned: bool = False  # an end may lie ahead, a test may not


@dataclass(frozen=True, slots=True)
class Timeline:
    """The start of treatment, where it is known; turns dates into weeks and back."""

    start: Moment | None = None
    certain: bool = True  # False where patient.toml could not be read, so that its silence says nothing

    def moment(self, date: Date | None, week: float | None) -> Moment | None:
        """Give the moment of a date or week, with both where the start of treatment allows it."""
        if date is None and week is None:
            return None
        start = self.start.date if self.start is not None else None
        if start is not None and date is not None:
            week = round((date - start).days / 7, 4)
        elif start is not None and week is not None:
            date = start + timedelta(days=round(week * 7))
        return Moment(week=week, date=date)


def find_start(
    stated: Date | None, visits: Sequence[Entry], doses: Sequence[tuple[str, Entry]], findings: Findings
) -> Moment | None:
    """Find the start of treatment: as stated, else week 0 of the tables, else the start of the only drug."""
    if stated is not None:
        return Moment(week=0.0, date=stated)
    day_zero = {entry.date for entry in visits if entry.week == 0 and entry.date is not None}
    if len(day_zero) == 1:
        day = day_zero.pop()
        _supposed(f"taken as {day}, the date of week 0 in visits.csv", findings)
        return Moment(week=0.0, date=day)
    entries = [*visits, *(entry for _, entry in doses)]
    if entries and all(entry.week is not None and entry.date is None for entry in entries):
        return Moment(week=0.0)
    drugs = {drug.casefold() for drug, _ in doses}
    starts = [entry.date for _, entry in doses if entry.date is not None]
    if len(drugs) == 1 and len(starts) == len(doses):
        day = min(starts)
        _supposed(
            f"taken as {day}, when {doses[0][0]}, the only drug of doses.csv, was first given", findings
        )
        return Moment(week=0.0, date=day)
    _not_recorded(findings)
    return None


def _supposed(how: str, findings: Findings) -> None:
    findings.warning(
        "treatment_start_supposed",
        f"The start of treatment is not recorded; it was {how}.",
        "Add a line such as treatment_start = 2021-02-15.",
        file="patient.toml",
        column="treatment_start",
    )


def _not_recorded(findings: Findings) -> None:
    findings.warning(
        "treatment_start_missing",
        "The start of treatment is not recorded, so nothing can be told to be before or after it.",
        "Add a line such as treatment_start = 2021-02-15.",
        file="patient.toml",
        column="treatment_start",
    )


def check_entries(
    entries: Sequence[Entry],
    timeline: Timeline,
    *,
    birth: Date | None,
    today: Date,
    findings: Findings,
) -> None:
    """Hold every date against the birth, the start of treatment and today."""
    _check_birth(entries, birth, today, findings)
    for entry in entries:
        _check_future(entry, today, findings)
        _check_agreement(entry, timeline, findings)
    _check_mixture(entries, timeline, findings)


def _check_birth(entries: Sequence[Entry], birth: Date | None, today: Date, findings: Findings) -> None:
    if birth is None:
        return
    before = [entry for entry in entries if entry.date is not None and entry.date < birth]
    if birth > today or len(before) > MOST_BEFORE_BIRTH:
        findings.error(
            "birth_date_too_late",
            f"By the birth date the patient was born after {len(before)} of the {len(entries)} dates of the "
            "record.",
            "Look up birth_date; its year is likely wrong.",
            file="patient.toml",
            column="birth_date",
        )
        return
    for entry in before:
        findings.error(
            "before_birth",
            f"{entry.date} lies before the birth of the patient.",
            "Look up this date and birth_date in patient.toml; the year of one of them is likely wrong.",
            file=entry.file,
            row=entry.row,
            column=entry.column,
            found=str(entry.date),
        )


def _check_future(entry: Entry, today: Date, findings: Findings) -> None:
    if entry.date is None or entry.planned or entry.date <= today:
        return
    tell = findings.error if (entry.date - today).days > FURTHEST_FUTURE_DAYS else findings.warning
    tell(
        "future_date",
        f"{entry.date} lies in the future (today is {today} by the clock of this computer).",
        "Look up the date; its year is likely wrong.",
        file=entry.file,
        row=entry.row,
        column=entry.column,
        found=str(entry.date),
    )


def _check_agreement(entry: Entry, timeline: Timeline, findings: Findings) -> None:
    if timeline.start is None or timeline.start.date is None or entry.date is None or entry.week is None:
        return
    counted = (entry.date - timeline.start.date).days / 7
    if abs(counted - entry.week) <= TOLERATED_WEEKS:
        return
    findings.error(
        "date_and_week_differ",
        f"{entry.date} is week {counted:.1f} from the start of treatment ({timeline.start.date}), and week "
        f"{entry.week:g} is written beside it.",
        "Correct one of them, or the start of treatment, or leave one cell empty.",
        file=entry.file,
        row=entry.row,
        column="week",
    )


def _check_mixture(entries: Sequence[Entry], timeline: Timeline, findings: Findings) -> None:
    if not timeline.certain or (timeline.start is not None and timeline.start.date is not None):
        return
    dated = [entry for entry in entries if entry.date is not None and entry.week is None]
    counted = [entry for entry in entries if entry.week is not None and entry.date is None]
    if not dated or not counted:
        return
    findings.error(
        "dates_and_weeks_mixed",
        f"Some rows give a date ({_place(dated[0])}) and others a week ({_place(counted[0])}), and the date "
        "on which treatment started is not recorded, so they cannot be put in order.",
        "Add a line such as treatment_start = 2021-02-15 to patient.toml.",
        file="patient.toml",
        column="treatment_start",
    )


def _place(entry: Entry) -> str:
    return f"{entry.file}, line {entry.row}" if entry.row is not None else entry.file
