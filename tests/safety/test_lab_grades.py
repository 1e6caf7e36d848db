"""Laboratory values graded: golden rows read off the printed criteria, units, baselines, onset, and what is lacking.

The oracle of each golden row is the text of CTCAE it names, read by a person.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breathline.model.measurement import Absence, Moment
from breathline.model.patient import LabResult
from breathline.model.safety import CtcaeVersion, GradedLab, Onset
from breathline.safety import grade_labs

START = Moment(week=0)
V5, V6 = CtcaeVersion.V5, CtcaeVersion.V6


def lab(test: str, value, unit: str, week: float | None = 4, low=None, high=None, **more) -> LabResult:
    when = None if week is None else Moment(week=week)
    return LabResult(test=test, value=value, unit=unit, when=when, low=low, high=high, **more)


def grade(*rows: LabResult, version: CtcaeVersion = V5, start: Moment | None = START) -> GradedLab:
    """Grade rows and give the last one."""
    return grade_labs(rows, start, version)[-1]


@pytest.mark.parametrize(
    ("row", "v5", "v6"),
    [
        # "<LLN - 10.0 g/dL", "<10.0 - 8.0 g/dL", "<8.0 g/dL" in both versions
        (lab("Hb", 11.9, "g/dL", low=12, high=16), 1, 1),
        (lab("Hb", 10.0, "g/dL", low=12, high=16), 1, 1),
        (lab("Hb", 9.9, "g/dL", low=12, high=16), 2, 2),
        (lab("Hb", 7.9, "g/dL", low=12, high=16), 3, 3),
        (lab("Hb", 6.2, "mmol/L", low=7.4, high=9.9), 1, 1),  # printed: "<LLN - 6.2 mmol/L"
        (lab("Hb", 6.1, "mmol/L", low=7.4, high=9.9), 2, 2),
        # version 5 "<1.0 - 0.5" is grade 3 and "<LLN - 1.5" grade 1; version 6 "<1.0 - 0.5" is grade 2
        (lab("neutrophils", 0.9, "10^9/L", low=1.8, high=7.5), 3, 2),
        (lab("neutrophils", 1.6, "10^9/L", low=1.8, high=7.5), 1, 0),
        (lab("granulocytes", 450, "/mm3", low=1800, high=7500), 4, 3),
        (lab("granulocytes", 90, "/mm3", low=1800, high=7500), 4, 4),
        # version 5 "<50.0 - 25.0" grade 3, "<25.0" grade 4; version 6 "<50.0 - 10.0" grade 3, "<10.0" grade 4
        (lab("platelets", 20, "10^9/L", low=150, high=400), 4, 3),
        # ">3.0 - 5.0 x ULN if baseline was normal"
        (lab("ALT", 176, "U/L", low=7, high=35), 3, 3),
        (lab("ALT", 2.0, "ukat/L", low=0.1, high=0.6), 2, 2),
        # ">1.5 - 3.0 x ULN"
        (lab("creatinine", 1.6, "mg/dL", low=0.5, high=1.0), 2, 2),
        (lab("CK", 1100, "U/L", high=200), 3, 3),
        # version 5: ">2.0 - 5.0 x ULN with signs or symptoms" grade 3; version 6: ">1.5 - 3.0 x ULN" grade 2
        (lab("lipase", 150, "U/L", high=60), 3, 2),
        (lab("INR", 1.8, "1"), 2, 2),
        (lab("potassium", 6.2, "mEq/L", low=3.5, high=5.0), 3, 3),
        (lab("magnesium", 0.9, "mEq/L", low=1.4, high=2.1), 2, 2),  # 0.45 mmol/L: "<0.5 - 0.4 mmol/L"
        (lab("fasting glucose", 200, "mg/dL", low=70, high=100), None, 2),
        (lab("triglycerides", 6.0, "mmol/L", high=1.7), 3, 3),
        (lab("sodium", 129.5, "mmol/L", low=135, high=145), 1, 3),  # version 5 prints 125-129, version 6 <130
    ],
)  # fmt: skip
def test_golden_rows(row, v5, v6):
    assert (grade(row, version=V5).grade, grade(row, version=V6).grade) == (v5, v6)


def test_symptoms_that_are_not_known_are_counted_against_the_drug_and_said():
    got = grade(lab("potassium", 3.2, "mmol/L", low=3.5, high=5.0))
    assert (got.grade, got.without_symptoms) == (2, 1)
    assert got.criterion == "Symptomatic with <LLN - 3.0 mmol/L"


@pytest.mark.parametrize(
    ("value", "v5", "v6"),
    [
        # version 5: 1.5 - 3.0, >3.0 - 5.0, >5.0 - 20.0 x baseline; version 6: 1.0 - 1.5, >1.5 - 2.0, >2.0 - 4.0, >4.0
        (79, 0, 0),
        (80, 0, 1),
        (100, 0, 1),
        (120, 1, 1),
        (130, 1, 2),
        (250, 2, 3),
        (330, 2, 4),
        (410, 3, 4),
    ],
)
def test_an_abnormal_baseline_is_held_against_as_each_version_says(value, v5, v6):
    rows = (lab("ALT", 80, "U/L", -1, 7, 35), lab("ALT", value, "U/L", 4, 7, 35))
    assert (grade(*rows, version=V5).grade, grade(*rows, version=V6).grade) == (v5, v6)


def test_the_baseline_is_the_last_value_up_to_the_first_day():
    rows = (
        lab("ALT", 300, "U/L", -8, 7, 35),
        lab("ALT", 30, "U/L", 0, 7, 35),
        lab("ALT", 60, "U/L", 4, 7, 35),
    )
    got = grade(*rows)
    assert (got.baseline, got.grade, got.onset) == (30, 1, Onset.EMERGENT)


def test_a_baseline_in_another_unit_is_converted():
    # 2.0 mg/dL of bilirubin are 34.2 µmol/L (molar mass 584.66 g/mol); 60 is 1.75 times that.
    got = grade(lab("bilirubin", 2.0, "mg/dL", -1, high=1.0), lab("bilirubin", 60, "umol/L", 4, high=17))
    assert got.baseline == pytest.approx(34.208, abs=5e-4)
    assert got.criterion == ">1.5 - 3.0 x baseline if baseline was abnormal"


@pytest.mark.parametrize(
    ("rows", "onset"),
    [
        ((lab("Hb", 9.5, "g/dL", -1, 12, 16), lab("Hb", 9.0, "g/dL", 4, 12, 16)), Onset.PRE_EXISTING),
        ((lab("Hb", 10.5, "g/dL", -1, 12, 16), lab("Hb", 9.0, "g/dL", 4, 12, 16)), Onset.EMERGENT),
        ((lab("Hb", 9.0, "g/dL", 4, 12, 16),), Onset.EMERGENT),
        ((lab("Hb", 9.0, "g/dL", None, 12, 16),), Onset.UNKNOWN),
        ((lab("Hb", 9.0, "g/dL", -1, 12, 16),), Onset.PRE_EXISTING),
        ((lab("potassium", 5.3, "mmol/L", -1, 3.5, 5), lab("potassium", 3.3, "mmol/L", 4, 3.5, 5)), Onset.EMERGENT),
        ((lab("ALT", 80, "U/L", -1, 7, 35), lab("ALT", 130, "U/L", 4, 7, 35)), Onset.EMERGENT),
    ],
)  # fmt: skip
def test_onset(rows, onset):
    assert grade(*rows).onset is onset


def test_a_value_that_stays_at_an_abnormal_baseline_did_not_come_up_on_treatment():
    got = grade(lab("ALT", 80, "U/L", -1, 7, 35), lab("ALT", 80, "U/L", 4, 7, 35), version=V6)
    assert (got.grade, got.onset) == (1, Onset.PRE_EXISTING)


def test_without_a_start_of_treatment_nothing_is_called_before_it():
    got = grade(lab("Hb", 9.0, "g/dL", 4, 12, 16), start=None)
    assert (got.grade, got.onset) == (2, Onset.UNKNOWN)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (lab("magic enzyme", 3, "U/L"), "the test is not known"),
        (lab("ALT", Absence.NOT_RECORDED, "U/L", recorded="<3"), "'<3' is not a number"),
        (lab("ALT", Absence.NOT_DONE, "U/L"), "no value is recorded"),
        (lab("ALT", 30, ""), "no unit is recorded, and none is guessed"),
        (lab("ALT", -3, "U/L"), "the value is negative"),
        (lab("ALT", 30, "U/L"), "no upper limit is recorded"),
        (lab("ALT", 30, "U/L", low=35, high=7), "no upper limit is recorded"),
        (lab("ALT", 30, "g/L", high=35), "'g/L' is not a unit of this test"),
        (lab("Hb", 120, "g/dL", low=12, high=16), "120 g/dL cannot be; the unit is likely another"),
        (lab("potassium", 4.0, "mmol/L"), "no upper limit is recorded; no lower limit is recorded"),
        (lab("potassium", 4.0, "blobs", low=3.5, high=5), "the unit 'blobs' is not known"),
        (lab("calcium", 2.0, "mmol/L", low=2.15), "CTCAE grades calcium corrected for albumin, or ionised calcium"),
        (lab("CRP", 40, "mg/L", high=5), "no limit of CTCAE 5 for it is known here"),
        (
            lab("glucose", 14, "mmol/L", low=3.9, high=5.6),
            "above the upper limit; CTCAE 5 grades hyperglycemia by what was done about it, not by a number",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_graded_says_why(row, reason):
    got = grade(row)
    assert (got.grade, got.reason, got.lab) == (None, reason, row)


def test_an_unknown_unit_is_held_against_its_own_limits():
    assert grade(lab("ALT", 80, "furlongs", high=20)).grade == 2


def test_a_missing_limit_does_not_hide_what_is_worse():
    assert grade(lab("neutrophils", 0.4, "10^9/L")).grade == 4


def test_a_missing_baseline_is_said():
    got = grade(lab("ALT", 80, "U/L", 4, 7, 35))
    assert (
        got.note
        == "no value before treatment; graded as if it had been normal, counted as come up on treatment"
    )


@given(st.floats(0.01, 60.0), st.sampled_from([V5, V6]))
def test_the_unit_does_not_change_the_grade(times, version):
    micro = grade(lab("creatinine", 88.4 * times, "umol/L", low=44.2, high=88.4), version=version)
    milli = grade(lab("creatinine", times / 10, "mg/dL", low=0.05, high=0.1), version=version)
    if micro.grade is not None and milli.grade is not None:
        assert micro.grade == milli.grade


@given(st.lists(st.floats(1.0, 1000.0), min_size=2, max_size=6), st.sampled_from([V5, V6]))
def test_a_higher_enzyme_never_has_a_lower_grade(values, version):
    grades = [grade(lab("ALT", value, "U/L", 4, 7, 35), version=version).grade for value in sorted(values)]
    assert grades == sorted(grades)


@given(
    st.lists(
        st.tuples(
            st.text(max_size=6),
            st.floats(allow_nan=False, allow_infinity=False),
            st.sampled_from(["", "U/L", "g/L", "x"]),
        ),
        max_size=4,
    )
)
def test_no_row_is_lost(rows):
    labs = [lab(test, value, unit) for test, value, unit in rows]
    assert [graded.lab for graded in grade_labs(labs, START, V5)] == labs
