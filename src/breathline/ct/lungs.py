"""The lungs: right and left, main airways out, vessels and dense disease in."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline import __version__
from breathline.ct.airways import find_airways, main_airways
from breathline.ct.coarse import Coarse, Mask, close, fill_slices, find_body, grow, shave, shrink
from breathline.ct.sides import split_sides
from breathline.errors import Problem, ScanError, Severity
from breathline.model.volume import LUNG_CODES, LabelMap, QualityFlag, Step, Volume

LUNG_HU = -350
"""Lung, healthy or hazy, is below this on the coarse grid [HU]."""
EDGE_HU = -400
"""The pleural edge at full resolution: half-way between lung and chest wall [HU]."""
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
PURE_GAS_HU = -960
MOSTLY_GAS = 0.4
"""A piece of which more than this share is pure gas is stomach or bowel, unless it is a whole lung: lung, even
emphysematous, has vessels and walls in it."""


def segment_lungs(volume: Volume) -> LabelMap:
    """Find the lungs.

    Returns
    -------
    LabelMap
        1 right, 2 left lung. Trachea and main bronchi are outside, vessels inside.

    Raises
    ------
    ScanError
        If the scan shows no lungs.
    """
    coarse = shrink(volume)
    inside = find_body(coarse) & (coarse.hu < LUNG_HU)
    airways = find_airways(coarse, inside)
    inside &= ~_bowel_gas(inside & ~airways, coarse)
    trunk = main_airways(airways, coarse)
    lungs = _lung_pieces(inside & ~grow(trunk, 1.5, coarse) & ~airways, coarse)
    _refuse_no_lungs(lungs, coarse)
    sides = split_sides(lungs, coarse)
    wall = grow(trunk, 2.5, coarse) if trunk.any() else trunk
    whole = np.zeros_like(sides)
    for side in (1, 2):
        closed = _with_holes(close(sides == side, CLOSING_MM, coarse), coarse) & ~wall
        whole[closed & (whole == 0) & (sides != 3 - side)] = side
    labels = _refine(volume.hu, whole, wall, coarse)
    flags = _flags(labels, volume)
    step = Step(
        name="segment_lungs", parameters={"edge_hu": EDGE_HU, "closing_mm": CLOSING_MM}, version=__version__
    )
    return LabelMap(
        labels=labels,
        geometry=volume.geometry,
        names=LUNG_CODES,
        method="threshold_and_shape",
        quality=flags,
        steps=(step,),
    )


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
    gas = shave(air & (coarse.hu < GAS_HU), 5.0, coarse)
    pockets, _ = ndimage.label(gas)
    layers = np.flatnonzero(air.any(axis=(1, 2)))
    found = np.zeros(air.shape, dtype=bool)
    for number, box in enumerate(ndimage.find_objects(pockets), start=1):
        if box[0].start > layers[0] + 0.5 * (layers[-1] - layers[0]):
            continue  # bowel lies in the lower half
        reach = [round(8.0 / step) for step in coarse.spacing_mm]
        wide = tuple(slice(max(0, part.start - r), part.stop + r) for part, r in zip(box, reach, strict=True))
        pocket = pockets[wide] == number
        if float(pocket.sum()) * coarse.voxel_ml < SMALLEST_PIECE_ML:
            continue
        away = ndimage.distance_transform_edt(~pocket, sampling=coarse.spacing_mm)
        ring = coarse.hu[wide][(away > 4.0) & (away <= 8.0)]
        if ring.size and float(np.mean((ring > GAS_HU) & (ring < -600))) < LUNG_AROUND:
            found[wide] |= away <= 4.0
    return found


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


def _refine(hu: NDArray[np.int16], whole: NDArray[np.uint8], wall: Mask, coarse: Coarse) -> NDArray[np.uint8]:
    """Carry the coarse lungs to full resolution, with the edge where it lies in the picture."""
    filled = whole > 0
    labels = np.zeros(hu.shape, dtype=np.uint8)
    deep = np.zeros_like(filled)
    near = whole.copy()
    for number in range(whole.shape[0]):
        deep[number] = ndimage.binary_erosion(filled[number], iterations=1)
        near[number] = np.where(filled[number], whole[number], ndimage.maximum_filter(whole[number], size=3))
    near[wall] = 0  # the edge would else be sought inside the trachea
    _spread(hu, near, deep, np.array(coarse.factor), np.array(coarse.start), labels)
    return labels


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _spread(
    hu: NDArray[np.int16],
    near: NDArray[np.uint8],
    deep: Mask,
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
                        if inner or (-1500 < hu[z, y, x] < EDGE_HU):
                            labels[z, y, x] = side


def _flags(labels: NDArray[np.uint8], volume: Volume) -> tuple[QualityFlag, ...]:
    flags = []
    counts = np.bincount(labels.ravel(), minlength=3)
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
