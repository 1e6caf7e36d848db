"""The smoothest displacement that follows a pull: bending is what costs, stretching is free.

A breath stretches the lung evenly, so the energy counts second differences only, as a thin plate's. Only cells of the
lung take part: nothing beyond the pleura holds the lung, and it may slide along the chest wall.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from breathline.ct.align.lattice import FloatArray
from breathline.ct.align.matching import Pull

STIFFNESS = 30.0
"""Cost of bending against the misfit of detail: of 10, 30 and 100, 30 left the smallest error on pairs whose
displacement is known [mm²]."""
_ROUNDS = 40
_CLOSE = 1e-2
_HOLD = 1e-3
"""A small say for standing still keeps cells without any detail determined."""

Cells = NDArray[np.bool_]


def step_along(pull: Pull, displacement: FloatArray, cells: Cells, cell_mm: float) -> FloatArray:
    """Solve for the step that Gauss and Newton take under the cost of bending, by conjugate gradients [mm]."""
    bending = np.float32(STIFFNESS / cell_mm)
    hold = np.float32(_HOLD * cell_mm**3)
    against = np.zeros_like(displacement)
    _bend(displacement, cells, bending, against)
    rest = pull.vector - against
    rest[~cells] = 0.0
    step = np.zeros_like(displacement)
    eased, product = np.empty_like(rest), np.empty_like(rest)
    diagonal = np.float32(42.0) * bending + hold
    _ease(pull.matrix, diagonal, cells, rest, eased)
    way = eased.copy()
    size = first = float(np.vdot(rest, eased))
    for _ in range(_ROUNDS):
        if size <= _CLOSE**2 * first or size == 0.0:
            break
        _apply(pull.matrix, way, cells, bending, hold, product)
        length = np.float32(size / float(np.vdot(way, product)))
        step += length * way
        rest -= length * product
        _ease(pull.matrix, diagonal, cells, rest, eased)
        now = float(np.vdot(rest, eased))
        way = eased + np.float32(now / size) * way
        size = now
    return step


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _apply(
    matrix: FloatArray,
    field: FloatArray,
    cells: Cells,
    bending: np.float32,
    hold: np.float32,
    out: FloatArray,
) -> None:
    for k in range(cells.shape[0]):
        for j in range(cells.shape[1]):
            for i in range(cells.shape[2]):
                m, v = matrix[k, j, i], field[k, j, i]
                out[k, j, i, 0] = (m[0] + hold) * v[0] + m[1] * v[1] + m[2] * v[2]
                out[k, j, i, 1] = m[1] * v[0] + (m[3] + hold) * v[1] + m[4] * v[2]
                out[k, j, i, 2] = m[2] * v[0] + m[4] * v[1] + (m[5] + hold) * v[2]
    _bend(field, cells, bending, out)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _ease(matrix: FloatArray, add: np.float32, cells: Cells, rest: FloatArray, out: FloatArray) -> None:
    """Precondition by the inverse of each cell's own 3 × 3 matrix."""
    for k in range(cells.shape[0]):
        for j in range(cells.shape[1]):
            for i in range(cells.shape[2]):
                if not cells[k, j, i]:
                    out[k, j, i] = 0
                    continue
                m, v = matrix[k, j, i], rest[k, j, i]
                a, b, c, d, e, f = m[0] + add, m[1], m[2], m[3] + add, m[4], m[5] + add
                p, q, r = d * f - e * e, c * e - b * f, b * e - c * d
                s, t, u = a * f - c * c, b * c - a * e, a * d - b * b
                scale = 1 / (a * p + b * q + c * r)
                out[k, j, i, 0] = scale * (p * v[0] + q * v[1] + r * v[2])
                out[k, j, i, 1] = scale * (q * v[0] + s * v[1] + t * v[2])
                out[k, j, i, 2] = scale * (r * v[0] + t * v[1] + u * v[2])


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _line(
    field: FloatArray, cells: Cells, at: tuple[int, int, int], by: tuple[int, int, int], cost: np.float32,
    out: FloatArray,
) -> None:  # fmt: skip
    """Add the force of the second difference along one axis, where all three cells are lung."""
    k, j, i = at
    a, b, c = k - by[0], j - by[1], i - by[2]
    d, e, f = k + by[0], j + by[1], i + by[2]
    if a < 0 or b < 0 or c < 0 or d >= cells.shape[0] or e >= cells.shape[1] or f >= cells.shape[2]:
        return
    if not (cells[a, b, c] and cells[d, e, f]):
        return
    for n in range(3):
        force = cost * (field[a, b, c, n] - 2 * field[k, j, i, n] + field[d, e, f, n])
        out[a, b, c, n] += force
        out[k, j, i, n] -= 2 * force
        out[d, e, f, n] += force


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _square(
    field: FloatArray, cells: Cells, at: tuple[int, int, int], one: tuple[int, int, int],
    two: tuple[int, int, int], cost: np.float32, out: FloatArray,
) -> None:  # fmt: skip
    """Add the force of the mixed second difference over a square of cells; it counts twice in the energy."""
    k, j, i = at
    a, b, c = k + one[0], j + one[1], i + one[2]
    d, e, f = k + two[0], j + two[1], i + two[2]
    p, q, r = a + two[0], b + two[1], c + two[2]
    if p >= cells.shape[0] or q >= cells.shape[1] or r >= cells.shape[2]:
        return
    if not (cells[a, b, c] and cells[d, e, f] and cells[p, q, r]):
        return
    for n in range(3):
        force = 2 * cost * (field[k, j, i, n] - field[a, b, c, n] - field[d, e, f, n] + field[p, q, r, n])
        out[k, j, i, n] += force
        out[a, b, c, n] -= force
        out[d, e, f, n] -= force
        out[p, q, r, n] += force


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _bend(field: FloatArray, cells: Cells, cost: np.float32, out: FloatArray) -> None:
    """Add the gradient of the bending energy to `out`."""
    z, y, x = (1, 0, 0), (0, 1, 0), (0, 0, 1)
    for k in range(cells.shape[0]):
        for j in range(cells.shape[1]):
            for i in range(cells.shape[2]):
                if not cells[k, j, i]:
                    continue
                at = (k, j, i)
                _line(field, cells, at, z, cost, out)
                _line(field, cells, at, y, cost, out)
                _line(field, cells, at, x, cost, out)
                _square(field, cells, at, z, y, cost, out)
                _square(field, cells, at, z, x, cost, out)
                _square(field, cells, at, y, x, cost, out)
