"""``doses.csv``: what was given, row by row; a row that says something impossible is kept, and its doubt with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from breathline.drugs import drug_key, find_drug, nearest_drug
from breathline.errors import Severity, UnitError
from breathline.intake import cell
from breathline.intake.clinic import shown_day
from breathline.intake.findings import Findings, clipped
from breathline.intake.rows import DoseRow
from breathline.intake.timeline import Timeline
from breathline.model.measurement import Absence, Moment
from breathline.model.patient import DoseInterval
from breathline.units import UNITS, convert, parse_unit, same_kind

NOT_A_DOSE = (
    "length", "pressure", "percent", "radiodensity", "time", "filtration rate", "transfer factor", "count"
)  # fmt: skip
"""Kinds of unit no dose is counted in."""

ASKED_UNITS = ("mg", "g", "ug")
"""Units between which a bare number is asked about."""

CHECKED = "checked"
"""This word in the reason of a row says that somebody looked an unlikely dose up."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with what is needed to tell its problems."""

    row: DoseRow
    file: str
    findings: Findings

    def warn(self, code: str, message: str, mend: str, column: str, found: str = "") -> None:
        self.findings.warning(
            code, message, mend, file=self.file, row=self.row.line, column=column, found=found
        )

    def refuse(self, code: str, message: str, mend: str, column: str, found: str = "") -> None:
        self.findings.error(
            code, message, mend, file=self.file, row=self.row.line, column=column, found=found
        )


def build_doses(
    rows: Sequence[DoseRow], timeline: Timeline, sheet: cell.Sheet, findings: Findings
) -> tuple[DoseInterval, ...]:
    """Turn the rows of the dosing log into intervals, each checked; none is lost."""
    found = []
    for row in rows:
        one = _Row(row, sheet.file, findings)
        start = timeline.moment(row.start, row.start_week)
        stop, span_doubt = _stop(one, start, timeline)
        unit, amount_doubt = _unit(one)
        if start is None:
            one.refuse(
                "missing_date",
                f"The row does not say when {clipped(row.drug)} was started.",
                "Fill in the start; where only the year is known, give its middle and say so in 'reason'.",
                "start",
            )
            continue
        found.append(
            DoseInterval(
                drug=row.drug,
                dose=row.dose if row.dose is not None else Absence.NOT_RECORDED,
                unit=unit,
                start=start,
                stop=stop,
                every_hours=row.every,
                once=row.line in sheet.single_doses,
                route=row.route,
                reason=row.reason,
                row=row.line,
                written=row.written,
                amount_doubt=amount_doubt,
                span_doubt=span_doubt,
            )
        )
    _report_unknown_drugs(rows, sheet.file, findings)
    _report_supposed_hours(sheet, findings)
    _check_overlaps(found, sheet.file, findings)
    return tuple(found)


def _stop(one: _Row, start: Moment | None, timeline: Timeline) -> tuple[Moment | None, str]:
    """Give the stop; one that lies before the start is no stop, and the second text says so."""
    row = one.row
    stop = timeline.moment(row.stop, row.stop_week)
    if start is None or stop is None:
        return stop, ""
    if (start.week is None) != (stop.week is None) or start.order <= stop.order:
        return stop, ""
    ends = shown_day(row.stop, row.stop_week), shown_day(row.start, row.start_week)
    one.warn(
        "stop_before_start",
        f"The stop ({ends[0]}) lies before the start ({ends[1]}). The row is kept as it came; how long it lasted is "
        "taken to be unknown.",
        "Look up both; they may have been swapped.",
        "stop" if row.stop is not None else "stop_week",
    )
    return None, f"its stop ({ends[0]}) lies before its start"


def _unit(one: _Row) -> tuple[str, str]:
    """Give the unit of the dose, and why the amount cannot be used, or nothing."""
    row = one.row
    if row.dose is None:
        one.warn(
            "dose_not_recorded",
            f"The dose of {clipped(row.drug)} is not recorded, so its total cannot be told.",
            "Fill in dose and unit where they are known.",
            "dose",
        )
        return row.unit, ""
    if row.dose < 0:
        one.refuse(
            "negative_value", f"A dose of {row.dose:g} cannot be.", "Look up the dose.", "dose", f"{row.dose:g}"
        )  # fmt: skip
    if row.unit:
        return _known_unit(one, row.dose)
    if row.dose == 0:
        return "mg", ""  # nothing is nothing in every unit
    one.warn(
        "unit_missing",
        f"The dose {row.dose:g} of {clipped(row.drug)} has no unit, and none is guessed. The row is kept as it came; "
        f"its amount is not counted.{_usual(row.drug, row.dose)}",
        "Write the unit of one administration, such as mg or g.",
        "unit",
    )
    return "", "its dose has no unit"


