"""Spine, ribs, breastbone, collar bones and shoulder blades."""

from __future__ import annotations

import numpy as np

from breathline.phantom.shapes import Array, Point, Space
from breathline.phantom.thorax import (
    APEX_OFFSET,
    CAVITY_HALF_DEPTH,
    CAVITY_HALF_WIDTH,
    CAVITY_MIDDLE,
    Build,
)

VERTEBRA_MM = 23.0
SPINE_Y = 64.0


def draw_skeleton(space: Space, build: Build) -> tuple[Array, Array]:
    """Distance to bone and to cartilage."""
    bone, cartilage = space.empty(), space.empty()
    _spine(space, bone, cartilage)
    for pair in range(1, 13):
        for side in (-1, 1):
            _rib(space, build, bone, cartilage, (pair, side))
    _front(space, build, bone)
    for hand in (-1.0, 1.0):
        _shoulder_blade(space, bone, hand)
    return bone, cartilage


def _spine(space: Space, bone: Array, disc: Array) -> None:
    x, y, z = space.x, space.y, space.z
    phase = (z + 60.0) % VERTEBRA_MM - VERTEBRA_MM / 2
    waist = 1 - 1.6 * np.cos(np.pi * phase / VERTEBRA_MM)
    ring = np.sqrt((x / 17.0) ** 2 + ((y - SPINE_Y) / 14.0) ** 2)
    column = (ring - 1) * 14.0 - waist
    ends = np.abs(phase) - (VERTEBRA_MM / 2 - 2.4)
    body = np.maximum(column, ends)
    np.minimum(disc, np.maximum(column + 0.5, -ends), out=disc)
    canal = np.sqrt(x**2 + (y - 87.0) ** 2)
    arch = np.maximum(np.abs(canal - 11.0) - 2.4, np.abs(phase + 1) - 7.5)
    np.minimum(bone, np.minimum(body, arch).astype(np.float32), out=bone)
    for number in range(18):
        middle = -60.0 + VERTEBRA_MM * (number + 0.5)
        space.tube(bone, [(0, 98, middle), (0, 122, middle - 14)], [3.2, 3.6], flat=1.6)
        for side in (-1.0, 1.0):
            tip = (side * 33, 99.0, middle + 2)
            space.tube(bone, [(side * 11, 90, middle), tip], [4.0, 4.2], flat=1.2)
    np.maximum(bone, 8.2 - canal, out=bone)


def rib_path(build: Build, pair: int, side: int) -> list[Point]:
    """Points along a rib from its head beside the spine to its front end."""
    top = 279.0 - VERTEBRA_MM * (pair - 1)
    drop = np.interp(pair, [1, 4, 8, 12], [26, 58, 74, 60])
    reach = np.interp(pair, [1, 7, 8, 10, 11, 12], [2.45, 2.5, 2.3, 2.0, 1.55, 1.1])
    points: list[Point] = [(side * 20.0, 74.0, top), (side * 36.0, 99.0, top + 1)]
    for angle in np.linspace(0.52, reach, 22):
        z = np.array(top - drop * ((angle - 0.4) / 2.2) ** 1.15, dtype=np.float32)
        offset = float(APEX_OFFSET(z))
        a = float(CAVITY_HALF_WIDTH(z)) * build.width + 5.5 - offset
        b = float(CAVITY_HALF_DEPTH(z)) * build.depth + 5.5
        u, v = np.sin(angle), np.cos(angle)
        power = 2.25 + 0.25 * v
        scale = (abs(u) ** power + abs(v) ** power) ** (-1 / power)
        points.append(
            (float(side * (offset + a * u * scale)), float(CAVITY_MIDDLE(z)) + b * v * scale, float(z))
        )
    return points


def _rib(space: Space, build: Build, bone: Array, cartilage: Array, which: tuple[int, int]) -> None:
    pair, side = which
    path = rib_path(build, pair, side)
    radii = [4.2, 3.8] + [3.4 + 0.5 * np.sin(3 * i / 22) for i in range(len(path) - 2)]
    space.tube(bone, path, radii, flat=1.75)
    end = path[-1]
    if pair <= 7:
        landing = 212.0 - 16.5 * pair
        middle = (end[0] * 0.6, end[1] - 5, min(end[2], landing) * 0.6 + landing * 0.4 - 4)
        space.tube(cartilage, [end, middle, (side * 17.0, -89.0 * build.depth, landing)], [4.2, 4.5, 4.5])
    elif pair <= 10:
        space.tube(cartilage, [end, (end[0] * 0.8, end[1] - 6, end[2] + 12)], [3.6, 3.4])


def _front(space: Space, build: Build, bone: Array) -> None:
    front = -90.0 * build.depth

    def sternum(x: Array, y: Array, z: Array) -> Array:
        half = np.interp(z, [85, 100, 170, 190, 206, 224], [8, 16, 15, 14, 27, 24])
        lean = front + 0.10 * (z - 90)
        box = ((np.abs(x) / half) ** 3 + (np.abs(y - lean) / 5.4) ** 3) ** (1 / 3) * 5.4 - 5.4
        return np.asarray(np.maximum(box, np.abs(z - 154.0) - 70.0), dtype=np.float32)

    space.stamp(bone, (-30, front - 12, 82), (30, front + 24, 226), sternum)
    for side in (-1.0, 1.0):
        path = [
            (side * 20.0, front + 16, 222.0),
            (side * 70.0, front + 14, 236.0),
            (side * 120.0, front + 44, 258.0),
            (side * 150.0, -18.0, 268.0),
        ]
        space.tube(bone, path, [8.0, 5.5, 5.5, 6.5])


def _shoulder_blade(space: Space, bone: Array, side: float) -> None:
    out = np.array([side * 0.62, 0.785])
    along = np.array([side * 0.785, -0.62])

    def blade(x: Array, y: Array, z: Array) -> Array:
        px, py = x - side * 104.0, y - 84.0
        flat = px * out[0] + py * out[1] + 0.004 * (px**2 + py**2) * 0.5
        wide = px * along[0] + py * along[1]
        half = np.interp(z, [128, 150, 225, 258], [5, 18, 44, 40])
        shift = np.interp(z, [128, 258], [-12, 4])
        thick = 1.9 + 2.2 * np.exp(-(((np.abs(wide - shift) - half) / 5.0) ** 2))
        plate = np.maximum(np.abs(flat) - thick, np.abs(wide - shift) - half)
        return np.asarray(np.maximum(plate, np.abs(z - 193.0) - 65.0), dtype=np.float32)

    space.stamp(bone, (min(0, side * 170), 25, 125), (max(0, side * 170), 135, 260), blade)
    ridge = [(side * 88.0, 108.0, 226.0), (side * 122.0, 84.0, 246.0), (side * 150.0, 40.0, 262.0)]
    space.tube(bone, ridge, [3.0, 5.0, 7.0], flat=1.4)
    space.tube(bone, [(side * 138.0, 46.0, 246.0), (side * 142.0, 40.0, 250.0)], [12.0, 14.0])
