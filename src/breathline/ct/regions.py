"""Twelve regions of the lungs: two sides, three zones, central and peripheral.

Zones and rind are our own conventions; published ones differ. Zones are thirds of the volume of both lungs, cut by
two axial planes, the same for both sides: landmarks such as the carina move against the lung with breath and
fibrosis, and thirds of height leave little lung at the apices. The peripheral rind lies within `RIND_MM` of the
lung's outline *in the axial slice*, which is where a reader looks for subpleural disease: so a scan of separate
slices and a contiguous one of the same patient have the same rind. Costal, diaphragmatic and mediastinal pleura
count alike; airways, vessels and the hilum do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.reach import Mask, close, distance_to
from breathline.model.volume import LabelMap

SIDES = ("right", "left")
ZONES = ("lower", "middle", "upper")
RINDS = ("central", "peripheral")

RIND_MM = 10.0
"""Depth of the peripheral rind: about the outer two fifths of the lungs [mm]."""
HILUM_MM = 12.0
"""Clefts of the outline narrower than this are hilum, airway or vessel, not pleura [mm]."""
GRID_MM = 2.0
"""Distances are measured on a grid about this fine [mm]."""

CELLS: Mapping[str, int] = MappingProxyType(
    {
        f"{side}_{zone}_{rind}": 1 + 6 * i + 2 * j + k
        for i, side in enumerate(SIDES)
        for j, zone in enumerate(ZONES)
        for k, rind in enumerate(RINDS)
    }
)
"""Name and code of each of the twelve cells."""


def _cells_of(word: str) -> tuple[int, ...]:
    return tuple(code for name, code in CELLS.items() if word in name.split("_"))


REGIONS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "lungs": tuple(CELLS.values()),
        "right_lung": _cells_of("right"),
        "left_lung": _cells_of("left"),
        **{word: _cells_of(word) for word in (*reversed(ZONES), *RINDS)},
        **{name: (code,) for name, code in CELLS.items()},
    }
)
"""Cells that make up each region that is reported."""

WHOLE: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"lungs": (0, 1), "right_lung": (0,), "left_lung": (1,)}
)
"""Whole lungs, of which densities are reported, and their sides: right 0, left 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regions:
    """The cells of one scan.

    Parameters
    ----------
    labels
        Code of ``CELLS`` on every voxel of the lungs, 0 outside; on the grid of the lungs.
    zones
        (slices,): 0 lower, 1 middle, 2 upper.
    """

    labels: NDArray[np.uint8]
    zones: NDArray[np.uint8]


def find_regions(lungs: LabelMap) -> Regions:
    """Part the lungs into twelve cells.

    Parameters
    ----------
    lungs
        Right (1) and left (2) lung.

    Returns
    -------
    Regions
        Cells on the grid of the lungs. A slice belongs to one zone as a whole.
    """
    zones = _zones(lungs)
    step = _grid_step(lungs)
    start = _grid_start(step, lungs.labels.shape)
    depth = _depth(lungs, step, start)
    sizes = zip(lungs.labels.shape, start, step, depth.shape, strict=True)
    layers, rows, columns = (
        np.clip((np.arange(size) - first) / n, 0.0, count - 1.0) for size, first, n, count in sizes
    )
    labels = np.zeros(lungs.labels.shape, np.uint8)
    _paint(lungs.labels, zones, depth, np.floor(layers + 0.5).astype(np.int64), rows, columns, labels)
    return Regions(labels=labels, zones=zones)


def _zones(lungs: LabelMap) -> NDArray[np.uint8]:
    """Third of the volume, from below, in which the middle of each slice lies."""
    volume = np.array([np.count_nonzero(layer) for layer in lungs.labels]) * lungs.geometry.spans_mm
    below = np.cumsum(volume) - volume / 2.0
    share = below / max(1.0, float(volume.sum()))
    return np.asarray(np.minimum(3.0 * share, 2.0), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class _Plane:
    """A grid whose slices are looked at one by one."""

    spacing_mm: tuple[float, float, float]
    separate: bool = True


def _grid_step(lungs: LabelMap) -> tuple[int, int, int]:
    """Voxels along (slices, rows, columns) of one step of the grid; slices that are apart are all looked at.

    Odd, so that a step has a middle voxel and the grid can lie evenly between both ends.
    """
    dz, dy, dx = (1 + 2 * int(GRID_MM / mm / 2.0) for mm in lungs.geometry.spacing_mm)
    return 1 if lungs.geometry.is_interval else dz, dy, dx


def _grid_start(step: tuple[int, int, int], shape: tuple[int, ...]) -> tuple[int, int, int]:
    """First voxel of the grid on each axis: as far from the first as the grid's last is from the last voxel."""
    first, second, third = (
        next((start for start in range(min(n, size)) if (size - 1 - 2 * start) % n == 0), 0)
        for n, size in zip(step, shape, strict=True)
    )
    return first, second, third


def _depth(lungs: LabelMap, step: tuple[int, int, int], start: tuple[int, int, int]) -> NDArray[np.float32]:
    """Depth below the outline of the lung in the slice, at the points of the grid; negative outside [mm]."""
    grid = lungs.labels[tuple(slice(first, None, n) for first, n in zip(start, step, strict=True))]
    dz, dy, dx = (n * mm for n, mm in zip(step, lungs.geometry.spacing_mm, strict=True))
    plane = _Plane((dz, dy, dx))
    half, reach = min(dy, dx) / 2.0, RIND_MM + 2.0 * max(dy, dx)
    found = np.full(grid.shape, -half, dtype=np.float32)
    for side in (1, 2):
        lung = grid == side
        if not lung.any():
            continue
        box = (slice(None), _used(lung, (0, 2)), _used(lung, (0, 1)))
        outline = _without_holes(close(np.pad(lung[box], ((0, 0), (1, 1), (1, 1))), HILUM_MM / 2.0, plane))
        # The outline runs half a step before the first point outside.
        depth = np.minimum(distance_to(~outline, plane, reach), reach)[:, 1:-1, 1:-1] - half
        found[box] = np.maximum(found[box], depth)
    return found


def _used(lung: Mask, axes: tuple[int, int]) -> slice:
    where = np.flatnonzero(lung.any(axis=axes))
    return slice(int(where[0]), int(where[-1]) + 1)


def _without_holes(lung: Mask) -> Mask:
    """Fill what lung surrounds in its slice; the first row of each slice is outside."""
    in_slice = np.zeros((3, 3, 3), dtype=int)
    in_slice[1] = ndimage.generate_binary_structure(2, 1)
    pieces, _ = ndimage.label(~lung, in_slice)
    return np.asarray(pieces != pieces[:, :1, :1])


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _paint(
    lungs: NDArray[np.uint8],
    zones: NDArray[np.uint8],
    depth: NDArray[np.float32],
    layers: NDArray[np.int64],
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    labels: NDArray[np.uint8],
) -> None:
    """Label voxels; depth is read between the points of the grid, the places of which are given in its steps."""
    for z in numba.prange(lungs.shape[0]):
        plane = depth[layers[z]]
        for y in range(lungs.shape[1]):
            j = int(rows[y])
            below = min(j + 1, plane.shape[0] - 1)
            line = plane[j] + np.float32(rows[y] - j) * (plane[below] - plane[j])
            for x in range(lungs.shape[2]):
                side = lungs[z, y, x]
                if side:
                    i = int(columns[x])
                    beside = min(i + 1, line.size - 1)
                    here = line[i] + np.float32(columns[x] - i) * (line[beside] - line[i])
                    labels[z, y, x] = 6 * side - 5 + 2 * zones[z] + (here <= RIND_MM)
