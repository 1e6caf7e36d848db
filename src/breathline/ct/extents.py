"""The extents of patterns, each with a 95 % interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breathline.ct.interval import Interval, measurement
from breathline.ct.patterns.method import Counts, PatternMap
from breathline.ct.sampling import with_sampling
from breathline.errors import Severity
from breathline.model.measurement import Measurement
from breathline.model.volume import PATTERN_CODES, LabelMap, QualityFlag

EXTENT_FLOOR = 0.35
"""What normal lung is mistaken for disease, and disease for normal, whatever the extent [% of lung]."""
BORDER_BLOCKS = 0.2
"""Uncertainty of where a pattern's border lies, as a share of a block, at each face of the border."""
EXTENT_SHARE = 0.25
"""What an extent of the learned method may be off in proportion to itself: the largest error seen on held-out
phantoms with extents above 5 %; its coverage is not yet shown."""
DOUBT = 1.0
"""Share of the lung in doubt that may truly be on the other side."""

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


def extents(
    region: str,
    sides: tuple[int, ...],
    lungs: LabelMap,
    patterns: PatternMap,
    now: Counts,
    voxels: NDArray[np.float64],
    lung_ml: Interval,
) -> list[Measurement]:
    """Measure each pattern of a region in percent and mL; `voxels` are counted for each of `sides`."""
    weights = voxels / voxels.sum()
    rows = [side - 1 for side in sides]
    found = []
    for measure, names in EXTENTS.items():
        if not patterns.measured.issuperset(names):
            continue
        codes = [PATTERN_CODES[name] for name in names]

        def percent(table: Counts, codes: list[int] = codes) -> float:
            return 100.0 * float(np.dot(weights, table[rows][:, codes].sum(axis=1)))

        band = patterns.bands.get(frozenset(names))
        if band is not None:
            leave, join = (100.0 * float(np.dot(weights, part[rows])) for part in (band.leave, band.join))
            extent = interval_of_doubt(percent(now), leave, join)
        else:
            # Vessels are drawn voxel by voxel: the borders of their blocks say nothing.
            blocks = None if measure == "ct_vessels" else patterns.borders
            border = 0.0 if blocks is None else BORDER_BLOCKS * percent(blocks)
            doubt = percent(patterns.doubtful) if patterns.doubtful is not None else 0.0
            moved = [percent(table) for table in patterns.shifted]
            extent = extent_interval(percent(now), moved, border, doubt)
        if lungs.geometry.is_interval:
            extent = with_sampling(extent, patterns.labels.labels, lungs.labels, codes, sides)
        found.append(measurement(measure, region, "%", extent))
        found.append(measurement(measure, region, "mL", extent.times(lung_ml.value / 100.0)))
    return found


def extent_interval(value: float, moved: list[float], border: float, doubt: float) -> Interval:
    """Interval of an extent from its values at shifted thresholds; the first of `moved` is unshifted.

    What may be another pattern (`doubt`) lowers the lower end only.
    """
    down = up = float(np.hypot(EXTENT_FLOOR, border))
    if moved:
        scale = value / moved[0] if moved[0] > 0 else 1.0
        down = float(np.hypot(down, scale * (moved[0] - min(moved))))
        up = float(np.hypot(up, scale * (max(moved) - moved[0])))
    down = float(np.hypot(down, doubt))
    return Interval(value, max(0.0, value - down), min(100.0, value + up))


def interval_of_doubt(value: float, leave: float, join: float) -> Interval:
    """Interval of an extent from the shares of lung that may leave and may join it [% of lung]."""
    sure = np.hypot(EXTENT_FLOOR, EXTENT_SHARE * value)
    down = float(np.hypot(sure, DOUBT * leave))
    up = float(np.hypot(sure, DOUBT * join))
    return Interval(value, max(0.0, value - down), min(100.0, value + up))


def absent_extents(patterns: PatternMap) -> list[QualityFlag]:
    """Say which extents the pattern method does not give."""
    missing = [measure for measure, names in EXTENTS.items() if not patterns.measured.issuperset(names)]
    if not missing:
        return []
    message = (
        f"Not measured by the method '{patterns.labels.method}': {', '.join(_words(m) for m in missing)}. "
        "That does not mean that they are absent: ground-glass here may include lung between fibrotic lines, and "
        "airless lung against the chest wall can be missed."
    )
    return [QualityFlag(code="not_measured", severity=Severity.NOTE, message=message)]


def _words(measure: str) -> str:
    """Name an extent for a reader.

    >>> _words("ct_ground_glass")
    'ground glass'
    """
    special = {"ct_ild": "all interstitial abnormality", "ct_fibrosis": "fibrosis"}
    return special.get(measure, measure.removeprefix("ct_").replace("_", " "))
