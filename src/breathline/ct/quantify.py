"""Label maps → Measurements, each with a 95 % interval.

What the intervals include: the placing of thresholds (patterns labelled again with them shifted), the partial
volume of the lungs' edge (the edge moved by `EDGE_VOXELS`), the calibration of Hounsfield units
(`CALIBRATION_HU`), and, in interval HRCT, the slices that happened to be scanned (Cavalieri's estimator).
What they do not include: a different breath, another scanner, or a wrong outline; these are told as quality
flags.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from breathline.ct.densitometry import densities, histograms
from breathline.ct.extents import absent_extents, extents
from breathline.ct.interval import Z95, Interval, measurement
from breathline.ct.patterns.method import PatternMap, shares
from breathline.ct.sampling import cavalieri
from breathline.model.measurement import Measurement
from breathline.model.volume import LabelMap, QualityFlag, Volume

EDGE_VOXELS = 0.15
"""Uncertainty of the lungs' edge, as a share of a voxel: what moving the edge by 100 HU does."""
REGIONS = {"lungs": (1, 2), "right_lung": (1,), "left_lung": (2,)}


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
    histogram = histograms(volume.hu, lungs.labels)
    now = shares(patterns.labels.labels, lungs.labels)
    for region, sides in REGIONS.items():
        voxels = histogram[[side - 1 for side in sides]]
        if not voxels.sum():
            continue
        lung_ml = _lung_volume(lungs, sides)
        found += [measurement("ct_lung_volume", region, "mL", lung_ml)]
        found += densities(region, voxels.sum(axis=0))
        found += extents(region, sides, lungs, patterns, now, voxels.sum(axis=1), lung_ml)
    return tuple(found), tuple(absent_extents(patterns))


def _lung_volume(lungs: LabelMap, sides: Iterable[int]) -> Interval:
    mask = np.isin(lungs.labels, tuple(sides))
    areas = mask.sum(axis=(1, 2)).astype(float)
    voxel_ml = lungs.geometry.voxel_ml
    across = np.count_nonzero(mask[:, 1:] != mask[:, :-1]) + np.count_nonzero(
        mask[:, :, 1:] != mask[:, :, :-1]
    )
    value = float(areas.sum()) * voxel_ml
    error: float = EDGE_VOXELS * across * voxel_ml
    if lungs.geometry.is_interval:
        error = float(np.hypot(error, Z95 * cavalieri(areas, smooth=True) * voxel_ml))
    return Interval(value, max(0.0, value - error), value + error)
