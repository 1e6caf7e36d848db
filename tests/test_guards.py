"""The guards fail when they should: each is run on a deliberate violation, and on the tree as it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import breathline
from tests.conftest import ROOT

BIN = Path(sys.executable).parent


def run(*command: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env=os.environ | more
    )


@pytest.fixture
def copy(tmp_path) -> Path:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.npz"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(where: Path) -> subprocess.CompletedProcess[str]:
    return run(str(BIN / "lint-imports"), "--no-cache", cwd=where, PYTHONPATH=str(where / "src"))


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("model/patient.py", "from breathline import intake", "imports run in one direction"),
        ("ct/__init__.py", "from breathline import equations", "imports run in one direction"),
        ("figures/__init__.py", "from breathline import verdict", "what presents never computes"),
        ("report/__init__.py", "import breathline.ct", "what presents never computes"),
    ],
)
def test_an_import_against_the_direction_is_seen(copy, module, line, broken):
    target = copy / "src" / "breathline" / module
    target.write_text(target.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    found = lint_imports(copy)
    assert found.returncode == 1
    assert f"{broken} BROKEN" in found.stdout


def test_a_wrong_type_is_seen(tmp_path):
    (tmp_path / "wrong.py").write_text('def age_years(text) -> int:\n    return "64"\n', encoding="utf-8")
    found = run(
        str(BIN / "mypy"), "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(tmp_path / "c"),
        str(tmp_path / "wrong.py"), cwd=tmp_path,
    )  # fmt: skip
    assert found.returncode == 1
    assert "no-untyped-def" in found.stdout
    assert "return-value" in found.stdout


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ('"""Doc."""\n\nprint("x")\n', "T201"),
        ('"""Doc."""\n\ntry:\n    x = 1\nexcept:\n    pass\n', "E722"),
        ('"""Doc."""\n\n\ndef measure_lung(x):\n    return x\n', "D103"),
    ],
)
def test_a_lint_violation_is_seen(tmp_path, code, rule):
    (tmp_path / "wrong.py").write_text(code, encoding="utf-8")
    found = run(
        str(BIN / "ruff"),
        "check",
        "--no-cache",
        "--config",
        str(ROOT / "pyproject.toml"),
        "wrong.py",
        cwd=tmp_path,
    )
    assert found.returncode == 1
    assert rule in found.stdout


def test_the_public_surface_is_all_there_and_nothing_else():
    for name in breathline.__all__:
        assert getattr(breathline, name) is not None
    with pytest.raises(AttributeError, match="breathline has no 'lungs'"):
        breathline.lungs  # noqa: B018


def test_modules_stay_small():
    # The house rule is about 400 lines; a tenth more is where a subject wants two files.
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "src").rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 440
    }
    assert long == {}
