"""How high the separate slices of one scan lie in the other scan, a whole volume."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from breathline.ct.align.alignment import Alignment, LungAlignment, places_in_slice
from breathline.model.volume import Geometry

Heights = NDArray[np.float64]
_CLOSEST_MM = 1e-3


def slice_heights(alignment: Alignment) -> Mapping[str, Heights]:
    """Give the mean height of each separate slice in the whole volume, by lung [mm].

    Heights are counted from the first slice of the whole volume. Where a slice holds no lung of the baseline, it keeps
    the distance that the lung's ends were found at.
    """
    means = {lung.quality.name: _means(alignment, lung) for lung in alignment.lungs}
    here, there = alignment.baseline_lungs.geometry, alignment.followup_geometry
    if here.is_interval:
        return {name: _rising(_carried(here.heights_mm, *pair)) for name, pair in means.items()}
    # The other way round: where in the baseline is the tissue that went to the height of a slice?
    return {name: _rising(_carried(there.heights_mm, moved, at)) for name, (at, moved) in means.items()}


def _means(alignment: Alignment, lung: LungAlignment) -> tuple[Heights, Heights]:
    """Give heights of slices of the baseline that hold a lung, and the mean heights of their tissue at follow-up."""
    geometry = alignment.baseline_lungs.geometry
    at, moved = [], []
    for number, layer in enumerate(alignment.baseline_lungs.labels):
        inside = layer == lung.code
        if inside.any():
            at.append(geometry.heights_mm[number])
            moved.append(
                places_in_slice(alignment, number)[inside, 0].mean() * _step(alignment.followup_geometry)
            )
    return np.array(at), _rising(np.array(moved))


def _step(geometry: Geometry) -> float:
    return geometry.spacing_mm[0]


def _carried(heights: Heights, at: Heights, to: Heights) -> Heights:
    """Interpolate heights; beyond the ends the distance stays."""
    found = np.interp(heights, at, to)
    found += np.minimum(heights - at[0], 0.0) + np.maximum(heights - at[-1], 0.0)
    return np.asarray(found)


def _rising(heights: Heights) -> Heights:
    """Part what would lie at one height, or the wrong way round."""
    steps = np.maximum(np.diff(heights), _CLOSEST_MM)
    return np.concatenate([heights[:1], heights[0] + np.cumsum(steps)])
