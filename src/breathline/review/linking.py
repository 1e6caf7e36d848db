"""Where the same tissue lies in the other scan, read from the displacements that the comparison left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from breathline.errors import OutputError
from breathline.model.view import ViewGrid
from breathline.nifti import read_planes

STEP_MM = 2.0
"""Displacements are kept at about this distance: they change by far less than a millimetre from one to the next."""
QUANTUM_MM = 1 / 64
NEAR_MM = 12.0
"""A place outside the lungs moves with lung that is no farther than this; beyond, nothing is known [mm]."""
OTHER_GRID = "The displacements lie on another grid than the baseline. Assess the patient again."
SPARSE = 16
"""Of how many places within the lungs one is kept for the way back."""
_REFINEMENTS = 8

Point = tuple[float, float, float]
"""Slice, row and column of a view; or millimetres."""
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """The place in the other scan, on its view; `outside` if it was told by lung nearby."""

    place: Point
    outside: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Link:
    """The displacements from a baseline to a follow-up at every few voxels of the baseline's view.

    Parameters
    ----------
    field
        (slices, rows, columns, 3): x, y, z in LPS, in steps of `QUANTUM_MM`.
    lungs
        Right (1) and left (2) lung at the same places.
    steps
        Voxels from one place to the next on each axis of the scan.
    places, landed
        (places, 3): some places within the lungs, as voxels of the baseline, and where they land in the body of the
        follow-up [mm]; a way back begins at the nearest.
    """

    baseline: ViewGrid
    followup: ViewGrid
    field: NDArray[np.int16]
    lungs: NDArray[np.uint8]
    steps: tuple[int, int, int]
    places: NDArray[np.int32]
    landed: NDArray[np.float32]

    def forward(self, place: Point) -> Linked | None:
        """Find a place of the baseline's view in the follow-up's; None where nothing is known."""
        at = _from_view(place, self.baseline)
        found = self._displacement(at)
        if found is None:
            return None
        moved, outside = found
        there = _voxel(_world(at, self.baseline) + moved, self.followup)
        return Linked(place=_to_view(there, self.followup), outside=outside)

    def backward(self, place: Point) -> Linked | None:
        """Find a place of the follow-up's view in the baseline's; None where nothing is known."""
        if self.landed.shape[0] == 0:
            return None
        target = _world(_from_view(place, self.followup), self.followup)
        away = ((self.landed - target.astype(np.float32)) ** 2).sum(axis=1)
        start = _world(self.places[int(np.argmin(away))].astype(np.float64), self.baseline)
        at, miss_mm = self._refined(start, target)
        if miss_mm > NEAR_MM:
            return None
        there = _to_view(_voxel(at, self.baseline), self.baseline)
        return Linked(place=there, outside=miss_mm > STEP_MM)

    def _refined(self, at: Vector, target: Vector) -> tuple[Vector, float]:
        """Walk to the place whose displacement ends at the target, as long as that comes closer; tell the miss [mm]."""
        best, least = at, np.inf
        for _ in range(_REFINEMENTS):
            found = self._displacement(_voxel(at, self.baseline))
            if found is None:
                break
            miss = target - (at + found[0])
            if float(np.linalg.norm(miss)) >= least:
                break
            best, least = at, float(np.linalg.norm(miss))
            at = at + miss
        return best, least

    def _displacement(self, at: Vector) -> tuple[Vector, bool] | None:
        """Give the displacement at a voxel of the baseline [mm], and whether that lies outside the lungs."""
        place = (at - np.array(self.baseline.start)) / np.array(self.steps)
        size = np.array(self.lungs.shape)
        nearest = np.clip(np.rint(place).astype(int), 0, size - 1)
        side = int(self.lungs[tuple(nearest)])
        if side == 0:
            return self._nearby(place, nearest)
        low = np.clip(np.floor(place).astype(int), 0, np.maximum(size - 2, 0))
        part = np.clip(place - low, 0.0, 1.0)
        total, weights = np.zeros(3), 0.0
        for corner in product((0, 1), repeat=3):
            index = tuple(int(n) for n in np.minimum(low + corner, size - 1))
            if self.lungs[index] == side:
                weight = float(np.prod(np.where(corner, part, 1.0 - part)))
                total += weight * self.field[index]
                weights += weight
        if weights == 0.0:
            total, weights = self.field[tuple(nearest)].astype(np.float64), 1.0
        return total / weights * QUANTUM_MM, False

    def _nearby(self, place: Vector, nearest: NDArray[np.int_]) -> tuple[Vector, bool] | None:
        mm = np.array(self.steps) * np.array(self.baseline.spacing_mm)
        reach = np.ceil(NEAR_MM / mm).astype(int)
        low = np.maximum(nearest - reach, 0)
        box = tuple(slice(a, b) for a, b in zip(low, nearest + reach + 1, strict=True))
        lung = np.argwhere(self.lungs[box] > 0) + low
        if lung.size == 0:
            return None
        away = np.linalg.norm((lung - place) * mm, axis=1)
        if float(away.min()) > NEAR_MM:
            return None
        index = tuple(int(n) for n in lung[int(np.argmin(away))])
        return self.field[index].astype(np.float64) * QUANTUM_MM, True


def read_link(source: Path, baseline: ViewGrid, followup: ViewGrid, lungs: NDArray[np.uint8]) -> Link:
    """Read the displacements of ``<followup>.displacement.nii.gz``.

    Parameters
    ----------
    lungs
        Lungs of the baseline in the box of its view, on the axes of the scan.

    Raises
    ------
    OutputError
        If the file is missing, cut short, or lies on another grid.
    """
    steps = tuple(max(1, int(STEP_MM / mm)) for mm in baseline.spacing_mm)
    if baseline.interval:
        steps = (1, *steps[1:])
    picked = [
        np.arange(first, first + count, step)
        for first, count, step in zip(baseline.start, baseline.size, steps, strict=True)
    ]
    field = _read_field(read_planes(source), baseline, picked)
    coarse = lungs[tuple(slice(None, None, step) for step in steps)]
    where = np.argwhere(coarse > 0)[::SPARSE]
    places = where * np.array(steps) + np.array(baseline.start)
    world = _world(places.T.astype(np.float64), baseline).T
    landed = (world + field[tuple(where.T)] * QUANTUM_MM).astype(np.float32)
    return Link(
        baseline=baseline,
        followup=followup,
        field=field,
        lungs=coarse,
        steps=(steps[0], steps[1], steps[2]),
        places=places.astype(np.int32),
        landed=landed,
    )


def _read_field(
    planes: Iterable[NDArray[Any]], grid: ViewGrid, picked: list[NDArray[np.int_]]
) -> NDArray[np.int16]:
    """Keep the picked voxels of every plane, turned from the file's axes to the scan's."""
    stored = []
    for part, axis in enumerate(grid.axes):
        last = grid.shape[axis] - 1
        stored.append(last - picked[axis] if grid.flipped[part] else picked[axis])
    count = grid.shape[grid.axes[0]]
    places = {int(plane): place for place, plane in enumerate(stored[0])}
    found = np.zeros((3, *(item.size for item in stored)), dtype=np.int16)
    expected = (grid.shape[grid.axes[1]], grid.shape[grid.axes[2]])
    number = -1
    for number, plane in enumerate(planes):
        if plane.shape != expected or number >= 3 * count:
            raise OutputError(OTHER_GRID)
        place = places.get(number % count)
        if place is not None:
            kept = plane[np.ix_(stored[1], stored[2])]
            found[number // count, place] = np.rint(kept / QUANTUM_MM).astype(np.int16)
    if number + 1 != 3 * count:
        raise OutputError(
            "The displacements lie on another grid than the baseline. Assess the patient again."
        )
    order = [1 + int(part) for part in np.argsort(grid.axes)]
    return np.ascontiguousarray(found.transpose(*order, 0))


def _from_view(place: Point, grid: ViewGrid) -> Vector:
    z, y, x = place
    start, size = grid.start, grid.size
    return np.array([start[0] + z, start[1] + size[1] - 1 - y, start[2] + size[2] - 1 - x])


def _to_view(at: Vector, grid: ViewGrid) -> Point:
    start, size = grid.start, grid.size
    z, y, x = (float(value) for value in at)
    return z - start[0], start[1] + size[1] - 1 - y, start[2] + size[2] - 1 - x


def _world(at: NDArray[Any], grid: ViewGrid) -> Vector:
    """Place in the body of a voxel, or of several as columns [mm]."""
    heights: NDArray[Any] = at[0] * grid.spacing_mm[0]
    if grid.positions_mm is not None:
        heights = np.interp(at[0], np.arange(len(grid.positions_mm)), grid.positions_mm)
    along = np.stack([heights, at[1] * grid.spacing_mm[1], at[2] * grid.spacing_mm[2]])
    origin = np.array(grid.origin_mm)
    return np.asarray((np.array(grid.direction).T @ along).T + origin).T


def _voxel(world: Vector, grid: ViewGrid) -> Vector:
    """Voxel of a place in the body; the directions of the axes are perpendicular."""
    along = np.array(grid.direction) @ (world - np.array(grid.origin_mm))
    if grid.positions_mm is not None:
        number = np.interp(along[0], grid.positions_mm, np.arange(len(grid.positions_mm)))
    else:
        number = along[0] / grid.spacing_mm[0]
    return np.array([number, along[1] / grid.spacing_mm[1], along[2] / grid.spacing_mm[2]])
