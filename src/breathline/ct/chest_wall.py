"""Airless lung at the chest wall, found from the ribs: where lung must be although it is as dense as the wall.

From an axis through each lung the chest is looked at in all directions of every slice. Outwards lie lung, a few
millimetres of pleura and intercostal tissue, and the ribs. How thick that layer is, is learnt where aerated lung
reaches the wall; where it does not, and aerated lung reaches it all around, what lies between is dense lung. Heart,
mediastinum and liver touch the wall too, but are open to one side: no lung beyond them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.coarse import Coarse
from breathline.ct.pleural_tissue import DenseLung, is_fat, keep_lung
from breathline.ct.reach import Mask

Map = NDArray[np.float64]
"""One value for each slice and direction."""

DIRECTIONS = 180
STEP_MM = 0.5
BONE_HU = 180
"""Ribs on the coarse grid are above this, muscle and blood without contrast below [HU]."""
WIDEST_WALL_MM = 16.0
OFF_WALL_MM = 2.5
"""Lung farther from its wall than this may have something dense before it [mm]."""
CLEARLY = 2.4
"""A region counts if lung is farther from the wall than could be doubted, this many times over, somewhere in it."""
WIDEST_PIXEL_MM = 2.6
"""With wider pixels the wall is not known well enough: normal scans of 3 mm pixels had 45 mL of it added [mm]."""
RIB_REACH_MM = 14.0
"""The surface through the ribs is a mean over about this width: ribs lie 20-25 mm apart [mm]."""
BEHIND_RIB_MM = 8.0
"""Bone farther out than the innermost around by more than this is shoulder blade or collar bone [mm]."""
TRUSTED_MM = 1.5
RIM_MM, EDGE_MM = 9.0, 2.0
"""Dense spots in the outer rim of the lung are lung, but for the edge itself, which the grid tells to a block [mm]."""
FOLD_MM = (12.0, 24.0)
"""Notches of the lung's outer side narrower than this, up and along, are filled [mm]."""
WALL_REACH_MM = 40.0
"""The thickness of the wall varies slowly: a mean over about this width [mm]."""
FLANK_MM = 70.0
"""Dense lung has lung at the wall nearer than this, in most directions along the wall [mm]."""
MOST_FLANKS, MOST_BEHIND = 0.7, 0.55
"""Share of the walks along the wall that must meet such lung. Towards the back fewer will do: no heart lies there, and
disease that fills the back of a lung has lung above and beside it, not below (``data-raw/lungs/flanks.py``)."""
BEHIND_FROM_DEGREES = 20.0
"""Directions farther than this behind the frontal plane are towards the back [degrees]."""
DEEPEST_MM = 45.0
"""What is thicker than this is left out: it may be anything [mm]."""
BESIDE_MM = 25.0
"""Sternum and spine, which bound the chest wall, lie no farther than this beside a lung [mm]."""
BEHIND_DEGREES, BEFORE_DEGREES = 45.0, 80.0
"""Nearer than this to the direction of the other lung lie the spine behind and the sternum with its fat before, not
ribs [degrees]."""
APEX_MM = 50.0
APEX_DOUBT_MM = 3.0
"""So near the top the wall leans inwards and the first ribs are far from it: it is known less well [mm]."""


def dense_at_ribs(sides: NDArray[np.uint8], even: NDArray[np.float32], coarse: Coarse) -> DenseLung:
    """Find airless lung between the aerated lung and the chest wall; none where ribs are not seen or pixels are wide.

    Parameters
    ----------
    sides
        1 where right, 2 where left lung has been found, on the coarse grid.
    even
        Density without noise, see `evened` [HU].
    """
    added, within = np.zeros_like(sides), np.zeros(sides.shape, dtype=bool)
    fluid = np.zeros_like(within)
    if max(coarse.spacing_mm[1:]) > WIDEST_PIXEL_MM:
        return DenseLung(added, within, fluid)
    bone, fat = _without_specks(coarse.hu > BONE_HU, coarse), is_fat(even)
    for side in (1, 2):
        lung = sides == side
        wall = _find_wall(lung, bone, side, coarse)
        if wall is None:
            continue
        found = _between(wall.centre, wall.lung_mm - 1.0, np.where(wall.dense, wall.wall_mm, 0.0), coarse)
        kept, wet = keep_lung(found & (sides == 0) & ~fat, even, coarse)
        added[kept] = side
        fluid |= wet
        within |= _between(wall.centre, wall.envelope_mm - RIM_MM, wall.envelope_mm - EDGE_MM, coarse)
    return DenseLung(added, within, fluid)


