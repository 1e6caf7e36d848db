"""Slips that a lung function table is likely to hold: each recognised by its likely cause, with the real measures."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from breathline.errors import Problem, RecordError, Severity
from breathline.intake import read_patient
from breathline.outcomes import OUTCOMES
from breathline.record import expected_value
from tests.intake.folders import HEADING, PATIENT, VISITS, write_folder

ERROR, WARNING = Severity.ERROR, Severity.WARNING


def found_in(folder: Path, **files: str) -> dict[str, Problem]:
    """Read a folder with some files replaced; give its problems by code."""
    tables = {f"{name}.csv" if name != "patient" else "patient.toml": text for name, text in files.items()}
    write_folder(folder, tables)
    try:
        record = read_patient(folder, measures=OUTCOMES, expected=expected_value, today=date(2024, 1, 1))
    except RecordError as error:
        return {problem.code: problem for problem in error.problems}
    return {problem.code: problem for problem in record.warnings}


@pytest.mark.parametrize(
    ("row", "code", "cause"),
    [
        ("fvc,1900,L", "unit_looks_wrong", "1900 looks like mL"),
        ("fvc,65,L", "percent_of_predicted", "65 looks like percent of predicted"),
        ("fvc,65,%", "percent_of_predicted", "is given in percent, which is not what was measured"),
        ("fev1,2.50,L", "fev1_above_fvc", "is above FVC (1.90 L, line 2) on the same day"),
        ("pao2,9.5,mmHg", "unit_looks_wrong", "9.5 looks like kPa"),
        ("pao2,70,kPa", "impossible_oxygen", "The number looks like mmHg"),
        ("paco2,5.1,mmHg", "unit_looks_wrong", "5.1 looks like kPa"),
        ("aa_gradient,-25,mmHg", "implausible_value", "-25 mmHg cannot be"),
        ("dlco,80,mL/min/mmHg", "percent_of_predicted", "80 looks like percent of predicted"),
        ("dlco,40,mL/min/mmHg", "other_unit_system", "in mmol/min/kPa it would be"),
        ("dlco_hb,40,mL/min/mmHg", "other_unit_system", "in mmol/min/kPa it would be"),
        ("spo2_rest,0.93,%", "fraction_or_percent", "0.93 looks like a fraction"),
        ("spo2_rest,930,%", "percent_above_200", "A percentage above 200 cannot be"),
        ("fio2,0.21,%", "fraction_or_percent", "0.21 looks like a fraction"),
        ("hb,126,g/dL", "unit_looks_wrong", "126 looks like g/L"),
        ("creatinine,71,mg/dL", "unit_looks_wrong", "71 looks like umol/L"),
        ("fvc,6.80,L", "percent_above_200", "of what is expected in health"),
        ("tlc,-4.1,L", "negative_value", "It is negative"),
        ("nyha_class,5,", "implausible_value", "5 cannot be"),
        ("oxygen_flow,600,L/min", "implausible_value", "A decimal point may be missing"),
        ("k_bild,120,", "implausible_value", "120 cannot be"),
        ("ucsd_sobq,130,", "implausible_value", "130 cannot be"),
        ("tdi,12,", "implausible_value", "12 cannot be"),
        ("cpi,140,", "implausible_value", "140 cannot be"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_likely_cause(
    row: str, code: str, cause: str, tmp_path: Path
) -> None:
    plain = "".join(f"2021-02-10,{other},,,\n" for other in ("fvc,1.90,L",) if not row.startswith("fvc"))
    later = "2021-07-05,nyha_class,2,,,,\n"
    found = found_in(tmp_path, visits=f"{HEADING}{plain}2021-02-10,{row},,,\n{later}")
    assert code in found, list(found.values())
    assert found[code].severity is ERROR
    assert cause in found[code].message
    assert found[code].mend


@pytest.mark.parametrize(
    ("visits", "code", "cause"),
    [
        (VISITS + "2021-07-05,fvc,2.10,L,,,\n", "duplicate_row", "says the same as line 5"),
        (VISITS + "2021-07-05,fvc,2.30,L,,,\n", "measured_twice", "2.10 on line 5 and 2.30 here"),
        (VISITS + "1921-07-05,tlc,4.00,L,,,\n", "before_birth", "lies before the birth of the patient"),
    ],
)
def test_visits_that_cannot_be(visits: str, code: str, cause: str, tmp_path: Path) -> None:
    found = found_in(tmp_path, visits=visits)
    assert found[code].severity is ERROR
    assert cause in found[code].message


@pytest.mark.parametrize(
    ("patient", "code", "severity", "cause"),
    [
        (PATIENT.replace("weight_kg = 61", "weight_kg = 134"), "weight_in_pounds", WARNING, "would be 61 kg"),
        (PATIENT.replace("weight_kg = 61", "weight_kg = 165"), "weight_in_pounds", ERROR, "would be 75 kg"),
        (
            PATIENT.replace("weight_kg = 61", "weight_kg = 61000"),
            "weight_in_grams",
            ERROR,
            "looks like grams",
        ),
        (
            PATIENT.replace("height_cm = 162", "height_cm = 1.62"),
            "height_in_metres",
            ERROR,
            "looks like metres",
        ),
        (PATIENT.replace('sex = "female"\n', ""), "missing_sex", WARNING, "percent of predicted"),
        (
            PATIENT.replace("2021-02-15", "2022-02-15"),
            "treatment_after_last_visit",
            WARNING,
            "no effect of it can be seen",
        ),
    ],
)
def test_a_person_that_cannot_be(
    patient: str, code: str, severity: Severity, cause: str, tmp_path: Path
) -> None:
    found = found_in(tmp_path, patient=patient)
    assert found[code].severity is severity
    assert cause in found[code].message


def test_one_visit_only(tmp_path: Path) -> None:
    found = found_in(tmp_path, visits=f"{HEADING}2021-02-10,fvc,1.90,L,,,\n")
    assert found["one_visit"].message == "There is one visit only, so no change can be judged from it."


def test_a_high_value_that_somebody_checked_is_let_through(tmp_path: Path) -> None:
    rows = f"{HEADING}2021-02-10,fvc,6.80,L,,,checked\n2021-07-05,fvc,6.70,L,,,checked\n"
    assert found_in(tmp_path, visits=rows)["percent_above_200"].severity is WARNING
