"""The extents of patterns, each with a 95 % interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from breathline.ct.interval import Interval, measurement
from breathline.ct.patterns.method import Counts, PatternMap
from breathline.ct.regions import REGIONS
from breathline.ct.sampling import ratio_error
from breathline.ct.tally import Tally
from breathline.errors import Severity
from breathline.model.measurement import Measurement
from breathline.model.volume import PATTERN_CODES, QualityFlag

EXTENT_FLOOR = 1.0
"""What normal lung is mistaken for disease, and disease for normal, whatever the extent [% of lung]."""
EXTENT_SHARE = 0.2
"""What an extent may be off in proportion to itself."""
DOUBT = 1.5
"""How many times the lung in doubt may truly be on the other side."""
MISSED = {
    "ct_reticulation": 0.8,
    "ct_honeycombing": 1.0,
    "ct_consolidation": 0.6,
    "ct_ild": 0.3,
    "ct_fibrosis": 0.3,
}
"""What may be there beyond what was found, in proportion to it: fibrosis at the pleura, and airless lung on the heart,
the mediastinum or the diaphragm, are as dense as what they lie on, and some is lost with the lungs' outline.

All four were derived on whole phantoms by ``data-raw/patterns/intervals.py``."""

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
    region: str, tally: Tally, cells: tuple[int, ...], patterns: PatternMap, region_ml: Interval
) -> list[Measurement]:
    """Measure each pattern of a region, in percent of that region and in mL."""
    slices = tally.volumes_ml(cells)
    whole = slices.sum(axis=1)
    share = float(whole.sum()) / float(tally.volumes_ml(REGIONS["lungs"]).sum())
    sides, table = _sides(tally, cells)
    found = []
    for measure, names in EXTENTS.items():
        if not patterns.measured.issuperset(names):
            continue
        codes = [PATTERN_CODES[name] for name in names]
        part = slices[:, codes].sum(axis=1)
        value = 100.0 * float(part.sum() / whole.sum())
        expected = 100.0 * float(np.dot(sides, table[:, codes].sum(axis=1)))
        scale = _Scale(sides, value / expected if expected > 0.0 else 1.0)
        extent = _doubted(value, measure, patterns, scale, share)
        if tally.separate:
            by = min(100.0, 100.0 * ratio_error(part, whole, tally.heights_mm))
            extent = extent.widened(by, most=100.0)
        found.append(measurement(measure, region, "%", extent))
        off = max(region_ml.value - region_ml.low, region_ml.high - region_ml.value)
        in_ml = extent.times(region_ml.value / 100.0).widened(off * value / 100.0)
        found.append(measurement(measure, region, "mL", in_ml))
    return found


def _sides(tally: Tally, cells: tuple[int, ...]) -> tuple[Counts, Counts]:
    """Share of a region in the right and left lung, and of each lung by pattern code: (2,) and (2, codes)."""
    sides, table = [], []
    for word in ("right_lung", "left_lung"):
        lung = REGIONS[word]
        sides.append(float(tally.volumes_ml(tuple(cell for cell in cells if cell in lung)).sum()))
        volume = tally.volumes_ml(lung).sum(axis=0)
        table.append(volume / max(1e-9, float(volume.sum())))
    return np.array(sides) / sum(sides), np.array(table)


@dataclass(frozen=True, slots=True)
class _Scale:
    """How what a method says of a whole lung is carried over to a part of it.

    Parameters
    ----------
    sides
        Share of the part that lies in the right and in the left lung.
    factor
        How many times richer in the pattern the part is than those lungs.
    """

    sides: Counts
    factor: float

    def percent(self, shares: Counts, *, least: float = 0.0) -> float:
        """Share of the part [%], from the shares of the right and the left lung; `least` factor at least."""
        return 100.0 * max(least, self.factor) * float(np.dot(self.sides, shares))


def _doubted(value: float, measure: str, patterns: PatternMap, scale: _Scale, share: float) -> Interval:
    """Interval of an extent from the doubts of the method; `share` of both lungs is measured."""
    names = EXTENTS[measure]
    # What is mistaken is patchy: in a part of the lungs it may be more than in the whole.
    floor = EXTENT_FLOOR / float(np.sqrt(share))
    band = patterns.bands.get(frozenset(names))
    missed = MISSED.get(measure, EXTENT_SHARE)
    if band is None:
        return interval_of_doubt(value, 0.0, 0.0, floor, missed)
    # What may join lies beside the pattern or anywhere else.
    leave, join = scale.percent(band.leave), scale.percent(band.join, least=1.0)
    return interval_of_doubt(value, leave, join, floor, missed)


def interval_of_doubt(
    value: float, leave: float, join: float, floor: float = EXTENT_FLOOR, missed: float = EXTENT_SHARE
) -> Interval:
    """Interval of an extent from the shares of lung that may leave and may join it [% of lung].

    Parameters
    ----------
    missed
        What may be there beyond what was found, in proportion to it.
    """
    down = float(np.sqrt(floor**2 + (EXTENT_SHARE * value) ** 2 + (DOUBT * leave) ** 2))
    up = float(np.sqrt(floor**2 + (missed * value) ** 2 + (DOUBT * join) ** 2))
    return Interval(value, max(0.0, value - down), min(100.0, value + up))


def absent_extents(patterns: PatternMap) -> list[QualityFlag]:
    """Say which extents the pattern method does not give."""
    missing = [measure for measure, names in EXTENTS.items() if not patterns.measured.issuperset(names)]
    if not missing:
        return []
    message = (
        f"Not measured by the method '{patterns.labels.method}': {', '.join(_words(m) for m in missing)}. "
        "That does not mean that they are absent."
    )
    return [QualityFlag(code="not_measured", severity=Severity.NOTE, message=message)]


def _words(measure: str) -> str:
    """Name an extent for a reader.

    >>> _words("ct_ground_glass")
    'ground glass'
    """
    special = {"ct_ild": "all interstitial abnormality", "ct_fibrosis": "fibrosis"}
    return special.get(measure, measure.removeprefix("ct_").replace("_", " "))
