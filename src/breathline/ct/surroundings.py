"""What lies around each dense voxel beside the lungs, on a grid of 4 mm: how far to lung, fat and bone, all around.

Airless lung is as dense as heart, liver and the wall of the chest. What tells it is where it lies: lung around it
in most directions, and the fat, the ribs and the other lung as far off as the lung's edge would be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.coarse import Coarse, Mask, distance_to

Floats = NDArray[np.float32]

GRID_MM = 4.0
REACH_MM = 36.0
"""Dense voxels farther from a lung than this are not looked at [mm]."""
RAY_MM = 72.0
"""How far one looks in each direction [mm]."""
DENSE_HU = -350
BONE_HU = 180
FAT_HU = (-150, -30)
AIR_BESIDE_HU = -300
"""Voxels beside one below this hold some lung: they are as dense as fat but are not [HU]."""
SHARE = 0.25
"""Share of a voxel from which it counts as fat or bone."""
SOFT_HU = (0, 120)
CLIP_HU = (-250, 250)

DIRECTIONS = np.array(
    [(z, y, x) for z in (-1, 0, 1) for y in (-1, 0, 1) for x in (-1, 0, 1) if (z, y, x) != (0, 0, 0)],
    dtype=np.float64,
)
DIRECTIONS /= np.linalg.norm(DIRECTIONS, axis=1, keepdims=True)
SEEN = ("own lung", "other lung", "fat", "bone")
"""What a ray looks for."""
BESIDE = 16
"""Features that are not distances along rays; see `_beside`."""
FEATURES = len(DIRECTIONS) * len(SEEN) + BESIDE


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """The chest on the grid of 4 mm.

    Parameters
    ----------
    hu
        Mean density [HU].
    lung
        1 right, 2 left lung.
    fat, bone, body
        Where they are.
    factor
        Voxels of the coarse copy in one of the field.
    spacing_mm
        Size of a voxel [mm].
    """

    hu: Floats
    lung: NDArray[np.uint8]
    fat: Mask
    bone: Mask
    body: Mask
    factor: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    separate: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Dense voxels near a lung: where they lie in the field, the lung they are nearest to, and what is around."""

    places: NDArray[np.int64]
    side: NDArray[np.uint8]
    features: Floats


def read_field(sides: NDArray[np.uint8], body: Mask, coarse: Coarse) -> Field:
    """Bring the coarse copy to the grid of 4 mm."""
    factor = tuple(max(1, round(GRID_MM / step)) for step in coarse.spacing_mm)
    hu = coarse.hu.astype(np.float32)
    mixed = ndimage.minimum_filter(coarse.hu, 3) < AIR_BESIDE_HU
    fat = (coarse.hu > FAT_HU[0]) & (coarse.hu < FAT_HU[1]) & ~mixed
    right, left = (_blocks(sides == side, factor) for side in (1, 2))
    lung = np.where(right + left >= 0.5, np.where(right >= left, 1, 2), 0).astype(np.uint8)
    return Field(
        hu=_blocks(hu, factor),
        lung=lung,
        fat=_blocks(fat, factor) >= SHARE,
        bone=_blocks(coarse.hu > BONE_HU, factor) >= SHARE,
        body=_blocks(body, factor) >= 0.5,
        factor=(factor[0], factor[1], factor[2]),
        spacing_mm=tuple(step * n for step, n in zip(coarse.spacing_mm, factor, strict=True)),  # type: ignore[arg-type]
    )


