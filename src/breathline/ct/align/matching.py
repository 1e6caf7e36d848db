"""How well two lungs lie on each other under a displacement, and which way to move to do better.

The sums are those of Gauss and Newton, gathered in cells: for the residual r of a cube with the gradient g, the
symmetric matrix Σ w g gᵀ and the vector −Σ w g r. The weight w = 1 / (1 + (r/c)²)² is that of Geman and McClure: what
does not fit at all, as an opacity that cleared, has next to no say.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from breathline.ct.align.features import Features
from breathline.ct.align.lattice import FloatArray, Vector

MISFIT = 2.0
"""Difference of detail at which a cube has lost three quarters of its say, in spreads."""
OUTLINE_MISFIT = 0.3
"""The same for the blurred outline: about the blur's own width."""
OUTLINE_SHARE = 10.0
"""Say of the outline, which holds the lung's surface in place across it and lets it slide along it."""
_EDGE_LOW, _EDGE_HIGH = 0.2, 0.98
"""Between these values of the blurred outline a cube lies at the pleura."""


_ONE = np.float32(1)
"""Whole numbers would turn single precision into double in compiled loops."""


class Side(NamedTuple):
    """The features of one scan as compiled loops take them."""

    detail: FloatArray
    soft: FloatArray
    share: FloatArray
    seen: FloatArray
    lift_mm: FloatArray


class Say(NamedTuple):
    """How much say detail has, and which scan tells its slope along the body: both, or the one that has one."""

    weight: np.float32
    of_moving: np.float32
    of_fixed: np.float32


class Pull(NamedTuple):
    """The sums in each cell: upper triangle of the matrix (6), vector (3)."""

    matrix: FloatArray
    vector: FloatArray


def side_of(features: Features) -> Side:
    """Give the arrays of the features."""
    return Side(features.detail, features.soft, features.share, features.seen, features.lift_mm)


def say_of(fixed: Features, moving: Features) -> Say:
    """Decide what detail has to say.

    Between separate slices nothing is seen, so what is seen speaks for as much more. Along the body only a whole volume
    has a slope; of two scans of separate slices neither does, and their outlines alone say how far to go that way.
    """
    weight = np.float32(1.0 / (fixed.known * moving.known))
    if fixed.known == moving.known == 1.0:
        return Say(weight, np.float32(0.5), np.float32(0.25))
    return Say(
        weight,
        np.float32(1.0 if moving.known == 1.0 else 0.0),
        np.float32(0.5 if fixed.known == 1.0 else 0.0),
    )


def pull_at(
    fixed: Features, moving: Features, displacement: FloatArray, cubes: int, reuse: Pull | None = None
) -> Pull:
    """Sum up, cell by cell, how to move.

    Parameters
    ----------
    displacement
        (z, y, x, 3) at the centres of cells of `cubes` cubes [mm].
    reuse
        Sums of an earlier round, written over.
    """
    cells = displacement.shape[:3]
    pull = reuse or Pull(np.empty((*cells, 6), np.float32), np.empty((*cells, 3), np.float32))
    shift = (fixed.origin_mm - moving.origin_mm).astype(np.float32)
    width, say = np.float32(fixed.cube_mm), say_of(fixed, moving)
    _gather(side_of(fixed), side_of(moving), displacement, cubes, width, shift, say, pull)
    return pull


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def place_between(n: int, cubes: int, cells: int) -> tuple[int, np.float32]:
    """Give the cell centre before a cube, and how far it is on the way to the next."""
    at = min(max((n + 0.5) / cubes - 0.5, 0.0), cells - 1.001)
    before = int(at)
    return before, np.float32(at - before)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _moved_to(
    field: FloatArray, z: int, y: int, x: int, fz: np.float32, fy: np.float32, fx: np.float32
) -> tuple[np.float32, np.float32, np.float32]:
    a, b, c = np.float32(0), np.float32(0), np.float32(0)
    for k in range(2):
        wk = fz if k else _ONE - fz
        for j in range(2):
            wj = wk * (fy if j else _ONE - fy)
            for i in range(2):
                w = wj * (fx if i else _ONE - fx)
                a += w * field[z + k, y + j, x + i, 0]
                b += w * field[z + k, y + j, x + i, 1]
                c += w * field[z + k, y + j, x + i, 2]
    return a, b, c


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _with_slope(
    values: FloatArray, z: int, y: int, x: int, fz: np.float32, fy: np.float32, fx: np.float32
) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    """Interpolate linearly; give the value and its slope along z, y and x, per cube."""
    a00 = values[z, y, x] + fx * (values[z, y, x + 1] - values[z, y, x])
    a01 = values[z, y + 1, x] + fx * (values[z, y + 1, x + 1] - values[z, y + 1, x])
    a10 = values[z + 1, y, x] + fx * (values[z + 1, y, x + 1] - values[z + 1, y, x])
    a11 = values[z + 1, y + 1, x] + fx * (values[z + 1, y + 1, x + 1] - values[z + 1, y + 1, x])
    b0, b1 = a00 + fy * (a01 - a00), a10 + fy * (a11 - a10)
    x00, x01 = values[z, y, x + 1] - values[z, y, x], values[z, y + 1, x + 1] - values[z, y + 1, x]
    x10 = values[z + 1, y, x + 1] - values[z + 1, y, x]
    x11 = values[z + 1, y + 1, x + 1] - values[z + 1, y + 1, x]
    slope_y = (_ONE - fz) * (a01 - a00) + fz * (a11 - a10)
    slope_x = (_ONE - fz) * (x00 + fy * (x01 - x00)) + fz * (x10 + fy * (x11 - x10))
    return b0 + fz * (b1 - b0), b1 - b0, slope_y, slope_x


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add(  # noqa: PLR0913, PLR0917  # a compiled inner loop: a tuple would be unpacked at every cube
    pull: Pull, k: int, j: int, i: int, weight: np.float32, residual: np.float32,
    gz: np.float32, gy: np.float32, gx: np.float32,
) -> None:  # fmt: skip
    matrix, vector = pull.matrix[k, j, i], pull.vector[k, j, i]
    a, b, c = weight * gz, weight * gy, weight * gx
    matrix[0] += a * gz
    matrix[1] += a * gy
    matrix[2] += a * gx
    matrix[3] += b * gy
    matrix[4] += b * gx
    matrix[5] += c * gx
    vector[0] -= a * residual
    vector[1] -= b * residual
    vector[2] -= c * residual


