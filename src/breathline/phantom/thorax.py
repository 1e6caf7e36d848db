"""The outlines of a chest: skin, muscle, cavity, diaphragm and lungs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from breathline.phantom.shapes import Array, Space, as_distance, knots, smooth_union

HEIGHTS = (-60, 0, 60, 120, 180, 220, 250, 265, 278, 286)
CAVITY_HALF_WIDTH = knots(HEIGHTS, (126, 128, 130, 127, 112, 96, 77, 66, 53, 40))
CAVITY_HALF_DEPTH = knots(HEIGHTS, (84, 86, 86, 82, 73, 61, 47, 36, 21, 3))
CAVITY_MIDDLE = knots(HEIGHTS, (2, 2, 2, 3, 8, 14, 20, 24, 28, 30))
APEX_OFFSET = knots((-60, 170, 240, 286), (0, 0, 36, 39))
BODY_HALF_WIDTH = knots((-60, 0, 100, 180, 230, 270, 345), (156, 158, 162, 160, 163, 168, 150))
BODY_HALF_DEPTH = knots((-60, 0, 100, 180, 230, 270, 345), (118, 118, 117, 112, 104, 94, 80))
BODY_MIDDLE = knots((-60, 100, 180, 230, 345), (8, 8, 12, 20, 28))


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """How this patient is built: factors near 1 on the outlines, and how high the domes stand [mm]."""

    width: float
    depth: float
    fat_mm: float
    right_dome_mm: float
    left_dome_mm: float


def draw_build(random: np.random.Generator) -> Build:
    """Draw a build at random."""
    return Build(
        width=float(random.uniform(0.95, 1.02)),
        depth=float(random.uniform(0.95, 1.03)),
        fat_mm=float(random.uniform(11, 18)),
        right_dome_mm=float(random.uniform(64, 76)),
        left_dome_mm=float(random.uniform(48, 58)),
    )


def body_outline(space: Space, build: Build) -> Array:
    """Distance to the skin, breasts included."""
    a = BODY_HALF_WIDTH(space.z) * build.width
    b = BODY_HALF_DEPTH(space.z) * build.depth
    u, v = np.abs(space.x) / a, np.abs(space.y - BODY_MIDDLE(space.z)) / b
    ring = (u**2.6 + v**2.6) ** (1 / 2.6)
    body = as_distance((ring - 1) * b, space.step)
    for side in (-1, 1):
        breast = space.empty()
        space.ellipsoid(breast, (side * 78.0, -92.0 * build.depth, 110.0), (56.0, 34.0, 52.0))
        body = smooth_union(body, breast, 24)
    return body


def muscle_outline(space: Space, build: Build) -> Array:
    """Distance to the border between the fat under the skin and muscle."""
    a = BODY_HALF_WIDTH(space.z) * build.width
    b = BODY_HALF_DEPTH(space.z) * build.depth
    middle = BODY_MIDDLE(space.z)
    u, v = np.abs(space.x) / a, np.abs(space.y - middle) / b
    ring = (u**2.4 + v**2.4) ** (1 / 2.4)
    body = as_distance((ring - 1) * b, space.step)
    behind = np.clip((space.y - middle) / b, -1, 1)
    thick = build.fat_mm * (1.0 - 0.35 * behind) * (1 - 0.25 * np.exp(-((space.x / 30) ** 2)))
    midline = 7 * np.exp(-((space.x / 9) ** 2)) * np.clip(behind, 0, 1)  # the furrow over the spine
    return np.asarray(body + thick - midline, dtype=np.float32)


def cavity_outline(space: Space, build: Build) -> Array:
    """Distance to the inside of the rib cage."""
    offset = APEX_OFFSET(space.z)
    a = np.maximum(CAVITY_HALF_WIDTH(space.z) * build.width - offset, 2.0)
    b = np.maximum(CAVITY_HALF_DEPTH(space.z) * build.depth, 2.0)
    u = np.clip(np.abs(space.x) - offset, 0, None) / a
    v = np.abs(space.y - CAVITY_MIDDLE(space.z)) / b
    ring = (u**2.3 + v**2.3) ** (1 / 2.3)
    outline = (ring - 1) * np.minimum(a, b)
    return as_distance(np.maximum(outline, space.z - 286.0), space.step)


def diaphragm_height(space: Space, build: Build) -> Array:
    """Height of the diaphragm above each point of a plane [mm]."""
    x, y = space.x[0], space.y[0]
    sulcus = 6 + 26 * np.clip(-(y - 10) / 80, -0.15, 1.2)
    height = np.broadcast_to(sulcus, (y.shape[0], x.shape[1])).copy()
    for side, top in ((-1, build.right_dome_mm), (1, build.left_dome_mm)):
        across = np.abs(x - side * 64) / 72
        along = np.abs(y - (-4)) / 96
        rho = (across**2.2 + along**2.2) ** (1 / 2.2)
        dome = top * np.sqrt(np.clip(1 - rho**2.2, 0, None)) + 4 * np.sin(x / 19 + 1) * np.cos(y / 23)
        height = np.maximum(height, dome)
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - slow to load

    return np.asarray(gaussian_filter(height, 1.6), dtype=np.float32)


def above_diaphragm(space: Space, height: Array) -> Array:
    """Distance to the diaphragm, negative above it."""
    slopes = np.gradient(height, space.step)
    steep = np.sqrt(1 + slopes[0] ** 2 + slopes[1] ** 2)
    return np.asarray((height[None] - space.z) / np.minimum(steep, 4.0)[None], dtype=np.float32)


def lung_outlines(space: Space, cavity: Array, diaphragm: Array, middle: Array) -> tuple[Array, Array]:
    """Distance to the right and to the left lung: the cavity above the diaphragm less the mediastinum."""
    inside = np.maximum(np.maximum(cavity, diaphragm), 1.0 - middle)
    right = as_distance(np.maximum(inside, space.x + 2.0), space.step)
    left = as_distance(np.maximum(inside, 2.0 - space.x), space.step)
    return right, left
