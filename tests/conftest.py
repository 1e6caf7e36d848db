"""What tests share: where the real scans lie, and how a test says it needs them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REAL_CT = ROOT.parent / "shared" / "data" / "ct"


@pytest.fixture(scope="session")
def real_ct() -> Path:
    """Folder of the real scans; the test is skipped where it is absent."""
    if not REAL_CT.is_dir():
        pytest.skip(f"needs the real scans in {REAL_CT.relative_to(ROOT.parent)}, which are not here")
    return REAL_CT


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium; the test is skipped where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    pytest.skip("needs Chromium (Debian: apt-get install chromium), which is not installed")
