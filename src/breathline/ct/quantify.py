"""Label maps → Measurements, each with a 95 % interval.

What the intervals include: the placing of thresholds (patterns labelled again with them shifted), the partial
volume of the lungs' edge (the edge moved by `EDGE_VOXELS`), the calibration of Hounsfield units
(`CALIBRATION_HU`), and, in interval HRCT, the slices that happened to be scanned (Cavalieri's estimator).
What they do not include: a different breath, another scanner, or a wrong outline; these are told as quality
flags.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from breathline.ct.patterns.method import PatternMap, shares
from breathline.errors import Severity
from breathline.model.measurement import Measurement, Origin
from breathline.model.volume import PATTERN_CODES, LabelMap, QualityFlag, Volume

EDGE_VOXELS = 0.15
"""Uncertainty of the lungs' edge, as a share of a voxel: what moving the edge by 100 HU does."""
CALIBRATION_HU = 5.0
"""Hounsfield units of one scanner drift by about this much; an assumption, stated where it is used [HU]."""
EXTENT_FLOOR = 0.35
"""What normal lung is mistaken for disease, in phantoms and in the normal scans [% of lung]."""
BORDER_BLOCKS = 0.2
"""Uncertainty of where a pattern's border lies, as a share of a block, at each face of the border."""
Z95 = 1.96
REGIONS = {"lungs": (1, 2), "right_lung": (1,), "left_lung": (2,)}

EXTENTS = {
    "ct_ground_glass": ("ground_glass",),
    "ct_reticulation": ("reticulation",),
    "ct_honeycombing": ("honeycombing",),
    "ct_consolidation": ("consolidation",),
    "ct_emphysema": ("emphysema",),
    "ct_ild": ("ground_glass", "reticulation", "honeycombing", "consolidation"),
    "ct_fibrosis": ("reticulation", "honeycombing"),
    "ct_vessels": ("vessel",),
}

_LOWEST, _HIGHEST = -1024, 1024


@dataclass(frozen=True, slots=True)
class _Interval:
    value: float
    low: float
    high: float


def quantify(
    volume: Volume, lungs: LabelMap, patterns: PatternMap
) -> tuple[tuple[Measurement, ...], tuple[QualityFlag, ...]]:
    """Measure volumes, densities and extents.

    Returns
    -------
    measurements
        Extents in percent of the lung and in mL, lung volume [mL], mean density [HU], for both lungs together
        (``lungs``) and each.
    flags
        Which measures the pattern method does not give, and why they are absent.
    """
    found: list[Measurement] = []
    histogram = _histograms(volume.hu, lungs.labels)
    now = shares(patterns.labels.labels, lungs.labels)
    for region, sides in REGIONS.items():
        voxels = histogram[[side - 1 for side in sides]].sum(axis=0)
        if not voxels.sum():
            continue
        lung_ml = _lung_volume(lungs, sides)
        found += [_measurement("ct_lung_volume", region, "mL", lung_ml)]
        found += _densities(region, voxels)
        found += _extents(region, sides, lungs, patterns, now, histogram, lung_ml)
    return tuple(found), tuple(_absent(patterns))


def _measurement(measure: str, region: str, unit: str, found: _Interval) -> Measurement:
    return Measurement(
        measure=measure,
        value=round(found.value, 4),
        unit=unit,
        low=round(found.low, 4),
        high=round(found.high, 4),
        region=region,
        origin=Origin(scan="ct"),
    )


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _count_values(hu: NDArray[np.int16], labels: NDArray[np.uint8], parts: NDArray[np.int64]) -> None:
    for z in numba.prange(hu.shape[0]):
        for y in range(hu.shape[1]):
            for x in range(hu.shape[2]):
                side = labels[z, y, x]
                if side:
                    parts[z, side - 1, min(max(hu[z, y, x], _LOWEST), _HIGHEST - 1) - _LOWEST] += 1


