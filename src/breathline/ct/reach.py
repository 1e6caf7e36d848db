"""What lies within a distance of a mask, and shapes closed and shaved by it."""

from __future__ import annotations

from typing import Protocol

import numba
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


class Grid(Protocol):
    """What measuring a distance needs to know: the size of a block [mm], and whether slices are separate."""

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Size of a block along (slices, rows, columns) [mm]."""

    @property
    def separate(self) -> bool:
        """True if no shape is closed or opened across slices."""


def distance_to(mask: Mask, coarse: Grid, reach_mm: float) -> NDArray[np.float32]:
    """Measure how far each voxel is from a mask, up to `reach_mm`; farther is infinite [mm].

    Within its own slice where slices are separate. Distances that are only compared with a short reach cost
    a fraction of a whole distance transform.
    """
    reach, (dz, dy, dx) = np.float32(reach_mm + 1e-3), np.array(coarse.spacing_mm, dtype=np.float32)
    squared = _in_slices(mask, dy, dx, int(reach_mm / dy))
    if not coarse.separate:
        squared = _across_slices(squared, dz, int(reach_mm / dz))
    found: NDArray[np.float32] = np.sqrt(squared, out=squared)
    found[found > reach] = np.inf
    return found


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _in_rows(layer: Mask, dx: np.float32) -> tuple[NDArray[np.float32], Mask]:
    """Square of the distance within each row, and the rows that hold anything to measure from."""
    ny, nx = layer.shape
    far = np.float32(np.inf)
    line = np.empty((ny, nx), np.float32)
    used = np.zeros(ny, np.bool_)
    for y in range(ny):
        last = far
        for x in range(nx):
            last = np.float32(0) if layer[y, x] else last + dx
            line[y, x] = last
        if last == far:
            continue
        used[y] = True
        last = far
        for x in range(nx - 1, -1, -1):
            last = np.float32(0) if layer[y, x] else last + dx
            line[y, x] = min(line[y, x], last) ** 2
    return line, used


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _in_slices(mask: Mask, dy: np.float32, dx: np.float32, rows: int) -> NDArray[np.float32]:
    """Square of the distance within a slice; only `rows` rows before and after are looked at."""
    nz, ny, nx = mask.shape
    far = np.float32(np.inf)
    squared = np.empty(mask.shape, np.float32)
    for z in numba.prange(nz):
        line, used = _in_rows(mask[z], dx)
        for y in range(ny):
            for x in range(nx):
                squared[z, y, x] = far
            for j in range(max(0, y - rows), min(ny, y + rows + 1)):
                if not used[j]:
                    continue
                step = np.float32(((y - j) * dy) ** 2)
                for x in range(nx):
                    squared[z, y, x] = min(squared[z, y, x], line[j, x] + step)
    return squared


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _across_slices(squared: NDArray[np.float32], dz: np.float32, slices: int) -> NDArray[np.float32]:
    """Add what slices before and after are nearer to."""
    nz, ny, nx = squared.shape
    found = squared.copy()
    for z in numba.prange(nz):
        for k in range(max(0, z - slices), min(nz, z + slices + 1)):
            step = np.float32(((z - k) * dz) ** 2)
            for y in range(ny):
                for x in range(nx):
                    found[z, y, x] = min(found[z, y, x], squared[k, y, x] + step)
    return found


def grow(mask: Mask, radius_mm: float, coarse: Grid) -> Mask:
    """Add what lies within `radius_mm` of a mask."""
    limits = _limits(radius_mm, coarse)
    return distance_to(mask, coarse, radius_mm) <= radius_mm if limits is None else _grown(mask, limits)


def _limits(radius_mm: float, coarse: Grid) -> NDArray[np.int64] | None:
    """Give how many columns away a mask may lie, by slices and rows between; −1 where none is near enough.

    Rounded as `distance_to` rounds. None where columns would be more than a byte can count.
    """
    dz, dy, dx = (np.float32(step) for step in coarse.spacing_mm)
    line, away = [np.float32(0)], np.float32(dx)
    while away <= radius_mm and len(line) < _UNCOUNTED:
        line.append(away)
        away = np.float32(away + dx)
    if away <= radius_mm:
        return None
    columns = np.array([step**2 for step in line], dtype=np.float32)
    rows = (np.arange(int(radius_mm / dy) + 1) * float(dy)) ** 2
    slices = (np.arange(1 if coarse.separate else int(radius_mm / dz) + 1) * float(dz)) ** 2
    within = (
        np.sqrt((columns + rows.astype(np.float32)[:, None]) + slices.astype(np.float32)[:, None, None])
        <= radius_mm
    )
    return np.asarray(within.sum(axis=2) - 1, dtype=np.int64)


_UNCOUNTED = 255
"""A mask is so many columns away, or more, or is not in the row."""


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _columns_away(mask: Mask, away: NDArray[np.uint8], used: Mask) -> None:
    """Count the columns between each voxel and the mask in its row, and tell the rows that hold any of it."""
    nz, ny, nx = mask.shape
    for z in numba.prange(nz):
        for y in range(ny):
            last = _UNCOUNTED
            for x in range(nx):
                last = 0 if mask[z, y, x] else min(last + 1, _UNCOUNTED)
                away[z, y, x] = last
            used[z, y] = last < _UNCOUNTED or away[z, y].min() < _UNCOUNTED
            if not used[z, y]:
                continue
            last = _UNCOUNTED
            for x in range(nx - 1, -1, -1):
                last = 0 if mask[z, y, x] else min(last + 1, _UNCOUNTED)
                away[z, y, x] = min(away[z, y, x], last)


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _gathered(
    away: NDArray[np.uint8], used: Mask, limits: NDArray[np.int64], found: NDArray[np.uint8]
) -> None:
    """Mark the voxels from which the mask is near enough in any row of any slice."""
    nz, ny, nx = away.shape
    slices, rows = limits.shape
    for z in numba.prange(nz):
        for k in range(max(0, z - slices + 1), min(nz, z + slices)):
            for y in range(ny):
                for j in range(max(0, y - rows + 1), min(ny, y + rows)):
                    limit = limits[abs(k - z), abs(j - y)]
                    if limit < 0 or not used[k, j]:
                        continue
                    most = np.uint8(limit)
                    for x in range(nx):
                        found[z, y, x] |= np.uint8(away[k, j, x] <= most)


def _grown(mask: Mask, limits: NDArray[np.int64]) -> Mask:
    away, used = np.empty(mask.shape, np.uint8), np.zeros(mask.shape[:2], np.bool_)
    found = np.zeros(mask.shape, np.uint8)
    _columns_away(mask, away, used)
    _gathered(away, used, limits, found)
    return found.view(np.bool_)


def close(mask: Mask, radius_mm: float, coarse: Grid) -> Mask:
    """Fill clefts and holes narrower than twice `radius_mm`."""
    box = box_of(mask)
    if box is None:
        return mask.copy()
    pad = [
        (int(radius_mm / step) + 2) if n > 1 else 0
        for step, n in zip(coarse.spacing_mm, mask.shape, strict=True)
    ]
    if coarse.separate:
        pad[0] = 0
    wide = np.pad(mask[box], [(p, p) for p in pad])
    closed = ~grow(~grow(wide, radius_mm, coarse), radius_mm, coarse)
    inner = tuple(slice(p, p + part.stop - part.start) for p, part in zip(pad, box, strict=True))
    found = mask.copy()
    found[box] |= closed[inner]
    return found


def box_of(mask: Mask, margin: tuple[int, ...] = (0, 0, 0)) -> tuple[slice, ...] | None:
    """Give the box around a mask, with a margin as far as the volume goes; None around nothing."""
    lines: Mask = np.asarray(mask.any(axis=2))
    used = (lines.any(axis=1), lines.any(axis=0), mask.any(axis=(0, 1)))
    if not used[0].any():
        return None
    ends = [np.flatnonzero(part)[[0, -1]] for part in used]
    return tuple(
        slice(max(0, int(low) - m), min(n, int(high) + 1 + m))
        for (low, high), m, n in zip(ends, margin, mask.shape, strict=True)
    )


def shave(mask: Mask, radius_mm: float, coarse: Grid) -> Mask:
    """Remove what is narrower than twice `radius_mm`."""
    core = ~grow(~mask, radius_mm, coarse)
    return mask & grow(core, radius_mm, coarse)
