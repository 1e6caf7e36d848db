"""Cues in the picture of how a patient lies: lungs, trachea, heart, spine and liver, one function each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.coarse import Coarse, find_body
from breathline.ct.reach import Mask

FINE_MM = 2.7
"""Blocks smaller than this are taken two by two: organs and the trachea need no finer grid [mm]."""
AIR_HU = -400
BONE_HU = 200


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Body, air and lungs on a coarse grid, which may be turned round."""

    hu: NDArray[np.int16]
    body: Mask
    lungs: Mask
    air: Mask
    spacing_mm: tuple[float, float, float]

    def turned(self, axes: Sequence[int]) -> Scene:
        """Give the scene with some axes turned round."""
        way = tuple(axes)
        body, lungs, air = (np.flip(item, way) for item in (self.body, self.lungs, self.air))
        return Scene(np.flip(self.hu, way), body, lungs, air, self.spacing_mm)


def halved_coarse(coarse: Coarse) -> Coarse:
    """Take blocks two by two, along slices too unless they lie apart."""
    fold = [
        2 if step < FINE_MM and n > 1 else 1
        for step, n in zip(coarse.spacing_mm, coarse.hu.shape, strict=True)
    ]
    if coarse.separate:
        fold[0] = 1
    hu = coarse.hu.astype(np.float32)
    for axis, times in enumerate(fold):
        if times == 2:
            even = np.take(hu, range(0, hu.shape[axis] - 1, 2), axis)
            hu = 0.5 * (even + np.take(hu, range(1, hu.shape[axis], 2), axis))
    dz, dy, dx = (step * times for step, times in zip(coarse.spacing_mm, fold, strict=True))
    factor = tuple(old * times for old, times in zip(coarse.factor, fold, strict=True))
    return replace(
        coarse, hu=hu.astype(np.int16), factor=(factor[0], factor[1], factor[2]), spacing_mm=(dz, dy, dx)
    )


def scene_of(coarse: Coarse) -> Scene:
    """Find body, lungs and air on a coarse copy."""
    body = find_body(coarse)
    air = body & (coarse.hu < AIR_HU)
    pieces, count = ndimage.label(air)
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)
    sizes[0] = 0
    lungs = np.isin(pieces, np.flatnonzero(sizes > 0.1 * sizes.max())) if count else air
    return Scene(coarse.hu, body, lungs, air, coarse.spacing_mm)


def _limited(value: float, full: float, most: float = 1.0) -> float:
    """Scale a cue so that `full` counts 1, and no cue counts more than `most`."""
    return float(np.clip(value / full, -most, most))


def head_feet_cues(scene: Scene) -> dict[str, float]:
    """Compare the ends of the lungs, apices narrow and domed, bases wide and hollow, and find the trachea."""
    cues = {}
    widths = [_width_where(scene, share) for share in (0.08, 0.92)]
    if min(widths) > 0:
        cues["narrow_apices"] = _limited(float(np.log(widths[0] / widths[1])), 0.18)
    dome = _dome(scene.lungs)
    if dome is not None:
        cues["hollow_bases"] = _limited(dome, 0.2)
    height = _trachea_height(scene)
    if height is not None:
        cues["trachea"] = _limited(height, 0.15)
    return cues


def _width_where(scene: Scene, share: float) -> float:
    """Width of the lungs in the slice below which `share` of them lies [mm]; 0 if the scan cuts them there."""
    areas = scene.lungs.sum(axis=(1, 2)).astype(float)
    end = areas[0] if share < 0.5 else areas[-1]
    if end > 0.5 * areas.max():
        return 0.0
    number = int(np.searchsorted(np.cumsum(areas) / areas.sum(), share))
    columns = np.flatnonzero(scene.lungs[number].any(axis=0))
    return float(columns[-1] - columns[0] + 1) * scene.spacing_mm[2] if columns.size else 0.0


def _dome(lungs: Mask) -> float | None:
    """Say how both ends of the lungs bulge: above 0 if the low end is hollow and the high end domed."""
    footprint: Mask = np.asarray(lungs.any(axis=0))
    depth = ndimage.distance_transform_edt(footprint)
    last = lungs.shape[0] - 1
    bottom, top = lungs.argmax(axis=0), last - np.flip(lungs, 0).argmax(axis=0)
    found = 0.0
    for surface, cut in ((bottom, 0), (top, last)):
        seen = footprint & (surface != cut)
        if seen.sum() < 0.6 * footprint.sum() or np.ptp(surface[seen]) == 0:
            return None
        found += float(np.corrcoef(depth[seen], surface[seen])[0, 1])
    return found