@numba.njit(cache=True, nogil=True, fastmath={"contract", "nsz"})  # type: ignore[untyped-decorator]
def _gather(
    fixed: Side, moving: Side, field: FloatArray, cubes: int, width: np.float32, shift: NDArray[np.float32],
    says: Say, pull: Pull,
) -> None:  # fmt: skip
    pull.matrix[:] = 0
    pull.vector[:] = 0
    depth, height, breadth = fixed.detail.shape
    top, back, left = (
        moving.detail.shape[0] - 2.01,
        moving.detail.shape[1] - 2.01,
        moving.detail.shape[2] - 2.01,
    )
    cells_z, cells_y, cells_x = field.shape[:3]
    each, volume = np.float32(1 / width), np.float32(width * width * width)
    half = np.float32(0.5)
    quarter, edge = np.float32(0.25) * each, np.float32(OUTLINE_SHARE) * volume
    along, along_fixed, weight = says.of_moving * each, says.of_fixed * each, says.weight * volume
    inverse, inverse_edge = np.float32(1 / MISFIT**2), np.float32(1 / OUTLINE_MISFIT**2)
    for z in range(1, depth - 1):
        cz, fz = place_between(z, cubes, cells_z)
        for y in range(1, height - 1):
            cy, fy = place_between(y, cubes, cells_y)
            for x in range(1, breadth - 1):
                outline = fixed.soft[z, y, x]
                if outline < _EDGE_LOW:
                    continue
                cx, fx = place_between(x, cubes, cells_x)
                uz, uy, ux = _moved_to(field, cz, cy, cx, fz, fy, fx)
                pz, py, px = (
                    z + (uz + shift[0] + fixed.lift_mm[z]) * each,
                    y + (uy + shift[1]) * each,
                    x + (ux + shift[2]) * each,
                )
                if pz < 1 or py < 1 or px < 1 or pz > top or py > back or px > left:
                    continue
                iz, iy, ix = int(pz), int(py), int(px)
                ez, ey, ex = np.float32(pz - iz), np.float32(py - iy), np.float32(px - ix)
                k, j, i = z // cubes, y // cubes, x // cubes
                if outline < _EDGE_HIGH:
                    value, gz, gy, gx = _with_slope(moving.soft, iz, iy, ix, ez, ey, ex)
                    residual = value - outline
                    say = _ONE / (_ONE + residual * residual * inverse_edge)
                    _add(pull, k, j, i, edge * say * say, residual, gz * each, gy * each, gx * each)
                detail = fixed.detail[z, y, x]
                if detail == 0 or _with_slope(moving.seen, iz, iy, ix, ez, ey, ex)[0] < 0.6:
                    continue
                value, gz, gy, gx = _with_slope(moving.detail, iz, iy, ix, ez, ey, ex)
                residual = value - detail
                say = _ONE / (_ONE + residual * residual * inverse)
                # The mean of both slopes converges faster than either (efficient second-order minimisation).
                gz = along * gz + along_fixed * (fixed.detail[z + 1, y, x] - fixed.detail[z - 1, y, x])
                gy = half * gy * each + quarter * (fixed.detail[z, y + 1, x] - fixed.detail[z, y - 1, x])
                gx = half * gx * each + quarter * (fixed.detail[z, y, x + 1] - fixed.detail[z, y, x - 1])
                _add(pull, k, j, i, weight * say * say, residual, gz, gy, gx)


