"""Branching trees that fill the lungs: arteries with the bronchi beside them, and veins between them.

Points are spread over each lobe; a branch grows towards them, the points are halved by a plane through
their middle, and a branch grows towards each half, until each branch has one point. The radius follows
from the number of ends a branch feeds.

References
----------
Tawhai et al., Ann Biomed Eng 2000 (volume-filling bronchial trees); Murray, PNAS 1926 (radii).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breathline.phantom.compiled import FloatArray, compiled
from breathline.phantom.organs import CARINA, HILUM, VEIN_GATE
from breathline.phantom.shapes import Array, Space

Points = NDArray[np.float64]
Whole = NDArray[np.int64]

MURRAY = 3.0
END_RADIUS_MM = 0.43
SPACING_MM = 6.6
BRONCHUS_OF_ARTERY = 0.74
VESSEL, BRONCHUS = 0, 1


@dataclass(frozen=True, slots=True)
class Branches:
    """Tubes from `start` to `end` (n, 3) with radii at both ends [mm]; `kind` is VESSEL or BRONCHUS."""

    start: Points
    end: Points
    radius: Points
    kind: NDArray[np.uint8]


@compiled
def oblique(x: float, y: float, z: float) -> float:
    """Height above the oblique fissure of the side [mm]."""
    warp = 4.0 * np.sin(x / 31.0 + 0.7) + 3.0 * np.sin(y / 27.0 + z / 60.0)
    across = (abs(x) - 72.0) / 40.0
    warp -= 9.0 * across * across - 7.0
    if x < 0:
        return float(z - (128.0 + 1.12 * (y - 10.0)) + warp)
    return float(z - (132.0 + 1.18 * (y - 10.0)) + 0.6 * warp)


@compiled
def horizontal(x: float, y: float, z: float) -> float:
    """Height above the horizontal fissure of the right lung [mm]."""
    return float(
        z - 143.0 - 0.12 * (y + 20.0) + 0.05 * (x + 60.0) + 4.0 * np.sin(x / 24.0) + 2.0 * np.sin(y / 19.0)
    )


@compiled
def lobes_of(points: Points, lobe: Whole) -> None:
    """Give the lobe of each point: 0 to 2 right upper, middle, lower; 3 and 4 left upper, lower."""
    for n in range(points.shape[0]):
        x, y, z = points[n, 0], points[n, 1], points[n, 2]
        above = oblique(x, y, z) > 0
        if x < 0:
            lobe[n] = 2 if not above else (0 if horizontal(x, y, z) > 0 else 1)
        else:
            lobe[n] = 3 if above else 4


@compiled
def _spread(points: Points, low: int, high: int, centre: Points, ahead: Points, normal: Points) -> None:
    """Find the direction across `ahead` in which points[low:high] are spread most."""
    cov = np.zeros((3, 3))
    for n in range(low, high):
        for i in range(3):
            for j in range(3):
                cov[i, j] += (points[n, i] - centre[i]) * (points[n, j] - centre[j])
    normal[0], normal[1], normal[2] = 0.37, 0.71, 0.59
    for _ in range(12):
        along = normal[0] * ahead[0] + normal[1] * ahead[1] + normal[2] * ahead[2]
        fx = normal[0] - along * ahead[0]
        fy = normal[1] - along * ahead[1]
        fz = normal[2] - along * ahead[2]
        size = 0.0
        for i in range(3):
            normal[i] = cov[i, 0] * fx + cov[i, 1] * fy + cov[i, 2] * fz
            size += normal[i] ** 2
        size = max(np.sqrt(size), 1e-12)
        for i in range(3):
            normal[i] /= size


@compiled
def _halve(points: Points, low: int, high: int, centre: Points, normal: Points) -> int:
    """Sort points[low:high] to both sides of a plane; give where the second side begins."""
    cut, last = low, high - 1
    while cut <= last:
        side = 0.0
        for i in range(3):
            side += (points[cut, i] - centre[i]) * normal[i]
        if side < 0:
            cut += 1
        else:
            for i in range(3):
                kept = points[cut, i]
                points[cut, i] = points[last, i]
                points[last, i] = kept
            last -= 1
    return min(max(cut, low + 1), high - 1)


@compiled
def grow(points: Points, root: Points, reach: float, node: Points, parent: Whole, ends: Whole) -> int:
    """Grow a tree from `root` to all `points`; give the number of nodes."""
    # Points are set number by number: one array put into another takes 4 s more to compile.
    count = 1
    parent[0], ends[0] = -1, points.shape[0]
    for i in range(3):
        node[0, i] = root[i]
    stack = np.empty((points.shape[0] + 64, 3), dtype=np.int64)
    stack[0, 0], stack[0, 1], stack[0, 2] = 0, 0, points.shape[0]
    depth = 1
    centre, ahead, normal = np.empty(3), np.empty(3), np.empty(3)
    while depth > 0:
        depth -= 1
        at, low, high = stack[depth]
        if high - low < 2:
            parent[count], ends[count] = at, 1
            for i in range(3):
                node[count, i] = points[low, i]
            count += 1
            continue
        length = 1e-9
        for i in range(3):
            centre[i] = points[low:high, i].mean()
            ahead[i] = centre[i] - node[at, i]
            length += ahead[i] ** 2
        ahead /= np.sqrt(length)
        _spread(points, low, high, centre, ahead, normal)
        cut = _halve(points, low, high, centre, normal)
        for half in range(2):
            first, past = (low, cut) if half == 0 else (cut, high)
            for i in range(3):
                node[count, i] = node[at, i] + reach * (points[first:past, i].mean() - node[at, i])
            parent[count], ends[count] = at, past - first
            stack[depth, 0], stack[depth, 1], stack[depth, 2] = count, first, past
            depth += 1
            count += 1
    return count


def _scatter(space: Space, right: Array, left: Array, random: np.random.Generator) -> tuple[Points, Whole]:
    """Spread points over both lungs, away from the pleura; give them and their lobes."""
    axes = [np.arange(axis[0], axis[-1], SPACING_MM) for axis in space.axes]
    z, y, x = np.meshgrid(axes[2], axes[1], axes[0], indexing="ij")
    points = np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1)
    points += random.uniform(-0.48, 0.48, points.shape) * SPACING_MM
    index = [
        np.clip(np.rint((points[:, i] - space.start[i]) / space.step).astype(int), 0, len(space.axes[i]) - 1)
        for i in range(3)
    ]
    depth = np.minimum(right, left)[index[2], index[1], index[0]]
    points = np.ascontiguousarray(points[depth < -random.uniform(1.5, 7, len(depth))])
    lobe = np.empty(len(points), dtype=np.int64)
    lobes_of(points, lobe)
    return points, lobe


def _one_tree(points: Points, root: Points, reach: float) -> tuple[Points, Whole, Points]:
    room = 3 * len(points) + 64
    node, parent = np.empty((room, 3)), np.empty(room, dtype=np.int64)
    ends = np.empty(room, dtype=np.int64)
    count = grow(points, root, reach, node, parent, ends)
    radius = np.asarray(END_RADIUS_MM * ends[:count] ** (1 / MURRAY), dtype=np.float64)
    return node[:count], parent[:count], radius


def _trunk(path: list[tuple[float, float, float]], radii: list[float]) -> Branches:
    points, widths = np.array(path), np.array(radii)
    pairs = np.stack([widths[:-1], widths[1:]], axis=1)
    return Branches(points[:-1], points[1:], pairs, np.full(len(pairs), BRONCHUS, dtype=np.uint8))


def _windpipe() -> list[Branches]:
    x, y, z = CARINA
    trunks = [_trunk([(0, 12, 345), (0, 14, 280), (1, 17, 220), (x, y, z + 5)], [8.3, 8.3, 8.6, 9.2])]
    for side, radius in ((-1, 7.2), (1, 6.4)):
        gate = tuple(np.array(HILUM[side]) + np.array([0.0, 5.0, 7.0]))
        trunks.append(_trunk([(x + side * 2, y, z + 3), gate], [radius + 0.6, radius]))
    return trunks


def grow_trees(space: Space, right: Array, left: Array, random: np.random.Generator) -> Branches:
    """Grow arteries, bronchi and veins into both lungs, in the reference chest."""
    parts = _windpipe()
    for veins in (False, True):
        points, lobe = _scatter(space, right, left, random)
        for number in range(5):
            side = -1 if number < 3 else 1
            root = np.array((VEIN_GATE if veins else HILUM)[side])
            of_lobe = np.ascontiguousarray(points[lobe == number])
            if len(of_lobe) < 2:
                continue
            node, parent, radius = _one_tree(of_lobe, root, 0.36 if veins else 0.40)
            parts.append(_tubes(node, parent, radius, VESSEL))
            if not veins:
                parts.append(_bronchi(node, parent, radius))
    return join(parts)


def _tubes(node: Points, parent: Whole, radius: Points, kind: int) -> Branches:
    child = np.flatnonzero(parent >= 0)
    own = radius[child]
    radii = np.stack([np.minimum(radius[parent[child]], own * 1.15), own], axis=1)
    return Branches(node[parent[child]], node[child], radii, np.full(len(child), kind, dtype=np.uint8))


def _bronchi(node: Points, parent: Whole, radius: Points) -> Branches:
    """Give each artery its bronchus, side by side, down to the width CT can still show."""
    lumen = radius * BRONCHUS_OF_ARTERY
    beside = np.array([0.25, 0.55, 0.80])
    moved = node + beside * (radius + lumen * 1.25 + 0.4)[:, None]
    tubes = _tubes(moved, parent, lumen, BRONCHUS)
    wide = tubes.radius[:, 1] > 0.42
    return Branches(tubes.start[wide], tubes.end[wide], tubes.radius[wide], tubes.kind[wide])


def join(parts: list[Branches]) -> Branches:
    """Put several sets of tubes together."""
    return Branches(
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.end for part in parts]),
        np.concatenate([part.radius for part in parts]),
        np.concatenate([part.kind for part in parts]),
    )


def as_rows(branches: Branches) -> FloatArray:
    """Give the tubes as rows (x, y, z, x, y, z, radius, radius, kind) for drawing."""
    return np.concatenate(
        [branches.start, branches.end, branches.radius, branches.kind[:, None]], axis=1
    ).astype(np.float32)
