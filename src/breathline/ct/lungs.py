"""The lungs: right and left, main airways out, vessels and dense disease in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline import __version__
from breathline.ct.airways import find_airways, main_airways, name_airways
from breathline.ct.chest_wall import dense_lung, evened
from breathline.ct.coarse import Coarse, Mask, close, fill_slices, find_body, grow, shave, shrink
from breathline.ct.sides import split_sides
from breathline.errors import Problem, ScanError, Severity
from breathline.model.volume import LUNG_CODES, LabelMap, QualityFlag, Step, Volume

Sides = NDArray[np.uint8]
"""1 right, 2 left, 0 no lung."""


LUNG_HU = -350
"""Lung, healthy or hazy, is below this on the coarse grid [HU]."""
FIBROTIC_HU = -250
FIBROTIC_MM = 5.0
"""Beside lung, what is below this is fibrotic lung; fat and bowel content are above or farther away [HU, mm]."""
EDGE_HU = -400
"""The pleural edge at full resolution: half-way between lung and chest wall [HU]."""
FIBROTIC_EDGE_HU = -180
"""Beside dense lung the half-way lies higher, at most here: above, fat would be taken in [HU]."""
WALL_HU = 40
BESIDE_EDGE_MM = 8.0
"""Half width of the window in which the lung beside the edge is looked at [mm]."""
CLOSING_MM = 6.0
"""Vessels and dense spots narrower than twice this, with lung around, belong to the lung [mm]."""
FEWEST_ML = 300.0
"""Both lungs of an adult hold more air-bearing tissue than this, even when shrunk by disease [mL]."""
SMALLEST_PIECE_ML = 8.0
WIDEST_VESSEL_MM = 18.0
"""Vessels inside the lungs' outline are narrower than this [mm]."""
GAS_HU = -940
LUNG_AROUND = 0.35
"""Share of a pocket's surroundings that is lung, from which it is a bulla; bowel has less."""
SOFT_HU = -200
PURE_GAS_HU = -960
MOSTLY_GAS = 0.4
"""A piece of which more than this share is pure gas is stomach or bowel, unless it is a whole lung: lung, even
emphysematous, has vessels and walls in it."""