def _trachea_height(scene: Scene) -> float | None:
    """Height of the trachea above the middle of the lungs, as a share of their height."""
    chain = max(round_chains(scene), key=len, default=[])
    dz = scene.spacing_mm[0]
    if len(chain) * dz < 30.0:
        return None
    areas = scene.lungs.sum(axis=(1, 2)).astype(float)
    used = np.flatnonzero(areas)
    middle = float(np.average(np.arange(areas.size), weights=areas))
    return float(np.mean([spot[0] for spot in chain]) - middle) / max(1.0, float(used[-1] - used[0]))


def round_chains(scene: Scene) -> list[list[tuple[int, float, float]]]:
    """Follow round spots of air near the midline from slice to slice."""
    dz, dy, dx = scene.spacing_mm
    columns = np.flatnonzero(scene.lungs.any(axis=(0, 1)))
    middle = 0.5 * (columns[0] + columns[-1])
    chains: list[list[tuple[int, float, float]]] = []
    for layer in range(scene.air.shape[0]):
        labels, _ = ndimage.label(scene.air[layer] & (scene.hu[layer] < -600))
        for number, box in enumerate(ndimage.find_objects(labels), start=1):
            piece = labels[box] == number
            if not _is_round(piece, dy, dx) or int(scene.hu[layer][box][piece].min()) > -820:
                continue
            y, x = 0.5 * (box[0].start + box[0].stop), 0.5 * (box[1].start + box[1].stop)
            if abs(x - middle) * dx > 40.0:
                continue
            near = [
                chain
                for chain in chains
                if 0 < layer - chain[-1][0] <= max(1, round(8 / dz))
                and np.hypot((chain[-1][1] - y) * dy, (chain[-1][2] - x) * dx)
                < 5.0 + 0.5 * (layer - chain[-1][0]) * dz
            ]
            if near:
                max(near, key=len).append((layer, y, x))
            else:
                chains.append([(layer, y, x)])
    return chains


def _is_round(piece: Mask, dy: float, dx: float) -> bool:
    area = float(piece.sum()) * dy * dx
    height, width = piece.shape[0] * dy, piece.shape[1] * dx
    return (
        40.0 <= area <= 900.0
        and max(height, width) <= min(40.0, 2.5 * min(height, width))
        and area >= 0.45 * height * width
    )


def front_back_cues(scene: Scene) -> dict[str, float]:
    """Look for the spine and the lungs' deepest recesses, which lie at the back, and the heart, in front."""
    cues = {}
    bone = _bone_depth(scene)
    if bone is not None:
        cues["spine"] = _limited(bone, 0.2, 1.5)
    rows = np.flatnonzero(scene.lungs.any(axis=(0, 2)))
    areas = scene.lungs.sum(axis=(1, 2)).astype(float)
    if areas[0] <= 0.3 * areas.max():
        low = scene.lungs[: max(1, int(np.searchsorted(np.cumsum(areas) / areas.sum(), 0.06)))]
        if low.any():
            depth = float(np.average(np.arange(low.shape[1]), weights=low.sum(axis=(0, 2))))
            half = max(1.0, 0.5 * float(rows[-1] - rows[0]))
            cues["recesses"] = _limited((depth - 0.5 * float(rows[0] + rows[-1])) / half, 0.25)
    heart = _heart_depth(scene)
    if heart is not None:
        cues["heart"] = _limited(-heart, 0.1)
    return cues


def heart_layers(scene: Scene) -> range:
    """Slices in which the heart lies, if any: the lower half of the lungs without the lowest part."""
    shares = np.cumsum(scene.lungs.sum(axis=(1, 2))) / scene.lungs.sum()
    return range(int(np.searchsorted(shares, 0.15)), int(np.searchsorted(shares, 0.55)))


def space_between(lungs: Mask) -> Mask:
    """Give what lies between lungs in a slice, row by row."""
    right = np.maximum.accumulate(lungs, axis=1)
    left = np.flip(np.maximum.accumulate(np.flip(lungs, 1), axis=1), 1)
    return np.asarray(right & left & ~lungs)


