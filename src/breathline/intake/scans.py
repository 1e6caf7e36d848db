"""``ct/**``: the scans of the record, one a date; headers are read, and no pixel.

No identifier of a header leaves this file but the series identifier by which the scan is found again.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from pathlib import Path

from breathline.dicom.choice import choose_series, why_not_lungs
from breathline.dicom.series import Series, find_series
from breathline.errors import ScanError, Severity
from breathline.intake.findings import Findings, clipped, nearest
from breathline.intake.rows import ScanRow
from breathline.intake.timeline import Timeline
from breathline.model.measurement import Moment
from breathline.model.patient import InputFile, ScanRef
from breathline.progress import Progress, tracked

FOLDER = "ct"
DATES = "ct/scans.csv"
_UID = re.compile(r"[\d.]{12,}", re.ASCII)
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a scan's date must agree with: the patient's birth, today, and how the tables count time."""

    birth: Date | None
    today: Date
    weeks_only: bool
    dates_only: bool


def read_scans(
    folder: Path,
    rows: Sequence[ScanRow],
    timeline: Timeline,
    *,
    limits: Limits,
    findings: Findings,
    progress: Progress,
) -> tuple[tuple[ScanRef, ...], tuple[InputFile, ...]]:
    """Find the scans below the folder ``ct``, date them, and keep the best series of each date."""
    if not folder.is_dir():
        findings.error(
            "not_a_folder",
            "This is not a folder, and the folder of the scans is expected.",
            "Rename it, or put the scans into a folder of this name.",
            file=FOLDER,
        )
        return (), ()
    series = _search(folder, findings)
    if not series:
        findings.warning(
            "no_scan_found",
            "No CT scan was found in this folder.",
            "Put the DICOM files of each scan into a folder of their own below ct.",
            file=FOLDER,
        )
    stated = _stated_dates(series, rows, folder, findings)
    dated = _dated(series, stated, timeline, limits, folder, findings)
    chosen = _one_a_moment(dated, folder, findings)
    _check_subjects(chosen, findings)
    names = _names([when for when, _ in chosen])
    scans = tuple(_scan(one, when, name, folder) for (when, one), name in zip(chosen, names, strict=True))
    pairs = list(zip(chosen, names, strict=True))
    hashed = [_hashed(one, name) for (_, one), name in tracked(pairs, "checking scan files", progress)]
    return scans, tuple(hashed)


def _search(folder: Path, findings: Findings) -> tuple[Series, ...]:
    try:
        series, problems = find_series(folder)
    except (ScanError, OSError) as error:
        findings.warning("scans_unreadable", f"The scans cannot be read ({error}).", "", file=FOLDER)
        return ()
    for problem in problems:
        severity = Severity.NOTE if problem.severity is Severity.NOTE else Severity.WARNING
        findings.add(replace(problem, file=_inside(problem.file, folder), severity=severity))
    return series


def _inside(file: str, folder: Path) -> str:
    try:
        return f"{FOLDER}/{Path(file).relative_to(folder).as_posix()}"
    except ValueError:
        return f"{FOLDER}/{Path(file).name}" if file else FOLDER


def _keys(one: Series, folder: Path) -> set[str]:
    keys = {one.uid, one.folder, f"{FOLDER}/{one.folder}", f"./{one.folder}"}
    for path in one.files:
        keys.update((path.name, _inside(str(path), folder), _inside(str(path), folder).removeprefix("ct/")))
    return keys - {""}


def _stated_dates(
    series: Sequence[Series], rows: Sequence[ScanRow], folder: Path, findings: Findings
) -> Mapping[int, ScanRow]:
    """Tell which series each row of ``ct/scans.csv`` means, by position in `series`."""
    keys = [_keys(one, folder) for one in series]
    stated: dict[int, ScanRow] = {}
    for row in rows:
        name = row.series.strip().rstrip("/") or "."
        meant = [place for place, known in enumerate(keys) if name in known]
        if not meant:  # a folder further up, such as 'baseline' for 'baseline/dicom'
            above = f"{name.removeprefix('ct/').removeprefix('./')}/"
            meant = [place for place, one in enumerate(series) if one.folder.startswith(above)]
        if not meant:
            _report_no_scan(row, series, findings)
        for place in meant:
            before = stated.setdefault(place, row)
            if (before.date, before.week) != (row.date, row.week):
                findings.error(
                    "scan_dated_twice",
                    f"The scan {_shown(row)} is dated here and otherwise on line {before.line}.",
                    "Delete the line that is wrong; where a folder holds several scans, name a file of each.",
                    file=DATES,
                    row=row.line,
                )
    return stated


def _shown(row: ScanRow) -> str:
    """Name what a row means without repeating an identifier of a header."""
    return "with this identifier" if _UID.fullmatch(row.series) else f"'{clipped(row.series)}'"


def _report_no_scan(row: ScanRow, series: Sequence[Series], findings: Findings) -> None:
    known = [one.folder for one in series]
    findings.warning(
        "no_such_scan",
        f"There is no scan {_shown(row)} below ct.{nearest(row.series, known)}",
        "Give the folder of the scan below ct, the name of one of its files, or its SeriesInstanceUID.",
        file=DATES,
        row=row.line,
        column="series",
    )


