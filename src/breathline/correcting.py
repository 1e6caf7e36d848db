"""What readers corrected, taken into an assessment: which of it counts, what it changes, and what it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from breathline.archive import read_assessment
from breathline.corrections import read_corrections, read_edit, standing_of, target_of
from breathline.errors import OutputError, Problem, Severity
from breathline.model.assessment import Assessment
from breathline.model.assessment import Standing as RecordedValue
from breathline.model.correction import (
    WHOLE_SCAN,
    AppliedCorrection,
    CorrectedValue,
    Correction,
    Corrections,
    LabelCorrection,
    LabelEdit,
    NotMeasurable,
    ScanCorrections,
    Standing,
    ValueCorrection,
    Withdrawal,
)
from breathline.model.measurement import Absence, Measurement, Value
from breathline.model.patient import PatientRecord
from breathline.outcomes import OUTCOMES
from breathline.units import convert

ASSESSMENT = "assessment.json"
LEFT_OUT: Mapping[Standing, str] = {
    Standing.WITHDRAWN: "It was withdrawn.",
    Standing.SUPERSEDED: "The same was corrected again later.",
    Standing.CONFLICT: "Another reader corrected the same otherwise, and neither was withdrawn.",
}


@dataclass(slots=True)
class CorrectionPlan:
    """What an assessment starts from: the record as corrected, what holds for each scan, and every correction.

    Parameters
    ----------
    before
        The assessment that was reviewed; None where it does not lie beside the corrections.
    """

    record: PatientRecord
    scans: Mapping[str, ScanCorrections] = field(default_factory=dict)
    entries: tuple[AppliedCorrection, ...] | None = None
    before: Assessment | None = None


def plan_corrections(record: PatientRecord, folder: Path | None) -> CorrectionPlan:
    """Decide which corrections count, and correct the values of the record.

    Parameters
    ----------
    folder
        The log; None where there is none.

    Raises
    ------
    OutputError
        If the folder holds no correction, or something in it cannot be read.
    """
    if folder is None:
        return CorrectionPlan(record)
    said = read_corrections(folder)
    if not said:  # perhaps the folder above it was named: nothing may be left out in silence
        raise OutputError(
            f"There are no corrections in '{folder}'. Name the folder 'corrections' that the review page wrote."
        )
    standing = standing_of(said)
    scans: dict[str, _OnScan] = {ref.name: _OnScan() for ref in record.scans}
    entries = []
    for item in said:
        note = LEFT_OUT.get(standing[item.number], "")
        if not note:
            record, note = _take(item, said, record, scans, folder)
        entries.append(
            AppliedCorrection(correction=item, standing=standing[item.number], applied=not note, note=note)
        )
    unclear = [_unclear(entry) for entry in entries if entry.note and _is_news(entry)]
    return CorrectionPlan(
        record=replace(record, warnings=(*record.warnings, *unclear)),
        scans=_for_scans(scans),
        entries=tuple(entries),
        before=_reviewed(folder),
    )


@dataclass(slots=True)
class _OnScan:
    edits: list[tuple[int, str, LabelEdit]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    not_measurable: str = ""


def _is_news(entry: AppliedCorrection) -> bool:
    return entry.standing in (Standing.CONFLICT, Standing.IN_FORCE)


def _unclear(entry: AppliedCorrection) -> Problem:
    return Problem(
        code="correction_left_out",
        severity=Severity.WARNING,
        message=f"Correction {entry.correction.number} of {entry.correction.who} was left out: {entry.note}",
        mend="Open the review page, look at it, and withdraw it or correct the same again.",
        file="corrections",
    )


def _take(
    item: Correction,
    said: Sequence[Correction],
    record: PatientRecord,
    scans: dict[str, _OnScan],
    folder: Path,
) -> tuple[PatientRecord, str]:
    """Take one correction that counts into the record or the plan of its scan; or say why not."""
    content = item.content
    match content:
        case ValueCorrection():
            return _with_value(item, content, said, record)
        case Withdrawal():
            return record, ""
    on_scan = scans.get(content.scan)
    if on_scan is None:
        return record, f"The record holds no scan of {content.scan}."
    match content:
        case LabelCorrection():
            on_scan.edits.append((item.number, content.label_map, read_edit(folder, content)))
        case NotMeasurable(region=region) if region == WHOLE_SCAN:
            on_scan.not_measurable = f"Marked as not measurable by {item.who}: {item.reason}"
        case NotMeasurable():
            why = f"{item.who} marked it as not measurable on the scan of {content.scan}: {item.reason}"
            on_scan.left_out.append((content.region, why))
    return record, ""


def _for_scans(scans: Mapping[str, _OnScan]) -> Mapping[str, ScanCorrections]:
    """Leave a region out of every scan once it is left out of one, so that the same lung is compared."""
    regions = {region: why for item in scans.values() for region, why in item.left_out}
    return {
        name: ScanCorrections(
            edits=tuple(item.edits), left_out=tuple(regions.items()), not_measurable=item.not_measurable
        )
        for name, item in scans.items()
    }


def _with_value(
    item: Correction, content: ValueCorrection, said: Sequence[Correction], record: PatientRecord
) -> tuple[PatientRecord, str]:
    found = [place for place, one in enumerate(record.measurements) if _is_meant(one, content)]
    if len(found) != 1:
        return record, f"The record holds {len(found)} such values now."
    recorded = record.measurements[found[0]]
    if recorded.value not in _known_before(content, said):
        return (
            record,
            f"The record now says {_shown(recorded.value)} there, and not {_shown(content.before)}.",
        )
    doubt = _implausible(content)
    if doubt:
        return record, doubt
    note = f"{recorded.note}; " if recorded.note else ""
    corrected = replace(
        recorded,
        value=content.after,
        low=None,
        high=None,
        note=f"{note}corrected from {_shown(recorded.value)} by {item.who}: {item.reason}",
    )
    measurements = list(record.measurements)
    measurements[found[0]] = corrected
    return replace(record, measurements=tuple(measurements)), ""


def _is_meant(one: Measurement, content: ValueCorrection) -> bool:
    where = (one.origin.file, one.origin.row)
    same = (one.measure, one.unit) == (content.measure, content.unit)
    return same and one.when == content.when and where == (content.file, content.row)


def _known_before(content: ValueCorrection, said: Sequence[Correction]) -> tuple[Value, ...]:
    """Give what may stand in the record: what the first reader who corrected this saw there."""
    earlier = [one.content for one in said if isinstance(one.content, ValueCorrection)]
    return tuple(one.before for one in earlier if target_of(one) == target_of(content))


def _implausible(content: ValueCorrection) -> str:
    measure = OUTCOMES.get(content.measure)
    if measure is None or not isinstance(content.after, float):
        return ""
    low, high = measure.plausible
    if low <= convert(content.after, content.unit, measure.unit) <= high:
        return ""
    return f"{content.after:g} {content.unit} is outside what can be ({low:g} to {high:g} {measure.unit})."


def _shown(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else value.value.replace("_", " ")


def _reviewed(folder: Path) -> Assessment | None:
    source = folder.resolve().parent / ASSESSMENT
    return read_assessment(source) if source.is_file() else None


def with_corrections(assessment: Assessment, plan: CorrectionPlan) -> Assessment:
    """Say in an assessment what was corrected, and what stood there before."""
    if plan.entries is None:
        return assessment
    refused = {flag.code: flag.message for scan in assessment.scans for flag in scan.quality}
    entries = tuple(
        replace(entry, applied=False, note=refused[code])
        if (code := f"correction_{entry.correction.number}_left_out") in refused
        else entry
        for entry in plan.entries
    )
    corrections = Corrections(
        entries=entries,
        values=_changed(plan.before, assessment),
        answer_before=_answer_before(plan.before),
    )
    return replace(assessment, corrections=corrections)


def _answer_before(before: Assessment | None) -> tuple[str, str]:
    if before is None:
        return "", ""
    if before.corrections is not None and before.corrections.answer_before[0]:
        return before.corrections.answer_before
    return before.verdicts[0].label, before.verdicts[0].statement


Key = tuple[object, ...]


def _changed(before: Assessment | None, after: Assessment) -> tuple[CorrectedValue, ...]:
    """Give every value for the whole lungs or person that differs from what it would be without any correction."""
    if before is None:
        return ()
    old = {_key(item): item.measurement.value for item in before.measurements}
    if before.corrections is not None:  # it holds corrections itself: go back to what stood before them
        old |= {(item.measure, item.when, item.unit): item.before for item in before.corrections.values}
    new = {_key(item): item for item in after.measurements if _is_whole(item)}
    gone = [item for item in before.measurements if _is_whole(item) and _key(item) not in new]
    return (
        *(
            _value(item, old[key], item.measurement.value)
            for key, item in new.items()
            if key in old and old[key] != item.measurement.value
        ),
        *(_value(item, old[_key(item)], Absence.NOT_DONE) for item in gone),
    )


def _value(item: RecordedValue, before: Value, after: Value) -> CorrectedValue:
    found = item.measurement
    return CorrectedValue(
        measure=found.measure, label=item.label, when=found.when, unit=found.unit, before=before, after=after
    )


def _is_whole(item: RecordedValue) -> bool:
    return item.measurement.region in ("", WHOLE_SCAN)


def _key(item: RecordedValue) -> Key:
    found = item.measurement
    if not _is_whole(item):
        return (found.measure, found.when, found.unit, found.region)
    return (found.measure, found.when, found.unit)