AIRWAY_CODES: Mapping[str, int] = MappingProxyType(
    {"trachea": 1, "right_main_bronchus": 2, "left_main_bronchus": 3}
)
RECOVERED_CODES: Mapping[str, int] = MappingProxyType({"recovered_dense_lung": 1})
LUMEN_HU = -700
"""Lumen of the main airways, beside the coarse one found, is below this [HU]."""
WORTH_TELLING_ML = 5.0
LINE_MM = 4.0
"""Lines of fibrosis that run along the pleura leave notches in the outline narrower than twice this: lung [mm]."""
LINE_HU = -50
"""Such lines are mixed with air; what is above is chest wall or a vessel that leaves the lung [HU]."""
SLAB = 32
"""Slices closed at a time, to spare memory."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lungs:
    """The lungs of a scan, and what was found on the way.

    Parameters
    ----------
    lungs
        1 right, 2 left lung. Trachea and main bronchi are outside, vessels and dense lung inside.
    airways
        1 trachea, 2 right, 3 left main bronchus: the lumen.
    recovered
        1 where lung as dense as the chest wall was added by where the ribs lie; part of `lungs`.
    """

    lungs: LabelMap
    airways: LabelMap
    recovered: LabelMap


def segment_lungs(volume: Volume) -> LabelMap:
    """Find the lungs alone; see `find_lungs`."""
    return find_lungs(volume).lungs


def find_lungs(volume: Volume) -> Lungs:
    """Find the lungs, the main airways, and dense lung at the chest wall.

    Raises
    ------
    ScanError
        If the scan shows no lungs.
    """
    coarse = shrink(volume)
    body = find_body(coarse)
    inside = body & (coarse.hu < LUNG_HU)
    airways = find_airways(coarse, inside)
    bowel = _bowel_gas(inside & ~airways, coarse)
    trunk = main_airways(airways, coarse)
    barred = grow(trunk, 1.5, coarse) | airways | bowel
    lungs = _lung_pieces(inside & ~barred, coarse)
    _refuse_no_lungs(lungs, coarse)
    lungs |= (
        body
        & ~inside
        & (np.maximum(evened(coarse), coarse.hu) < FIBROTIC_HU)
        & ~barred
        & grow(lungs, FIBROTIC_MM, coarse)
    )
    sides = split_sides(lungs, coarse)
    wall = grow(trunk, 2.5, coarse) if trunk.any() else trunk
    whole = _closed(sides, wall, coarse)
    added, within = dense_lung(whole, coarse)
    added[wall] = 0
    whole = _closed(np.where(whole > 0, whole, added), wall, coarse) if added.any() else whole
    labels = _refine(volume.hu, whole, wall, within | (added > 0), coarse)
    _take_in_lines(volume, labels, whole, coarse)
    tubes = _lumen(volume.hu, name_airways(trunk, coarse), labels, coarse)
    marked = _recovered(volume.hu, added > 0, labels, coarse)
    step = Step(
        name="segment_lungs", parameters={"edge_hu": EDGE_HU, "closing_mm": CLOSING_MM}, version=__version__
    )
    recovered_ml = float(np.count_nonzero(marked)) * volume.geometry.voxel_ml
    flags = (*_flags(labels, volume), *_told(recovered_ml, tubes))
    lung_map = LabelMap(
        labels=labels,
        geometry=volume.geometry,
        names=LUNG_CODES,
        method="threshold_and_shape",
        quality=flags,
        steps=(step,),
    )
    return Lungs(
        lungs=lung_map,
        airways=LabelMap(labels=tubes, geometry=volume.geometry, names=AIRWAY_CODES),
        recovered=LabelMap(labels=marked, geometry=volume.geometry, names=RECOVERED_CODES),
    )


def _told(recovered_ml: float, tubes: Sides) -> list[QualityFlag]:
    flags = []
    if recovered_ml >= WORTH_TELLING_ML:
        message = (
            f"{recovered_ml:.0f} mL at the chest wall are as dense as the wall and were taken into the lungs because "
            "the ribs lie farther out and aerated lung surrounds them. Pleural thickening or fluid can look the same."
        )
        flags.append(QualityFlag(code="recovered_dense_lung", severity=Severity.NOTE, message=message))
    if not tubes.any():
        message = "No trachea was found: central airways may be counted as lung, and there is no airway mask."
        flags.append(QualityFlag(code="no_trachea", severity=Severity.WARNING, message=message))
    return flags


def _lumen(hu: NDArray[np.int16], named: Sides, labels: Sides, coarse: Coarse) -> Sides:
    """Carry the main airways to full resolution: dark voxels in and beside the coarse lumen."""
    tubes = np.zeros(hu.shape, dtype=np.uint8)
    if not named.any():
        return tubes
    near = ndimage.maximum_filter(named, size=(1, 3, 3))
    box = ndimage.find_objects((near > 0).astype(np.uint8))[0]
    fine, part = _full_box(box, hu.shape, coarse)
    values = _repeated(near[box], coarse)[part]
    tubes[fine] = np.where((hu[fine] < LUMEN_HU) & (labels[fine] == 0), values, 0)
    return tubes


def _recovered(hu: NDArray[np.int16], added: Mask, labels: Sides, coarse: Coarse) -> Sides:
    """Mark at full resolution what was added and no threshold would have found."""
    marked = np.zeros(hu.shape, dtype=np.uint8)
    if not added.any():
        return marked
    box = ndimage.find_objects(added.astype(np.uint8))[0]
    fine, part = _full_box(box, hu.shape, coarse)
    values = _repeated(added[box], coarse)[part]
    marked[fine] = values & (labels[fine] > 0) & (hu[fine] >= EDGE_HU)
    return marked


def _full_box(
    box: tuple[slice, ...], shape: tuple[int, ...], coarse: Coarse
) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Give the voxels of the volume under a box of blocks, and which of the repeated blocks they are."""
    first = [part.start * f + s for part, f, s in zip(box, coarse.factor, coarse.start, strict=True)]
    size = [(part.stop - part.start) * f for part, f in zip(box, coarse.factor, strict=True)]
    fine = tuple(slice(a, min(a + n, whole)) for a, n, whole in zip(first, size, shape, strict=True))
    return fine, tuple(slice(0, part.stop - part.start) for part in fine)


def _repeated(blocks: NDArray[np.generic], coarse: Coarse) -> NDArray[np.uint8]:
    out = blocks.astype(np.uint8)
    for axis, times in enumerate(coarse.factor):
        out = np.repeat(out, times, axis)
    return out


def _closed(sides: Sides, wall: Mask, coarse: Coarse) -> Sides:
    """Take into each lung the vessels and dense spots that it holds."""
    whole = np.zeros_like(sides)
    for side in (1, 2):
        closed = _with_holes(close(sides == side, CLOSING_MM, coarse), coarse) & ~wall
        whole[closed & (whole == 0) & (sides != 3 - side)] = side
    return whole


