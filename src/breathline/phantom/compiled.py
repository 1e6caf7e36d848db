"""One way to compile inner loops, with its type kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Compiled = TypeVar("Compiled", bound=Callable[..., object])

FloatArray = NDArray[np.float32]


def compiled(function: Compiled) -> Compiled:
    """Compile a loop; it lets other threads run, and is compiled once for all runs where that can be kept."""
    try:
        return _compile(function, keep=True)
    except RuntimeError:  # no folder in which the compiled loop could be kept may be written to
        return _compile(function, keep=False)


def _compile(function: Compiled, *, keep: bool) -> Compiled:
    fast = {"contract", "nsz"}
    return cast(Compiled, numba.njit(cache=keep, nogil=True, error_model="numpy", fastmath=fast)(function))


class Grid(NamedTuple):
    """Values on a regular grid, several to a point: (z, y, x, channel).

    `x0`, `y0`, `z0` is the position of point (0, 0, 0) [mm], `step` the distance between points [mm].
    """

    values: FloatArray
    x0: float
    y0: float
    z0: float
    step: float


@compiled
def sample_grid(grid: Grid, x: float, y: float, z: float, found: FloatArray) -> None:
    """Interpolate every channel of `grid` linearly at a position; the nearest edge value outside."""
    values = grid.values
    u = min(max((x - grid.x0) / grid.step, 0.0), values.shape[2] - 1.001)
    v = min(max((y - grid.y0) / grid.step, 0.0), values.shape[1] - 1.001)
    w = min(max((z - grid.z0) / grid.step, 0.0), values.shape[0] - 1.001)
    i, j, k = int(u), int(v), int(w)
    fu, fv, fw = np.float32(u - i), np.float32(v - j), np.float32(w - k)
    gu, gv, gw = np.float32(1) - fu, np.float32(1) - fv, np.float32(1) - fw
    a, b = gv * gw, fv * gw
    c, d = gv * fw, fv * fw
    for channel in range(values.shape[3]):
        left = (
            a * values[k, j, i, channel]
            + b * values[k, j + 1, i, channel]
            + c * values[k + 1, j, i, channel]
            + d * values[k + 1, j + 1, i, channel]
        )
        right = (
            a * values[k, j, i + 1, channel]
            + b * values[k, j + 1, i + 1, channel]
            + c * values[k + 1, j, i + 1, channel]
            + d * values[k + 1, j + 1, i + 1, channel]
        )
        found[channel] = gu * left + fu * right
