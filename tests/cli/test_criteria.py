"""``breathline list criteria`` and ``breathline assess --criterion``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from breathline import demo
from breathline.cli import main
from breathline.verdict import CRITERIA


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    patient = tmp_path / "patient"
    patient.mkdir()
    (patient / "patient.toml").write_text(demo.PATIENT, encoding="utf-8")
    for name, rows in demo.example_tables().items():
        (patient / name).write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
    return patient


def test_every_criterion_is_listed_with_its_words_and_source():
    rows = json.loads(CliRunner().invoke(main, ["list", "criteria", "--json"]).output)
    assert [row["key"] for row in rows] == list(CRITERIA)
    text = CliRunner().invoke(main, ["list", "criteria"]).output
    for row in rows:
        assert f"{row['key']}: {row['title']}" in text
        assert row["printed"] in text
        assert row.get("source", "") in text


def test_the_text_of_a_criterion():
    text = CliRunner().invoke(main, ["list", "criteria"]).output
    start = text.index("eustar_12mo: ")
    assert text[start:].startswith(
        "eustar_12mo: FVC over 12 months (EUSTAR)\n"
        "    “Over 12 ± 3 months: significant decline, FVC decline > 10 %; moderate decline, 5 % to 10 %; stable, "
        "decline or improvement of < 5 %; improvement, FVC improvement of ≥ 5 %.”\n"
        "    window: two tests 12 ± 3 months apart\n"
        "    presumes: ILD of systemic sclerosis\n"
        "    read: before treatment, on treatment\n"
        "    answers: significant decline, moderate decline, improvement, stable\n"
        "    source: Hoffmann-Vold, Ann Rheum Dis 2021;80:219–227"
    )


def test_only_what_is_named_is_applied(folder: Path, tmp_path: Path):
    out = tmp_path / "out"
    told = CliRunner().invoke(
        main, ["assess", str(folder), "-o", str(out), "--criterion", "inbuild", "--criterion", "gap_2012"]
    )
    assert told.exit_code == 0
    found = json.loads((out / "assessment.json").read_text(encoding="utf-8"))["verdicts"]
    assert [(v["criterion"], v["period"], v["label"]) for v in found] == [
        ("overall", None, "improved"),
        ("inbuild", "before_treatment", "met"),
        ("inbuild", "on_treatment", "not_met"),
        ("gap_2012", "before_treatment", "stage_I"),
        ("gap_2012", "on_treatment", "stage_I"),
    ]


def test_the_example_had_progressed_before_treatment_and_not_on_it(folder: Path, tmp_path: Path):
    out = tmp_path / "out"
    assert CliRunner().invoke(main, ["assess", str(folder), "-o", str(out)]).exit_code == 0
    found = json.loads((out / "assessment.json").read_text(encoding="utf-8"))["verdicts"]
    labels = {(v["criterion"], v["period"]): v["label"] for v in found}
    for name in ("ppf_2022", "inbuild", "omeract_ctd_ild"):
        assert (labels[name, "before_treatment"], labels[name, "on_treatment"]) == ("met", "not_met")
    assert labels["ats_ers_2000", "on_treatment"] == "met"
    for verdict in found:
        assert set(verdict) >= {"criterion", "label", "reasons", "missing"}
        assert (verdict["label"] == "cannot_tell") <= bool(verdict["missing"])


def test_an_unknown_name_is_wrong_use_and_nothing_is_written(folder: Path, tmp_path: Path):
    out = tmp_path / "out"
    told = CliRunner().invoke(main, ["assess", str(folder), "-o", str(out), "--criterion", "ppf"])
    assert told.exit_code == 2
    assert told.stderr.startswith("There is no criterion 'ppf'.")
    assert not out.exists()