def _without_specks(bone: Mask, coarse: Coarse) -> Mask:
    """Remove bone that is only noise: too few of the voxels around are bone."""
    around = 1 if coarse.separate else 3
    count = ndimage.uniform_filter(bone.astype(np.float32), (around, 3, 3), mode="nearest") * around * 9
    return np.asarray(bone & (count > (4.5 if coarse.separate else 8.5)))


@dataclass(frozen=True, slots=True, eq=False)
class Wall:
    """The inside of the chest wall around one lung, seen from an axis through it.

    Parameters
    ----------
    centre
        Row and column of the axis in each slice, (slices, 2) [voxels of the coarse grid].
    lung_mm
        Distance of the outermost lung, (slices, directions); where there is none but dense lung must be, of
        its inner side, else 0 [mm].
    wall_mm
        Distance of the chest wall's inside; nan where no ribs tell it [mm].
    dense
        Where dense lung lies between the two.
    envelope_mm
        Distance of the lung's outer side without its notches, where it lies at the wall; else 0 [mm].
    """

    centre: Map
    lung_mm: Map
    wall_mm: Map
    dense: NDArray[np.bool_]
    envelope_mm: Map


def _find_wall(lung: Mask, bone: Mask, side: int, coarse: Coarse) -> Wall | None:
    centre = _axis(lung)
    if centre is None:
        return None
    steps = np.array(coarse.spacing_mm)
    lung_mm, inner_mm, bone_mm = _look_around(lung, bone, centre, steps, *_box(lung, coarse))
    layers = np.flatnonzero(lung.any(axis=(1, 2)))
    used = slice(int(layers[0]), int(layers[-1]) + 1)
    wall = np.full(lung_mm.shape, np.nan)
    dense = np.zeros(lung_mm.shape, dtype=bool)
    wall[used], error = _inside_of_ribs(lung_mm[used], bone_mm[used], steps[0])
    lung_mm[used] = _with_recess(lung_mm[used], inner_mm[used], wall[used], steps[0])
    dense[used] = _enclosed(lung_mm[used], wall[used], error, side, steps)
    with np.errstate(invalid="ignore"):
        at_wall = (lung_mm > 0) & (wall - lung_mm < OFF_WALL_MM) & _towards_ribs(side)
    return Wall(centre, lung_mm, wall, dense, np.where(at_wall, _envelope(lung_mm, wall, steps[0]), 0.0))


def _envelope(lung_mm: Map, wall_mm: Map, dz: float) -> Map:
    """Fill the narrow notches of the lung's outer side, as far as the wall lets it."""
    arc = float(np.median(lung_mm[lung_mm > 0])) * 2.0 * np.pi / DIRECTIONS
    size = (2 * round(0.5 * FOLD_MM[0] / dz) + 1, 2 * round(0.5 * FOLD_MM[1] / arc) + 1)
    around = np.pad(lung_mm, [(0, 0), (size[1], size[1])], mode="wrap")
    closed = ndimage.grey_closing(around, size, mode="nearest")[:, size[1] : -size[1]]
    return np.asarray(np.fmin(closed, wall_mm + 1.0))


