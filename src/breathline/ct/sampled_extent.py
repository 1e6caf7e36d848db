"""How an extent changed where one scan or both are interval HRCT, with the error of having scanned only some slices.

Two interval scans are two samples: each extent has the error of its own slices, and the errors add in squares. Where the
other scan is a whole volume, its slices at the heights of the interval scan are held against them, and what both leave
out is left out alike: only how the change itself varies from slice to slice is left as error.

The intervals hold the error of sampling slices and nothing else; what labels may be off is not in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breathline.ct.align import Alignment, slice_in_followup
from breathline.ct.change import CHANGE_CODES, ChangeMap
from breathline.ct.extents import EXTENTS
from breathline.ct.regions import CELLS, REGIONS, find_regions
from breathline.ct.sampling import ratio_error
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
    same_slices
        True if both were taken from the same tissue, slice by slice; False if each from the slices of its own scan.
    """

    measure: str
    region: str
    baseline: float
    followup: float
    low: float
    high: float
    same_slices: bool


@dataclass(frozen=True, slots=True)
class _Slices:
    """Volume by slice, cell and pattern code (slices, cells, codes) [mL], at heights [mm]; `sampled` if with gaps."""

    volumes_ml: Amounts
    heights_mm: Amounts
    sampled: bool


def sampled_extents(
    patterns: tuple[LabelMap, LabelMap], followup_lungs: LabelMap, alignment: Alignment, change: ChangeMap
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
    if all(apart):
        before, after = _own(alignment.baseline_lungs, patterns[0]), _own(followup_lungs, patterns[1])
    else:
        before, after = _shared(patterns[0], alignment, change)
    return tuple(
        found
        for region, cells in REGIONS.items()
        for measure in EXTENTS
        if (found := _extent(measure, region, (_of(before, cells), _of(after, cells)), all(apart)))
    )


def _of(slices: _Slices, cells: tuple[int, ...]) -> _Slices:
    return _Slices(slices.volumes_ml[:, list(cells)].sum(axis=1), slices.heights_mm, slices.sampled)


def _extent(measure: str, region: str, dates: tuple[_Slices, _Slices], own: bool) -> SampledExtent | None:
    codes = [PATTERN_CODES[name] for name in EXTENTS[measure]]
    parts = [item.volumes_ml[:, codes].sum(axis=1) for item in dates]
    wholes = [item.volumes_ml.sum(axis=1) for item in dates]
    if not all(whole.any() for whole in wholes):
        return None
    values = [100.0 * float(p.sum() / w.sum()) for p, w in zip(parts, wholes, strict=True)]
    heights = [item.heights_mm for item in dates]
    if own:
        errors = [ratio_error(*item) for item in zip(parts, wholes, heights, strict=True)]
        off = float(np.hypot(errors[0], errors[1]))
    else:
        off = ratio_error(parts[1] - parts[0], wholes[0], heights[0])
    by, delta = min(200.0, 100.0 * off), values[1] - values[0]
    return SampledExtent(
        measure=measure,
        region=region,
        baseline=round(values[0], 4),
        followup=round(values[1], 4),
        low=round(max(-100.0, delta - by), 4),
        high=round(min(100.0, delta + by), 4),
        same_slices=not own,
    )


def _own(lungs: LabelMap, patterns: LabelMap) -> _Slices:
    cells = find_regions(lungs).labels
    each = [_counts(cell, layer) for cell, layer in zip(cells, patterns.labels, strict=True)]
    return _weighed(np.array(each), lungs.geometry)


def _counts(cells: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Amounts:
    index = cells.astype(np.int64).ravel() * WIDTH + labels.ravel()
    found = np.bincount(index, minlength=(1 + len(CELLS)) * WIDTH).reshape(-1, WIDTH).astype(np.float64)
    found[0] = 0.0
    return found


def _weighed(counts: Amounts, geometry: Geometry) -> _Slices:
    _, dy, dx = geometry.spacing_mm
    return _Slices(
        counts * (geometry.spans_mm * dy * dx / 1000.0)[:, None, None], geometry.heights_mm, geometry.is_interval
    )


def _shared(baseline: LabelMap, alignment: Alignment, change: ChangeMap) -> tuple[_Slices, _Slices]:
    """Count the tissue that both scans show, by the slices of the one that is interval HRCT."""
    cells = find_regions(alignment.baseline_lungs).labels
    sampled = baseline.geometry if baseline.geometry.is_interval else alignment.followup_geometry
    found = np.zeros((2, sampled.shape[0], 1 + len(CELLS), WIDTH))
    for number, layer in enumerate(change.labels.labels):
        compared = (layer > 0) & (layer != CHANGE_CODES["not_compared"])
        if not compared.any():
            continue
        slices = (
            np.full(layer.shape, number)
            if sampled is baseline.geometry
            else slice_in_followup(alignment, number)
        )
        for which in np.unique(slices[compared]):
            here = np.where(compared & (slices == which), cells[number], 0)
            for date, labels in enumerate((baseline.labels[number], change.warped.labels[number])):
                found[date, which] += _counts(here, labels)
    before, after = (_weighed(item, sampled) for item in found)
    return before, after