def _blocks(values: NDArray[np.generic], factor: tuple[int, ...]) -> Floats:
    """Means of blocks; the last ones are filled up with what lies at their edge."""
    pad = [(0, -n % f) for n, f in zip(values.shape, factor, strict=True)]
    full = np.pad(values, pad, mode="edge") if any(p[1] for p in pad) else values
    nz, ny, nx = (n // f for n, f in zip(full.shape, factor, strict=True))
    parts = full.reshape(nz, factor[0], ny, factor[1], nx, factor[2])
    return np.asarray(parts.mean(axis=(1, 3, 5), dtype=np.float32))


def find_candidates(field: Field) -> Candidates:
    """Find the dense voxels near a lung and look around from each."""
    away = [distance_to(field.lung == side, field, REACH_MM) for side in (1, 2)]
    near = np.minimum(away[0], away[1]) <= REACH_MM
    dense = field.body & (field.lung == 0) & (field.hu > DENSE_HU) & near
    places = np.argwhere(dense)
    index = tuple(places.T)
    side = np.where(away[0][index] <= away[1][index], 1, 2).astype(np.uint8)
    features = np.empty((len(places), FEATURES), np.float32)
    code = field.lung + 4 * field.fat.astype(np.uint8) + 8 * field.bone.astype(np.uint8)
    _look(code, places, side, np.array(field.spacing_mm), features)
    features[:, len(DIRECTIONS) * len(SEEN) :] = _beside(field, places, side)
    return Candidates(places, side, features)


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _look(
    code: NDArray[np.uint8],
    places: NDArray[np.int64],
    side: NDArray[np.uint8],
    steps: NDArray[np.float64],
    found: Floats,
) -> None:
    """Distance to what a ray first meets of each kind, as share of how far it looks; 1 where nothing is met.

    Seen from the left lung right and left are exchanged: a direction means the same for both lungs.
    """
    nz, ny, nx = code.shape
    kinds = 4
    for n in numba.prange(places.shape[0]):
        mirror = 1.0 if side[n] == 1 else -1.0
        for d in range(DIRECTIONS.shape[0]):
            first = d * kinds
            for k in range(kinds):
                found[n, first + k] = 1.0
            missing = kinds
            away = GRID_MM
            while away <= RAY_MM and missing:
                z = int(np.floor(places[n, 0] + away * DIRECTIONS[d, 0] / steps[0] + 0.5))
                y = int(np.floor(places[n, 1] + away * DIRECTIONS[d, 1] / steps[1] + 0.5))
                x = int(np.floor(places[n, 2] + away * mirror * DIRECTIONS[d, 2] / steps[2] + 0.5))
                if z < 0 or y < 0 or x < 0 or z >= nz or y >= ny or x >= nx:
                    break
                there = code[z, y, x]
                kind = -1
                if there & 8:
                    kind = 3
                elif there & 4:
                    kind = 2
                elif there & 3:
                    kind = 0 if (there & 3) == side[n] else 1
                if kind >= 0 and found[n, first + kind] == 1.0:
                    found[n, first + kind] = away / RAY_MM
                    missing -= 1
                away += GRID_MM


def _beside(field: Field, places: NDArray[np.int64], side: NDArray[np.uint8]) -> Floats:
    """Density around on several scales, shares of lung and fat, and the place within the lung's own height."""
    index = tuple(places.T)
    hu = np.clip(field.hu, *CLIP_HU)
    soft = field.body & (field.lung == 0) & (field.hu > SOFT_HU[0]) & (field.hu < SOFT_HU[1])
    usual = float(np.median(field.hu[soft])) if soft.any() else 40.0
    columns = [(hu[index] - usual) / 100.0]
    columns += [(ndimage.uniform_filter(hu, size)[index] - usual) / 100.0 for size in (3, 5)]
    dense = (field.hu > DENSE_HU).astype(np.float32)
    amount = ndimage.uniform_filter(dense, 5)
    columns.append(
        (ndimage.uniform_filter(hu * dense, 5) / np.maximum(amount, 1e-3))[index] / 100.0 - usual / 100.0
    )
    columns.append((ndimage.minimum_filter(field.hu, 3)[index] + 300.0) / 300.0)
    columns.append(
        np.sqrt(np.maximum(ndimage.uniform_filter(hu**2, 3) - ndimage.uniform_filter(hu, 3) ** 2, 0))[index]
        / 100.0
    )
    lung, fat = (field.lung > 0).astype(np.float32), field.fat.astype(np.float32)
    columns += [ndimage.uniform_filter(lung, size)[index] for size in (3, 7, 13)]
    columns += [ndimage.uniform_filter(fat, size)[index] for size in (3, 7)]
    columns.append(ndimage.uniform_filter(field.bone.astype(np.float32), 7)[index])
    columns += list(_place(field, places, side))
    columns.append((side == 1).astype(np.float32))
    return np.stack(columns, axis=1).astype(np.float32)


def _place(field: Field, places: NDArray[np.int64], side: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Place along each axis between the ends of the lung, 0 to 1; from the other lung outwards, for both alike."""
    found = np.zeros((3, len(places)))
    for one in (1, 2):
        use = side == one
        lung = field.lung == one
        if not use.any() or not lung.any():
            continue
        for axis in range(3):
            used = np.flatnonzero(lung.any(axis=tuple(a for a in range(3) if a != axis)))
            share = (places[use, axis] - used[0]) / max(1, used[-1] - used[0])
            found[axis, use] = 1.0 - share if axis == 2 and one == 1 else share
    return found