def _box(lung: Mask, coarse: Coarse) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the first and last row and column worth looking at."""
    rows, columns = np.flatnonzero(lung.any(axis=(0, 2))), np.flatnonzero(lung.any(axis=(0, 1)))
    margin = np.array([BESIDE_MM / coarse.spacing_mm[1], BESIDE_MM / coarse.spacing_mm[2]])
    low = np.array([rows[0], columns[0]]) - margin
    high = np.array([rows[-1], columns[-1]]) + margin
    last = np.array(lung.shape[1:]) - 1
    return np.maximum(low, 0).astype(np.int64), np.minimum(high, last).astype(np.int64)


def _axis(lung: Mask) -> Map | None:
    """Give a straight line through the middle of a lung: row and column in each slice."""
    areas = lung.sum(axis=(1, 2)).astype(float)
    layers = np.flatnonzero(areas > 0.1 * areas.max()) if areas.max() > 0 else np.zeros(0, int)
    if layers.size < 3:
        return None
    middles = np.empty((layers.size, 2))
    for number, layer in enumerate(layers):
        rows, columns = lung[layer].sum(axis=1), lung[layer].sum(axis=0)
        middles[number] = (
            np.average(np.arange(rows.size), weights=rows),
            np.average(np.arange(columns.size), weights=columns),
        )
    heights = np.arange(lung.shape[0])
    lines = [np.polyfit(layers, middles[:, axis], 1, w=np.sqrt(areas[layers])) for axis in (0, 1)]
    return np.stack([np.polyval(line, heights) for line in lines], axis=1)


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _look_around(
    lung: Mask, bone: Mask, centre: Map, steps: Map, low: NDArray[np.int64], high: NDArray[np.int64]
) -> tuple[Map, Map, Map]:
    """Give how far the outermost lung, its inner side and the first bone beyond lie in every direction [mm]."""
    nz, ny, nx = lung.shape
    lung_mm = np.zeros((nz, DIRECTIONS))
    inner_mm = np.zeros((nz, DIRECTIONS))
    bone_mm = np.full((nz, DIRECTIONS), np.nan)
    farthest = np.hypot(ny * steps[1], nx * steps[2])
    for z in numba.prange(nz):
        for n in range(DIRECTIONS):
            angle = 2.0 * np.pi * n / DIRECTIONS
            down, across = np.sin(angle) / steps[1], np.cos(angle) / steps[2]
            first = np.nan
            away = 0.0
            while away < farthest:
                y = int(np.floor(centre[z, 0] + away * down + 0.5))
                x = int(np.floor(centre[z, 1] + away * across + 0.5))
                if y < low[0] or x < low[1] or y > high[0] or x > high[1]:
                    break
                if lung[z, y, x]:
                    if lung_mm[z, n] < away - STEP_MM:
                        inner_mm[z, n] = away
                    lung_mm[z, n] = away + 0.5 * STEP_MM
                    first = np.nan
                elif np.isnan(first) and bone[z, y, x]:
                    first = away
                away += STEP_MM
            bone_mm[z, n] = first
    return lung_mm, inner_mm, bone_mm


def _inside_of_ribs(lung_mm: Map, bone_mm: Map, dz: float) -> tuple[Map, Map]:
    """Give the inside of the chest wall, the surface through the ribs less this patient's wall, and its error."""
    ribs = _through_ribs(lung_mm, bone_mm, dz)
    near = (lung_mm > 0) & (ribs - lung_mm < WIDEST_WALL_MM) & (ribs - lung_mm > -WIDEST_WALL_MM / 2)
    unknown = np.full(lung_mm.shape, np.nan)
    if near.sum() < 100:
        return unknown, unknown
    thickness = np.where(near, ribs - lung_mm, np.nan)
    usual = anchor = _usual_by_direction(thickness)
    for _ in range(3):
        # dense lung makes the wall look thicker, never thinner: what is thicker than around does not count
        trusted = near & (thickness < np.minimum(usual, anchor) + TRUSTED_MM)
        usual = _smooth(thickness, trusted, dz, WALL_REACH_MM, lung_mm, least=0.0)
    usual = np.where(np.isnan(usual), anchor, usual)
    thinner = near & (thickness < usual)
    error = np.sqrt(_smooth((thickness - usual) ** 2, thinner, dz, 2.0 * WALL_REACH_MM, lung_mm, least=0.0))
    return ribs - usual, error


