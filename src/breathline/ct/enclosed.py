"""Airless lung against heart, mediastinum, diaphragm and the spine: told by what lies around it.

The ribs tell where lung ends at the chest wall (`chest_wall`). Elsewhere nothing as plain does. A small network of
two layers looks at each dense voxel near a lung: how far off lung, fat, bone and the other lung are in 26 directions,
and how dense it is around (`surroundings`). Its weights, in ``enclosed.npz``, were derived on phantoms by
``data-raw/lungs/derive.py``.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.chest_wall import WIDEST_PIXEL_MM, evened
from breathline.ct.coarse import Coarse, Mask
from breathline.ct.surroundings import Candidates, Field, Floats, find_candidates, read_field

LIKELY = 0.5
SURE = 0.8
"""A piece is lung if it is likelier than `LIKELY` throughout, and somewhere than `SURE`."""
SMALLEST_ML = 1.0
FAT_HU = (-160, -25)


def enclosed_lung(sides: NDArray[np.uint8], body: Mask, coarse: Coarse) -> NDArray[np.uint8]:
    """Find airless lung beside the lungs: 1 or 2 where dense lung of that side must be added.

    Nothing where slices are separate or pixels are wide.

    Parameters
    ----------
    sides
        1 where right, 2 where left lung has been found, on the coarse grid.
    body
        Where lung may be: the patient, without the wall of the main airways.
    """
    added = np.zeros_like(sides)
    if coarse.separate or max(coarse.spacing_mm[1:]) > WIDEST_PIXEL_MM:
        return added
    field = read_field(sides, body, coarse)
    found = find_candidates(field)
    if not found.side.size:
        return added
    likely = likelihood(found)
    for side in (1, 2):
        share = _evened_out(field, found, likely, side)
        here = _kept(share, field)
        if not here.any():
            continue
        fine = _carried(share * here, field.factor, sides.shape) >= LIKELY
        added[_plausible(fine & (sides == 0) & (added == 0) & body, coarse)] = side
    return added


@lru_cache(maxsize=1)
def _weights() -> dict[str, Floats]:
    with (files(__package__) / "enclosed.npz").open("rb") as opened, np.load(opened) as table:
        return {name: table[name].astype(np.float32) for name in table.files}


def likelihood(found: Candidates) -> Floats:
    """Say of each candidate how likely it is lung, 0 to 1."""
    w = _weights()
    x = (found.features - w["mean"]) / w["spread"]
    x = np.maximum(x @ w["first"] + w["first_offset"], 0.0)
    x = np.maximum(x @ w["second"] + w["second_offset"], 0.0)
    logits = x @ w["last"] + w["last_offset"]
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits[:, 0], -30.0, 30.0))), dtype=np.float32)


def _evened_out(field: Field, found: Candidates, likely: Floats, side: int) -> Floats:
    """Mean likelihood over 3 voxels each way, the lung counting as sure: single voxels tell little."""
    share = (field.lung == side).astype(np.float32)
    mine = found.side == side
    share[tuple(found.places[mine].T)] = likely[mine]
    return np.asarray(ndimage.uniform_filter(share, 3))


def _kept(share: Floats, field: Field) -> Mask:
    """Keep what is likely lung and holds something that is surely lung beside the lung found."""
    pieces, _ = ndimage.label((share >= LIKELY) & (field.lung == 0))
    sure = np.unique(pieces[(share >= SURE) & (pieces > 0)])
    return np.asarray(np.isin(pieces, sure[sure > 0])) | (field.lung > 0)


def _carried(share: Floats, factor: tuple[int, int, int], shape: tuple[int, ...]) -> Floats:
    """Carry the likelihood to the coarse grid, linearly between voxels."""
    out = share
    for axis, times in enumerate(factor):
        if times == 1:
            continue
        at = (np.arange(shape[axis]) + 0.5) / times - 0.5
        low = np.clip(np.floor(at).astype(int), 0, out.shape[axis] - 1)
        high = np.minimum(low + 1, out.shape[axis] - 1)
        part = np.clip(at - low, 0, 1).astype(np.float32).reshape([-1 if n == axis else 1 for n in range(3)])
        out = out.take(low, axis) * (1 - part) + out.take(high, axis) * part
    return np.asarray(out[tuple(slice(0, n) for n in shape)])


def _plausible(found: Mask, coarse: Coarse) -> Mask:
    """Leave out fat and what is too small to tell."""
    hu = evened(coarse)
    found = found & ~((hu > FAT_HU[0]) & (hu < FAT_HU[1]) & (ndimage.minimum_filter(hu, 3) >= -300))
    pieces, count = ndimage.label(found)
    keep = np.bincount(pieces.ravel(), minlength=count + 1) * coarse.voxel_ml >= SMALLEST_ML
    keep[0] = False
    return np.asarray(keep[pieces])
