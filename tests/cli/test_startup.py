"""Commands that need no scan load nothing of what scans need: the tables alone answer within seconds."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numba", "scipy", "SimpleITK", "matplotlib")


@pytest.mark.parametrize("module", ["breathline.cli", "breathline.pipeline"])
def test_loading_leaves_the_heavy_packages_out(module):
    code = f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
