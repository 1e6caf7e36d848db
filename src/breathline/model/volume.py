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

LIKELY_THICKNESS_MM = 4.5
"""Slices whose thickness nobody tells are taken to be separate if they lie more than 7 mm apart, as interval HRCT
does; contiguous chest CT is reconstructed at 5 mm or less [mm]."""


def touching_mm(thickness_mm: float) -> float:
    """Give the distance up to which slices of a thickness are taken to be contiguous [mm]."""
    return 1.5 * thickness_mm + 0.5


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
    positions_mm
        Distance of each slice from the first along the slice direction, rising [mm]; None where all slices
        lie `spacing_mm` apart. Then `spacing_mm` is the mean along the slices.
    """

    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    direction: tuple[tuple[float, float, float], ...] = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
    slice_thickness_mm: float | None = None
    positions_mm: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        places = self.positions_mm
        if places is None:
            return
        if len(places) != self.shape[0] or len(places) < 2 or bool(np.any(np.diff(places) <= 0.0)):
            raise ValueError("positions_mm needs one rising position a slice, and two slices at least")

    @property
    def heights_mm(self) -> NDArray[np.float64]:
        """Distance of each slice from the first along the slice direction [mm], (slices,)."""
        if self.positions_mm is None:
            return np.arange(self.shape[0], dtype=np.float64) * self.spacing_mm[0]
        return np.array(self.positions_mm)

    @property
    def spans_mm(self) -> NDArray[np.float64]:
        """Length of the body that each slice stands for [mm], (slices,): its weight in Cavalieri's sum.

        Each slice stands for half the way to its neighbours, so that the two of a pair share what lies around
        them. An end slice stands for as much outwards as lies between it and the next group of slices.
        """
        if self.positions_mm is None:
            return np.full(self.shape[0], float(self.spacing_mm[0]))
        gaps = np.diff(self.positions_mm)
        apart = np.flatnonzero(gaps >= 0.5 * gaps.mean())  # the others lie within a pair
        around = np.concatenate([gaps[apart[:1]], gaps, gaps[apart[-1:]]])
        return np.asarray((around[:-1] + around[1:]) / 2.0)

    @property
    def voxel_ml(self) -> float:
        """Volume that one voxel stands for on average [mL]; in interval HRCT this includes the gaps.

        Where `positions_mm` is given, slices differ: weigh each by `spans_mm`.
        """
        _, dy, dx = self.spacing_mm
        return float(self.spans_mm.mean()) * dy * dx / 1000.0

    @property
    def is_interval(self) -> bool:
        """True if slices are separated by gaps (interval HRCT), as is assumed where they lie far apart."""
        if self.positions_mm is not None:
            return True
        return self.spacing_mm[0] > touching_mm(self.slice_thickness_mm or LIKELY_THICKNESS_MM)


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
class Histogram:
    """Volume of both lungs in steps of density, the first beginning at `first_hu`; the ends hold what lies beyond.

    Parameters
    ----------
    volumes_ml
        (steps,): volume of the voxels in each step [mL].
    """

    first_hu: float
    width_hu: float
    volumes_ml: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanMeasurement:
    """All that was measured on one scan, without its pixels: the content of ``measurements.json``.

    Parameters
    ----------
    scan
        Facts of the acquisition and the geometry, by name.
    labels
        Name and code of each pattern in ``patterns.nii.gz``.
    histogram
        Densities of both lungs together; None in a measurement made without the scan.
    """

    scan: Mapping[str, float | int | str | bool | None]
    quality: tuple[QualityFlag, ...]
    labels: Mapping[str, int]
    measurements: tuple[Measurement, ...]
    steps: tuple[Step, ...]
    version: str
    histogram: Histogram | None = None


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
