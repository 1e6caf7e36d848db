"""The example patient, made once: its tables as shipped, its scans at a quarter of the matrix."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, sync_playwright

from breathline import demo
from breathline.cli import main
from tests.end_to_end.reviewing import SOFTWARE
from tests.once import made_once


@pytest.fixture(scope="session")
def example(tmp_path_factory) -> Path:
    """Folder with ``patient`` and ``assessment`` of the example, and the truth of its scans."""
    specs = tuple(replace(spec, matrix=160, thickness_mm=3.0) for spec in demo.example_scans())

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(demo, "example_scans", lambda: specs)
            patch.setattr(demo, "keep_truth", lambda made: made.rename(folder / "truth"))
            ran = CliRunner().invoke(main, ["demo", str(folder), "--quiet"], catch_exceptions=False)
        assert ran.exit_code == 0, ran.output

    return made_once(tmp_path_factory, "example", make)


@pytest.fixture(scope="session")
def assessed(example) -> dict[str, Any]:
    """Content of the example's ``assessment.json``."""
    return json.loads((example / "assessment" / "assessment.json").read_text(encoding="utf-8"))


@pytest.fixture
def tables(tmp_path) -> Path:
    """The example's patient folder without scans, to be broken by a test."""
    folder = tmp_path / "patient"
    folder.mkdir()
    (folder / "patient.toml").write_text(demo.PATIENT, encoding="utf-8")
    for name, rows in demo.example_tables().items():
        (folder / name).write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=SOFTWARE)
        yield opened
        opened.close()
