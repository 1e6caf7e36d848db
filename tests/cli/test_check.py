"""``breathline check``: grouped by file, errors first, then what was found and what is missing."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from breathline.cli import main
from tests.intake.folders import PATIENT, VISITS, write_folder


def _check(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["check", str(folder), *options])


def test_a_record_that_can_be_used(tmp_path: Path) -> None:
    result = _check(write_folder(tmp_path, {"labs.csv": None}))
    assert result.exit_code == 0
    assert (
        result.output
        == """\
The record can be used.

Found
  Patient P-001 (female, 63 years, 162 cm, 61 kg): Mixed connective tissue disease.
  Treatment starts on 2021-02-15 (week 0).
  2 visits, from 2021-02-10 (week -0.7) to 2021-07-05 (week 20):
    FVC: 2 values
    FEV1: 2 values
    DLCO: 2 values
  2 dose intervals of prednisone and imatinib.
  1 adverse event.

Missing, and what that means
  No CT scan that can be used: no change in the lungs can be shown.
  No labs.csv: laboratory values are not part of the safety summary.
"""
    )


FAULTY: dict[str, str | bytes | None] = {
    "patient.toml": PATIENT.replace("162", "1.62").replace('sex = "female"\n', ""),
    "visits.csv": VISITS.replace("2021-07-05,fvc,2.10,L", "2021-02-30,fvc,2.10,L"),
    "doses.csv": "drug,dose,unit,every,start,stop\nimatinib,400,mg,24,2021-02-15,2021-07-05\n",
}


def test_a_record_that_must_be_mended(tmp_path: Path) -> None:
    result = _check(write_folder(tmp_path, FAULTY))
    assert result.exit_code == 3
    assert (
        result.output
        == """\
patient.toml
  [must be mended] line 3, column 'height_cm': A height of 1.62 cm cannot be (100 to 230 are allowed). \
1.62 looks like metres. Give centimetres: height_cm = 162.
  [warning] column 'sex': The sex is not recorded, so no value can be given as percent of \
predicted. Add sex = \
"female" or sex = "male".
visits.csv
  [must be mended] line 5, column 'date': '2021-02-30' is not a day of the calendar. Look up the date and \
write it as year-month-day, such as 2021-02-28.
doses.csv
  [warning] line 2, column 'every': '24' has no unit; it was read as every 24 hours. Write '24 h' if that is \
right.

The record cannot be used yet: 2 things must be mended. Nothing was computed.
"""
    )


def test_quiet_tells_only_what_must_be_mended(tmp_path: Path) -> None:
    right = _check(write_folder(tmp_path / "right"), "--quiet")
    assert (right.exit_code, right.output) == (0, "")
    result = _check(write_folder(tmp_path / "faulty", FAULTY), "--quiet")
    assert result.exit_code == 3
    assert result.output.count("[must be mended]") == 2
    assert "[warning]" not in result.output


def test_json_says_the_same(tmp_path: Path) -> None:
    result = _check(write_folder(tmp_path, FAULTY), "--json")
    assert result.exit_code == 3
    told = json.loads(result.output)
    assert (told["schema"], told["usable"], told["errors"], told["warnings"]) == (
        "breathline/check/1",
        False,
        2,
        2,
    )
    assert told["problems"][0] == {
        "code": "height_in_metres",
        "message": "A height of 1.62 cm cannot be (100 to 230 are allowed). 1.62 looks like metres.",
        "mend": "Give centimetres: height_cm = 162.",
        "severity": "error",
        "file": "patient.toml",
        "row": 3,
        "column": "height_cm",
        "found": "1.62",
    }


def test_json_of_a_record_that_can_be_used(tmp_path: Path) -> None:
    result = _check(write_folder(tmp_path, {"events.csv": "term,start\n"}), "--json")
    assert result.exit_code == 0
    told = json.loads(result.output)
    assert told["usable"] is True
    assert "No adverse event occurred (the table is there and empty)." in told["found"]
    assert told["missing"] == ["No CT scan that can be used: no change in the lungs can be shown."]


def test_values_are_held_against_what_is_expected(tmp_path: Path) -> None:
    text = VISITS.replace("mL/min/mmHg", "mmol/min/kPa")
    result = _check(write_folder(tmp_path, {"visits.csv": text}))
    assert result.exit_code == 3
    # GLI 2017 expects about 19 mL/min/mmHg of this woman: 12.4 mmol/min/kPa is 37.0
    assert "line 7, column 'value': DLCO of 12.4 mmol/min/kPa is 19" in result.output


def test_no_such_folder(tmp_path: Path) -> None:
    result = _check(tmp_path / "nobody")
    assert result.exit_code == 3
    assert result.output == (
        f"{tmp_path / 'nobody'}\n"
        "  [must be mended] There is no such folder. Check the path; 'breathline demo' writes an example of "
        "a patient folder.\n\n"
        "The record cannot be used yet: 1 thing must be mended. Nothing was computed.\n"
    )
