"""Signed distances to simple bodies: negative inside, in millimetres near the surface."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

Array = NDArray[np.float32]
Point = tuple[float, float, float]

FAR = 60.0
"""Distance beyond which a surface no longer matters [mm]."""


class Space:
    """The grid the anatomy is drawn on: x to the patient's left, y to the back, z to the head [mm].

    Parameters
    ----------
    step
        Distance between grid points [mm].
    """

    def __init__(self, step: float = 2.5) -> None:
        self.step = step
        self.start = (-205.0, -150.0, -60.0)
        stop = (205.0, 160.0, 345.0)
        axes = [
            np.arange(first, last + step, step, dtype=np.float32)
            for first, last in zip(self.start, stop, strict=True)
        ]
        self.axes = axes
        self.x = axes[0][None, None, :]
        self.y = axes[1][None, :, None]
        self.z = axes[2][:, None, None]
        self.shape = (len(axes[2]), len(axes[1]), len(axes[0]))

    def empty(self) -> Array:
        """Give a field far outside of everything."""
        return np.full(self.shape, FAR, dtype=np.float32)

    def stamp(
        self, field: Array, low: Point, high: Point, draw: Callable[[Array, Array, Array], Array]
    ) -> None:
        """Unite `field` with what `draw` gives, within the box from `low` to `high` and 8 mm around it."""
        cuts = []
        for axis, first, last in zip(self.axes, low, high, strict=True):
            begin, end = np.searchsorted(axis, [first - 8.0, last + 8.0])
            cuts.append(slice(int(begin), int(end)))
        box = (cuts[2], cuts[1], cuts[0])
        if field[box].size:
            drawn = draw(
                self.axes[0][cuts[0]][None, None, :],
                self.axes[1][cuts[1]][None, :, None],
                self.axes[2][cuts[2]][:, None, None],
            )
            field[box] = np.minimum(field[box], drawn)

    def tube(self, field: Array, path: Sequence[Point], radii: Sequence[float], flat: float = 1.0) -> None:
        """Unite `field` with a tube along `path`; `flat` above 1 makes it taller than wide."""
        for start, end, first, last in zip(path[:-1], path[1:], radii[:-1], radii[1:], strict=True):
            reach = max(first, last) * flat
            low = (
                min(start[0], end[0]) - reach,
                min(start[1], end[1]) - reach,
                min(start[2], end[2]) - reach,
            )
            high = (
                max(start[0], end[0]) + reach,
                max(start[1], end[1]) + reach,
                max(start[2], end[2]) + reach,
            )
            self.stamp(field, low, high, _cone(start, end, first, last, flat))

    def ellipsoid(
        self, field: Array, centre: Point, axes: Point, turn: NDArray[np.float64] | None = None
    ) -> None:
        """Unite `field` with an ellipsoid; the rows of `turn` are its own axes."""
        reach = max(axes)
        low = (centre[0] - reach, centre[1] - reach, centre[2] - reach)
        high = (centre[0] + reach, centre[1] + reach, centre[2] + reach)
        self.stamp(field, low, high, _ellipsoid(centre, axes, np.eye(3) if turn is None else turn))


def _cone(
    start: Point, end: Point, first: float, last: float, flat: float
) -> Callable[[Array, Array, Array], Array]:
    ax, ay, az = end[0] - start[0], end[1] - start[1], (end[2] - start[2]) / flat
    length = max(ax * ax + ay * ay + az * az, 1e-6)

    def draw(x: Array, y: Array, z: Array) -> Array:
        px, py, pz = x - start[0], y - start[1], (z - start[2]) / flat
        along = np.clip((px * ax + py * ay + pz * az) / length, 0, 1)
        away = np.sqrt((px - along * ax) ** 2 + (py - along * ay) ** 2 + (pz - along * az) ** 2)
        return np.asarray(away - (first + along * (last - first)), dtype=np.float32)

    return draw


def _ellipsoid(
    centre: Point, axes: Point, turn: NDArray[np.float64]
) -> Callable[[Array, Array, Array], Array]:
    def draw(x: Array, y: Array, z: Array) -> Array:
        px, py, pz = x - centre[0], y - centre[1], z - centre[2]
        unit, steep = np.zeros(1, np.float32), np.zeros(1, np.float32)
        for (tx, ty, tz), axis in zip(turn.tolist(), axes, strict=True):
            part = (px * tx + py * ty + pz * tz) / axis
            unit = unit + part**2
            steep = steep + (part / axis) ** 2
        unit = np.sqrt(unit)
        return np.asarray(unit * (unit - 1) / np.maximum(np.sqrt(steep), 1e-3), dtype=np.float32)

    return draw


def knots(heights: Sequence[float], values: Sequence[float]) -> Callable[[Array], Array]:
    """Give a smooth curve through values at heights, constant beyond the ends."""
    curve = PchipInterpolator(heights, values)

    def at(z: Array) -> Array:
        return np.asarray(curve(np.clip(z, heights[0], heights[-1])), dtype=np.float32)

    return at


def smooth_union(first: Array, second: Array, width: float) -> Array:
    """Unite two bodies, rounding the groove between them over `width` [mm]."""
    gap = np.clip(width - np.abs(first - second), 0, None) / width
    return np.asarray(np.minimum(first, second) - gap * gap * width / 4, dtype=np.float32)


def as_distance(field: Array, step: float) -> Array:
    """Scale a field so that it grows by one a millimetre near its zero."""
    slopes = np.gradient(field, step)
    steep = np.sqrt(slopes[0] ** 2 + slopes[1] ** 2 + slopes[2] ** 2)
    scaled: Array = np.clip(field / np.maximum(steep, 0.2), -FAR, FAR).astype(np.float32)
    return scaled


def smooth_noise(shape: tuple[int, int, int], scale: float, random: np.random.Generator) -> Array:
    """Give a smooth random field of mean 0 and standard deviation 1, of features `scale` grid points wide."""
    splines = [_cubic_spline(count, scale) for count in shape]
    field = random.standard_normal([len(spline[0]) for spline in splines]).astype(np.float32)
    for spline in splines:  # each turn moves the axis just made to the end
        field = np.tensordot(field, spline, axes=([0], [1]))
    return np.asarray((field - field.mean()) / field.std(), dtype=np.float32)


def _cubic_spline(count: int, scale: float) -> Array:
    """Give the weights (point, knot) of a cubic B-spline with a knot every `scale` points."""
    at = np.arange(count) / scale + 1.0
    away = np.abs(at[:, None] - np.arange(int(at[-1]) + 3)[None, :])
    near = 2 / 3 - away**2 + away**3 / 2
    far = np.clip(2 - away, 0, None) ** 3 / 6
    return np.asarray(np.where(away < 1, near, far), dtype=np.float32)
