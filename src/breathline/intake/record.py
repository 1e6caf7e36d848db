"""A patient folder read whole: every table, every scan, every problem, then the record or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date as Date
from pathlib import Path

from breathline.errors import RecordError
from breathline.intake import person as person_file
from breathline.intake.agreement import check_agreement, check_expected
from breathline.intake.body import check_build
from breathline.intake.causality import build_causality
from breathline.intake.clinic import span_entries
from breathline.intake.doses import build_doses
from breathline.intake.events import build_events
from breathline.intake.findings import Findings
from breathline.intake.folder import (
    SCAN_DATES,
    SCANS,
    Content,
    check_folder,
    exists,
    read_folder,
    report_commas,
)
from breathline.intake.labs import build_labs
from breathline.intake.levels import build_levels, is_level
from breathline.intake.person import age_at
from breathline.intake.rows import LabRow, ScanRow, VisitRow
from breathline.intake.timeline import Entry, Timeline, check_entries, find_start
from breathline.intake.visits import VisitValue
from breathline.model.change import OutcomeMeasure
from breathline.model.measurement import Measurement, Origin
from breathline.model.patient import Concentration, InputFile, LabResult, PatientRecord, Person, ScanRef
from breathline.progress import Progress, silent

ExpectedOf = Callable[[Measurement, Person], float | None]
"""What is expected of a healthy person, in the unit of the measurement; None where it cannot be told."""


def read_patient(
    folder: Path,
    *,
    measures: Mapping[str, OutcomeMeasure],
    expected: ExpectedOf | None = None,
    today: Date | None = None,
    progress: Progress = silent,
) -> PatientRecord:
    """Read a patient folder into a record, reporting every problem of it at once.

    Parameters
    ----------
    folder
        Folder with ``patient.toml`` and, as far as they exist, ``visits.csv``, ``doses.csv``, ``events.csv``,
        ``labs.csv`` and ``ct/``.
    measures
        The outcome measures by key; values are converted to their units and held against their ranges.
    expected
        Gives what is expected of a healthy person, to tell a DLCO in the other unit system; left out,
        only the patient's own values tell.
    today
        Dates after it are reported; the computer's clock by default.

    Raises
    ------
    RecordError
        If anything in the folder must be mended first; it carries every problem found.
    """
    findings = Findings()
    check_folder(folder)
    content = read_folder(folder, measures, findings)
    return _build(folder, content, findings, expected, today or Date.today(), progress)


def _entries(content: Content) -> list[Entry]:
    found = []
    stated = content.person.treatment_start
    if stated is not None:
        found.append(Entry(date=stated, week=None, file=person_file.FILE, column="treatment_start"))
    visits = {value.row.line: value.row for value in content.visits}
    tests: tuple[tuple[str, Iterable[VisitRow | LabRow | ScanRow]], ...] = (
        ("visits.csv", visits.values()),
        ("labs.csv", content.labs.rows),
        (SCAN_DATES, content.scan_dates.rows),
    )
    for file, rows in tests:
        for row in rows:
            column = "date" if row.date is not None else "week"
            found.append(Entry(date=row.date, week=row.week, file=file, row=row.line, column=column))
    for dose in content.doses.rows:
        found.extend(span_entries(dose, "doses.csv"))
    for event in content.events.rows:
        found.extend(span_entries(event, "events.csv"))
    return [entry for entry in found if entry.date is not None or entry.week is not None]


def _timeline(content: Content, entries: Sequence[Entry], findings: Findings) -> Timeline:
    visits = [entry for entry in entries if entry.file == "visits.csv"]
    starts = [
        (row.drug, entry)
        for row in content.doses.rows
        for entry in span_entries(row, "doses.csv")
        if entry.column == "start"
    ]
    # Where patient.toml or the date in it could not be read, that is the problem, and not its absence.
    unread = any(
        p.file == person_file.FILE and (p.column in ("", "treatment_start") or p.code == "unknown_key")
        for p in findings.errors
    )
    told = Findings() if unread else findings
    return Timeline(find_start(content.person.treatment_start, visits, starts, told), certain=not unread)


def _build(
    folder: Path,
    content: Content,
    findings: Findings,
    expected: ExpectedOf | None,
    today: Date,
    progress: Progress,
) -> PatientRecord:
    entries = _entries(content)
    timeline = _timeline(content, entries, findings)
    birth = content.person.birth_date
    check_entries(entries, timeline, birth=birth, today=today, findings=findings)
    person = _person(content, timeline, findings)
    measurements = _measurements(content.visits, timeline)
    _check_visits(content, timeline, findings)
    check_agreement(content.visits, findings)
    if expected is not None:
        check_expected(content.visits, [expected(item, person) for item in measurements], findings)
    doses = build_doses(content.doses.rows, timeline, content.doses.sheet, findings)
    events = build_events(content.events.rows, timeline, "events.csv", findings)
    labs, levels = _labs(content, timeline, findings)
    answers = build_causality(content.causality.rows, timeline, "causality.csv", findings)
    report_commas(content, findings)
    scans, hashed = _scans(folder, content, entries, timeline, today, findings, progress)
    if findings.errors:
        raise RecordError(findings.problems)
    return PatientRecord(
        person=person,
        treatment_start=timeline.start,
        measurements=tuple(sorted(measurements, key=_order)),
        scans=scans,
        doses=doses if content.doses.present else None,
        events=events if content.events.present else None,
        labs=labs if content.labs.present else None,
        causality=answers if content.causality.present else None,
        concentrations=levels,
        inputs=(*content.inputs, *hashed),
        warnings=findings.warnings,
    )


def _labs(
    content: Content, timeline: Timeline, findings: Findings
) -> tuple[tuple[LabResult, ...], tuple[Concentration, ...]]:
    """Read the laboratory table: concentrations of drugs are no laboratory values to be graded."""
    rows, sheet = content.labs.rows, content.labs.sheet
    taken = [dose.drug for dose in content.doses.rows]
    labs = build_labs([row for row in rows if not is_level(row, taken)], timeline, sheet, findings)
    return labs, build_levels([row for row in rows if is_level(row, taken)], timeline, sheet, findings)


def _scans(
    folder: Path,
    content: Content,
    entries: Sequence[Entry],
    timeline: Timeline,
    today: Date,
    findings: Findings,
    progress: Progress,
) -> tuple[tuple[ScanRef, ...], tuple[InputFile, ...]]:
    if not exists(folder / SCANS):
        return (), ()
    # The headers need pydicom and SimpleITK: a second that tables alone do without.
    from breathline.intake.scans import Limits, read_scans  # noqa: PLC0415

    tables = [entry for entry in entries if entry.file != SCAN_DATES]
    limits = Limits(
        birth=content.person.birth_date,
        today=today,
        weeks_only=any(entry.date is None for entry in tables),
        dates_only=any(entry.week is None for entry in tables),
    )
    return read_scans(
        folder / SCANS,
        content.scan_dates.rows,
        timeline,
        limits=limits,
        findings=findings,
        progress=progress,
    )


def _order(item: Measurement) -> float:
    return item.when.order if item.when is not None else 0.0


def _person(content: Content, timeline: Timeline, findings: Findings) -> Person:
    stated = content.person
    if stated.height_cm is not None and stated.weight_kg is not None:
        build = check_build(stated.height_cm, stated.weight_kg)
        if build is not None:
            refusal, is_error = build
            tell = findings.error if is_error else findings.warning
            tell(*refusal, file=person_file.FILE, column="weight_kg", found=f"{stated.weight_kg:g}")
    return Person(
        id=stated.id,
        sex=stated.sex,
        age_years=_age(content, timeline, findings),
        height_cm=stated.height_cm,
        weight_kg=stated.weight_kg,
        smoking=stated.smoking,
        diagnoses=stated.diagnoses,
        history=stated.history,
        example=stated.example,
    )


def _age(content: Content, timeline: Timeline, findings: Findings) -> float | None:
    stated = content.person
    if stated.birth_date is None:
        return stated.age
    days = [value.row.date for value in content.visits if value.row.date is not None]
    day = timeline.start.date if timeline.start is not None and timeline.start.date is not None else None
    day = day or (min(days) if days else None)
    if day is None and stated.age is None and not findings.errors:
        findings.warning(
            "missing_age",
            "The age cannot be told from the birth date, because no visit has a date.",
            "Add age, in years at the start of treatment, or treatment_start.",
            file=person_file.FILE,
            column="birth_date",
        )
    if day is None or day < stated.birth_date:
        return stated.age
    age = age_at(stated.birth_date, day)
    if age > 115:
        findings.error(
            "impossible_age",
            f"With this birth date the patient would be {age:.0f} years old at the start of treatment.",
            "Look up birth_date; its year is likely wrong.",
            file=person_file.FILE,
            column="birth_date",
        )
    elif stated.age is not None and not -1.01 < age - stated.age < 1.99:
        findings.error(
            "age_and_birth_date_differ",
            f"The age is given as {stated.age:g} years, and by the birth date it was {age:.1f} on {day}.",
            "Correct one of them, or leave the age out. The age is the one at the start of treatment.",
            file=person_file.FILE,
            column="age",
            found=f"{stated.age:g}",
        )
    return age


def _check_visits(content: Content, timeline: Timeline, findings: Findings) -> None:
    # Where rows could not be read, what is left says little about which visits there were.
    if not content.visits or any(p.file == "visits.csv" for p in findings.errors):
        return
    days = {moment for value in content.visits if (moment := timeline.moment(value.row.date, value.row.week))}
    if len(days) == 1:
        findings.warning(
            "one_visit",
            "There is one visit only, so no change can be judged from it.",
            "Add the values of another visit.",
            file="visits.csv",
        )
    weeks = [moment.week for moment in days if moment.week is not None]
    if not weeks or timeline.start is None:
        return
    if max(weeks) < 0:
        findings.warning(
            "treatment_after_last_visit",
            f"Treatment starts after the last visit ({max(days, key=lambda m: m.order).date}), so no effect "
            "of it can be seen.",
            "Look up treatment_start in patient.toml, or add the visits on treatment.",
            file="visits.csv",
        )
    elif min(weeks) > 0:
        findings.warning(
            "no_visit_before_treatment",
            "No visit lies before the start of treatment or on its day, so there is no baseline.",
            "Look up treatment_start in patient.toml, or add the visits before treatment.",
            file="visits.csv",
        )


def _measurements(values: Sequence[VisitValue], timeline: Timeline) -> tuple[Measurement, ...]:
    return tuple(
        Measurement(
            measure=value.measure.key,
            value=value.value,
            unit=value.measure.unit,
            when=timeline.moment(value.row.date, value.row.week),
            method=value.row.method,
            device=value.row.device,
            note=value.note,
            origin=Origin(file="visits.csv", row=value.line),
        )
        for value in values
    )
