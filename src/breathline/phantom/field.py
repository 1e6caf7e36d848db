"""How tissue moved between two scans, written as NIfTI plane by plane."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from breathline.model.volume import StoredGrid
from breathline.phantom.breathing import HIGH, LOW, STEP_MM, at_points, to_reference, to_scan
from breathline.phantom.compiled import FloatArray, Grid, compiled, sample_grid
from breathline.phantom.scan import Scan, geometry_of
from breathline.progress import Progress
from breathline.vectors import Planes, write_vectors


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
            plane[j, i] = found[component]


def write_displacement(target: Path, baseline: Scan, followup: Scan, progress: Progress) -> None:
    """Write the displacement on the baseline grid: three components in millimetres, LPS."""
    geometry = geometry_of(baseline.spec)
    grid = displacement_grid(baseline.posture, followup.posture)
    dz, dy, dx = geometry.spacing_mm
    x, y, z = geometry.origin_mm
    step = "writing displacement"
    progress(step, 0, 3 * geometry.shape[0])

    def component(axis: int) -> Planes:
        def drawn(number: int) -> FloatArray:
            plane = np.empty(geometry.shape[1:], dtype=np.float32)
            _plane(grid, np.array([x, y, z + number * dz]), dx, axis, plane)
            return plane

        return drawn

    stored = StoredGrid(
        axes=(0, 1, 2),
        flipped=(False, False, False),
        spacing_mm=(dx, dy, dz),
        origin_mm=geometry.origin_mm,
        direction=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
    )
    write_vectors(target, stored, geometry.shape, component, lambda *told: progress(step, *told))
