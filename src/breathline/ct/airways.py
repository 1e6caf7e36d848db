"""Trachea and main bronchi: found from above, grown until they would leak into the lung."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.coarse import Coarse
from breathline.ct.reach import Mask, shave

SMALLEST_TRACHEA_MM2 = 40.0
LARGEST_TRACHEA_MM2 = 900.0
WIDEST_TRACHEA_MM = 38.0
SHORTEST_TRACHEA_MM = 20.0
MOST_AIRWAY_ML = 110.0
"""Trachea and the bronchi seen on a 2 mm grid hold 30-80 mL; more means growth leaked into the lung [mL]."""
LEAK = 1.6
"""Growth by this factor from one threshold to the next, 12 HU higher, is a leak."""
MAIN_BRONCHUS_RADIUS_MM = 3.5
BRONCHUS_MM2 = 20.0
"""Lumina smaller than this in a slice are noise beside the trachea, not a main bronchus [mm²]."""


@dataclass(frozen=True, slots=True)
class _Round:
    """A round spot of air in one slice that could be the trachea."""

    layer: int
    y: float
    x: float
    label: int


def find_airways(coarse: Coarse, inside: Mask) -> Mask:
    """Find the trachea and the bronchi that growth from it reaches without leaking.

    Parameters
    ----------
    inside
        Air within the body.

    Returns
    -------
    mask
        Lumen on the coarse grid; empty if no trachea is in the scan.
    """
    seeds = _trachea(coarse, inside)
    if not seeds.any():
        return seeds
    air = float(np.percentile(coarse.hu[seeds], 25))
    best = seeds & (coarse.hu < air + 120)
    grown_ml = None
    # Half-way to the lung's own density: lung emptier than that cannot be told from an airway.
    lung = float(np.median(coarse.hu[inside & ~seeds]))
    for threshold in np.arange(air + 30, 0.5 * (air + lung) + 1, 12.5):
        pieces, count = ndimage.label(inside & (coarse.hu < threshold))
        wanted = np.zeros(count + 1, dtype=bool)
        wanted[pieces[seeds]] = True
        wanted[0] = False
        grown = wanted[pieces]
        volume = float(grown.sum()) * coarse.voxel_ml
        if volume > MOST_AIRWAY_ML or (grown_ml and grown_ml > 15.0 and volume > LEAK * grown_ml):
            break
        best, grown_ml = grown | best, volume
    return best


def main_airways(airways: Mask, coarse: Coarse) -> Mask:
    """Keep the trachea and main bronchi of an airway tree: what is wider than a lobar bronchus."""
    return shave(airways, MAIN_BRONCHUS_RADIUS_MM, coarse) if airways.any() else airways


def name_airways(trunk: Mask, coarse: Coarse) -> NDArray[np.uint8]:
    """Tell the trachea (1) from the right (2) and the left (3) main bronchus, on the coarse grid.

    Going down, the carina is the first slice in which two lumina lie side by side below the one above. Without
    one all is called trachea.
    """
    named = trunk.astype(np.uint8)
    above: float | None = None
    _, dy, dx = coarse.spacing_mm
    for layer in np.flatnonzero(trunk.any(axis=(1, 2)))[::-1]:
        pieces, count = ndimage.label(trunk[layer])
        areas = np.bincount(pieces.ravel(), minlength=count + 1)[1:] * dy * dx
        columns = [
            float(np.nonzero(pieces == n)[1].mean())
            for n in range(1, count + 1)
            if areas[n - 1] > BRONCHUS_MM2
        ]
        if len(columns) > 1 and above is not None and min(columns) < above < max(columns):
            middle = 0.5 * (min(columns) + max(columns))
            right = np.arange(trunk.shape[2]) < middle
            below = named[: layer + 1]
            below[trunk[: layer + 1] & right] = 2
            below[trunk[: layer + 1] & ~right] = 3
            return named
        if columns:
            above = float(np.mean(columns))
    return named


def _trachea(coarse: Coarse, inside: Mask) -> Mask:
    """Follow round spots of air near the midline from slice to slice; the longest chain is the trachea."""
    spots, labels = _spots(coarse, inside)
    chains: list[list[_Round]] = []
    for spot in spots:  # from the head down
        chain = next((c for c in chains if _continues(c[-1], spot, coarse)), None)
        if chain is None:
            chains.append([spot])
        else:
            chain.append(spot)
    seeds = np.zeros(inside.shape, dtype=bool)
    if not chains:
        return seeds
    longest = max(chains, key=len)
    if len(longest) * coarse.spacing_mm[0] < SHORTEST_TRACHEA_MM:
        return seeds
    for spot in longest:
        seeds[spot.layer] |= labels[spot.layer] == spot.label
    return seeds


def _continues(last: _Round, spot: _Round, coarse: Coarse) -> bool:
    dz, dy, dx = coarse.spacing_mm
    drop = last.layer - spot.layer
    if drop < 1 or drop * dz > max(6.0, dz):
        return False
    return bool(np.hypot((last.y - spot.y) * dy, (last.x - spot.x) * dx) < 5.0 + 0.7 * drop * dz)


def _spots(coarse: Coarse, inside: Mask) -> tuple[list[_Round], NDArray[np.int32]]:
    _, dy, dx = coarse.spacing_mm
    labels = np.zeros(inside.shape, dtype=np.int32)
    used = np.flatnonzero(inside.any(axis=(1, 2)))
    spots: list[_Round] = []
    if not used.size:
        return spots, labels
    lowest = used[0] + 0.3 * (used[-1] - used[0])
    columns = np.flatnonzero(inside.any(axis=(0, 1)))
    middle = 0.5 * (columns[0] + columns[-1])
    for layer in used[::-1]:
        if layer < lowest:
            break
        labels[layer], _ = ndimage.label(inside[layer] & (coarse.hu[layer] < -700))
        for number, box in enumerate(ndimage.find_objects(labels[layer]), start=1):
            height, width = (box[0].stop - box[0].start) * dy, (box[1].stop - box[1].start) * dx
            piece = labels[layer][box] == number
            area = float(piece.sum()) * dy * dx
            y, x = 0.5 * (box[0].start + box[0].stop), 0.5 * (box[1].start + box[1].stop)
            deepest = int(coarse.hu[layer][box][piece].min())
            if (
                SMALLEST_TRACHEA_MM2 <= area <= LARGEST_TRACHEA_MM2
                and max(height, width) <= WIDEST_TRACHEA_MM
                and max(height, width) <= 2.2 * min(height, width)
                and area >= 0.5 * height * width
                and abs(x - middle) * dx < 60.0
                and deepest < -880
            ):
                spots.append(_Round(int(layer), y, x, number))
    return spots, labels
