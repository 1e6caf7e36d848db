"""Concentrations of drugs in labs.csv, and dose rows in doubt: named, and kept as they came."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.intake.folders import DOSES, problems_of, record_of, told

HEADING = "date,test,value,unit,low,high,hours_after_dose\n"


def labs(row: str) -> dict[str, str | bytes | None]:
    return {"labs.csv": HEADING + "2021-02-10,creatinine,0.8,mg/dL,0.5,1.1,\n" + row + "\n"}


def test_a_concentration_is_no_laboratory_value(tmp_path: Path) -> None:
    record = record_of(tmp_path, labs("2021-04-01,Imatinib trough,1320,ng/ml,,,24"))
    (level,) = record.concentrations
    assert (level.drug, level.value, level.unit, level.hours_after_dose) == ("imatinib", 1320, "ng/mL", 24)
    assert level.written == "2021-04-01, Imatinib trough, 1320, ng/ml, , , 24"
    assert [lab.test for lab in record.labs or ()] == ["creatinine"]


@pytest.mark.parametrize(
    ("row", "says", "value"),
    [
        ("2021-04-01,imatinib,<25,ng/mL,,,24", "note: labs.csv, line 3, column 'value': The concentration '<25' lies "
         "below the limit of quantification; it is used as 'less than 25', not as a number.", 25.0),
        ("2021-04-01,imatinib,BLQ,ng/mL,,,24", "warning: labs.csv, line 3, column 'value': The concentration 'BLQ' "
         "lies below the limit of quantification, which is not given; it is kept as it came and not used. Write the "
         "limit, such as <25.", None),
        ("2021-04-01,imatinib,1320,ng/mL,,,", "warning: labs.csv, line 3, column 'hours_after_dose': The concentration "
         "of imatinib has no time since the last dose, so nothing can be estimated from it; it is kept as it came. "
         "Fill in the column 'hours_after_dose' (24 for a trough under one dose a day).", 1320.0),
        ("2021-04-01,imatinib,1320,,,,24", "warning: labs.csv, line 3, column 'unit': The concentration of imatinib "
         "has no unit, and none is guessed; it is not used. Write the unit, such as ng/mL.", 1320.0),
        ("2021-04-01,imatinib,1320,ng/spoon,,,24", "warning: labs.csv, line 3, column 'unit': The unit 'ng/spoon' is "
         "not known.", 1320.0),
        ("2021-04-01,imatinib,much,ng/mL,,,24", "warning: labs.csv, line 3, column 'value': 'much' is not a number. The "
         "concentration is kept as it came and not used. Write a number such as 12.5.", None),
        ("2021-04-01,imatinib,-5,ng/mL,,,24", "warning: labs.csv, line 3, column 'value': A concentration of '-5' "
         "cannot be; it is kept as it came and not used. Look up the value.", None),
        ("2021-04-01,imatinib,1320,ng/mL,,,-2", "warning: labs.csv, line 3, column 'hours_after_dose': -2 hours after "
         "a dose cannot be; the concentration is kept as it came and not used. Count from the last dose.", 1320.0),
        ("2021-04-01,imatinib,not_done,ng/mL,,,", "note: labs.csv, line 3, column 'value': The concentration of "
         "imatinib is empty or not done.", None),
    ],
)  # fmt: skip
def test_a_doubtful_concentration_is_named_and_kept(
    tmp_path: Path, row: str, says: str, value: float | None
) -> None:
    (line,) = told(problems_of(tmp_path / "a", labs(row))) if (tmp_path / "a").mkdir() is None else ()
    assert line.startswith(says)
    (tmp_path / "b").mkdir()
    (level,) = record_of(tmp_path / "b", labs(row)).concentrations
    assert level.value == value
    assert level.written == row.replace(",", ", ")


def test_the_drug_of_the_log_may_be_one_nobody_knows(tmp_path: Path) -> None:
    log = DOSES.replace("imatinib", "study drug X")
    record = record_of(tmp_path, {**labs("2021-04-01,Study drug X,3,ng/mL,,,24"), "doses.csv": log})
    assert [level.drug for level in record.concentrations] == ["study drug x"]


def test_what_the_body_makes_itself_is_a_laboratory_value(tmp_path: Path) -> None:
    record = record_of(tmp_path, labs("2021-04-01,cortisol,310,ug/L,,,"))
    assert record.concentrations == ()


@pytest.mark.parametrize(
    ("old", "new", "amount", "span"),
    [
        ("400,mg", "400,", "its dose has no unit", ""),
        ("400,mg", "400,g", "a single dose of 400 g is not a usual one", ""),
        ("2021-02-15,2021-07-05", "2021-07-05,2021-02-15", "", "its stop (2021-02-15) lies before its start"),
        ("400,mg", "0,", "", ""),
        ("2021-02-15,2021-07-05,", "2021-02-15,2021-07-05,400 g: checked", "", ""),
    ],
)
def test_a_row_in_doubt_is_kept_as_it_came(
    tmp_path: Path, old: str, new: str, amount: str, span: str
) -> None:
    record = record_of(tmp_path, {"doses.csv": DOSES.replace(old, new, 1)})
    row = (record.doses or ())[-1]
    assert (row.amount_doubt, row.span_doubt) == (amount, span)
    assert row.written == DOSES.replace(old, new, 1).splitlines()[2].replace(",", ", ")


def test_somebody_may_have_looked_an_unlikely_dose_up(tmp_path: Path) -> None:
    log = DOSES.replace("400,mg", "1200,mg").replace("2021-07-05,", "2021-07-05,checked: overdose study")
    record = record_of(tmp_path, {"doses.csv": log})
    assert (record.doses or ())[-1].amount_doubt == ""
    assert not any(problem.code == "unlikely_dose" for problem in record.warnings)


def test_one_drug_by_two_names_overlaps_with_itself(tmp_path: Path) -> None:
    log = DOSES + "Glivec,400,mg,oral,24 h,2021-06-01,2021-07-05,\n"
    assert any(
        "Glivec starts here at the same dose while" in line
        for line in told(problems_of(tmp_path, {"doses.csv": log}))
    )


def test_a_dose_given_once_is_a_single_dose(tmp_path: Path) -> None:
    log = DOSES + "rituximab,1000,mg,intravenous,once,2020-05-01,,\n"
    assert [row.once for row in record_of(tmp_path, {"doses.csv": log}).doses or ()] == [False, False, True]


def test_the_same_concentration_twice_counts_once(tmp_path: Path) -> None:
    row = "2021-04-01,imatinib,1320,ng/mL,,,24"
    record = record_of(tmp_path, labs(f"{row}\n{row}"))
    assert len(record.concentrations) == 1
    assert [problem.code for problem in record.warnings] == ["duplicate_row"]
