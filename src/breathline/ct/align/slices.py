"""One lung of interval HRCT: what its slices show, each at its height, and an outline drawn across the gaps.

Between slices nothing is known of the tissue, and nothing is made up: detail stands in the planes of slices alone. The
outline, which is smooth, is carried from slice to slice, since the lung's shape is what tells how high a slice lies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from breathline.ct.align.features import Features, blurred, detail_of
from breathline.ct.align.lattice import (
    CUBE_MM,
    MARGIN_MM,
    FloatArray,
    LungImage,
    Vector,
    draw_slices,
    extent_of,
    world_axes,
)
from breathline.model.volume import LabelMap, Volume

MATCH_MM = 2.5
"""Farthest that the tissue of a slice may lie from a slice of the other date to be compared with it: a quarter of the
usual way between slices, about the width of a secondary lobule's core [mm]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SliceStack:
    """One lung as separate slices show it, on squares.

    Parameters
    ----------
    density, share
        (slices, y, x): as of `LungImage`, but of squares within a slice.
    heights_mm
        Height of each slice (z) [mm].
    origin_mm
        Place (z, y, x) of the centre of the first square of the lowest plane of the lattice that it belongs on [mm].
    cube_mm
        Width of a square [mm].
    planes
        Planes of that lattice.
    """

    density: FloatArray
    share: FloatArray
    heights_mm: Vector
    origin_mm: Vector
    cube_mm: float
    planes: int

    @property
    def places_mm(self) -> Vector:
        """Height of each plane of the lattice [mm]."""
        return np.asarray(self.origin_mm[0] + self.cube_mm * np.arange(self.planes))

    @property
    def gap_mm(self) -> float:
        """Mean distance between slices, or between pairs of them [mm]."""
        gaps = np.diff(self.heights_mm)
        return float(gaps.sum() / np.count_nonzero(gaps >= 0.5 * gaps.mean()))


def slice_stack(volume: Volume, lungs: LabelMap, code: int) -> SliceStack:
    """Draw the lung with a code, slice by slice."""
    matrix, offset = world_axes(volume.geometry)
    low, high = extent_of(lungs.labels, code)
    corners = np.array(np.meshgrid(*zip(low, high, strict=True), indexing="ij")).reshape(3, 8)
    places = matrix @ corners + offset[:, None]
    heights = offset[0] + np.sign(matrix[0, 0]) * volume.geometry.heights_mm
    gap = float(np.diff(heights).max())
    start, end = places.min(axis=1) - MARGIN_MM, places.max(axis=1) + MARGIN_MM
    start[0] = heights[low[0]] - gap - MARGIN_MM
    end[0] = heights[high[0]] + gap + MARGIN_MM
    counts = 4 * np.ceil((end - start) / (4 * CUBE_MM)).astype(int)
    shape = (volume.hu.shape[0], int(counts[1]), int(counts[2]))
    density, share = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    draw_slices(volume, lungs, code, start, CUBE_MM, density, share)
    return SliceStack(
        density=density,
        share=share,
        heights_mm=heights,
        origin_mm=start,
        cube_mm=CUBE_MM,
        planes=int(counts[0]),
    )


def coarser(stack: SliceStack) -> SliceStack:
    """Give the same slices on squares twice as wide; slices stay apart."""
    share = _pooled(stack.share)
    mass = _pooled(stack.share * stack.density)
    return replace(
        stack,
        density=np.divide(mass, share, out=np.zeros_like(mass), where=share > 0),
        share=share,
        origin_mm=stack.origin_mm + stack.cube_mm / 2,
        cube_mm=2 * stack.cube_mm,
        planes=stack.planes // 2,
    )


def _pooled(values: FloatArray) -> FloatArray:
    z, y, x = values.shape
    return np.asarray(values.reshape(z, y // 2, 2, x // 2, 2).mean(axis=(2, 4)), dtype=np.float32)


def outline_image(stack: SliceStack) -> LungImage:
    """Give the lung on cubes, carried from slice to slice: for its shape, volume and mass, not for its detail."""
    places = stack.places_mm
    share = _between(stack.share, stack.heights_mm, places)
    mass = _between(stack.share * stack.density, stack.heights_mm, places)
    return LungImage(
        density=np.divide(mass, share, out=np.zeros_like(mass), where=share > 0),
        share=share,
        origin_mm=stack.origin_mm,
        cube_mm=stack.cube_mm,
    )


def _between(values: FloatArray, heights: Vector, places: Vector) -> FloatArray:
    """Carry slices over to planes, linearly; nothing beyond the outermost slices."""
    at = np.interp(places, heights, np.arange(heights.size, dtype=np.float64))
    below = np.minimum(at.astype(int), heights.size - 2)
    way = (at - below).astype(np.float32)[:, None, None]
    found = (1 - way) * values[below] + way * values[below + 1]
    found[(places < heights[0] - CUBE_MM) | (places > heights[-1] + CUBE_MM)] = 0.0
    return np.asarray(found, dtype=np.float32)


def fixed_features(stack: SliceStack, nearby_mm: float) -> Features:
    """Give what is sought in another scan: each slice in the one plane that it lies nearest to."""
    places = stack.places_mm
    nearest = np.rint((stack.heights_mm - stack.origin_mm[0]) / stack.cube_mm).astype(int)
    shown = np.full(stack.planes, -1)
    inside = (nearest >= 0) & (nearest < stack.planes)
    for number in np.flatnonzero(inside):
        rival = shown[nearest[number]]
        if rival < 0 or abs(_off(stack, number, nearest)) < abs(_off(stack, np.int64(rival), nearest)):
            shown[nearest[number]] = number
    lift = np.where(shown >= 0, stack.heights_mm[shown] - places, 0.0)
    return _features(stack, nearby_mm, shown, lift)


def _off(stack: SliceStack, number: np.int64, nearest: NDArray[np.int64]) -> float:
    return float(stack.heights_mm[number] - stack.places_mm[nearest[number]])


def moving_features(stack: SliceStack, nearby_mm: float, reach_mm: float) -> Features:
    """Give what another scan is sought in: each plane shows the nearest slice, if that is within reach."""
    places = stack.places_mm
    apart = np.abs(places[:, None] - stack.heights_mm[None])
    nearest = apart.argmin(axis=1)
    shown = np.where(apart[np.arange(places.size), nearest] <= reach_mm, nearest, -1)
    return _features(stack, nearby_mm, shown, np.zeros(places.size))


def _features(stack: SliceStack, nearby_mm: float, shown: NDArray[np.int64], lift: Vector) -> Features:
    width = nearby_mm / stack.cube_mm
    detail = detail_of(stack.density, stack.share, (0.0, width, width))
    share = _between(stack.share, stack.heights_mm, stack.places_mm + lift)
    there = (shown >= 0)[:, None, None]
    used = np.flatnonzero((shown >= 0) & (share.max(axis=(1, 2)) > 0))
    within = np.ptp(used) + 1 if used.size else stack.planes
    return Features(
        detail=np.where(there, detail[shown], np.float32(0)),
        soft=blurred(share, (width, width, width)),
        share=share,
        seen=np.where(there, stack.share[shown], np.float32(0)),
        lift_mm=lift.astype(np.float32),
        known=min(1.0, float(used.size / within)),
        origin_mm=stack.origin_mm,
        cube_mm=stack.cube_mm,
    )