def _with_holes(lung: Mask, coarse: Coarse) -> Mask:
    """Fill the holes of each slice that are vessel or disease, not the top of the diaphragm seen from above.

    A dome is wide and goes on into the belly; a vessel that leaves the lung is narrow.
    """
    filled = fill_slices(lung)
    holes = filled & ~lung
    if not holes.any():
        return lung
    pieces, _ = ndimage.label(shave(~lung, WIDEST_VESSEL_MM / 2.0, coarse))
    outside = np.zeros(int(pieces.max()) + 1, dtype=bool)
    outside[np.unique(pieces[~filled])] = True
    outside[0] = False
    return np.asarray(filled & ~(holes & outside[pieces]))


def _bowel_gas(air: Mask, coarse: Coarse) -> Mask:
    """Find pockets of pure gas with a wall of soft tissue around: stomach and bowel touching the diaphragm.

    A bulla is as dark, but has lung around it.
    """
    found = np.zeros(air.shape, dtype=bool)
    for kind in POCKETS:
        found |= _pockets(air & ~found, kind, coarse)
    return found


def _pockets(air: Mask, kind: _Pocket, coarse: Coarse) -> Mask:
    pockets, _ = ndimage.label(shave(air & (coarse.hu < GAS_HU), kind.radius_mm, coarse))
    layers = np.flatnonzero(air.any(axis=(1, 2)))
    found = np.zeros(air.shape, dtype=bool)
    for number, box in enumerate(ndimage.find_objects(pockets), start=1):
        if box[0].start > layers[0] + 0.5 * (layers[-1] - layers[0]):
            continue  # bowel lies in the lower half
        reach = [round(8.0 / step) for step in coarse.spacing_mm]
        wide = tuple(slice(max(0, part.start - r), part.stop + r) for part, r in zip(box, reach, strict=True))
        pocket = pockets[wide] == number
        if not kind.smallest_ml <= float(pocket.sum()) * coarse.voxel_ml <= kind.largest_ml:
            continue
        away = ndimage.distance_transform_edt(~pocket, sampling=coarse.spacing_mm)
        ring = coarse.hu[wide][(away > 4.0) & (away <= 8.0)]
        if not ring.size:
            continue
        lung = float(np.mean((ring > GAS_HU) & (ring < -600)))
        if lung < LUNG_AROUND and float(np.mean(ring > SOFT_HU)) >= kind.soft_around:
            found[wide] |= away <= 4.0
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pocket:
    """Which pockets of gas are looked at: half width, volume, and the share of soft tissue around it must have."""

    radius_mm: float
    smallest_ml: float
    largest_ml: float
    soft_around: float


POCKETS = (
    _Pocket(radius_mm=5.0, smallest_ml=SMALLEST_PIECE_ML, largest_ml=np.inf, soft_around=0.0),
    # the folds of the colon hold small pockets; a small bulla at the wall or an airway has less tissue around
    _Pocket(radius_mm=3.0, smallest_ml=0.3, largest_ml=60.0, soft_around=0.5),
)


def _lung_pieces(air: Mask, coarse: Coarse) -> Mask:
    """Keep the air that is lung: big pieces with tissue in them, not bowel gas, not specks."""
    pieces, count = ndimage.label(air)
    if not count:
        return air
    sizes = np.bincount(pieces.ravel(), minlength=count + 1) * coarse.voxel_ml
    sizes[0] = 0.0
    keep = np.zeros(count + 1, dtype=bool)
    numbers = np.flatnonzero(sizes >= SMALLEST_PIECE_ML)
    if not numbers.size:
        return air & False
    gas = ndimage.mean(coarse.hu < PURE_GAS_HU, pieces, numbers)
    for number, fraction in zip(numbers, gas, strict=True):
        keep[number] = fraction < MOSTLY_GAS or sizes[number] > 0.5 * sizes.max()
    biggest = sizes * keep
    big = np.flatnonzero(biggest > 0.1 * biggest.max())
    boxes = ndimage.find_objects(pieces)
    layers = np.flatnonzero(np.isin(pieces, big).any(axis=(1, 2)))
    for number in numbers:
        # A small piece is lung only between the top and the bottom of the big ones: a recess, an apex.
        if keep[number] and number not in big:
            where = boxes[number - 1][0]
            keep[number] = layers[0] - 2 <= where.start and where.stop <= layers[-1] + 3
    return np.asarray(keep[pieces])


def _refuse_no_lungs(lungs: Mask, coarse: Coarse) -> None:
    found_ml = float(lungs.sum()) * coarse.voxel_ml
    if found_ml >= FEWEST_ML:
        return
    message = f"no lungs were found ({found_ml:.0f} mL of lung-like tissue; adults have more than 1000 mL)."
    mend = "Give a CT of the whole chest; heads, abdomens and localisers cannot be measured."
    raise ScanError([Problem(code="no_lungs", message=message, mend=mend)])


