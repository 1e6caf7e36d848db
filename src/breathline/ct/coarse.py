"""A coarser copy of a volume, on which shapes are found quickly; labels are refined at full resolution."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.reach import Mask as Mask  # noqa: PLC0414  # those who take `Coarse` take it from here too
from breathline.model.volume import Volume

COARSE_MM = 2.0
"""Voxels of the coarse copy are about this wide: a main bronchus spans five, a fissure none [mm]."""

BODY_HU = -400
"""Half-way between lung (about -850) and soft tissue (about +40) [HU]."""

OUTSIDE_AIR_HU = -965
"""Air around the patient is darker than this, lung hardly ever [HU]."""

MOSTLY = 0.7
"""Share of a hollow at the picture's edge that must have body on three sides to be cut lung, not outside."""


IN_SLICE = np.zeros((3, 3, 3), dtype=bool)
IN_SLICE[1] = ndimage.generate_binary_structure(2, 1)
"""Neighbours of a voxel in its own slice."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coarse:
    """A coarse copy of the part of a volume that holds the body.

    Parameters
    ----------
    hu
        Means of blocks of `factor` voxels; padding counts as air [HU].
    factor
        Voxels of the volume in one block along (slices, rows, columns).
    start
        First voxel of the volume that the copy covers.
    spacing_mm
        Size of a block along (slices, rows, columns) [mm].
    separate
        True if slices are separated by gaps, so that no shape is closed or opened across them.
    """

    hu: NDArray[np.int16]
    factor: tuple[int, int, int]
    start: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    separate: bool

    @property
    def voxel_ml(self) -> float:
        """Volume of a block [mL]."""
        dz, dy, dx = self.spacing_mm
        return dz * dy * dx / 1000.0


def shrink(volume: Volume) -> Coarse:
    """Make the coarse copy, cropped to the body."""
    dz, dy, dx = volume.geometry.spacing_mm
    separate = volume.geometry.is_interval
    factor = block_size(volume, COARSE_MM)
    rows, columns = _used(volume.hu)
    part = volume.hu[:, rows, columns]
    return Coarse(
        hu=_block_means(np.ascontiguousarray(part) if factor == (1, 1, 1) else part, factor),
        factor=factor,
        start=(0, rows.start, columns.start),
        spacing_mm=(dz * factor[0], dy * factor[1], dx * factor[2]),
        separate=separate,
    )


def block_size(volume: Volume, width_mm: float) -> tuple[int, int, int]:
    """Give the voxels along (slices, rows, columns) of a block `width_mm` wide, one slice where apart."""
    dz, dy, dx = volume.geometry.spacing_mm
    layers = 1 if volume.geometry.is_interval else max(1, int(COARSE_MM / dz + 0.25))
    return layers, max(1, round(width_mm / dy)), max(1, round(width_mm / dx))


def _used(hu: NDArray[np.int16]) -> tuple[slice, slice]:
    """Rows and columns in which any slice shows more than air, with a small margin."""
    step = max(1, hu.shape[0] // 64)
    solid = hu[::step].max(axis=0) > BODY_HU
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    if not rows.size:
        return slice(0, hu.shape[1]), slice(0, hu.shape[2])
    return (
        slice(max(0, int(rows[0]) - 4), min(hu.shape[1], int(rows[-1]) + 5)),
        slice(max(0, int(columns[0]) - 4), min(hu.shape[2], int(columns[-1]) + 5)),
    )


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _block_means(hu: NDArray[np.int16], factor: tuple[int, int, int]) -> NDArray[np.int16]:
    fz, fy, fx = factor
    nz, ny, nx = -(-hu.shape[0] // fz), -(-hu.shape[1] // fy), -(-hu.shape[2] // fx)
    means = np.empty((nz, ny, nx), np.int16)
    for z in numba.prange(nz):
        for y in range(ny):
            for x in range(nx):
                total, count = 0, 0
                for k in range(z * fz, min((z + 1) * fz, hu.shape[0])):
                    for j in range(y * fy, min((y + 1) * fy, hu.shape[1])):
                        for i in range(x * fx, min((x + 1) * fx, hu.shape[2])):
                            total += max(hu[k, j, i], -1024)
                            count += 1
                means[z, y, x] = total // count
    return means


def biggest(mask: Mask) -> Mask:
    """Keep the biggest connected piece."""
    pieces, count = ndimage.label(mask)
    if count < 2:
        return mask
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    return np.asarray(pieces == sizes.argmax())


def fill_slices(mask: Mask) -> Mask:
    """Fill holes in every slice by itself."""
    around = np.pad(~mask, [(0, 0), (1, 1), (1, 1)], constant_values=True)
    pieces, count = ndimage.label(around, IN_SLICE)
    outside = np.zeros(count + 1, dtype=bool)
    outside[pieces[:, 0, 0]] = True  # the frame joins all that reaches an edge
    outside[0] = False
    return np.asarray(~outside[pieces[:, 1:-1, 1:-1]])


def find_body(coarse: Coarse) -> Mask:
    """Find the patient: couch, clothes and the air around are outside, lungs and bowel gas inside."""
    times = max(1, round(3.0 / coarse.spacing_mm[1]))
    apart = widen(thin(coarse.hu > BODY_HU, times), times)
    body = np.zeros(coarse.hu.shape, dtype=bool)
    for number, layer in enumerate(coarse.hu):
        body[number] = _with_hollows(_patient(apart[number]), layer)
    return body


def thin(mask: Mask, times: int) -> Mask:
    """Take the outermost voxels of every slice away, so many times over."""
    return np.asarray(_thinned(mask, times, False))


def widen(mask: Mask, times: int) -> Mask:
    """Add a rim of voxels in every slice, so many times over."""
    return np.asarray(_thinned(mask, times, True))


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _thinned(mask: Mask, times: int, rim: bool) -> Mask:
    """Spread what is `rim` to the four neighbours in the slice; beyond the edge nothing is."""
    nz, ny, nx = mask.shape
    found = mask.copy()
    for z in numba.prange(nz):
        before = np.empty((ny, nx), np.bool_)
        for _ in range(times):
            for y in range(ny):  # number by number: an array put into another takes 6 s more to compile
                for x in range(nx):
                    before[y, x] = found[z, y, x]
            for y in range(ny):
                for x in range(nx):
                    if before[y, x] == rim:
                        continue
                    if (
                        (before[y - 1, x] if y > 0 else False) == rim
                        or (before[y + 1, x] if y < ny - 1 else False) == rim
                        or (before[y, x - 1] if x > 0 else False) == rim
                        or (before[y, x + 1] if x < nx - 1 else False) == rim
                    ):
                        found[z, y, x] = rim
    return found


def _patient(solid: Mask) -> Mask:
    """Keep the biggest piece of a slice, and what it holds on three sides: the heart in a tightly cut picture."""
    pieces, count = ndimage.label(solid)
    if count < 2:
        return solid
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    main = np.asarray(pieces == sizes.argmax())
    others = np.flatnonzero((sizes > 0.02 * sizes.max()) & (sizes < sizes.max()))
    if others.size:
        held = ndimage.mean(_sides_with(main) >= 3, pieces, others) > MOSTLY
        main |= np.isin(pieces, others[held])
    return main


def _with_hollows(body: Mask, layer: NDArray[np.int16]) -> Mask:
    """Add what the body encloses, and lung that the edge of a tightly cut picture opens to the outside."""
    hollows, count = ndimage.label(~body)
    if not count:
        return body
    edge = np.zeros(count + 1, dtype=bool)
    for line in (hollows[0], hollows[-1], hollows[:, 0], hollows[:, -1]):
        edge[line] = True
    edge[0] = False
    touching = np.flatnonzero(edge)
    cut_lung = np.zeros(count + 1, dtype=bool)
    if touching.size:
        darkness = ndimage.median(layer, hollows, touching)
        enclosed = ndimage.mean(_sides_with(body) >= 3, hollows, touching)
        cut_lung[touching] = (darkness > OUTSIDE_AIR_HU) & (enclosed > MOSTLY)
    return body | ~(edge & ~cut_lung)[hollows]


def _sides_with(body: Mask) -> NDArray[np.int64]:
    """On how many of four sides (front, back, right, left) each pixel has body."""
    count = np.zeros(body.shape, dtype=np.int64)
    for axis in (0, 1):
        count += np.maximum.accumulate(body, axis=axis)
        count += np.flip(np.maximum.accumulate(np.flip(body, axis), axis=axis), axis)
    return count
