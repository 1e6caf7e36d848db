"""Which corrections count at the next assessment, and what the result says of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from breathline.archive import read_assessment, write_assessment
from breathline.correcting import plan_corrections, with_corrections
from breathline.corrections import say_correction
from breathline.errors import OutputError
from breathline.model.correction import NotMeasurable, Standing, ValueCorrection, Withdrawal
from breathline.model.measurement import Absence, Measurement, Moment, Origin
from breathline.model.patient import PatientRecord, Person, ScanRef
from tests.report.example import example

WEEK_0 = Moment(week=0.0)


def record() -> PatientRecord:
    fvc = Measurement(
        measure="fvc",
        value=2.31,
        unit="L",
        when=WEEK_0,
        note="seated",
        origin=Origin(file="visits.csv", row=3),
    )
    later = replace(fvc, value=2.04, when=Moment(week=20.0), origin=Origin(file="visits.csv", row=4))
    scans = tuple(
        ScanRef(name=name, series="s", path=Path("x"), when=WEEK_0) for name in ("week-1", "week+20")
    )
    return PatientRecord(
        person=Person(id="X"),
        treatment_start=WEEK_0,
        measurements=(fvc, later),
        scans=scans,
        doses=None,
        events=None,
        labs=None,
    )


def fvc(before: float, after: float | Absence) -> ValueCorrection:
    return ValueCorrection(
        measure="fvc", when=WEEK_0, file="visits.csv", row=3, unit="L", before=before, after=after
    )


def say(folder: Path, content: object, seen: int, who: str = "A. Reader") -> None:
    say_correction(folder, content, who=who, reason="typing error", seen=seen)  # type: ignore[arg-type]


def test_a_value_is_replaced_and_says_by_whom(tmp_path: Path) -> None:
    say(tmp_path, fvc(2.31, 2.13), 0)
    plan = plan_corrections(record(), tmp_path)
    first, second = plan.record.measurements
    assert first.value == 2.13
    assert first.note == "seated; corrected from 2.31 by A. Reader: typing error"
    assert second == record().measurements[1]
    assert [entry.applied for entry in plan.entries or ()] == [True]


def test_corrected_again_and_to_no_value(tmp_path: Path) -> None:
    say(tmp_path, fvc(2.31, 2.13), 0)
    say(tmp_path, fvc(2.13, Absence.UNABLE), 1)
    plan = plan_corrections(record(), tmp_path)
    assert plan.record.measurements[0].value is Absence.UNABLE
    assert [(entry.standing, entry.applied) for entry in plan.entries or ()] == [
        (Standing.SUPERSEDED, False),
        (Standing.IN_FORCE, True),
    ]


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (fvc(2.5, 2.13), "The record now says 2.31 there, and not 2.5."),
        (fvc(2.31, 213.0), "213 L is outside what can be (0.3 to 9 L)."),
        (replace(fvc(2.31, 2.13), row=9), "The record holds 0 such values now."),
        (NotMeasurable(scan="week+99", region="lungs"), "The record holds no scan of week+99."),
    ],
)
def test_what_does_not_fit_is_left_out_and_told(content: object, note: str, tmp_path: Path) -> None:
    say(tmp_path, content, 0)
    plan = plan_corrections(record(), tmp_path)
    assert plan.record.measurements == record().measurements
    (entry,) = plan.entries or ()
    assert (entry.applied, entry.note) == (False, note)
    (warning,) = plan.record.warnings
    assert warning.message == f"Correction 1 of A. Reader was left out: {note}"


def test_of_two_who_contradict_each_other_neither_counts(tmp_path: Path) -> None:
    say(tmp_path, fvc(2.31, 2.13), 0)
    say(tmp_path, fvc(2.31, 2.2), 0, who="B. Reader")
    plan = plan_corrections(record(), tmp_path)
    assert plan.record.measurements == record().measurements
    assert len(plan.record.warnings) == 2
    say(tmp_path, Withdrawal(number=1), 2)
    assert plan_corrections(record(), tmp_path).record.measurements[0].value == 2.2


def test_marks_on_scans(tmp_path: Path) -> None:
    say(tmp_path, NotMeasurable(scan="week-1", region="lungs"), 0)
    say(tmp_path, NotMeasurable(scan="week+20", region="lower"), 1)
    plan = plan_corrections(record(), tmp_path)
    why = "A. Reader marked it as not measurable on the scan of week+20: typing error"
    assert plan.scans["week-1"].not_measurable == "Marked as not measurable by A. Reader: typing error"
    assert plan.scans["week+20"].not_measurable == ""
    assert {scan.left_out for scan in plan.scans.values()} == {(("lower", why),)}, (
        "the same lung at both dates"
    )


def test_both_results_stay_and_survive_the_disk(tmp_path: Path) -> None:
    before = example()
    write_assessment(before, tmp_path / "assessment.json")
    say(tmp_path / "corrections", fvc(2.31, 2.13), 0)
    plan = plan_corrections(record(), tmp_path / "corrections")
    item = next(one for one in before.measurements if one.measurement.measure == "dlco")
    changed = replace(item, measurement=replace(item.measurement, value=1.0))
    after = replace(
        before, measurements=tuple(changed if one is item else one for one in before.measurements)
    )
    found = with_corrections(after, plan)
    assert found.corrections is not None
    (value,) = found.corrections.values
    assert (value.measure, value.before, value.after) == ("dlco", item.measurement.value, 1.0)
    assert found.corrections.answer_before == (before.verdicts[0].label, before.verdicts[0].statement)
    write_assessment(found, tmp_path / "second.json")
    assert read_assessment(tmp_path / "second.json") == found
    # Reviewed and corrected a second time, the values still go back to what stood before any correction.
    write_assessment(found, tmp_path / "assessment.json")
    third = with_corrections(after, plan_corrections(record(), tmp_path / "corrections"))
    assert third.corrections is not None
    assert third.corrections.values == found.corrections.values
    assert third.corrections.answer_before == found.corrections.answer_before


def test_no_log(tmp_path: Path) -> None:
    plan = plan_corrections(record(), None)
    assert with_corrections(example(), plan) == example()
    for folder in (tmp_path / "nowhere", tmp_path):  # the second is there, and holds none
        with pytest.raises(
            OutputError, match=rf"There are no corrections in '{folder}'\. Name the folder 'corrections'"
        ):
            plan_corrections(record(), folder)
