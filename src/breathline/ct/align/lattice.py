"""One lung of one scan on a lattice of cubes that lies along the world's axes.

Two scans of one patient have other pixels, other slices and lie elsewhere; on lattices they can be compared. Axes are
(z, y, x) throughout this package, towards the head, the back and the left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from breathline.model.volume import Geometry, HounsfieldArray, LabelArray, LabelMap, Volume

FloatArray = NDArray[np.float32]
Vector = NDArray[np.float64]

CUBE_MM = 1.5
"""Width of the finest cubes: half the width of the vessels that are to be matched [mm]."""
MARGIN_MM = 9.0
"""How far the lattice reaches beyond the lung [mm]."""
_LOWEST_HU, _HIGHEST_HU = -1000, 150


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LungImage:
    """One lung on a lattice.

    Parameters
    ----------
    density
        Mean density of the lung in each cube [g/mL]; 0 where there is none of it.
    share
        Share of each cube that is lung, 0 to 1.
    origin_mm
        Place (z, y, x) of the centre of the first cube [mm].
    cube_mm
        Width of a cube [mm].
    """

    density: FloatArray
    share: FloatArray
    origin_mm: Vector
    cube_mm: float

    @property
    def volume_ml(self) -> float:
        """Volume of the lung [mL]."""
        return float(self.share.sum(dtype=np.float64)) * self.cube_mm**3 / 1000.0

    @property
    def mass_g(self) -> float:
        """Mass of the lung [g]."""
        return float(np.vdot(self.share, self.density)) * self.cube_mm**3 / 1000.0


def world_axes(geometry: Geometry) -> tuple[NDArray[np.float64], Vector]:
    """Give the matrix and the offset that turn a voxel (slice, row, column) into a place (z, y, x) [mm]."""
    matrix = (np.asarray(geometry.direction) * np.asarray(geometry.spacing_mm)[:, None]).T[::-1]
    return np.ascontiguousarray(matrix), np.asarray(geometry.origin_mm)[::-1].copy()


def lung_image(volume: Volume, lungs: LabelMap, code: int) -> LungImage:
    """Draw the lung with a code on a lattice of its own."""
    matrix, offset = world_axes(volume.geometry)
    low, high = extent_of(lungs.labels, code)
    corners = np.array(np.meshgrid(*zip(low, high, strict=True), indexing="ij")).reshape(3, 8)
    places = matrix @ corners + offset[:, None]
    origin = places.min(axis=1) - MARGIN_MM
    # A whole number of coarse cubes, so that every level of the pyramid covers the same box.
    counts = 4 * np.ceil((places.max(axis=1) + MARGIN_MM - origin) / (4 * CUBE_MM)).astype(int)
    shape = (int(counts[0]), int(counts[1]), int(counts[2]))
    density, share = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    draw(volume, lungs, code, origin, CUBE_MM, density, share)
    return LungImage(density=density, share=share, origin_mm=origin, cube_mm=CUBE_MM)


def draw(
    volume: Volume, lungs: LabelMap, code: int, origin_mm: Vector, cube_mm: float, density: FloatArray,
    share: FloatArray,
) -> None:  # fmt: skip
    """Draw what carries a code on a lattice that begins at a place (z, y, x)."""
    matrix, offset = world_axes(volume.geometry)
    inverse = np.linalg.inv(matrix)
    reach = np.maximum(cube_mm / np.asarray(volume.geometry.spacing_mm), 1.0)
    start = inverse @ (origin_mm - offset)
    _draw(volume.hu, lungs.labels, code, inverse * cube_mm, start, reach, density, share)


def draw_slices(
    volume: Volume, lungs: LabelMap, code: int, origin_mm: Vector, cube_mm: float, density: FloatArray,
    share: FloatArray,
) -> None:  # fmt: skip
    """Draw what carries a code on squares, each scanned slice by itself; axial slices only."""
    matrix, offset = world_axes(volume.geometry)
    inverse = np.linalg.inv(matrix)
    reach = np.maximum(cube_mm / np.asarray(volume.geometry.spacing_mm), 1.0)
    reach[0] = 1.0
    start = inverse @ (origin_mm - offset)
    start[0] = 0.0
    steps = inverse * cube_mm
    steps[0], steps[:, 0] = (1.0, 0.0, 0.0), (1.0, 0.0, 0.0)
    _draw(volume.hu, lungs.labels, code, steps, start, reach, density, share)


def place_index(geometry: Geometry, index: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn numbers of slices into numbers of even slices `spacing_mm` apart, which `world_axes` counts in."""
    if geometry.positions_mm is None:
        return index
    return np.interp(index, np.arange(geometry.shape[0]), geometry.heights_mm) / geometry.spacing_mm[0]


