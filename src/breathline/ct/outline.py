"""The outline of the lungs on the coarse grid: air that is lung, and the dense lung beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.airways import find_airways, main_airways
from breathline.ct.chest_wall import dense_at_ribs
from breathline.ct.coarse import Coarse, fill_slices, find_body
from breathline.ct.dense_lung import Surroundings, dense_by_shape
from breathline.ct.pleural_tissue import evened
from breathline.ct.reach import Mask, box_of, close, distance_to, grow, shave
from breathline.ct.sides import split_sides
from breathline.errors import Problem, ScanError

Sides = NDArray[np.uint8]
"""1 right, 2 left, 0 no lung."""

LUNG_HU = -350
"""Lung, healthy or hazy, is below this on the coarse grid [HU]."""
FIBROTIC_HU = -250
FIBROTIC_MM = 5.0
"""Beside lung, what is below this is fibrotic lung; fat and bowel content are above or farther away [HU, mm]."""
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outline:
    """The lungs on the coarse grid.

    Parameters
    ----------
    sides
        Right and left lung, with what was added.
    added
        Dense lung added because of where ribs, diaphragm and the other lung lie, part of `sides`.
    fluid
        What lies beside the lung and is as dense as fluid: left out.
    within
        Where lung surely is, so that what is dense is lung.
    trunk
        Lumen of trachea and main bronchi.
    barred
        Their wall: no lung.
    """

    sides: Sides
    added: Mask
    fluid: Mask
    within: Mask
    trunk: Mask
    barred: Mask


def outline_lungs(coarse: Coarse) -> Outline:
    """Find the lungs on the coarse grid.

    Raises
    ------
    ScanError
        If the scan shows no lungs.
    """
    body = find_body(coarse)
    inside = body & (coarse.hu < LUNG_HU)
    airways = find_airways(coarse, inside)
    bowel = _bowel_gas(inside & ~airways, coarse)
    trunk = main_airways(airways, coarse)
    no_lung = grow(trunk, 1.5, coarse) | airways | bowel
    lungs = _lung_pieces(inside & ~no_lung, coarse)
    _refuse_no_lungs(lungs, coarse)
    even = evened(coarse)
    fibrotic = body & ~inside & (np.maximum(even, coarse.hu) < FIBROTIC_HU) & ~no_lung
    lungs |= fibrotic & grow(lungs, FIBROTIC_MM, coarse)
    wall = grow(trunk, 2.5, coarse) if trunk.any() else trunk
    whole = _closed(split_sides(lungs, coarse), wall, coarse)
    dense = dense_at_ribs(whole, even, coarse)
    if not coarse.separate:  # the network sees lungs in three dimensions
        dense = dense_by_shape(whole, Surroundings(trunk, bowel, no_lung | wall), dense, even, coarse)
    added = np.where(wall, 0, dense.added).astype(np.uint8)
    if added.any():
        whole = _closed(np.where(whole > 0, whole, added), wall, coarse)
    return Outline(
        sides=whole,
        added=added > 0,
        fluid=dense.fluid,
        within=dense.within,
        trunk=trunk,
        barred=wall,
    )


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
    # farther off than the width of a vessel nothing of the lung changes what is wide
    box = box_of(lung, tuple(int(WIDEST_VESSEL_MM / step) + 2 for step in coarse.spacing_mm))
    if box is None:
        return lung
    part = lung[box]
    filled = fill_slices(part)
    holes = filled & ~part
    if not holes.any():
        return lung
    pieces, count = ndimage.label(shave(~part, WIDEST_VESSEL_MM / 2.0, coarse))
    outside = np.zeros(count + 1, dtype=bool)
    outside[pieces[~filled]] = True
    outside[0] = False
    found = lung.copy()
    found[box] = filled & ~(holes & outside[pieces])
    return found


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
        away = distance_to(pocket, coarse, 8.0)
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
