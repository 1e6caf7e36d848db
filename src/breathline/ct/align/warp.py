"""A follow-up scan, or labels drawn on it, laid on the baseline's grid, slice by slice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from breathline import __version__
from breathline.ct.align.alignment import (
    Alignment,
    jacobian_in_slice,
    matched_in_slice,
    places_in_slice,
    slice_met,
)
from breathline.ct.align.lattice import FloatArray
from breathline.model.volume import PADDING, HounsfieldArray, LabelArray, LabelMap, Step, Volume

WORKERS = 2


def warp_volume(followup: Volume, alignment: Alignment, *, conserve_mass: bool = False) -> Volume:
    """Lay the lungs of the follow-up on the baseline's grid.

    Parameters
    ----------
    conserve_mass
        True to give the density that the tissue would have at the baseline's breath: as much denser as its volume is
        smaller there, by the Jacobian.

    Returns
    -------
    Volume
        Values interpolated linearly inside the baseline's lungs, ``PADDING`` elsewhere [HU].
    """
    geometry = alignment.baseline_lungs.geometry
    hu = np.full(geometry.shape, PADDING, dtype=np.int16)

    def fill(number: int) -> None:
        places, shown = _shown(alignment, number)
        scale = (
            jacobian_in_slice(alignment, number) if conserve_mass else np.ones(geometry.shape[1:], np.float32)
        )
        _sample(followup.hu, places, shown, scale, hu[number])

    _in_all_slices(fill, alignment)
    step = Step(name="warp", parameters={"conserve_mass": conserve_mass}, version=__version__)
    return replace(
        followup, hu=hu, geometry=geometry, stored=None, steps=(*followup.steps, *alignment.steps, step)
    )


def warp_labels(followup: LabelMap, alignment: Alignment) -> LabelMap:
    """Lay labels of the follow-up on the baseline's grid: each voxel gets the label where its tissue lies."""
    geometry = alignment.baseline_lungs.geometry
    labels = np.zeros(geometry.shape, dtype=np.uint8)

    def fill(number: int) -> None:
        places, shown = _shown(alignment, number)
        _pick(followup.labels, places, shown, labels[number])

    _in_all_slices(fill, alignment)
    step = Step(name="warp", parameters={"labels": True}, version=__version__)
    return replace(
        followup, labels=labels, geometry=geometry, steps=(*followup.steps, *alignment.steps, step)
    )


def nearest_in_slice(values: NDArray[Any], alignment: Alignment, number: int) -> NDArray[Any]:
    """Give, for each voxel of a baseline slice, the value of the follow-up's voxel where its tissue lies; else 0."""
    places, shown = _shown(alignment, number)
    found = np.zeros(shown.shape, dtype=values.dtype)
    _pick(values, places, shown, found)
    return found


def _in_all_slices(fill: Callable[[int], None], alignment: Alignment) -> None:
    used = np.flatnonzero([layer.any() for layer in alignment.baseline_lungs.labels])
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(fill, used.tolist()))


def _shown(alignment: Alignment, number: int) -> tuple[FloatArray, LabelArray]:
    """Give where the voxels of a slice lie in the follow-up, and its lungs, as far as the follow-up shows them.

    Between separate slices nothing is interpolated: a place near enough to a slice is taken to lie in it.
    """
    places = places_in_slice(alignment, number)
    layer = alignment.baseline_lungs.labels[number]
    if alignment.match_mm is None:
        return places, layer
    shown = np.where(matched_in_slice(alignment, places), layer, np.uint8(0))
    places[..., 0] = slice_met(alignment.followup_geometry, places[..., 0])[0]
    return places, shown


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _sample(
    hu: HounsfieldArray, places: FloatArray, lungs: LabelArray, scale: FloatArray, found: NDArray[np.int16]
) -> None:
    for r in range(lungs.shape[0]):
        for c in range(lungs.shape[1]):
            if not lungs[r, c]:
                continue
            z = min(max(places[r, c, 0], 0.0), hu.shape[0] - 1.001)
            y = min(max(places[r, c, 1], 0.0), hu.shape[1] - 1.001)
            x = min(max(places[r, c, 2], 0.0), hu.shape[2] - 1.001)
            k, j, i = int(z), int(y), int(x)
            fz, fy, fx = z - k, y - j, x - i
            total = 0.0
            for a in range(2):
                for b in range(2):
                    weight = (fz if a else 1 - fz) * (fy if b else 1 - fy)
                    left, right = hu[k + a, j + b, i], hu[k + a, j + b, i + 1]
                    total += weight * (max(left, -1024) * (1 - fx) + max(right, -1024) * fx)
            found[r, c] = np.int16(np.rint((total + 1000.0) * scale[r, c] - 1000.0))


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _pick(labels: NDArray[Any], places: FloatArray, lungs: LabelArray, found: NDArray[Any]) -> None:
    for r in range(lungs.shape[0]):
        for c in range(lungs.shape[1]):
            if lungs[r, c]:
                k, j, i = (
                    int(np.rint(places[r, c, 0])),
                    int(np.rint(places[r, c, 1])),
                    int(np.rint(places[r, c, 2])),
                )
                if 0 <= k < labels.shape[0] and 0 <= j < labels.shape[1] and 0 <= i < labels.shape[2]:
                    found[r, c] = labels[k, j, i]