def halved(image: LungImage) -> LungImage:
    """Give the same lung on cubes twice as wide."""
    share = _pooled(image.share)
    mass = _pooled(image.share * image.density)
    density = np.divide(mass, share, out=np.zeros_like(mass), where=share > 0)
    origin = image.origin_mm + image.cube_mm / 2
    return LungImage(density=density, share=share, origin_mm=origin, cube_mm=2 * image.cube_mm)


def _pooled(values: FloatArray) -> FloatArray:
    z, y, x = (n // 2 for n in values.shape)
    return np.asarray(values.reshape(z, 2, y, 2, x, 2).mean(axis=(1, 3, 5)), dtype=np.float32)


def extent_of(labels: LabelArray, code: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the first and the last slice, row and column that hold a code."""
    used = _used(labels, code)
    spans = [np.flatnonzero(axis) for axis in used]
    return np.array([span[0] for span in spans]), np.array([span[-1] for span in spans])


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _used(labels: LabelArray, code: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    depth, height, width = labels.shape
    slices, rows, columns = (
        np.zeros(depth, dtype=np.bool_), np.zeros(height, dtype=np.bool_), np.zeros(width, dtype=np.bool_),
    )  # fmt: skip
    for z in range(depth):
        for y in range(height):
            for x in range(width):
                if labels[z, y, x] == code:
                    slices[z] = rows[y] = columns[x] = True
    return slices, rows, columns


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _span(centre: float, reach: float, size: int) -> tuple[int, int]:
    return max(int(np.ceil(centre - reach)), 0), min(int(np.floor(centre + reach)) + 1, size)


@numba.njit(cache=True, nogil=True, fastmath=True)  # type: ignore[untyped-decorator]
def _draw(
    hu: HounsfieldArray,
    labels: LabelArray,
    code: int,
    matrix: NDArray[np.float64],
    offset: Vector,
    reach: Vector,
    density: FloatArray,
    share: FloatArray,
) -> None:
    """Weigh the voxels around the centre of each cube by a tent, which neither blurs nor aliases much."""
    for k in range(density.shape[0]):
        for j in range(density.shape[1]):
            for i in range(density.shape[2]):
                # Number by number: vectors of three would be made anew at every cube.
                at_z = matrix[0, 0] * k + matrix[0, 1] * j + matrix[0, 2] * i + offset[0]
                at_y = matrix[1, 0] * k + matrix[1, 1] * j + matrix[1, 2] * i + offset[1]
                at_x = matrix[2, 0] * k + matrix[2, 1] * j + matrix[2, 2] * i + offset[2]
                z0, z1 = _span(at_z, reach[0], hu.shape[0])
                y0, y1 = _span(at_y, reach[1], hu.shape[1])
                x0, x1 = _span(at_x, reach[2], hu.shape[2])
                whole, inside, mass = np.float32(0), np.float32(0), np.float32(0)
                for z in range(z0, z1):
                    across = np.float32(1 - abs(z - at_z) / reach[0])
                    for y in range(y0, y1):
                        line = across * np.float32(1 - abs(y - at_y) / reach[1])
                        for x in range(x0, x1):
                            weight = line * np.float32(1 - abs(x - at_x) / reach[2])
                            whole += weight
                            if labels[z, y, x] == code:
                                inside += weight
                                mass += weight * min(max(hu[z, y, x], _LOWEST_HU), _HIGHEST_HU)
                if inside > 0:
                    share[k, j, i] = inside / whole
                    density[k, j, i] = np.float32(1) + mass / inside * np.float32(0.001)
