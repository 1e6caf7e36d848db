"""Day zero, weeks and dates, and the age at the start of treatment."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from breathline.model.measurement import Moment
from tests.intake.folders import PATIENT, VISITS, problems_of, record_of, told

NO_START = PATIENT.replace("treatment_start = 2021-02-15\n", "")
WEEKS = "week,measure,value,unit\n-1,dlco,9.8,mL/min/mmHg\n20,dlco,12,mL/min/mmHg\n"
TABLES_LEFT_OUT: dict[str, str | bytes | None] = {"doses.csv": None, "events.csv": None, "labs.csv": None}


def test_dates_get_weeks_from_the_start_of_treatment(tmp_path: Path) -> None:
    record = record_of(tmp_path)
    assert record.treatment_start == Moment(week=0.0, date=date(2021, 2, 15))
    # 2021-07-05 is 140 days after 2021-02-15: 20 weeks; 2021-02-10 is 5 days before: −5/7 weeks
    assert {m.when for m in record.measurements} == {
        Moment(week=-0.7143, date=date(2021, 2, 10)),
        Moment(week=20.0, date=date(2021, 7, 5)),
    }


def test_weeks_get_dates_from_the_start_of_treatment(tmp_path: Path) -> None:
    record = record_of(tmp_path, {"visits.csv": WEEKS})
    assert [m.when for m in record.measurements] == [
        Moment(week=-1.0, date=date(2021, 2, 8)),
        Moment(week=20.0, date=date(2021, 7, 5)),
    ]


def test_weeks_alone_make_week_0_the_start(tmp_path: Path) -> None:
    doses = "drug,dose,unit,every,start_week,stop_week\nimatinib,400,mg,daily,0,20\n"
    events = "term,start_week,stop_week\nrash,2,3\n"
    labs = "week,test,value,unit,low,high\n0,creatinine,1,mg/dL,0.5,1.1\n"
    files = {
        "patient.toml": NO_START,
        "visits.csv": WEEKS,
        "doses.csv": doses,
        "events.csv": events,
        "labs.csv": labs,
    }
    record = record_of(tmp_path, dict(files))
    assert record.treatment_start == Moment(week=0.0)
    assert record.doses is not None
    assert (record.doses[0].start, record.doses[0].stop) == (Moment(week=0.0), Moment(week=20.0))
    assert record.events is not None
    assert record.events[0].start == Moment(week=2.0)
    assert record.labs is not None
    assert record.labs[0].when == Moment(week=0.0)
    assert told(record.warnings) == [
        "warning: patient.toml, column 'birth_date': The age cannot be told from the birth date, "
        "because no visit "
        "has a date. Add age, in years at the start of treatment, or treatment_start."
    ]


def test_week_0_with_a_date_is_the_start(tmp_path: Path) -> None:
    visits = (
        "date,week,measure,value,unit\n2021-02-08,0,dlco,9.8,mL/min/mmHg\n2021-06-28,20,dlco,12,mL/min/mmHg\n"
    )
    record = record_of(tmp_path, {"patient.toml": NO_START, "visits.csv": visits})
    assert record.treatment_start == Moment(week=0.0, date=date(2021, 2, 8))
    assert told(record.warnings) == [
        "warning: patient.toml, column 'treatment_start': The start of treatment is not recorded; it "
        "was taken as "
        "2021-02-08, the date of week 0 in visits.csv. Add a line such as treatment_start = 2021-02-15."
    ]


def test_the_only_drug_gives_the_start(tmp_path: Path) -> None:
    doses = "drug,dose,unit,start\nImatinib,400,mg,2021-03-01\nimatinib,200,mg,2021-02-15\n"
    record = record_of(tmp_path, {"patient.toml": NO_START, "doses.csv": doses})
    assert record.treatment_start == Moment(week=0.0, date=date(2021, 2, 15))
    assert told(record.warnings)[0] == (
        "warning: patient.toml, column 'treatment_start': The start of treatment is not recorded; it "
        "was taken as "
        "2021-02-15, when Imatinib, the only drug of doses.csv, was first given. Add a line such as "
        "treatment_start = 2021-02-15."
    )


def test_several_drugs_give_no_start(tmp_path: Path) -> None:
    record = record_of(tmp_path, {"patient.toml": NO_START})
    assert record.treatment_start is None
    assert {m.when for m in record.measurements} == {
        Moment(date=date(2021, 2, 10)),
        Moment(date=date(2021, 7, 5)),
    }


def test_dates_and_weeks_without_a_start_cannot_be_put_in_order(tmp_path: Path) -> None:
    found = told(problems_of(tmp_path, {"patient.toml": NO_START, "visits.csv": WEEKS}))
    assert found[-1] == (
        "error: patient.toml, column 'treatment_start': Some rows give a date (labs.csv, line 2) and "
        "others a week "
        "(visits.csv, line 2), and the date on which treatment started is not recorded, so they "
        "cannot be put in "
        "order. Add a line such as treatment_start = 2021-02-15 to patient.toml."
    )


def test_a_date_and_a_week_that_differ_are_refused(tmp_path: Path) -> None:
    visits = "date,week,measure,value,unit\n2021-02-10,-1,fvc,2,L\n2021-12-01,20,fvc,2.2,L\n"
    assert told(problems_of(tmp_path, {"visits.csv": visits})) == [
        "error: visits.csv, line 3, column 'week': 2021-12-01 is week 41.3 from the start of treatment "
        "(2021-02-15), and week 20 is written beside it. Correct one of them, or the start of "
        "treatment, or leave "
        "one cell empty."
    ]


def test_a_start_that_cannot_be_read_is_not_also_called_missing(tmp_path: Path) -> None:
    text = PATIENT.replace("2021-02-15", '"2021-02-30"')
    found = problems_of(tmp_path, {"patient.toml": text, "visits.csv": WEEKS})
    assert [p.code for p in found] == ["impossible_date"]


def test_one_visit_is_told(tmp_path: Path) -> None:
    visits = VISITS[: VISITS.index("2021-07-05")].replace("2021-02-10", "2021-02-15")
    assert told(problems_of(tmp_path, {"visits.csv": visits})) == [
        "warning: visits.csv: There is one visit only, so no change can be judged from it. Add the values of "
        "another visit."
    ]


def test_the_age_is_that_at_the_start_and_no_birth_date_is_kept(tmp_path: Path) -> None:
    record = record_of(tmp_path)
    # from 1957-03-02 to 2021-02-15 are 23 361 days: 63.96 years of 365.25 days
    assert record.person.age_years == pytest.approx(63.96)
    assert "1957" not in repr(record)


def test_without_a_start_the_age_is_that_at_the_first_visit(tmp_path: Path) -> None:
    record = record_of(tmp_path, {"patient.toml": NO_START})
    # from 1957-03-02 to 2021-02-10: 23 356 days
    assert record.person.age_years == pytest.approx(63.95)


def test_an_age_that_was_stated_is_kept(tmp_path: Path) -> None:
    record = record_of(tmp_path, {"patient.toml": PATIENT.replace("birth_date = 1957-03-02", "age = 64")})
    assert record.person.age_years == 64.0