def _histograms(hu: NDArray[np.int16], labels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(side, value): voxels of each Hounsfield value from -1024 up."""
    total = np.zeros((2, _HIGHEST - _LOWEST))
    for first in range(0, hu.shape[0], 64):
        layers = slice(first, first + 64)
        parts = np.zeros((hu[layers].shape[0], 2, _HIGHEST - _LOWEST), np.int64)
        _count_values(hu[layers], labels[layers], parts)
        total += parts.sum(axis=0)
    return total


def _lung_volume(lungs: LabelMap, sides: Iterable[int]) -> _Interval:
    mask = np.isin(lungs.labels, tuple(sides))
    areas = mask.sum(axis=(1, 2)).astype(float)
    voxel_ml = lungs.geometry.voxel_ml
    across = np.count_nonzero(mask[:, 1:] != mask[:, :-1]) + np.count_nonzero(
        mask[:, :, 1:] != mask[:, :, :-1]
    )
    value = float(areas.sum()) * voxel_ml
    error: float = EDGE_VOXELS * across * voxel_ml
    if lungs.geometry.is_interval:
        error = float(np.hypot(error, Z95 * _cavalieri(areas, smooth=True) * voxel_ml))
    return _Interval(value, max(0.0, value - error), value + error)


def _cavalieri(areas: NDArray[np.float64], *, smooth: bool) -> float:
    """Give the standard error of a sum over evenly spaced slices (Gundersen and Jensen 1987), as `areas`.

    `smooth` is for shapes whose section changes steadily (a lung); patterns start and end abruptly.
    """
    used = np.trim_zeros(areas)
    if used.size < 3:
        return float(used.sum())
    a, b, c = (float(np.dot(used[k:], used[: used.size - k])) for k in range(3))
    variance = max(0.0, 3.0 * a - 4.0 * b + c) / (240.0 if smooth else 12.0)
    return float(np.sqrt(variance))


def _densities(region: str, voxels: NDArray[np.float64]) -> list[Measurement]:
    values = np.arange(_LOWEST, _HIGHEST)
    mean = float(np.average(values, weights=voxels))
    return [
        _measurement(
            "ct_mean_density", region, "HU", _Interval(mean, mean - CALIBRATION_HU, mean + CALIBRATION_HU)
        ),
        _measurement("ct_haa", region, "%", _share_between(voxels, -600.0, -250.0)),
        _measurement("ct_laa950", region, "%", _share_between(voxels, -2000.0, -950.0)),
    ]


def _share_between(voxels: NDArray[np.float64], low: float, high: float) -> _Interval:
    """Share of voxels from `low` up to and below `high`, with the calibration moved both ways [%]."""
    values = np.arange(_LOWEST, _HIGHEST)
    total = voxels.sum()

    def share(shift: float) -> float:
        return 100.0 * float(voxels[(values >= low + shift) & (values < high + shift)].sum() / total)

    moved = [share(shift) for shift in (-CALIBRATION_HU, 0.0, CALIBRATION_HU)]
    return _Interval(moved[1], min(moved), max(moved))


def _extents(
    region: str,
    sides: tuple[int, ...],
    lungs: LabelMap,
    patterns: PatternMap,
    now: NDArray[np.float64],
    histogram: NDArray[np.float64],
    lung_ml: _Interval,
) -> list[Measurement]:
    weights = np.array([histogram[side - 1].sum() for side in sides])
    weights = weights / weights.sum()
    rows = [side - 1 for side in sides]
    found = []
    for measure, names in EXTENTS.items():
        if not patterns.measured.issuperset(names):
            continue
        codes = [PATTERN_CODES[name] for name in names]

        def percent(table: NDArray[np.float64], codes: list[int] = codes) -> float:
            return 100.0 * float(np.dot(weights, table[rows][:, codes].sum(axis=1)))

        # Vessels are drawn voxel by voxel: the borders of their blocks say nothing.
        blocks = None if measure == "ct_vessels" else patterns.borders
        border = 0.0 if blocks is None else BORDER_BLOCKS * percent(blocks)
        doubt = percent(patterns.doubtful) if patterns.doubtful is not None else 0.0
        extent = _extent_interval(percent(now), [percent(table) for table in patterns.shifted], border, doubt)
        if lungs.geometry.is_interval:
            extent = _with_sampling(extent, patterns.labels.labels, lungs.labels, codes, sides)
        found.append(_measurement(measure, region, "%", extent))
        share = lung_ml.value / 100.0
        in_ml = _Interval(extent.value * share, extent.low * share, extent.high * share)
        found.append(_measurement(measure, region, "mL", in_ml))
    return found


def _extent_interval(value: float, moved: list[float], border: float, doubt: float) -> _Interval:
    """Interval of an extent from its values at shifted thresholds; the first of `moved` is unshifted.

    What may be another pattern (`doubt`) lowers the lower end only.
    """
    down = up = float(np.hypot(EXTENT_FLOOR, border))
    if moved:
        scale = value / moved[0] if moved[0] > 0 else 1.0
        down = float(np.hypot(down, scale * (moved[0] - min(moved))))
        up = float(np.hypot(up, scale * (max(moved) - moved[0])))
    down = float(np.hypot(down, doubt))
    return _Interval(value, max(0.0, value - down), min(100.0, value + up))


def _with_sampling(
    extent: _Interval,
    patterns: NDArray[np.uint8],
    lungs: NDArray[np.uint8],
    codes: list[int],
    sides: tuple[int, ...],
) -> _Interval:
    """Widen an interval by the error of having scanned only some slices."""
    mine = np.isin(lungs, sides)
    areas = (np.isin(patterns, codes) & mine).sum(axis=(1, 2)).astype(float)
    error = Z95 * 100.0 * _cavalieri(areas, smooth=False) / max(1.0, float(mine.sum()))
    down = float(np.hypot(extent.value - extent.low, error))
    up = float(np.hypot(extent.high - extent.value, error))
    return _Interval(extent.value, max(0.0, extent.value - down), min(100.0, extent.value + up))


def _words(measure: str) -> str:
    """Name an extent for a reader.

    >>> _words("ct_ground_glass")
    'ground glass'
    """
    special = {"ct_ild": "all interstitial abnormality", "ct_fibrosis": "fibrosis"}
    return special.get(measure, measure.removeprefix("ct_").replace("_", " "))


def _absent(patterns: PatternMap) -> list[QualityFlag]:
    missing = [measure for measure, names in EXTENTS.items() if not patterns.measured.issuperset(names)]
    if not missing:
        return []
    message = (
        f"Not measured by the method '{patterns.labels.method}': {', '.join(_words(m) for m in missing)}. "
        "That does not mean that they are absent: ground-glass here may include lung between fibrotic lines, and "
        "airless lung against the chest wall can be missed."
    )
    return [QualityFlag(code="not_measured", severity=Severity.NOTE, message=message)]
