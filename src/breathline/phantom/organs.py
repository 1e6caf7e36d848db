"""Heart, great vessels, gullet, and what lies below the diaphragm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from breathline.phantom.shapes import Array, Point, Space, smooth_union

HILUM: Mapping[int, Point] = MappingProxyType({-1: (-40.0, 16.0, 140.0), 1: (42.0, 22.0, 144.0)})
"""Where the artery and the main bronchus enter the right (-1) and the left (1) lung."""

VEIN_GATE: Mapping[int, Point] = MappingProxyType({-1: (-38.0, 12.0, 114.0), 1: (40.0, 18.0, 118.0)})
"""Where the lung veins leave for the left atrium."""

CARINA: Point = (2.0, 20.0, 168.0)

GREAT_VESSELS: Sequence[tuple[Sequence[Point], Sequence[float]]] = (
    # ascending aorta, arch and descending aorta
    (
        (
            (4, -18, 108),
            (-12, -26, 132),
            (-17, -26, 160),
            (-10, -18, 186),
            (4, 0, 197),
            (18, 20, 196),
            (25, 40, 184),
            (27, 48, 164),
            (25, 52, 110),
            (19, 52, 60),
            (9, 48, -10),
            (6, 46, -70),
        ),
        (16, 17, 16.5, 15.5, 14, 13.5, 13, 12.5, 12, 11.5, 11, 10.5),
    ),
    # trunk, left and right lung artery
    (((20, -44, 112), (22, -34, 138), (20, -14, 153), (30, 8, 156), (42, 22, 148)), (15, 15, 14, 11.5, 10)),
    (((18, -12, 150), (0, 4, 147), (-22, 6, 144), (-42, 14, 140)), (11, 11, 10.5, 10)),
    # upper and lower vena cava, vein from the left
    (((-22, -20, 232), (-27, -14, 205), (-28, -10, 170), (-26, -8, 118)), (8, 9.5, 10, 10.5)),
    (((-26, 0, 90), (-24, 14, 50), (-18, 24, 0), (-16, 28, -70)), (12, 12, 11.5, 11)),
    (((58, -24, 250), (26, -36, 226), (-4, -38, 216), (-24, -20, 208)), (6, 6, 6.5, 7)),
    (((-22, -20, 232), (-58, -24, 252), (-110, -30, 268)), (7, 6.5, 6)),
    (((58, -24, 250), (110, -30, 268)), (6, 6)),
    # branches of the arch
    (((-4, -16, 196), (-14, -6, 225), (-20, 0, 262), (-26, 4, 330)), (6.5, 6, 4.5, 4)),
    (((8, 2, 198), (16, 6, 235), (22, 6, 330)), (4.5, 4, 4)),
    (((18, 18, 200), (27, 22, 240), (46, 14, 274), (100, -10, 280)), (5.5, 5, 4.5, 4)),
    (((-20, 0, 262), (-52, 4, 278), (-100, -10, 280)), (4.5, 4.5, 4)),
    # veins into the left atrium
    (((-6, 14, 112), (-38, 12, 114)), (8, 6.5)),
    (((10, 16, 114), (40, 18, 118)), (8, 6.5)),
    # azygos vein and its arch
    (((-8, 44, 0), (-9, 44, 120), (-10, 42, 172), (-20, 26, 182), (-27, -4, 178)), (2.6, 3, 3.8, 4.2, 4.2)),
)

GROOVE: Sequence[Point] = (
    (10, -52, 112), (-6, -52, 98), (-12, -48, 80), (-10, -40, 62), (2, -22, 50), (20, -4, 58), (34, 2, 78),
    (40, -2, 98), (32, -16, 112),
)  # fmt: skip
"""The fat-filled furrow between atria and ventricles, where the coronary arteries run."""

SEPTUM: Sequence[Point] = ((30, -52, 112), (44, -68, 92), (54, -74, 74), (58, -70, 58))

GULLET: tuple[Sequence[Point], Sequence[float]] = (
    ((0, 34, 345), (5, 36, 260), (7, 37, 190), (6, 36, 140), (10, 32, 80), (24, 20, 40)),
    (6, 6.5, 6.5, 7, 7.5, 8),
)


def draw_blood(space: Space) -> tuple[Array, Array]:
    """Distance to heart and great vessels together with the gullet, and to the heart alone."""
    blood = space.empty()
    for path, radii in GREAT_VESSELS:
        space.tube(blood, path, radii)
    space.tube(blood, *GULLET)
    heart = space.empty()
    long_axis = np.array([0.70, -0.52, -0.49])
    long_axis /= np.linalg.norm(long_axis)
    side = np.cross(long_axis, [0.0, 0.0, 1.0])
    side /= np.linalg.norm(side)
    turn = np.stack([long_axis, side, np.cross(long_axis, side)])
    space.ellipsoid(heart, (26.0, -34.0, 76.0), (56.0, 39.0, 40.0), turn)
    right_atrium, left_atrium = space.empty(), space.empty()
    space.ellipsoid(right_atrium, (-24.0, -14.0, 88.0), (25.0, 30.0, 34.0))
    space.ellipsoid(left_atrium, (6.0, 10.0, 112.0), (32.0, 20.0, 22.0))
    heart = smooth_union(smooth_union(heart, right_atrium, 14), left_atrium, 10)
    groove = space.empty()
    space.tube(groove, GROOVE, [4.0] * len(GROOVE))
    space.tube(groove, SEPTUM, [2.5] * len(SEPTUM))
    heart = np.maximum(heart, -groove).astype(np.float32)
    return np.minimum(blood, heart), heart


def middle_outline(space: Space, blood: Array, heart: Array) -> Array:
    """Distance to all that lies between the lungs, with the fat around it."""
    half = np.interp(space.y, [-90, -70, -40, 0, 30, 50, 75, 92, 110], [13, 4, 11, 19, 19, 21, 27, 36, 44])
    upper = np.interp(space.z, [150, 200, 240, 286], [0, 4, 10, 8])
    strip = np.abs(space.x - 2.0) - (half + upper)
    spine = np.sqrt(space.x**2 + (space.y - 68.0) ** 2) - 23.0
    wrapped = smooth_union((blood - 2.5).astype(np.float32), (heart - 5.0).astype(np.float32), 10)
    whole = smooth_union(wrapped, np.minimum(strip, spine).astype(np.float32), 16)
    fat_pad = space.empty()
    space.ellipsoid(fat_pad, (62.0, -62.0, 48.0), (26.0, 18.0, 20.0))
    space.ellipsoid(fat_pad, (-38.0, -62.0, 50.0), (20.0, 14.0, 18.0))
    return smooth_union(whole, fat_pad, 14)


def draw_belly(space: Space, under: Array, cavity: Array) -> tuple[Array, Array, Array]:
    """Distance to diaphragm, liver and spleen, to the stomach, and to its gas; `under` the diaphragm."""
    liver, spleen, stomach, gas = space.empty(), space.empty(), space.empty(), space.empty()
    space.ellipsoid(liver, (-66.0, 0.0, -10.0), (94.0, 124.0, 104.0))
    space.ellipsoid(liver, (8.0, -46.0, 4.0), (68.0, 42.0, 50.0))
    space.ellipsoid(spleen, (96.0, 52.0, 0.0), (26.0, 42.0, 46.0))
    space.ellipsoid(stomach, (64.0, -14.0, 10.0), (46.0, 56.0, 46.0))
    space.ellipsoid(gas, (64.0, -14.0, 10.0), (42.5, 52.5, 42.5))
    room = np.maximum(under, cavity)
    spine = 30.0 - np.sqrt(space.x**2 + (space.y - 72.0) ** 2)
    sheet = np.maximum(np.abs(under + 1.6) - 1.5, cavity)
    solid = np.maximum(np.maximum(np.minimum(liver, spleen), room + 1.0), spine)
    stomach = np.maximum(np.maximum(stomach, room + 4.0), -solid).astype(np.float32)
    level = (space.y + 6.0).astype(np.float32)  # fluid lies behind, gas in front
    gas = np.maximum(np.maximum(np.maximum(gas, room + 7.0), level), 3.0 - solid).astype(np.float32)
    return np.minimum(solid, sheet).astype(np.float32), stomach, gas
