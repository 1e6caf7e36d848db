from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numba
import pytest
from click.testing import CliRunner

from breathline.cli import main
from breathline.phantom import compiled as compiled_module

SMALL = ["--matrix", "48", "--thickness", "5", "--spacing", "50"]


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["phantom", *words])
    return result.exit_code, result.output


def test_one(tmp_path: Path) -> None:
    code, told = run(str(tmp_path / "out"), *SMALL, "--ground-glass", "20")
    assert code == 0, told
    assert "ground glass" in told
    assert len(list((tmp_path / "out" / "dicom").iterdir())) == 6
    assert {path.name for path in (tmp_path / "out" / "truth").iterdir()} == {
        "lungs.nii.gz",
        "patterns.nii.gz",
        "truth.json",
    }


def test_pair_quiet(tmp_path: Path) -> None:
    words = ["--pair", "--quiet", "--ground-glass", "20", "--followup-ground-glass", "5"]
    code, told = run(str(tmp_path / "out"), *SMALL, *words, "--study-date", "2020-01-06")
    assert (code, told) == (0, "")
    assert (tmp_path / "out" / "truth" / "displacement.nii.gz").is_file()
    assert (tmp_path / "out" / "followup" / "dicom" / "0001.dcm").is_file()


def test_wrong_options(tmp_path: Path) -> None:
    code, told = run(str(tmp_path / "out"), "--matrix", "7")
    assert code == 3
    assert told == "This phantom cannot be made:\n  - matrix is 7. Give a value from 32 to 1024.\n"
    code, told = run(str(tmp_path / "out"), "--followup-ground-glass", "7")
    assert code == 2
    assert "need --pair" in told


def test_compiles_where_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = numba.njit

    def refusing(*, cache: bool, **options: object) -> object:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return whole(**options)

    monkeypatch.setattr(compiled_module, "numba", SimpleNamespace(njit=refusing))
    assert compiled_module.compiled(lambda x: x + 1)(1) == 2  # exact arithmetic
