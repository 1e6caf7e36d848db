"""The guide to the patient folder: the folder it shows is read without a problem."""

from __future__ import annotations

import re
from pathlib import Path

from tests.intake.folders import problems_of, record_of

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "patient-folder.md"


def _blocks() -> list[str]:
    return re.findall(r"^```\w*\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def _starting(*words: str) -> str:
    (found,) = [block for block in _blocks() if block.startswith(words)]
    return found


def test_the_folder_of_the_guide_has_no_problem(tmp_path: Path) -> None:
    files: dict[str, str | bytes | None] = {
        "patient.toml": _starting("id ="),
        "doses.csv": _starting("drug,"),
        "events.csv": _starting("term,start"),
        "labs.csv": _starting("date,test,value,unit,low,high\n"),
        "causality.csv": _starting("term,drug"),
    }
    for number, form in enumerate(("date,measure", "date,fvc")):
        assert problems_of(tmp_path / str(number), {**files, "visits.csv": _starting(form)}) == ()


def test_concentrations_and_left_out_doses_of_the_guide_have_no_error(tmp_path: Path) -> None:
    files: dict[str, str | bytes | None] = {
        "labs.csv": _starting("date,test,value,unit,low,high,hours_after_dose"),
        "doses.csv": "drug,dose,unit,route,every,start,stop,reason\n" + _starting("imatinib,400"),
    }
    record = record_of(tmp_path, files)
    assert [level.value for level in record.concentrations] == [1320.0, 25.0]
    assert [row.dose for row in record.doses or ()] == [400.0, 0.0, 200.0]
    assert [problem.code for problem in record.warnings] == ["below_quantification"]