def _heart_depth(scene: Scene) -> float | None:
    """Depth of the soft mass between the lungs behind their middle, as a share of half their depth."""
    found = []
    for layer in heart_layers(scene):
        lungs = scene.lungs[layer]
        rows = np.flatnonzero(lungs.any(axis=1))
        if not rows.size:
            continue
        soft = space_between(lungs) & (scene.hu[layer] < BONE_HU) & (scene.hu[layer] > -200)
        counts = soft.sum(axis=1).astype(float)
        if counts.sum() * scene.spacing_mm[1] * scene.spacing_mm[2] > 800.0:
            depth = float(np.average(np.arange(counts.size), weights=counts))
            found.append((depth - 0.5 * (rows[0] + rows[-1])) / max(1.0, 0.5 * (rows[-1] - rows[0])))
    return float(np.median(found)) if len(found) >= 3 else None


def _bone_depth(scene: Scene) -> float | None:
    """Depth of the bone near the midline behind the middle of the body, as a share of half its thickness."""
    _, dy, dx = scene.spacing_mm
    bone = scene.body & (scene.hu > BONE_HU)
    found = []
    for layer in np.flatnonzero(scene.lungs.any(axis=(1, 2))):
        rows, columns = (np.flatnonzero(scene.body[layer].any(axis=axis)) for axis in (1, 0))
        near = np.abs(np.arange(bone.shape[2]) - 0.5 * (columns[0] + columns[-1])) * dx < 45.0
        counts = bone[layer][:, near].sum(axis=1).astype(float)
        if counts.sum() * dy * dx >= 150.0:
            depth = float(np.average(np.arange(counts.size), weights=counts))
            found.append((depth - 0.5 * (rows[0] + rows[-1])) / max(1.0, 0.5 * (rows[-1] - rows[0])))
    return float(np.median(found)) if len(found) >= 5 else None


def right_left_cues(scene: Scene) -> dict[str, float]:
    """Look for the liver, which fills the right dome, and the heart, left of the middle of the lungs."""
    cues = {}
    liver = _liver_lead(scene)
    if liver is not None:
        cues["liver"] = _limited(liver, 0.15, 1.5)
    heart = _heart_shift(scene)
    if heart is not None:
        cues["heart"] = _limited(heart, 8.0)
    return cues


def _liver_lead(scene: Scene) -> float | None:
    """By how much more of what lies under the right dome is solid organ than under the left one (shares)."""
    footprint = scene.lungs.any(axis=0)
    bottom = scene.lungs.argmax(axis=0)
    footprint &= bottom > 0
    heights = np.arange(scene.lungs.shape[0])[:, None, None]
    reach = max(1, round(60.0 / scene.spacing_mm[0]))
    under = footprint & scene.body & (heights < bottom - 1) & (heights >= bottom - reach)
    organ = under & (scene.hu > 20) & (scene.hu < 150)
    middle = _midline(scene)
    shares = []
    for side in (slice(0, middle), slice(middle + 1, None)):
        total = float(under[:, :, side].sum()) * float(np.prod(scene.spacing_mm)) / 1000.0
        if total < 150.0:
            return None
        shares.append(float(organ[:, :, side].sum()) / float(under[:, :, side].sum()))
    return shares[0] - shares[1]


def _midline(scene: Scene) -> int:
    """Column of the spine: where there is most bone in the back half."""
    rows = np.flatnonzero(scene.body.any(axis=(0, 2)))
    bone = scene.body & (scene.hu > BONE_HU)
    profile = bone[:, int(rows[0] + rows[-1]) // 2 :].sum(axis=(0, 1)).astype(float)
    return int(ndimage.uniform_filter1d(profile, max(1, round(40.0 / scene.spacing_mm[2]))).argmax())


def _heart_shift(scene: Scene) -> float | None:
    """Distance by which the mass between the lungs lies to the left, in the heart's slices [mm]."""
    _, dy, dx = scene.spacing_mm
    found = []
    for layer in heart_layers(scene):
        lungs = scene.lungs[layer]
        rows, columns = np.flatnonzero(lungs.any(axis=1)), np.flatnonzero(lungs.any(axis=0))
        if not rows.size:
            continue
        front = lungs[rows[0] : rows[0] + int(0.6 * (rows[-1] - rows[0])) + 1]
        between = space_between(front).sum(axis=0).astype(float)
        if between.sum() * dy * dx > 800.0:
            shift = float(np.average(np.arange(between.size), weights=between))
            found.append((shift - 0.5 * (columns[0] + columns[-1])) * dx)
    return float(np.median(found)) if len(found) >= 3 else None
