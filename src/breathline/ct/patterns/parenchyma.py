"""The lung between its vessels: density of its neighbourhood, on blocks about 1.4 mm wide."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from breathline.ct.coarse import block_size
from breathline.ct.reach import Mask
from breathline.model.volume import LabelMap, Volume

BLOCK_MM = 1.4
SOLID_HU = -300
"""Above this a block is vessel, wall or airless lung, not ground-glass [HU]."""
NEIGHBOURHOOD_MM = 4.5
"""Half the width of the neighbourhood: wider than a lobule's vessels, narrower than its haze [mm]."""
_BIN_HU = 8
_BINS = 128


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parenchyma:
    """Blocks of lung and what surrounds each.

    Parameters
    ----------
    hu
        Mean of the lung voxels of the block [HU].
    side
        0 outside, 1 right, 2 left lung.
    background
        Median of the neighbourhood without solid blocks [HU].
    bright
        Share of the neighbourhood that is solid.
    factor, start
        How blocks lie in the volume.
    """

    hu: NDArray[np.int16]
    side: NDArray[np.uint8]
    background: NDArray[np.int16]
    bright: NDArray[np.float32]
    factor: tuple[int, int, int]
    start: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]


def read_parenchyma(volume: Volume, lungs: LabelMap) -> Parenchyma:
    """Measure the blocks of the lungs."""
    factor = block_size(volume, BLOCK_MM)
    box = _lung_box(lungs.labels)
    start = (box[0].start, box[1].start, box[2].start)
    hu, side = _blocks(volume.hu[box], lungs.labels[box], factor)
    dz, dy, dx = (step * n for step, n in zip(volume.geometry.spacing_mm, factor, strict=True))
    reach = (
        0 if volume.geometry.is_interval else round(NEIGHBOURHOOD_MM / dz),
        max(1, round(NEIGHBOURHOOD_MM / dy)),
        max(1, round(NEIGHBOURHOOD_MM / dx)),
    )
    edge_free = _without_edge(side)
    background, bright = _neighbourhood(hu, side, edge_free, np.array(reach))
    return Parenchyma(
        hu=hu,
        side=side,
        background=background,
        bright=bright,
        factor=factor,
        start=start,
        spacing_mm=(dz, dy, dx),
    )


def _lung_box(labels: NDArray[np.uint8]) -> tuple[slice, slice, slice]:
    layers = np.flatnonzero(labels.any(axis=(1, 2)))
    flat = labels.max(axis=0)
    rows, columns = np.flatnonzero(flat.any(axis=1)), np.flatnonzero(flat.any(axis=0))
    return (
        slice(int(layers[0]), int(layers[-1]) + 1),
        slice(int(rows[0]), int(rows[-1]) + 1),
        slice(int(columns[0]), int(columns[-1]) + 1),
    )


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _blocks(  # noqa: C901  # a compiled loop over voxels, which calls would slow
    hu: NDArray[np.int16], labels: NDArray[np.uint8], factor: tuple[int, int, int]
) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """Mean of the lung voxels of each block, and the side most of them belong to."""
    fz, fy, fx = factor
    nz, ny, nx = -(-hu.shape[0] // fz), -(-hu.shape[1] // fy), -(-hu.shape[2] // fx)
    means = np.full((nz, ny, nx), -1024, np.int16)
    side = np.zeros((nz, ny, nx), np.uint8)
    for z in numba.prange(nz):
        for y in range(ny):
            for x in range(nx):
                total, right, left, size = 0, 0, 0, 0
                for k in range(z * fz, min((z + 1) * fz, hu.shape[0])):
                    for j in range(y * fy, min((y + 1) * fy, hu.shape[1])):
                        for i in range(x * fx, min((x + 1) * fx, hu.shape[2])):
                            size += 1
                            if labels[k, j, i] == 1:
                                right += 1
                            elif labels[k, j, i] == 2:
                                left += 1
                            else:
                                continue
                            total += max(hu[k, j, i], -1024)
                count = right + left
                if count:
                    means[z, y, x] = total // count
                if 2 * count >= size:
                    side[z, y, x] = 1 if right >= left else 2
    return means, side


def _without_edge(side: NDArray[np.uint8]) -> Mask:
    """Blocks of lung with lung on all four sides in the slice: free of the chest wall's partial volume."""
    lung = np.pad(side > 0, ((0, 0), (1, 1), (1, 1)))
    inner = (
        lung[:, 1:-1, 1:-1] & lung[:, :-2, 1:-1] & lung[:, 2:, 1:-1] & lung[:, 1:-1, :-2] & lung[:, 1:-1, 2:]
    )
    return np.asarray(inner)


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _neighbourhood(  # noqa: C901, PLR0912  # a compiled sliding histogram, which calls would slow
    hu: NDArray[np.int16], side: NDArray[np.uint8], use: Mask, reach: NDArray[np.int64]
) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    """Sliding histogram along each row: median of what is not solid, and the share that is."""
    nz, ny, nx = hu.shape
    rz, ry, rx = reach
    median = np.full(hu.shape, -1024, np.int16)
    bright = np.zeros(hu.shape, np.float32)
    for row in numba.prange(nz * ny):
        z, y = row // ny, row % ny
        first, last = -1, -1
        for x in range(nx):
            if side[z, y, x]:
                last = x
                if first < 0:
                    first = x
        if first < 0:
            continue
        histogram = np.zeros(_BINS + 1, np.int64)
        total, solid = 0, 0
        for x in range(first - rx, last + rx + 1):
            for step in (1, -1):
                at = x if step == 1 else x - 2 * rx - 1
                if at < 0 or at >= nx or at < first - rx:
                    continue
                for k in range(max(0, z - rz), min(nz, z + rz + 1)):
                    for j in range(max(0, y - ry), min(ny, y + ry + 1)):
                        if use[k, j, at]:
                            level = min(_BINS, max(0, (hu[k, j, at] + 1024) // _BIN_HU))
                            histogram[level] += step
                            total += step
                            if hu[k, j, at] > SOLID_HU:
                                solid += step
            centre = x - rx
            if centre < first or centre > last or side[z, y, centre] == 0:
                continue
            counted = total - solid
            if counted * 6 < total or counted < 3:
                median[z, y, centre] = hu[z, y, centre]
                bright[z, y, centre] = 1.0
                continue
            wanted, seen, level = (counted + 1) // 2, 0, 0
            while level < _BINS:
                seen += histogram[level]
                if seen >= wanted:
                    break
                level += 1
            inside = histogram[level]
            part = (wanted - (seen - inside)) / max(1, inside)
            median[z, y, centre] = np.int16(-1024 + (level + part) * _BIN_HU)
            bright[z, y, centre] = solid / total
    return median, bright
