"""A small phantom chest, whose truth is known, shared by the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from breathline.ct.measure import MeasuredScan, measure_scan
from breathline.model.volume import LabelMap, Volume
from breathline.phantom import PhantomSpec, simulate_phantom
from tests.dicom.tiny import write_series

SMALL = PhantomSpec(matrix=192, thickness_mm=4.0, ground_glass=12.0)


@pytest.fixture(scope="session")
def chest() -> tuple[Volume, LabelMap, LabelMap]:
    """Scan, true lungs and true patterns of a phantom with 12 % ground-glass."""
    return simulate_phantom(SMALL)


@pytest.fixture(scope="session")
def chest_dicom(chest: tuple[Volume, LabelMap, LabelMap], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The phantom as a DICOM folder."""
    folder = tmp_path_factory.mktemp("chest")
    volume = chest[0]
    write_series(folder, volume.hu, spacing=volume.geometry.spacing_mm, StudyDate="20240110")
    return folder


@pytest.fixture(scope="session")
def measured(chest_dicom: Path) -> MeasuredScan:
    """The phantom measured."""
    return measure_scan(chest_dicom)
