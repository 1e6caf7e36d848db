"""One pass over a scan: voxels of every cell, pattern and density, slice by slice."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from breathline.ct.regions import CELLS, Regions
from breathline.model.volume import PATTERN_CODES, LabelMap, Volume

LOWEST, HIGHEST = -1024, 1024
"""Hounsfield values are counted from `LOWEST` to below `HIGHEST`; what lies beyond counts as the end [HU]."""
EDGE_VOXELS = 0.15
"""Uncertainty of the lungs' edge, as a share of a voxel: what moving the edge by 100 HU does."""
WIDTH = max(PATTERN_CODES.values()) + 1

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """What was counted.

    Parameters
    ----------
    voxels
        (slices, cells + 1, pattern codes): voxels of each pattern in each cell; cell 0 stays empty.
    faces
        (cells + 1,): faces, within slices, between lung voxels of a cell and what is not lung.
    values
        (slices, 2, values): voxels of each Hounsfield value in the right and the left lung.
    edge
        (2, values): the same of the lung voxels that touch what is not lung, once a face.
    spans_mm, heights_mm
        (slices,): length of the body that each slice stands for, and where it lies [mm].
    pixel_mm2
        Area of a pixel [mm²].
    separate
        True if slices are separated by gaps.
    """

    voxels: NDArray[np.int64]
    faces: NDArray[np.int64]
    values: NDArray[np.int64]
    edge: NDArray[np.int64]
    spans_mm: FloatArray
    heights_mm: FloatArray
    pixel_mm2: float
    separate: bool

    def volumes_ml(self, cells: tuple[int, ...]) -> FloatArray:
        """(slices, pattern codes): volume that each slice stands for, by pattern, in some cells [mL]."""
        areas = self.voxels[:, cells, :].sum(axis=1) * self.pixel_mm2
        return np.asarray(areas * self.spans_mm[:, None] / 1000.0)


def count(volume: Volume, regions: Regions, patterns: LabelMap) -> Tally:
    """Count the voxels of a scan by cell, pattern and density."""
    slices = volume.hu.shape[0]
    voxels = np.zeros((slices, len(CELLS) + 1, WIDTH), np.int64)
    faces = np.zeros((slices, len(CELLS) + 1), np.int64)
    values = np.zeros((slices, 2, HIGHEST - LOWEST), np.int64)
    edge = np.zeros((slices, 2, HIGHEST - LOWEST), np.int64)
    _count(volume.hu, regions.labels, patterns.labels, voxels, faces, values, edge)
    _, dy, dx = volume.geometry.spacing_mm
    return Tally(
        voxels=voxels,
        faces=faces.sum(axis=0),
        values=values,
        edge=edge.sum(axis=0),
        spans_mm=volume.geometry.spans_mm,
        heights_mm=volume.geometry.heights_mm,
        pixel_mm2=dy * dx,
        separate=volume.geometry.is_interval,
    )


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _count(
    hu: NDArray[np.int16],
    cells: NDArray[np.uint8],
    patterns: NDArray[np.uint8],
    voxels: NDArray[np.int64],
    faces: NDArray[np.int64],
    values: NDArray[np.int64],
    edge: NDArray[np.int64],
) -> None:
    rows, columns = hu.shape[1], hu.shape[2]
    for z in numba.prange(hu.shape[0]):
        for y in range(rows):
            for x in range(columns):
                cell = cells[z, y, x]
                if cell == 0:
                    continue
                side = 0 if cell <= 6 else 1
                value = min(max(hu[z, y, x], LOWEST), HIGHEST - 1) - LOWEST
                voxels[z, cell, patterns[z, y, x]] += 1
                values[z, side, value] += 1
                open_faces = 0
                if y > 0 and cells[z, y - 1, x] == 0:
                    open_faces += 1
                if y < rows - 1 and cells[z, y + 1, x] == 0:
                    open_faces += 1
                if x > 0 and cells[z, y, x - 1] == 0:
                    open_faces += 1
                if x < columns - 1 and cells[z, y, x + 1] == 0:
                    open_faces += 1
                faces[z, cell] += open_faces
                edge[z, side, value] += open_faces