def likeness(
    fixed: Features, moving: Features, displacement: FloatArray, cubes: int
) -> tuple[FloatArray, FloatArray, NDArray[np.float64]]:
    """Tell how alike the scans are under a displacement.

    Returns
    -------
    FloatArray
        Correlation of detail in each cell, −1 to 1; 0 where hardly any lung meets.
    FloatArray
        Share of each cell that is lung in the fixed scan and none in the moving one, 0 to 1.
    NDArray
        Cubes of vessel in the fixed lung, in the moving lung under it, and in both.
    """
    sums = np.zeros((*displacement.shape[:3], 5), dtype=np.float32)
    vessels = np.zeros(3, dtype=np.float64)
    shift: Vector = (fixed.origin_mm - moving.origin_mm).astype(np.float32)
    _compare(
        side_of(fixed), side_of(moving), displacement, cubes, np.float32(fixed.cube_mm), shift, sums, vessels
    )
    product, first, second, count, held = np.moveaxis(sums, 3, 0)
    # A cell that shows detail at all shows a plane of it, or all of it in a whole volume.
    told = cubes**3 * max(min(fixed.known, moving.known), 1.0 / cubes)
    found = np.divide(product, np.sqrt(first * second), out=np.zeros_like(product), where=count > 0.2 * told)
    return found, (held - count) / np.float32(cubes**3 * max(fixed.known, 1.0 / cubes)), vessels


VESSEL = 1.5
"""Detail above this is vessel, in spreads."""


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _compare(
    fixed: Side, moving: Side, field: FloatArray, cubes: int, width: np.float32, shift: NDArray[np.float32],
    sums: FloatArray, vessels: NDArray[np.float64],
) -> None:  # fmt: skip
    depth, height, breadth = fixed.detail.shape
    top, back, left = (
        moving.detail.shape[0] - 2.01,
        moving.detail.shape[1] - 2.01,
        moving.detail.shape[2] - 2.01,
    )
    cells_z, cells_y, cells_x = field.shape[:3]
    for z in range(1, depth - 1):
        cz, fz = place_between(z, cubes, cells_z)
        for y in range(1, height - 1):
            cy, fy = place_between(y, cubes, cells_y)
            for x in range(1, breadth - 1):
                detail = fixed.detail[z, y, x]
                if detail == 0:
                    continue
                cell = sums[z // cubes, y // cubes, x // cubes]
                cx, fx = place_between(x, cubes, cells_x)
                uz, uy, ux = _moved_to(field, cz, cy, cx, fz, fy, fx)
                pz, py, px = (
                    z + (uz + shift[0] + fixed.lift_mm[z]) / width,
                    y + (uy + shift[1]) / width,
                    x + (ux + shift[2]) / width,
                )
                if pz < 1 or py < 1 or px < 1 or pz > top or py > back or px > left:
                    cell[4] += 1
                    continue
                iz, iy, ix = int(pz), int(py), int(px)
                ez, ey, ex = np.float32(pz - iz), np.float32(py - iy), np.float32(px - ix)
                if _with_slope(moving.share, iz, iy, ix, ez, ey, ex)[0] < 0.6:
                    cell[4] += 1
                    continue
                if _with_slope(moving.seen, iz, iy, ix, ez, ey, ex)[0] < 0.6:
                    continue  # no slice was scanned there: it tells nothing
                cell[4] += 1
                value = _with_slope(moving.detail, iz, iy, ix, ez, ey, ex)[0]
                cell[0] += detail * value
                cell[1] += detail * detail
                cell[2] += value * value
                cell[3] += 1
                vessels[0] += detail > VESSEL
                vessels[1] += value > VESSEL
                vessels[2] += detail > VESSEL and value > VESSEL
