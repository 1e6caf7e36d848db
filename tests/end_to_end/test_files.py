"""Every file that a run leaves stands on the page of the files."""

from __future__ import annotations

import re

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "reference" / "files.md"


def patterns() -> list[re.Pattern[str]]:
    """What the table of `breathline assess` names: capitals stand for any name, a second ending for the first."""
    text = PAGE.read_text(encoding="utf-8").partition("## `breathline case-report")[0]
    found = []
    for cell in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE):
        first, *others = re.findall(r"`([^`]+)`", cell)
        names = [first, *(first.rpartition(".")[0] + other for other in others)]
        found += [
            re.compile(re.sub(r"[A-Z]{3,}", "[^/]+", re.escape(name).replace("…", ".+"))) for name in names
        ]
    return found


def test_every_file_of_an_assessment_is_documented(example):
    folder = example / "assessment"
    files = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
    assert len(files) > 20
    known = patterns()
    assert [name for name in files if not any(one.fullmatch(name) for one in known)] == []