def _refine(hu: NDArray[np.int16], whole: Sides, wall: Mask, sure: Mask, coarse: Coarse) -> Sides:
    """Carry the coarse lungs to full resolution, with the edge where it lies in the picture."""
    filled = whole > 0
    labels = np.zeros(hu.shape, dtype=np.uint8)
    deep = np.zeros_like(filled)
    near = whole.copy()
    for number in range(whole.shape[0]):
        deep[number] = ndimage.binary_erosion(filled[number], iterations=1)
        near[number] = np.where(filled[number], whole[number], ndimage.maximum_filter(whole[number], size=3))
    deep |= sure & filled
    near[wall] = 0  # the edge would else be sought inside the trachea
    level = _edge_levels(filled, coarse)
    _spread(hu, near, deep, level, np.array(coarse.factor), np.array(coarse.start), labels)
    return labels


def _edge_levels(lung: Mask, coarse: Coarse) -> NDArray[np.int16]:
    """Density of the edge in every block: half-way between the chest wall and the lung that lies beside it."""
    size = [2 * max(1, round(BESIDE_EDGE_MM / step)) + 1 for step in coarse.spacing_mm]
    size[0] = 1 if coarse.separate else 3
    inner = np.stack([ndimage.binary_erosion(layer, iterations=2) for layer in lung]).astype(np.float32)
    weight = ndimage.uniform_filter(inner, size)
    mean = ndimage.uniform_filter(inner * coarse.hu, size) / np.maximum(weight, 1e-6)
    level = np.where(weight > 1e-3, 0.5 * (mean + WALL_HU), EDGE_HU)
    return np.clip(level, EDGE_HU, FIBROTIC_EDGE_HU).astype(np.int16)


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _spread(
    hu: NDArray[np.int16],
    near: NDArray[np.uint8],
    deep: Mask,
    level: NDArray[np.int16],
    factor: NDArray[np.int64],
    start: NDArray[np.int64],
    labels: NDArray[np.uint8],
) -> None:
    """Label voxels deep inside a coarse lung, and those near its edge that are as dark as lung."""
    for z in numba.prange(hu.shape[0]):
        k = z // factor[0]
        for j in range(near.shape[1]):
            for i in range(near.shape[2]):
                side = near[k, j, i]
                if side == 0:
                    continue
                inner = deep[k, j, i]
                for y in range(start[1] + j * factor[1], min(start[1] + (j + 1) * factor[1], hu.shape[1])):
                    for x in range(
                        start[2] + i * factor[2], min(start[2] + (i + 1) * factor[2], hu.shape[2])
                    ):
                        if inner or (-1500 < hu[z, y, x] < level[k, j, i]):
                            labels[z, y, x] = side


def _take_in_lines(volume: Volume, labels: Sides, whole: Sides, coarse: Coarse) -> None:
    """Add the lines of fibrosis at the pleura, which lie above the edge's threshold, to the lung they belong to."""
    _, dy, dx = volume.geometry.spacing_mm
    grid = _Slices(spacing_mm=(1e3, dy, dx))
    for side in (1, 2):
        found = ndimage.find_objects((whole == side).astype(np.uint8))
        if not found:
            continue
        box, _ = _full_box(found[0], labels.shape, coarse)
        for first in range(box[0].start, box[0].stop, SLAB):
            part = (slice(first, min(first + SLAB, box[0].stop)), *box[1:])
            mine, hu = labels[part], volume.hu[part]
            added = close(mine == side, LINE_MM, grid) & (mine == 0) & (hu < LINE_HU) & (hu >= EDGE_HU)
            mine[added] = side


@dataclass(frozen=True, slots=True)
class _Slices:
    """Slices at full resolution, each closed by itself."""

    spacing_mm: tuple[float, float, float]
    separate: bool = True


def _flags(labels: NDArray[np.uint8], volume: Volume) -> tuple[QualityFlag, ...]:
    flags = []
    counts = [0, *(np.count_nonzero(labels == side) for side in (1, 2))]
    if min(counts[1], counts[2]) < 0.1 * max(counts[1], counts[2]):
        side = "right" if counts[1] < counts[2] else "left"
        message = f"Nearly no {side} lung was found: it is missing, collapsed, or outside the picture."
        flags.append(QualityFlag(code="one_lung", severity=Severity.WARNING, message=message))
    for end, word in ((0, "bottom"), (-1, "top")):
        area = (
            float((labels[end] > 0).sum())
            * volume.geometry.spacing_mm[1]
            * volume.geometry.spacing_mm[2]
            / 100.0
        )
        if area > 15.0:
            message = f"The lungs are cut off at the {word} of the scan ({area:.0f} cm² in the last slice)."
            flags.append(QualityFlag(code="lungs_cut", severity=Severity.WARNING, message=message))
    return tuple(flags)
