"""How tissue moved between two scans, written as NIfTI plane by plane."""

from __future__ import annotations

import gzip
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from breathline.model.volume import Geometry
from breathline.phantom.breathing import HIGH, LOW, STEP_MM, at_points, to_reference, to_scan
from breathline.phantom.compiled import FloatArray, Grid, compiled, sample_grid
from breathline.phantom.scan import Scan, geometry_of
from breathline.progress import Progress

QUANTUM_MM = 1 / 64
"""Displacements are rounded to this, far below a voxel, so that the file stays small [mm]."""


def displacement_grid(baseline: Grid, followup: Grid) -> Grid:
    """Give the way from each point of the baseline scan to the same tissue in the follow-up [mm]."""
    axes = [np.arange(low, high + STEP_MM, STEP_MM) for low, high in zip(LOW, HIGH, strict=True)]
    z, y, x = np.meshgrid(axes[2], axes[1], axes[0], indexing="ij")
    points = np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1)
    moved = to_scan(followup, to_reference(baseline, points)) - points
    values = np.ascontiguousarray(moved.reshape(*x.shape, 3), dtype=np.float32)
    return Grid(values, *LOW, STEP_MM)


def displacement_at(baseline: Grid, followup: Grid, points: NDArray[np.float64]) -> FloatArray:
    """Give the displacement at points (n, 3) of the baseline scan [mm]."""
    return at_points(displacement_grid(baseline, followup), points)


@compiled
def _plane(grid: Grid, corner: NDArray[np.float64], pixel: float, component: int, plane: FloatArray) -> None:
    found = np.empty(3, dtype=np.float32)
    for j in range(plane.shape[0]):
        for i in range(plane.shape[1]):
            sample_grid(grid, corner[0] + i * pixel, corner[1] + j * pixel, corner[2], found)
            plane[j, i] = np.rint(found[component] * 64.0) / 64.0


def write_displacement(target: Path, baseline: Scan, followup: Scan, progress: Progress) -> None:
    """Write the displacement on the baseline grid: three components in millimetres, LPS."""
    geometry = geometry_of(baseline.spec)
    grid = displacement_grid(baseline.posture, followup.posture)
    slices = geometry.shape[0]
    step = "writing displacement"
    progress(step, 0, 3 * slices)

    def packed(job: int) -> bytes:
        component, number = divmod(job, slices)
        x, y, z = geometry.origin_mm
        plane = np.empty(geometry.shape[1:], dtype=np.float32)
        corner = np.array([x, y, z + number * geometry.spacing_mm[0]])
        _plane(grid, corner, geometry.spacing_mm[2], component, plane)
        return gzip.compress(plane.astype("<f4").tobytes(), compresslevel=1, mtime=0)

    with target.open("wb") as stream, ThreadPoolExecutor(2) as pool:
        stream.write(gzip.compress(_header(geometry), compresslevel=1, mtime=0))
        for first in range(0, 3 * slices, 32):
            jobs = range(first, min(first + 32, 3 * slices))
            for part in pool.map(packed, jobs):
                stream.write(part)
            progress(step, jobs[-1] + 1, 3 * slices)


def _header(geometry: Geometry) -> bytes:
    """Give a NIfTI-1 header for a vector image; its axes are RAS, so x and y change sign."""
    slices, rows, columns = geometry.shape
    dz, dy, dx = geometry.spacing_mm
    x, y, z = geometry.origin_mm
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, 5, columns, rows, slices, 1, 3, 1, 1)
    struct.pack_into("<h", head, 68, 1007)  # NIFTI_INTENT_VECTOR
    struct.pack_into("<hh", head, 70, 16, 32)  # float32
    struct.pack_into("<8f", head, 76, 1.0, dx, dy, dz, 1.0, 1.0, 1.0, 1.0)
    struct.pack_into("<fff", head, 108, 352.0, 1.0, 0.0)
    struct.pack_into("<b", head, 123, 2)  # millimetres
    struct.pack_into("<hh", head, 252, 1, 1)
    struct.pack_into("<6f", head, 256, 0.0, 0.0, 1.0, -x, -y, z)
    struct.pack_into("<12f", head, 280, -dx, 0, 0, -x, 0, -dy, 0, -y, 0, 0, dz, z)
    head[344:348] = b"n+1\0"
    return bytes(head)