def _dated(
    series: Sequence[Series],
    stated: Mapping[int, ScanRow],
    timeline: Timeline,
    limits: Limits,
    folder: Path,
    findings: Findings,
) -> list[tuple[Moment, Series]]:
    found = []
    for place, one in enumerate(series):
        row = stated.get(place)
        when = timeline.moment(row.date, row.week) if row is not None else None
        reason = ""
        if row is None:
            reason = _why_no_date(one, limits)
            when = None if reason else timeline.moment(one.date, None)
        elif one.date is not None and row.date is not None and one.date != row.date:
            findings.warning(
                "scan_dates_differ",
                f"The scan {_shown(row)} is dated {row.date} here and otherwise in its header; the "
                "date of this table counts.",
                "Look up the date.",
                file=DATES,
                row=row.line,
            )
        if when is not None and not reason:
            reason = _why_no_place(when, limits)
        if reason or when is None:
            _report_left_out(one, reason, series, folder, findings)
        else:
            found.append((when, one))
    return found


def _why_no_date(one: Series, limits: Limits) -> str:
    if one.date is None:
        return "its header has no date"
    if limits.birth is not None and one.date < limits.birth:
        return "the date of its header lies before the birth of the patient"
    if one.date > limits.today:
        return "the date of its header lies in the future"
    return ""


def _why_no_place(when: Moment, limits: Limits) -> str:
    missing = "and the date on which treatment started is not recorded"
    if when.week is None and limits.weeks_only:
        return f"it has a date and the tables count in weeks, {missing}"
    if when.date is None and limits.dates_only:
        return f"it has a week and the tables give dates, {missing}"
    return ""


def _report_left_out(
    one: Series, reason: str, series: Sequence[Series], folder: Path, findings: Findings
) -> None:
    unusable = why_not_lungs(one)
    if unusable:
        findings.warning(
            "series_left_out",
            f"{one.title} was left out: {unusable}.",
            file=_place(one, folder),
            severity=Severity.WARNING if one.rows == 0 else Severity.NOTE,
        )
        return
    if reason.endswith("not recorded"):
        mend = "Add a line such as treatment_start = 2021-02-15 to patient.toml."
    else:
        name = _name_for_table(one, series, folder)
        mend = (
            f"Give ct/scans.csv the heading 'series,date' and the line '{name},2021-02-15' (with the "
            "date of the scan)."
        )
    findings.warning(
        "scan_without_date",
        f"This scan ({one.title}) was left out: {reason or 'nothing says when it was made'}.",
        mend,
        file=_place(one, folder),
    )


def _place(one: Series, folder: Path) -> str:
    if one.source_format != "DICOM" or len(one.files) == 1:
        return _inside(str(one.files[0]), folder)
    return FOLDER if one.folder == "." else f"{FOLDER}/{one.folder}"


def _name_for_table(one: Series, series: Sequence[Series], folder: Path) -> str:
    """Give the name by which ``ct/scans.csv`` can mean this scan: its folder, if it is alone there."""
    beside = [other for other in series if other.folder == one.folder and not why_not_lungs(other)]
    alone = len({(other.study_uid, other.subject) for other in beside}) == 1
    if one.source_format == "DICOM" and one.folder != "." and alone:
        name = one.folder
    else:
        name = _inside(str(one.files[0]), folder).removeprefix(f"{FOLDER}/")
    return f'"{name}"' if "," in name else name


def _one_a_moment(
    dated: Sequence[tuple[Moment, Series]], folder: Path, findings: Findings
) -> list[tuple[Moment, Series]]:
    groups: dict[Moment, list[Series]] = defaultdict(list)
    for when, one in dated:
        groups[when].append(one)
    chosen = []
    for when, of_one in sorted(groups.items(), key=lambda item: item[0].order):
        try:
            best, reason = choose_series(of_one)
        except ScanError as error:
            for one, problem in zip(of_one, error.problems, strict=True):
                findings.add(replace(problem, severity=Severity.WARNING, file=_place(one, folder)))
            continue
        if reason:
            findings.warning(
                "several_series", reason, file=f"{FOLDER} ({_label(when)})", severity=Severity.NOTE
            )
        chosen.append((when, best))
    return chosen


def _check_subjects(chosen: Sequence[tuple[Moment, Series]], findings: Findings) -> None:
    if len({one.subject for _, one in chosen if one.subject}) > 1:
        findings.warning(
            "different_patients",
            "The headers of the scans carry different patient identifiers.",
            "Make sure that all of them are of this patient.",
            file=FOLDER,
        )


def _label(when: Moment) -> str:
    return f"week{round(when.week):+d}" if when.week is not None else str(when.date)


def _names(moments: Sequence[Moment]) -> list[str]:
    """Name each scan by its week or date, so that no two names are the same."""
    labels = [_label(when) for when in moments]
    names = [
        f"{label}_{when.date}" if labels.count(label) > 1 and when.date is not None and when.week is not None
        else label
        for label, when in zip(labels, moments, strict=True)
    ]  # fmt: skip
    seen: dict[str, int] = defaultdict(int)
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return unique


def _scan(one: Series, when: Moment, name: str, folder: Path) -> ScanRef:
    if one.source_format != "DICOM":
        return ScanRef(name=name, series=one.files[0].name, path=one.files[0], when=when)
    return ScanRef(name=name, series=one.uid, path=folder / one.folder, when=when, files=one.files)


def _hashed(one: Series, name: str) -> InputFile:
    """Hash the contents of a scan's files, one after the other by name, as ``cat * | sha256sum`` does."""
    digest = hashlib.sha256()
    size = 0
    for path in sorted(one.files):
        with path.open("rb", buffering=0) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
    return InputFile(file=f"{FOLDER}/{name}", sha256=digest.hexdigest(), bytes=size)
