from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from breathline.phantom import PhantomSpec, PhantomTruth, write_phantom, write_phantom_pair
from tests.once import kept_once, made_once

SMALL: dict[str, Any] = {"matrix": 96, "thickness_mm": 5.0}


@pytest.fixture(scope="session")
def ill(tmp_path_factory: pytest.TempPathFactory) -> PhantomTruth:
    """A small phantom with every pattern, on disk."""
    spec = PhantomSpec(**SMALL, ground_glass=20, reticulation=8, honeycombing=4, consolidation=3, emphysema=5)

    def write() -> PhantomTruth:
        return write_phantom(tmp_path_factory.mktemp("phantom") / "ill", spec)

    return kept_once(tmp_path_factory, "phantom-ill", write)


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small pair: ground-glass clears from 25 to 10 % and a little of it scars."""
    baseline = PhantomSpec(**SMALL, ground_glass=25, reticulation=4)
    followup = PhantomSpec(**SMALL, ground_glass=10, reticulation=4, progressed=3, inspiration=0.9)
    return made_once(
        tmp_path_factory, "phantom-pair", lambda folder: write_phantom_pair(folder, baseline, followup)
    )