def _usual(name: str, dose: float) -> str:
    """Say in which unit a bare number would be a usual single dose."""
    drug = find_drug(name)
    if drug is None or drug.single_dose_mg is None:
        return ""
    low, high = drug.single_dose_mg
    fits = [unit for unit in ASKED_UNITS if low <= convert(dose, unit, "mg") <= high]
    if not fits:
        return f" In none of {', '.join(ASKED_UNITS)} would it be a usual single dose."
    return f" In {fits[0]} it would be a usual single dose, in the others not."


def _known_unit(one: _Row, dose: float) -> tuple[str, str]:
    row = one.row
    try:
        unit = parse_unit(row.unit)
    except UnitError:
        one.warn(
            "unknown_unit",
            f"The unit '{clipped(row.unit)}' is not known; the dose is kept as written and not converted.",
            "Check its spelling; known are mg, g, ug, IU, mg/kg, mg/m2, mL and tablet.",
            "unit",
            row.unit,
        )
        return row.unit, ""
    if UNITS[unit].kind in NOT_A_DOSE:
        one.refuse(
            "wrong_kind_of_unit",
            f"'{clipped(row.unit)}' measures {UNITS[unit].kind}, and a dose is not counted in that.",
            "Write the unit of one administration, such as mg; how often it is taken belongs into 'every'.",
            "unit",
            row.unit,
        )
    return unit, _unlikely(one, dose, unit)


def _unlikely(one: _Row, dose: float, unit: str) -> str:
    """Ask about a dose that nobody gives: milligrams and grams are easily mistaken for each other."""
    drug = find_drug(one.row.drug)
    if drug is None or drug.single_dose_mg is None or dose <= 0 or not same_kind(unit, "mg"):
        return ""
    low, high = drug.single_dose_mg
    taken = convert(dose, unit, "mg")
    if low <= taken <= high or CHECKED in one.row.reason.casefold():
        return ""
    others = [u for u in ASKED_UNITS if u != unit and low <= convert(dose, u, "mg") <= high]
    meant = f" In {others[0]} it would be usual." if others else ""
    one.warn(
        "unlikely_dose",
        f"A single dose of {dose:g} {unit} of {clipped(one.row.drug)} lies outside what is given ({low:g} to {high:g} "
        f"mg).{meant} The row is kept as it came; its amount is not counted.",
        "Look up dose and unit; if both are right, write 'checked' into the reason.",
        "dose",
        f"{dose:g} {unit}",
    )
    return f"a single dose of {dose:g} {unit} is not a usual one"


def _report_unknown_drugs(rows: Sequence[DoseRow], file: str, findings: Findings) -> None:
    """Tell of each name that is no drug known here, once; it is kept as written."""
    seen: set[str] = set()
    for row in rows:
        if row.drug.casefold() in seen or find_drug(row.drug) is not None:
            continue
        seen.add(row.drug.casefold())
        near = nearest_drug(row.drug)
        findings.warning(
            "unknown_drug",
            f"'{clipped(row.drug)}' is no drug known here." + (f" Did you mean '{near}'?" if near else ""),
            "Correct its spelling; it is not taken for that drug."
            if near
            else "It is kept as written; its unit cannot be checked.",
            file=file,
            row=row.line,
            column="drug",
            found=row.drug,
            severity=Severity.WARNING if near else Severity.NOTE,
        )


def _report_supposed_hours(sheet: cell.Sheet, findings: Findings) -> None:
    for line, text in sheet.supposed_hours:
        findings.warning(
            "interval_supposed_hours",
            f"'{text}' has no unit; it was read as every {text} hours.",
            f"Write '{text} h' if that is right.",
            file=sheet.file,
            row=line,
            column="every",
            found=text,
        )


def _check_overlaps(doses: Sequence[DoseInterval], file: str, findings: Findings) -> None:
    ordered = sorted(doses, key=lambda dose: (drug_key(dose.drug), dose.start.order))
    for first, second in pairwise(ordered):
        if drug_key(first.drug) != drug_key(second.drug) or first.span_doubt:
            continue
        if (first.start.week is None) != (second.start.week is None):
            continue
        if first.stop is not None and first.stop.order <= second.start.order:
            continue
        _report_overlap(first, second, file, findings)


def _report_overlap(first: DoseInterval, second: DoseInterval, file: str, findings: Findings) -> None:
    same = (first.dose, first.unit, first.every_hours) == (second.dose, second.unit, second.every_hours)
    whole = (first.start, first.stop) == (second.start, second.stop) and same and first.route == second.route
    if whole:
        findings.error(
            "duplicate_row",
            f"The row says the same as line {first.row}; the dose would count twice.",
            "Delete one of the two.",
            file=file,
            row=second.row,
        )
        return
    manner = "at the same dose" if same else "at another dose"
    reason = "no stop is given there" if first.stop is None else "it had not been stopped"
    findings.warning(
        "overlapping_doses",
        f"{clipped(second.drug)} starts here {manner} while the interval of line {first.row} still runs "
        f"({reason}); both are counted.",
        f"Give line {first.row} a stop, if the one followed the other.",
        file=file,
        row=second.row,
        column="start",
    )
