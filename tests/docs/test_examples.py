"""What the documentation shows is what happens: files are written as shown, commands print what is shown."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from breathline.archive import read_assessment
from breathline.cli import main
from tests.conftest import ROOT

TUTORIAL = ROOT / "docs" / "tutorial" / "first-patient.md"
REDCAP = ROOT / "docs" / "how-to" / "redcap.md"
CUT = "…"
"""A line of a block that stands for others."""

_FILE = re.compile(r"^[^\n]*`([\w./-]+\.\w+)`[^\n]*:\n\n```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_CONSOLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)


def write_files(page: Path) -> None:
    """Write every file that a page shows below its name, where the test stands."""
    for name, content in _FILE.findall(page.read_text(encoding="utf-8")):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(content, encoding="utf-8")


def run(line: str):
    ran = CliRunner().invoke(main, shlex.split(line)[1:], catch_exceptions=False)
    assert ran.exit_code == 0, f"{line}\n{ran.output}"
    return ran


def blocks(page: Path) -> list[tuple[str, list[str]]]:
    """Every command of a page with the lines it is shown to print."""
    found: list[tuple[str, list[str]]] = []
    for block in _CONSOLE.findall(page.read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def test_the_tutorial_happens_as_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_files(TUTORIAL)
    assert {p.name for p in Path("P-001").iterdir()} == {
        "patient.toml",
        "visits.csv",
        "doses.csv",
        "events.csv",
    }
    told = blocks(TUTORIAL)
    assert [line.split()[1] for line, _ in told] == ["check", "assess", "case-report"]
    for line, shown in told:
        ran = run(line)
        printed = (ran.stdout + ran.stderr).splitlines()
        if CUT in shown:
            cut = shown.index(CUT)
            assert printed[:cut] == shown[:cut]
            assert printed[-len(shown[cut + 1 :]) :] == shown[cut + 1 :]
        else:
            assert printed == shown
    assert Path("P-001-result/figures/forest.png").is_file()
    # The sentence below the command: FVC 2.72 to 2.95 L lies within its error, DLCO does not.
    changes = {change.measure: change for change in read_assessment(Path("P-001-result")).changes}
    assert (changes["fvc"].baseline, changes["fvc"].followup) == (2.72, 2.95)
    assert (changes["fvc"].judgement, changes["dlco"].judgement) == ("no_change", "better")


@pytest.fixture
def redcap(tmp_path, monkeypatch) -> Path:
    """A folder in which the export of the how-to was turned into patient folders by its script."""
    monkeypatch.chdir(tmp_path)
    write_files(REDCAP)
    (script,) = re.findall(
        r"^```python\n(.*?)^```", REDCAP.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    Path("convert.py").write_text(script, encoding="utf-8")
    runpy.run_path("convert.py")
    return tmp_path


def test_the_export_of_redcap_becomes_patient_folders(redcap):
    for line, _ in blocks(REDCAP):
        assert "The record can be used." in run(line).stdout
    told = run("breathline check patients/P-102").stdout
    assert "male, 71 years, 174 cm, 80 kg" in told
    assert "Treatment starts on 2024-05-06 (week 0)." in told


def test_what_could_not_be_done_stays_said(redcap):
    text = (redcap / "patients" / "P-102" / "visits.csv").read_text(encoding="utf-8")
    assert "2024-04-29,six_minute_walk,unable,m" in text
    assert "dlco" not in text.split("2024-09-23", 1)[1]  # an empty cell is not recorded
