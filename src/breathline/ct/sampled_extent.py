"""How an extent changed where one scan or both are interval HRCT, with the error of having scanned only some slices.

Two interval scans are two samples: each extent has the error of its own slices, and the errors add in squares. Where
the other scan is a whole volume, it is sampled at the heights where the slices of the interval scan lie in it, so that
both leave out the same: only how the change itself varies from slice to slice is left as error. Each date keeps its own
lungs and labels; nothing rests on places found one by one, so an alignment that is off widens the interval and no more.

The intervals hold the error of sampling slices and nothing else; what labels may be off is not in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from breathline.ct.align import Alignment, slice_heights
from breathline.ct.extents import EXTENTS
from breathline.ct.regions import CELLS, REGIONS, find_regions
from breathline.ct.sampling import ratio_change_error, ratio_error
from breathline.model.volume import PATTERN_CODES, Geometry, LabelMap

WIDTH = 1 + max(PATTERN_CODES.values())

Amounts = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledExtent:
    """One extent of one region at both dates.

    Parameters
    ----------
    measure, region
        As of a `Measurement`.
    baseline, followup
        Extent [% of the region].
    low, high
        95 % interval of `followup` minus `baseline`, for the sampling of slices alone [points]; −100 and 100 where too
        few slices show the region.
    same_heights
        True if one scan is a whole volume, which was sampled at the heights of the other's slices.
    """

    measure: str
    region: str
    baseline: float
    followup: float
    low: float
    high: float
    same_heights: bool


@dataclass(frozen=True, slots=True)
class _Slices:
    """Volume by slice, cell and pattern code (slices, cells, codes) [mL], at heights [mm]."""

    volumes_ml: Amounts
    heights_mm: Amounts


def sampled_extents(
    patterns: tuple[LabelMap, LabelMap], followup_lungs: LabelMap, alignment: Alignment
) -> tuple[SampledExtent, ...]:
    """Give every extent of every region; nothing where both scans are whole volumes.

    Parameters
    ----------
    patterns
        Of the baseline and of the follow-up, each on the grid of its scan.
    """
    apart = [item.geometry.is_interval for item in patterns]
    if not any(apart):
        return ()
    counts = [
        _counted(*item) for item in zip((alignment.baseline_lungs, followup_lungs), patterns, strict=True)
    ]
    slices = [_weighed(count, item.geometry) for count, item in zip(counts, patterns, strict=True)]
    if not all(apart):
        whole = apart.index(False)
        heights = slice_heights(alignment)
        slices[whole] = _at_heights(
            counts[whole], patterns[whole].geometry, heights, slices[1 - whole].heights_mm
        )
    return tuple(
        found
        for region, cells in REGIONS.items()
        for measure in EXTENTS
        if (found := _extent(measure, region, [_of(item, cells) for item in slices], all(apart)))
    )


def _of(slices: _Slices, cells: tuple[int, ...]) -> _Slices:
    return _Slices(slices.volumes_ml[:, list(cells)].sum(axis=1), slices.heights_mm)


def _extent(measure: str, region: str, dates: list[_Slices], own: bool) -> SampledExtent | None:
    codes = [PATTERN_CODES[name] for name in EXTENTS[measure]]
    before, after = (item.volumes_ml[:, codes].sum(axis=1) for item in dates)
    wholes = dates[0].volumes_ml.sum(axis=1), dates[1].volumes_ml.sum(axis=1)
    if not (wholes[0].any() and wholes[1].any()):
        return None
    values = 100.0 * float(before.sum() / wholes[0].sum()), 100.0 * float(after.sum() / wholes[1].sum())
    heights = [item.heights_mm for item in dates]
    if own:
        off = float(
            np.hypot(ratio_error(before, wholes[0], heights[0]), ratio_error(after, wholes[1], heights[1]))
        )
    else:
        off = ratio_change_error((before, after), wholes, heights[0])
    by, delta = min(200.0, 100.0 * off), values[1] - values[0]
    return SampledExtent(
        measure=measure,
        region=region,
        baseline=round(values[0], 4),
        followup=round(values[1], 4),
        low=round(max(-100.0, delta - by), 4),
        high=round(min(100.0, delta + by), 4),
        same_heights=not own,
    )


def _counted(lungs: LabelMap, patterns: LabelMap) -> Amounts:
    cells = find_regions(lungs).labels
    return np.array([_in_slice(*item) for item in zip(cells, patterns.labels, strict=True)])


def _in_slice(cells: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Amounts:
    index = cells.astype(np.int64).ravel() * WIDTH + labels.ravel()
    found = np.bincount(index, minlength=(1 + len(CELLS)) * WIDTH).reshape(-1, WIDTH).astype(np.float64)
    found[0] = 0.0
    return found


def _weighed(counts: Amounts, geometry: Geometry) -> _Slices:
    """Weigh each slice by the length that it stands for."""
    _, dy, dx = geometry.spacing_mm
    spans = geometry.spans_mm * dy * dx / 1000.0
    return _Slices(counts * spans[:, None, None], geometry.heights_mm)


def _at_heights(
    counts: Amounts, geometry: Geometry, heights_mm: Mapping[str, Amounts], of_mm: Amounts
) -> _Slices:
    """Take the slices of a whole volume that lie where the separate slices of the other scan do, lung by lung."""
    found = np.zeros((of_mm.size, *counts.shape[1:]))
    for lung, heights in heights_mm.items():
        cells = list(REGIONS[lung])
        nearest = np.rint(heights / geometry.spacing_mm[0]).astype(int)
        inside = (nearest >= 0) & (nearest < counts.shape[0])
        taken = counts[np.where(inside, nearest, 0)][:, cells] * inside[:, None, None]
        there = replace(geometry, shape=(of_mm.size, *geometry.shape[1:]), positions_mm=tuple(heights))
        found[:, cells] = _weighed(taken, there).volumes_ml
    return _Slices(found, of_mm)
