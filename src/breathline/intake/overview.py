"""What a record holds and lacks, and what that means for the assessment, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from breathline.drugs import drug_key
from breathline.intake.findings import listed
from breathline.model.change import OutcomeMeasure
from breathline.model.measurement import Absence, Measurement, Moment
from breathline.model.patient import PatientRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What was found, and what is missing with what follows from it."""

    found: tuple[str, ...]
    missing: tuple[str, ...]


def describe_record(record: PatientRecord, measures: Mapping[str, OutcomeMeasure]) -> Overview:
    """Say what a record holds and what it lacks."""
    return Overview(found=_found(record, measures), missing=_missing(record))


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _moment(when: Moment | None) -> str:
    if when is None:
        return "an unknown day"
    words = f"week {when.week:g}" if when.week is not None and when.week == round(when.week) else ""
    if when.week is not None and not words:
        words = f"week {when.week:.1f}"
    if when.date is None:
        return words
    return f"{when.date} ({words})" if words else str(when.date)


def _found(record: PatientRecord, measures: Mapping[str, OutcomeMeasure]) -> tuple[str, ...]:
    lines = [_person(record)]
    if record.treatment_start is not None:
        lines.append(f"Treatment starts on {_moment(record.treatment_start)}.")
    days = {m.when for m in record.measurements if m.when is not None}
    if days:
        first, last = (pick(days, key=lambda day: day.order) for pick in (min, max))
        span = f"on {_moment(first)}" if first == last else f"from {_moment(first)} to {_moment(last)}"
        lines.append(f"{_count(len(days), 'visit')}, {span}:")
        lines.extend(f"  {line}" for line in _measures(record.measurements, measures))
    if record.scans:
        when = listed([_moment(scan.when) for scan in record.scans])
        lines.append(f"{_count(len(record.scans), 'CT scan')}: {when}.")
    if record.doses:
        drugs = list({drug_key(dose.drug): dose.drug for dose in reversed(record.doses)}.values())[::-1]
        lines.append(f"{_count(len(record.doses), 'dose interval')} of {listed(drugs)}.")
    if record.events is not None:
        none = "No adverse event occurred (the table is there and empty)."
        lines.append(f"{_count(len(record.events), 'adverse event')}." if record.events else none)
    if record.labs:
        tests = list(dict.fromkeys(lab.test for lab in record.labs))
        lines.append(f"{_count(len(record.labs), 'laboratory value')} of {listed(tests)}.")
    if record.causality:
        lines.append(f"{_count(len(record.causality), 'answer')} on causality.")
    if record.concentrations:
        drugs = list(dict.fromkeys(level.drug for level in record.concentrations))
        lines.append(f"{_count(len(record.concentrations), 'measured concentration')} of {listed(drugs)}.")
    return tuple(lines)


def _person(record: PatientRecord) -> str:
    person = record.person
    words = [str(person.sex)] if person.sex is not None else []
    if person.age_years is not None:
        words.append(f"{int(person.age_years)} years")
    if person.height_cm is not None:
        words.append(f"{person.height_cm:g} cm")
    if person.weight_kg is not None:
        words.append(f"{person.weight_kg:g} kg")
    about = f" ({', '.join(words)})" if words else ""
    disease = listed([item.text for item in person.diagnoses])
    invented = " This is invented example data." if person.example else ""
    return f"Patient {person.id}{about}{': ' + disease if disease else ''}.{invented}"


def _measures(measurements: Sequence[Measurement], measures: Mapping[str, OutcomeMeasure]) -> list[str]:
    lines = []
    for key in dict.fromkeys(m.measure for m in measurements):
        of_one = [m for m in measurements if m.measure == key]
        numbers = sum(not isinstance(m.value, Absence) for m in of_one)
        unable = sum(m.value is Absence.UNABLE for m in of_one)
        not_done = sum(m.value is Absence.NOT_DONE for m in of_one)
        label = measures[key].label if key in measures else key
        words = [_count(numbers, "value")]
        words += [f"unable {_times(unable)}"] if unable else []
        words += [f"not done {_times(not_done)}"] if not_done else []
        lines.append(f"{label}: {', '.join(words)}")
    return lines


def _missing(record: PatientRecord) -> tuple[str, ...]:
    person = record.person
    lacking = [
        name
        for name, value in (("sex", person.sex), ("age", person.age_years), ("height", person.height_cm))
        if value is None
    ]
    rules = (
        (bool(lacking), f"No {listed(lacking, 'or')}: no value is given as percent of predicted."),
        (not record.measurements, "No visits: no change in function, walk or symptoms can be judged."),
        (
            record.treatment_start is None,
            "No start of treatment: nothing can be told to be before or after it.",
        ),
        (not record.scans, "No CT scan that can be used: no change in the lungs can be shown."),
        (len(record.scans) == 1, "One CT scan only: its extent is measured, and no change."),
        (record.doses is None, "No doses.csv: the treatment, its dose and its length are not recorded."),
        (
            record.events is None,
            "No events.csv: adverse events are not recorded, which is not the same as none.",
        ),
        (record.labs is None, "No labs.csv: laboratory values are not part of the safety summary."),
    )
    return tuple(sentence for holds, sentence in rules if holds)
