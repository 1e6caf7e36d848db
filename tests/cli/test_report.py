"""``breathline report``: the report once more from an assessment, or a clear reason why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from breathline.archive import to_json, write_assessment
from breathline.cli import main
from tests.report.example import example, no_scans


def run(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(word) for word in words])
    return result.exit_code, result.output


def test_the_report_is_written_again_for_other_paper(tmp_path: Path) -> None:
    write_assessment(no_scans(), tmp_path / "assessment.json")
    code, said = run("report", tmp_path, "--paper", "letter")
    assert (code, said) == (0, f"Report: {tmp_path / 'report.html'} and {tmp_path / 'report.pdf'}\n")
    assert "Did the patient respond?" in (tmp_path / "report.html").read_text(encoding="utf-8")
    printed = (tmp_path / "report.pdf").read_bytes()
    assert re.search(rb"/MediaBox\s*\[0 0 612 792\]", printed)  # Letter in points
    assert (tmp_path / "figures" / "timeline.svg").is_file()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"schema": "breathline/assessment/0"}', "this version reads 'breathline/assessment/1'"),
        ("{", "assessment.json is not an assessment"),
        (
            to_json(example()).replace('"sex": "female"', '"sex": "other"'),
            "was changed and can no longer be read",
        ),
        (None, "There is no assessment.json"),
    ],
)
def test_what_is_no_assessment_of_this_version_is_refused(
    text: str | None, said: str, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "assessment.json").write_text(text, encoding="utf-8")
    code, told = run("report", tmp_path)
    assert code == 3
    assert said in told
    assert "Traceback" not in told
    assert not (tmp_path / "report.html").exists()


def test_other_paper_is_a_wrong_use(tmp_path: Path) -> None:
    assert run("report", tmp_path, "--paper", "a5")[0] == 2
