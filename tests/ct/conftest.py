"""A small phantom chest, whose truth is known, shared by the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from breathline.ct.align import Alignment, align
from breathline.ct.measure import MeasuredScan, measure_scan
from breathline.ct.patterns.network import CLASSES
from breathline.ct.patterns.sheets import Floats
from breathline.model.volume import LabelMap, Volume
from breathline.phantom import PhantomSpec, simulate_phantom
from tests.ct.vessels import scan
from tests.dicom.tiny import write_series
from tests.once import kept_once, made_once

Chest = tuple[Volume, LabelMap, LabelMap]
SMALL = PhantomSpec(matrix=192, thickness_mm=4.0, ground_glass=12.0)


@pytest.fixture(scope="session")
def chest(tmp_path_factory: pytest.TempPathFactory) -> Chest:
    """Scan, true lungs and true patterns of a phantom with 12 % ground-glass."""
    return kept_once(tmp_path_factory, "ct-chest", lambda: simulate_phantom(SMALL))


@pytest.fixture(scope="session")
def chest_dicom(chest: Chest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The phantom as a DICOM folder."""
    hu, spacing = chest[0].hu, chest[0].geometry.spacing_mm
    return made_once(
        tmp_path_factory, "ct-chest-dicom",
        lambda folder: write_series(folder, hu, spacing=spacing, StudyDate="20240110"),
    )  # fmt: skip


@pytest.fixture(scope="session")
def measured(chest_dicom: Path, tmp_path_factory: pytest.TempPathFactory) -> MeasuredScan:
    """The phantom measured."""
    return kept_once(tmp_path_factory, "ct-measured", lambda: measure_scan(chest_dicom))


@pytest.fixture
def normal_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the network, most of the time of a measurement, in a test that looks at no pattern: all lung is normal."""

    def look(cells: Floats) -> Floats:
        logits = np.zeros((cells.shape[0], len(CLASSES), *cells.shape[2:]), np.float32)
        logits[:, CLASSES.index("normal")] = 9.0
        return logits

    monkeypatch.setattr("breathline.ct.patterns.learned_texture.shipped_network", lambda: look)


@pytest.fixture(scope="session")
def unmoved(tmp_path_factory: pytest.TempPathFactory) -> Alignment:
    """The lungs of a formula laid on themselves."""
    lungs = scan()
    return kept_once(tmp_path_factory, "ct-unmoved", lambda: align(*lungs, *lungs))
