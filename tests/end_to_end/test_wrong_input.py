"""What a person meets who gives the main job something wrong: a message, exit code 3, and no output."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from breathline.cli import main
from tests.dicom.tiny import write_series


def run(*arguments):
    return CliRunner().invoke(main, [str(a) for a in arguments])


def edit(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("patient.toml", "height_cm = 162", "height_cm = 1.62", "metres"),
        ("visits.csv", "2024-07-22,dlco", "2024-02-31,dlco", "2024-02-31"),
        ("visits.csv", "mL/min/mmHg", "", "unit"),
        ("visits.csv", "7.2,mL/min/mmHg", "2.4,mmol/min/mmHg", "mmol/min/mmHg"),
        ("visits.csv", "measure", "mesure", "mesure"),
        ("visits.csv", "dlco,7.2", "dlcoo,7.2", "dlco"),
        ("doses.csv", "1000,mg", "1000,cm", "unit"),
    ],
)
def test_a_record_that_cannot_be_used(tables, tmp_path, name, old, new, said):
    edit(tables, name, old, new)
    for command in (("check", tables), ("assess", tables, "-o", tmp_path / "out")):
        ran = run(*command)
        assert ran.exit_code == 3, ran.output
        assert name in ran.output
        assert said in ran.output
        assert "Traceback" not in ran.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("400,mg", "400,", "its dose has no unit"),
        ("400,mg", "400,g", "a single dose of 400 g is not a usual one"),
        ("2024-03-04,2024-07-22", "2024-07-22,2024-03-04", "lies before its start"),
    ],
)
def test_a_dose_in_doubt_is_told_and_stands_in_the_report_as_it_came(tables, tmp_path, old, new, said):
    edit(tables, "doses.csv", old, new)
    ran = run("assess", tables, "-o", tmp_path / "out")
    assert ran.exit_code == 0, ran.output
    assert "doses.csv, line 6" in ran.output
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    row = (tables / "doses.csv").read_text(encoding="utf-8").splitlines()[5]
    assert row.replace(",", ", ") in report
    assert said in report
    assert "56 000 mg" not in report.replace("\u202f", " "), "its amount is not counted"


def test_all_problems_are_told_at_once(tables):
    edit(tables, "patient.toml", "height_cm = 162", "height_cm = 1.62")
    edit(tables, "visits.csv", "dlco,7.2", "dlcoo,7.2")
    edit(tables, "doses.csv", ",mg,", ",,")
    ran = run("check", tables)
    assert all(name in ran.output for name in ("patient.toml", "visits.csv", "doses.csv"))


def test_the_same_measure_twice_on_a_day(tables):
    text = (tables / "visits.csv").read_text(encoding="utf-8")
    line = next(row for row in text.splitlines() if ",dlco,12.4," in row)
    (tables / "visits.csv").write_text(text + line.replace("12.4", "9.9") + "\n", encoding="utf-8")
    ran = run("check", tables)
    assert ran.exit_code == 3
    assert "DLCO stands there twice on 2024-07-22" in ran.output


def test_a_dlco_in_the_other_unit_system_is_not_judged(tables, tmp_path):
    # The last value as it would read in mmol/min/kPa (12.4 / 2.986 = 4.15), under the unit mL/min/mmHg.
    edit(tables, "visits.csv", "dlco,12.4,mL/min/mmHg", "dlco,4.15,mL/min/mmHg")
    ran = run("check", tables)
    assert "mmol/min/kPa" in ran.output
    assert ran.exit_code == 3


def test_a_dlco_that_is_all_in_the_other_unit_system_is_not_judged(tables, tmp_path):
    # Every value divided by 2.987, as a laboratory of the other system would print it, under mL/min/mmHg.
    text = (tables / "visits.csv").read_text(encoding="utf-8")
    for value in ("11.9", "9.6", "7.2", "8.3", "10.6", "12.4"):
        text = text.replace(f"dlco,{value},", f"dlco,{float(value) / 2.987:.2f},")
    (tables / "visits.csv").write_text(text, encoding="utf-8")
    ran = run("assess", tables, "-o", tmp_path / "out")
    assert ran.exit_code == 3
    assert "in mmol/min/kPa it would be" in ran.output
    assert ran.output.count("in mmol/min/kPa it would be") == 1, "six rows that say the same are told once"
    assert "The same holds for lines 9–13." in ran.output
    assert not (tmp_path / "out").exists()


def test_an_empty_folder(tmp_path):
    (tmp_path / "empty").mkdir()
    ran = run("assess", tmp_path / "empty", "-o", tmp_path / "out")
    assert ran.exit_code == 3
    assert "patient.toml" in ran.output
    assert not (tmp_path / "out").exists()


def test_results_are_not_written_into_the_patient_folder(tables):
    ran = run("assess", tables, "-o", tables / "out")
    assert ran.exit_code == 2
    assert "cannot lie inside the patient folder" in ran.output


def test_a_patient_folder_inside_an_earlier_result_is_not_lost(tables, tmp_path):
    out = tmp_path / "results"
    assert run("assess", tables, "-o", out, "--quiet").exit_code == 0
    inside = tables.rename(out / "patient")
    ran = run("assess", inside, "-o", out)
    assert ran.exit_code == 2
    assert (inside / "patient.toml").is_file()
    assert (out / "assessment.json").is_file()


def test_a_fault_of_the_program_is_said_without_a_traceback(tables, tmp_path, monkeypatch):
    def broken(*_args, **_more):
        raise KeyError("nobody foresaw this")

    monkeypatch.setattr("breathline.pipeline.assess", broken)
    ran = run("assess", tables, "-o", tmp_path / "out")
    assert ran.exit_code == 1
    assert "Traceback" not in ran.output
    assert "failed in a way nobody foresaw (KeyError in test_wrong_input.py, line " in ran.output
    assert list(tmp_path.iterdir()) == [tables]


def test_tables_alone_are_assessed_and_what_is_missing_is_said(tables, tmp_path):
    (tables / "events.csv").unlink()
    ran = run("assess", tables, "-o", tmp_path / "out", "--quiet")
    assert ran.exit_code == 0, ran.output
    assessed = json.loads((tmp_path / "out" / "assessment.json").read_text(encoding="utf-8"))
    assert assessed["safety"]["status"] == "not_recorded"
    assert not any(change["measure"].startswith("ct_") for change in assessed["changes"])
    assert "Imaging: no measure recorded" in assessed["verdicts"][0]["missing"]


def test_a_broken_scan_is_left_out_and_said(tables, tmp_path):
    (tables / "ct").mkdir()
    (tables / "ct" / "notes.dcm").write_text("this is not a scan", encoding="utf-8")
    ran = run("assess", tables, "-o", tmp_path / "out")
    assert ran.exit_code == 0, ran.output
    assert "notes.dcm" in ran.output
    assessed = json.loads((tmp_path / "out" / "assessment.json").read_text(encoding="utf-8"))
    assert any("notes.dcm" in str(problem) for problem in assessed["warnings"])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.unlink(), "1 slice is missing between"),
        (lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]), "cut short"),
    ],
    ids=["a missing middle slice", "a truncated slice"],
)
def test_a_spoilt_scan_is_told_by_check_and_left_out_by_assess(example, tables, tmp_path, spoil, said):
    scan = tables / "ct" / "baseline"
    shutil.copytree(example / "patient" / "ct" / "baseline", scan)
    slices = sorted(scan.iterdir())
    spoil(slices[len(slices) // 2])
    ran = run("check", tables)
    assert ran.exit_code == 0
    assert said in ran.output
    assert "No CT scan that can be used" in ran.output
    ran = run("assess", tables, "-o", tmp_path / "out")
    assert ran.exit_code == 0
    assert said in ran.output
    assessed = json.loads((tmp_path / "out" / "assessment.json").read_text(encoding="utf-8"))
    assert not any(one["measurement"]["measure"].startswith("ct_") for one in assessed["measurements"])
    assert any(said in problem["message"] for problem in assessed["warnings"])


def test_the_same_record_gives_the_same_bytes(tables, tmp_path):
    texts = []
    for name in ("one", "two"):
        run("assess", tables, "-o", tmp_path / name, "--quiet")
        texts.append((tmp_path / name / "assessment.json").read_bytes())
    assert texts[0] == texts[1]


def test_a_truncated_slice_leaves_the_scan_out_and_no_path_behind(tables, tmp_path):
    write_series(tables / "ct" / "scan", np.full((12, 32, 32), -800, np.int16))
    first = sorted((tables / "ct" / "scan").glob("*.dcm"))[5]
    first.write_bytes(first.read_bytes()[:-700])
    (tables / "ct" / "scans.csv").write_text("series,week\nscan,20\n", encoding="utf-8")
    ran = run("assess", tables, "-o", tmp_path / "out")
    assert ran.exit_code == 0, ran.output
    assert first.name in ran.output
    for name in ("assessment.json", "report.html"):
        text = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert first.name in text
        assert str(tmp_path) not in text