def _usual_by_direction(thickness: Map) -> Map:
    """Give the wall usual for a direction: before muscle it is thicker all along than before the ribs."""
    overall = float(np.nanquantile(thickness, 0.4))
    counted = np.isfinite(thickness).sum(axis=0) > 5
    usual = np.full(thickness.shape[1], overall)
    usual[counted] = np.nanquantile(thickness[:, counted], 0.4, axis=0)
    return np.asarray(np.broadcast_to(np.clip(usual, overall - 3.0, overall + 3.0), thickness.shape))


def _through_ribs(lung_mm: Map, bone_mm: Map, dz: float) -> Map:
    """Give a smooth surface through the inner faces of the ribs, without shoulder blades and breaks."""
    seen = np.isfinite(bone_mm)
    seen &= ~((lung_mm > 0) & (bone_mm - lung_mm > DEEPEST_MM + WIDEST_WALL_MM))
    layers = 2 * max(1, round(RIB_REACH_MM / dz)) + 1
    innermost = ndimage.minimum_filter(
        np.where(seen, bone_mm, np.inf), (layers, 11), mode=("nearest", "wrap")
    )
    steepness = np.abs(np.gradient(np.where(lung_mm > 0, lung_mm, np.nan), dz, axis=0))
    slope = np.clip(np.nan_to_num(steepness, nan=0.0), 0.0, 1.0) * RIB_REACH_MM
    seen &= bone_mm - innermost < BEHIND_RIB_MM + slope
    for tolerance in (7.0, 4.0):
        surface = _smooth(bone_mm, seen, dz, RIB_REACH_MM, bone_mm, least=0.02)
        seen &= np.abs(bone_mm - surface) < tolerance
    return _smooth(bone_mm, seen, dz, RIB_REACH_MM, bone_mm, least=0.02)


def _smooth(
    values: Map, seen: NDArray[np.bool_], dz: float, reach_mm: float, radius: Map, least: float
) -> Map:
    """Mean of the seen values around, in slices and directions; nan where too few are seen."""
    typical = float(np.nanmedian(np.where(radius > 0, radius, np.nan)))
    sigma = (0.5 * reach_mm / dz, 0.5 * reach_mm / (typical * 2.0 * np.pi / DIRECTIONS))
    weight = ndimage.gaussian_filter(seen.astype(float), sigma, mode=("nearest", "wrap"))
    total = ndimage.gaussian_filter(np.where(seen, values, 0.0), sigma, mode=("nearest", "wrap"))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(weight > max(least, 1e-9), total / weight, np.nan)


def _with_recess(lung_mm: Map, inner_mm: Map, wall_mm: Map, dz: float) -> Map:
    """Where no lung lies in a direction, say how far in it would reach by the thin lung around: the recess."""
    with np.errstate(invalid="ignore"):
        depth = wall_mm - inner_mm
        thin = (lung_mm > 0) & (wall_mm - lung_mm < OFF_WALL_MM) & (depth < DEEPEST_MM) & (inner_mm > STEP_MM)
    around = _smooth(depth, thin, dz, WALL_REACH_MM, lung_mm, least=0.05)
    return np.where((lung_mm == 0) & np.isfinite(around), np.maximum(wall_mm - around, 0.0), lung_mm)


def _enclosed(lung_mm: Map, wall_mm: Map, error_mm: Map, side: int, steps: Map) -> NDArray[np.bool_]:
    """Find directions in which lung ends before the wall although it reaches the wall all around."""
    costal = _towards_ribs(side)
    to_apex = (lung_mm.shape[0] - 1 - np.arange(lung_mm.shape[0]))[:, None] * steps[0]
    doubt = np.maximum(OFF_WALL_MM - 1.0 + 0.5 * max(steps[1:]), 2.5 * error_mm)
    doubt = doubt + np.where(to_apex < APEX_MM, APEX_DOUBT_MM, 0.0)
    with np.errstate(invalid="ignore"):
        gap = np.where((lung_mm > 0) & costal, wall_mm - lung_mm, np.nan)
        touches = gap < doubt
        apart = (gap >= doubt) & (gap <= DEEPEST_MM)
        far = gap >= CLEARLY * doubt
    apart = _flanked(apart, touches, lung_mm, float(steps[0]), _most_flanks())
    pieces, count = ndimage.label(apart)
    keep = np.zeros(count + 1, dtype=bool)
    keep[np.unique(pieces[far & apart])] = True
    edges = costal & ~(np.roll(costal, 1) & np.roll(costal, -1))
    keep[np.unique(pieces[:, edges])] = False  # open to the mediastinum: heart, or fat beside it
    keep[0] = False
    return np.asarray(keep[pieces])


