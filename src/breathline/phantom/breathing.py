"""How the chest moves: breath, the way the patient lies, and a small random part, smooth and free of folds.

A posture is told backwards: for each point of the scan, which point of the reference chest is there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breathline.phantom.compiled import FloatArray, Grid, compiled, sample_grid
from breathline.phantom.spec import PhantomSpec

STEP_MM = 5.0
LOW = (-260.0, -220.0, -200.0)
HIGH = (260.0, 240.0, 480.0)

DIAPHRAGM_MM = 72.0
"""How far the diaphragm rises from a full breath to none [mm]."""

Points = NDArray[np.float64]


@compiled
def sample_points(grid: Grid, points: Points, found: FloatArray) -> None:
    """Interpolate every channel of `grid` at many points (x, y, z)."""
    for n in range(points.shape[0]):
        sample_grid(grid, points[n, 0], points[n, 1], points[n, 2], found[n])


def at_points(grid: Grid, points: Points) -> FloatArray:
    """Give every channel of `grid` at many points (x, y, z)."""
    found = np.empty((len(points), grid.values.shape[3]), dtype=np.float32)
    sample_points(grid, np.ascontiguousarray(points, dtype=np.float64), found)
    return found


def posture(spec: PhantomSpec) -> Grid:
    """Give the grid (dx, dy, dz, J): from a point of the scan to the reference chest [mm].

    J is how much of the reference volume stands in a unit of volume of the scan; mass being conserved,
    the lung is J times as dense as in the reference.
    """
    axes = [
        np.arange(low, high + STEP_MM, STEP_MM, dtype=np.float64) for low, high in zip(LOW, HIGH, strict=True)
    ]
    z, y, x = np.meshgrid(axes[2], axes[1], axes[0], indexing="ij")
    random = np.random.default_rng([spec.seed, spec.visit, 11])
    ax, ay, az = _unlie(x, y, z, spec, random)
    inside = _inside(ax, ay)
    bx, by, bz = _unbreathe(ax, ay, az, inside, 1.0 - spec.inspiration)
    if spec.visit:
        bx, by, bz = _jostle(bx, by, bz, inside, random)
    values = np.empty((*x.shape, 4), dtype=np.float32)
    for channel, (to, at) in enumerate(((bx, x), (by, y), (bz, z))):
        values[..., channel] = to - at
    values[..., 3] = _jacobian(bx, by, bz)
    return Grid(values, *LOW, STEP_MM)


def _unlie(
    x: Points, y: Points, z: Points, spec: PhantomSpec, random: np.random.Generator
) -> tuple[Points, Points, Points]:
    if not spec.visit:
        return x, y, z
    shift = random.uniform([-6, -3, -9], [6, 3, 9])
    roll = np.deg2rad(random.uniform(-1.5, 1.5))
    x, y, z = x - shift[0], y - shift[1] - 80.0, z - shift[2]
    return np.cos(roll) * x + np.sin(roll) * y, np.cos(roll) * y - np.sin(roll) * x + 80.0, z


def _inside(x: Points, y: Points) -> Points:
    """Give 1 deep in the chest, 0 in its wall and at the spine."""
    ring = (np.abs(x / 132) ** 2.3 + np.abs((y - 2) / 88) ** 2.3) ** (1 / 2.3)
    deep = np.clip((1.08 - ring) / 0.5, 0, 1)
    spine = np.exp(-((x / 42) ** 2) - (np.clip(y - 72, -1e9, 0) / 26) ** 2)
    return np.asarray(deep * deep * (3 - 2 * deep) * (1 - spine))


def _unbreathe(x: Points, y: Points, z: Points, inside: Points, out: float) -> tuple[Points, Points, Points]:
    if out == 0:
        return x, y, z
    low = np.clip((286 - z) / 240, 0, 1)
    rise = np.minimum(low * low * (3 - 2 * low) * 0.35 + low * 0.65, 1.0)
    wall = 0.35 + 0.65 * np.clip((290 - z) / 220, 0, 1)
    to_x = x * (1 + 0.05 * out * wall)
    to_y = 80 + (y - 80) * (1 + 0.10 * out * wall)
    return to_x, to_y, z - DIAPHRAGM_MM * out * rise * (0.12 + 0.88 * inside) * (inside > -1)


def _jostle(
    x: Points, y: Points, z: Points, inside: Points, random: np.random.Generator
) -> tuple[Points, Points, Points]:
    moved = []
    for start in (x, y, z):
        wave = np.zeros_like(x)
        for _ in range(5):
            direction = random.standard_normal(3)
            direction *= 2 * np.pi / (random.uniform(110, 220) * np.linalg.norm(direction))
            phase = random.uniform(0, 2 * np.pi)
            wave += random.uniform(0.4, 1.1) * np.sin(
                direction[0] * x + direction[1] * y + direction[2] * z + phase
            )
        moved.append(start + wave * (0.25 + 0.75 * inside))
    return moved[0], moved[1], moved[2]


def _jacobian(x: Points, y: Points, z: Points) -> Points:
    rows = [np.gradient(field, STEP_MM) for field in (x, y, z)]
    (xz, xy, xx), (yz, yy, yx), (zz, zy, zx) = rows
    return np.asarray(
        xx * (yy * zz - yz * zy) - xy * (yx * zz - yz * zx) + xz * (yx * zy - yy * zx), dtype=np.float64
    )


def to_reference(grid: Grid, points: Points) -> Points:
    """Give the reference point found at each point of the scan."""
    return np.asarray(points + at_points(grid, points)[:, :3], dtype=np.float64)


def to_scan(grid: Grid, points: Points) -> Points:
    """Give where in the scan each reference point lies: the inverse of `to_reference`."""
    found = np.asarray(points, dtype=np.float64) - at_points(grid, points)[:, :3]
    for _ in range(60):
        miss = to_reference(grid, found) - points
        found = found - miss
        if np.abs(miss).max(initial=0) < 0.005:
            break
    return found
