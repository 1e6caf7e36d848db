"""A CT volume, what was acquired, and the label maps drawn on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from breathline.errors import Severity
from breathline.model.measurement import Measurement

HounsfieldArray = NDArray[np.int16]
"""(slices, rows, columns), slices from feet to head, rows from front to back, columns from the patient's
right to left [HU]."""

LabelArray = NDArray[np.uint8]
"""The same axes as the volume; background 0."""

PADDING = -2048
"""Value of voxels the scanner did not reconstruct (outside the circular field of view) [HU]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """Where the voxels of a volume lie.

    Parameters
    ----------
    spacing_mm
        Distance between voxel centres along (slices, rows, columns) [mm].
    origin_mm
        Position of the centre of voxel (0, 0, 0), LPS [mm].
    direction
        Unit vectors (LPS) along which the slice, row and column index grow, one a row of the 3 × 3 matrix.
    slice_thickness_mm
        Thickness of a slice [mm]; smaller than the distance between slices in interval HRCT.
    """

    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    direction: tuple[tuple[float, float, float], ...] = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
    slice_thickness_mm: float | None = None

    @property
    def voxel_ml(self) -> float:
        """Volume that one voxel stands for [mL]; in interval HRCT this includes the gap to the next slice."""
        dz, dy, dx = self.spacing_mm
        return dz * dy * dx / 1000.0

    @property
    def is_interval(self) -> bool:
        """True if slices are separated by gaps (interval HRCT)."""
        thickness = self.slice_thickness_mm
        return thickness is not None and self.spacing_mm[0] > 1.5 * thickness + 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGrid:
    """How the voxels lie in the file, so that label maps are written back on the scan's own grid.

    Parameters
    ----------
    axes
        Axis of the volume (0 slices, 1 rows, 2 columns) that each axis of the stored array is.
    flipped
        Whether each axis of the stored array runs against the volume's.
    spacing_mm, origin_mm, direction
        As image files give them: along the stored array's last, middle and first axis, in LPS.
    """

    axes: tuple[int, int, int]
    flipped: tuple[bool, bool, bool]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float]
    direction: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """How a scan was made, as far as its header says. Empty text and None mean the header does not say."""

    modality: str = "CT"
    manufacturer: str = ""
    model: str = ""
    kernel: str = ""
    kvp: float | None = None
    exposure_mas: float | None = None
    slice_thickness_mm: float | None = None
    patient_position: str = ""
    contrast: str = ""
    date: str = ""
    source_format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityFlag:
    """Something about the scan a reader should know before believing its numbers."""

    code: str
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step applied to the data, with its parameters: the report's Methods is written from these."""

    name: str
    parameters: Mapping[str, float | int | str | bool] = field(default_factory=dict)
    version: str = ""
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Volume:
    """A CT volume in Hounsfield units with its geometry; `stored` is None for a volume made in memory."""

    hu: HounsfieldArray
    geometry: Geometry
    stored: StoredGrid | None = None
    acquisition: Acquisition = Acquisition()
    quality: tuple[QualityFlag, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LabelMap:
    """Labels on the grid of a volume, with the names of their codes."""

    labels: LabelArray
    geometry: Geometry
    names: Mapping[str, int]
    method: str = ""
    quality: tuple[QualityFlag, ...] = ()
    steps: tuple[Step, ...] = ()


LUNG_CODES: Mapping[str, int] = MappingProxyType({"right_lung": 1, "left_lung": 2})

PATTERN_CODES: Mapping[str, int] = MappingProxyType(
    {
        "normal": 1,
        "ground_glass": 2,
        "reticulation": 3,
        "honeycombing": 4,
        "consolidation": 5,
        "emphysema": 6,
        "vessel": 7,
        "airway": 8,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanMeasurement:
    """All that was measured on one scan, without its pixels: the content of ``measurements.json``.

    Parameters
    ----------
    scan
        Facts of the acquisition and the geometry, by name.
    labels
        Name and code of each pattern in ``patterns.nii.gz``.
    """

    scan: Mapping[str, float | int | str | bool | None]
    quality: tuple[QualityFlag, ...]
    labels: Mapping[str, int]
    measurements: tuple[Measurement, ...]
    steps: tuple[Step, ...]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeySlice:
    """One axial slice kept for the report: pixels, labels, and how high in the lungs it lies.

    Parameters
    ----------
    height
        Height above the lung bases as a fraction of lung height, 0 to 1.
    position_mm
        Position of the slice along the body axis in the scan's own coordinates [mm].
    hu
        (rows, columns), cropped to the chest [HU].
    labels
        Pattern codes on the same pixels (see PATTERN_CODES); 0 outside the lungs.
    pixel_mm
        Pixel spacing along (rows, columns) [mm].
    """

    height: float
    position_mm: float
    hu: NDArray[np.int16]
    labels: LabelArray
    pixel_mm: tuple[float, float]