def _most_flanks() -> Map:
    """Give the share of walks that must meet lung, by direction."""
    return np.where(_behind(), MOST_BEHIND, MOST_FLANKS)


def _behind() -> NDArray[np.bool_]:
    """Tell the directions towards the back, where heart and fat do not touch the wall."""
    degrees = np.arange(DIRECTIONS) * 360.0 / DIRECTIONS
    return np.asarray(np.abs(degrees - 90.0) < 90.0 - BEHIND_FROM_DEGREES)


def _towards_ribs(side: int) -> NDArray[np.bool_]:
    """Tell in which directions the chest wall lies; degrees grow from the patient's left to the back."""
    degrees = np.arange(DIRECTIONS) * 360.0 / DIRECTIONS
    off_medial = np.abs((degrees - (0.0 if side == 1 else 180.0) + 180.0) % 360.0 - 180.0)
    return np.asarray(off_medial > np.where(degrees < 180.0, BEHIND_DEGREES, BEFORE_DEGREES))


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _flanked(
    apart: NDArray[np.bool_], touches: NDArray[np.bool_], lung_mm: Map, dz: float, most: Map
) -> NDArray[np.bool_]:
    """Tell where walks along the wall in most of 16 directions soon meet lung that touches it."""
    nz, around = apart.shape
    found = np.zeros(apart.shape, np.bool_)
    for z in range(nz):
        for n in range(around):
            if not apart[z, n]:
                continue
            arc = max(20.0, lung_mm[z, n]) * 2.0 * np.pi / around
            met = 0
            for way in range(16):
                up, along = np.sin(way * np.pi / 8), np.cos(way * np.pi / 8)
                away = 2.0
                while away < FLANK_MM:
                    layer = int(np.floor(z + away * up / dz + 0.5))
                    if layer < 0 or layer >= nz:
                        break
                    direction = int(np.floor(n + away * along / arc + 0.5)) % around
                    if touches[layer, direction]:
                        met += 1
                        break
                    away += 2.0
            found[z, n] = met >= most[n] * 16
    return found


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _mark(centre: Map, near_mm: Map, far_mm: Map, steps: Map, found: Mask) -> None:
    nz, ny, nx = found.shape
    for z in numba.prange(nz):
        farthest = 0.0
        for n in range(DIRECTIONS):
            if far_mm[z, n] > farthest:  # noqa: PLR1730  # nan where it is unknown
                farthest = far_mm[z, n]
        reach = 1.000001 * farthest * farthest
        for y in range(ny):
            down = (y - centre[z, 0]) * steps[1]
            for x in range(nx):
                across = (x - centre[z, 1]) * steps[2]
                if down * down + across * across > reach:
                    continue
                away = np.hypot(down, across)
                place = np.arctan2(down, across) / (2.0 * np.pi) * DIRECTIONS
                n = int(np.floor(place + 0.5)) % DIRECTIONS
                if near_mm[z, n] <= away <= far_mm[z, n]:
                    found[z, y, x] = True


def _between(centre: Map, near_mm: Map, far_mm: Map, coarse: Coarse) -> Mask:
    """Mark the voxels between two distances from an axis."""
    found = np.zeros(coarse.hu.shape, dtype=bool)
    _mark(centre, near_mm, far_mm, np.array(coarse.spacing_mm), found)
    return found
