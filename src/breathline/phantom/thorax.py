"""The outlines of a chest: skin, muscle, cavity, diaphragm and lungs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from breathline.phantom.shapes import Array, Space, as_distance, knots, smooth_noise, smooth_union

HEIGHTS = (-60, 0, 60, 120, 180, 220, 250, 265, 278, 286)
CAVITY_HALF_WIDTH = knots(HEIGHTS, (126, 128, 130, 127, 112, 96, 77, 66, 53, 40))
CAVITY_HALF_DEPTH = knots(HEIGHTS, (91, 93, 93, 89, 79, 66, 51, 39, 24, 3))
CAVITY_MIDDLE = knots(HEIGHTS, (7, 8, 8, 9, 14, 20, 26, 30, 33, 34))
APEX_INNER = knots((-60, 190, 245, 286), (0, 0, 1 / 26, 1 / 19))
"""One over the half-width of each apex on the side of the spine [1/mm]."""

APEX_OFFSET = knots((-60, 170, 240, 286), (0, 0, 36, 39))
BODY_HALF_WIDTH = knots((-60, 0, 100, 180, 230, 270, 345), (156, 158, 162, 160, 163, 168, 150))
BODY_HALF_DEPTH = knots((-60, 0, 100, 180, 230, 270, 345), (121, 122, 121, 116, 108, 98, 84))
BODY_MIDDLE = knots((-60, 100, 180, 230, 345), (10, 10, 14, 22, 30))


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


def muscle_outline(
    space: Space, build: Build, body: Array, cavity: Array, random: np.random.Generator
) -> Array:
    """Distance to muscle: between the ribs, and in layers with fat between them."""
    x, y, z = space.x, space.y, space.z
    middle = BODY_MIDDLE(z)
    behind = np.clip((y - middle) / (BODY_HALF_DEPTH(z) * build.depth), -1, 1)
    fat = build.fat_mm * (1.0 - 0.45 * behind)
    high = np.clip((z - 215) / 40, 0, 1)
    between_ribs = cavity - (8.5 + 6 * high)
    # broad muscles of the back and the side, pectorals in front
    depth = -body
    back_side = np.clip((behind + 0.25) * 3, -1, 1) * np.clip((z + 20) / 60, 0.3, 1)
    broad = np.abs(depth - fat - 6.0) - (1.5 + 4.5 * back_side + 5 * high)
    chest = np.clip((z - 120) / 60, -0.6, 1) * np.clip((-behind - 0.1) * 4, -1, 1)
    chest = chest * np.clip((np.abs(x) - 12) / 14, -0.5, 1)
    pectoral = np.abs(depth - fat - 7.0) - (1.0 + 6.0 * chest)
    outer = np.maximum(np.minimum(broad, pectoral), 5.0 - np.maximum(cavity, 0) * 0.75)
    lumps, planes = smooth_noise(space.shape, 9, random), smooth_noise(space.shape, 11, random)
    upper = np.maximum(body + fat + 3, 20.0 - 36 * high - np.abs(x) * 0.12 + 7 * lumps)
    upper = np.maximum(upper, 2.4 - 13 * np.abs(planes))  # fat between the muscles of the shoulder
    outer = outer + 1.6 * lumps
    erector = space.empty()
    for side in (-1.0, 1.0):
        path = [(side * 24.0, 113.0, -60.0), (side * 23.0, 114.0, 150.0), (side * 22.0, 108.0, 345.0)]
        space.tube(erector, path, [19.0, 15.0, 13.0])
    erector = np.maximum(erector, body + fat * 0.6)
    field = np.minimum(np.minimum(between_ribs, outer), np.minimum(upper, erector))
    return np.asarray(np.clip(np.maximum(field, body + 3.0), -60, 60), dtype=np.float32)


def cavity_outline(space: Space, build: Build) -> Array:
    """Distance to the inside of the rib cage."""
    offset = APEX_OFFSET(space.z)
    a = np.maximum(CAVITY_HALF_WIDTH(space.z) * build.width - offset, 2.0)
    b = np.maximum(CAVITY_HALF_DEPTH(space.z) * build.depth, 2.0)
    beyond = np.abs(space.x) - offset
    u = np.where(beyond > 0, beyond / a, -beyond * APEX_INNER(space.z))
    ahead = space.y - CAVITY_MIDDLE(space.z)
    # the front is rounder than the back
    power = 2.25 + 0.25 * np.clip(ahead / b, -1, 1)
    ring = (u**power + (np.abs(ahead) / b) ** power) ** (1 / power)
    outline = (ring - 1) * np.minimum(a, b)
    return as_distance(np.maximum(outline, space.z - 286.0), space.step)


def diaphragm_height(space: Space, build: Build) -> Array:
    """Height of the diaphragm above each point of a plane [mm]."""
    x, y = space.x[0], space.y[0]
    sulcus = 6 + 26 * np.clip(-(y - 10) / 80, -0.15, 1.2)
    height = np.broadcast_to(sulcus, (y.shape[0], x.shape[1])).copy()
    for side, top in ((-1, build.right_dome_mm), (1, build.left_dome_mm)):
        across = np.abs(x - side * 64) / 67
        along = np.where(y > -4, (y + 4) / 88, -(y + 4) / 92)
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
