"""From bad tables to the report: every row is named where it is wrong, and stands in the report as it came."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from breathline.cli import main

PATIENT = 'id = "P-1"\nsex = "female"\nage = 60\nheight_cm = 165\ntreatment_start = 2023-01-09\n'

EVENTS = """\
term,start,grade,serious,ctcae
puffy eyes,2023-02-01,1,no,6
nausea,,2,no,
rash,2023-02-01,6,no,4.03
"""

LABS = """\
date,test,value,unit,low,high
2023-01-05,bilirubin,0.7,mg/dL,,1.0
2023-03-01,bilirubin,42,umol/L,,17
2023-03-01,CK,250,U/L,,
2023-03-01,INR,1.4,,,
2023-03-01,neutrophils,0.9,10^9/L,1.8,7.5
"""

CAUSALITY = "term,drug,question,answer\nrash,imatinib,after_drug,yes\n"


@pytest.fixture
def patient(tmp_path: Path) -> Path:
    folder = tmp_path / "patient"
    folder.mkdir()
    tables = {"patient.toml": PATIENT, "events.csv": EVENTS, "labs.csv": LABS, "causality.csv": CAUSALITY}
    for name, text in tables.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_bad_rows_are_told_and_none_is_lost(patient: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = CliRunner().invoke(main, ["assess", str(patient), "-o", str(out), "--ctcae", "6"])
    assert ran.exit_code == 0, ran.stderr
    for words in (
        "events.csv, line 3, column 'start': The event 'nausea' has no start",
        "events.csv, line 4, column 'grade': '6' is not a grade of an adverse event",
        "events.csv, line 4, column 'ctcae': '4.03' is not a version of CTCAE whose criteria are known here",
        "bilirubin stands in more than one unit: mg/dL (first on line 2) and umol/L (first on line 3)",
        "CK has no limits of its laboratory in 1 row (first on line 4)",
        "labs.csv, line 5, column 'unit': INR has no unit, and none is guessed.",
    ):
        assert words in ran.stderr
    safety = json.loads((out / "assessment.json").read_text(encoding="utf-8"))["safety"]
    assert safety["version"] == "6"
    assert [event["term"] for event in safety["events"]] == ["puffy eyes", "nausea", "rash"]
    assert [event["recorded_grade"] for event in safety["events"]] == ["", "", "6"]
    grades = [(row["lab"]["test"], row["grade"], row["reason"]) for row in safety["labs"]]
    assert grades == [
        ("bilirubin", 0, ""),
        ("bilirubin", 2, ""),
        ("CK", None, "no upper limit is recorded"),
        ("INR", None, "no unit is recorded, and none is guessed"),
        ("neutrophils", 2, ""),  # "<1.0 - 0.5 x 10^9/L" is grade 2 of version 6
    ]
    assert safety["graded"][2]["causality"][0]["category"] == "possible"
    report = (out / "report.html").read_text(encoding="utf-8")
    for words in (
        "puffy eyes",
        "nausea",
        "is no grade of CTCAE and is not counted",
        "none is guessed",
        "250 U/L",
    ):
        assert words in report


def test_a_version_that_is_not_known_is_refused(patient: Path, tmp_path: Path) -> None:
    ran = CliRunner().invoke(main, ["assess", str(patient), "-o", str(tmp_path / "out"), "--ctcae", "4"])
    assert ran.exit_code == 2
    assert "'4' is not one of '5', '6'" in ran.stderr
