"""Measures of the same tissue at both dates, at the baseline's breath.

A deeper breath thins the lung and spreads disease over more of it, so that less haze seems to be there. Here each place
of the baseline is held against the same place of the follow-up, both weighed by the volume it has in the baseline, and
its density is given as it would be there: mass stays, so it is multiplied by the volume the place has in the follow-up
over that in the baseline (the Jacobian).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from breathline.ct.align import Alignment, jacobian_in_slice, nearest_in_slice
from breathline.ct.change import ChangeMap, extent_percent
from breathline.ct.densitometry import MEASURES, statistics
from breathline.ct.extents import EXTENTS
from breathline.ct.interval import Interval
from breathline.ct.measure import MeasuredScan
from breathline.ct.tally import HIGHEST, LOWEST
from breathline.model.ct_change import CHANGE_CODES, SameTissue
from breathline.model.measurement import Measurement
from breathline.model.volume import LabelMap, Volume

DENSITIES = ("ct_mean_density", "ct_haa")
UNSHARED = 2.0 / 3.0
"""How much of the error of two extents is left in their change in the same tissue: the rest is of the method and the
patient, and both dates share it. Chosen on three phantom pairs (0, 1 and 2 of ``benchmarks/change_pairs.py``), where it
held 14 of 15 changes."""
LEVEL_HU = 8
"""Steps in which the follow-up's density is carried over: 255 of them hold all that is counted [HU]."""
_WORKERS = 2

Amounts = NDArray[np.float64]


def same_tissue(
    baseline: MeasuredScan, followup: MeasuredScan, alignment: Alignment, change: ChangeMap
) -> tuple[SameTissue, ...]:
    """Give extents and densities of the lung that was found at both dates; nothing if none was."""
    if not change.transitions:
        return ()
    raw = [_of_lungs(scan) for scan in (baseline, followup)]
    found = []
    for measure, patterns in EXTENTS.items():
        if measure in raw[0] and measure in raw[1] and measure != "ct_vessels":
            before, after = extent_percent(change.transitions, patterns)
            both = raw[0][measure], raw[1][measure]
            found.append(_entry(measure, both, (before, after), _difference(both, (before, after), UNSHARED)))
    counted = _densities(baseline.volume, followup.volume, alignment, change.labels)
    for measure in DENSITIES:
        both = raw[0][measure], raw[1][measure]
        place = [name for name, _ in MEASURES].index(measure)
        values = float(counted[0][place]), float(counted[1][place])
        found.append(_entry(measure, both, values, _difference(both, values)))
    return tuple(found)


def _of_lungs(scan: MeasuredScan) -> dict[str, Measurement]:
    """Give what was measured of both lungs, in percent where there is a choice."""
    return {
        item.measure: item
        for item in scan.result.measurements
        if item.region == "lungs" and item.unit != "mL"
    }


def _entry(
    measure: str, raw: tuple[Measurement, Measurement], values: tuple[float, float], interval: Interval
) -> SameTissue:
    return SameTissue(
        measure=measure,
        unit=raw[0].unit,
        baseline_raw=_number(raw[0]),
        followup_raw=_number(raw[1]),
        baseline=round(values[0], 4),
        followup=round(values[1], 4),
        low=round(interval.low, 4),
        high=round(interval.high, 4),
    )


def _number(item: Measurement) -> float:
    assert isinstance(item.value, float), "a scan that was measured has numbers"
    return item.value


def _difference(
    raw: tuple[Measurement, Measurement], values: tuple[float, float], part: float = 1.0
) -> Interval:
    """Give the interval of a difference whose two values are off as their scans' were.

    Parameters
    ----------
    part
        How much of the error is left; 1 where the two values are off independently.
    """
    down, up = ([part * _half(item, end) for item in raw] for end in ("low", "high"))
    delta = values[1] - values[0]
    return Interval(delta, delta - float(np.hypot(down[1], up[0])), delta + float(np.hypot(up[1], down[0])))


def _half(item: Measurement, end: str) -> float:
    edge = getattr(item, end)
    return 0.0 if edge is None else abs(float(edge) - _number(item))


def _densities(
    baseline: Volume, followup: Volume, alignment: Alignment, change: LabelMap
) -> tuple[Amounts, Amounts]:
    """Describe the densities of the lung that was compared, before and after (`MEASURES`)."""
    spans = baseline.geometry.spans_mm

    def counted(number: int) -> tuple[Amounts, Amounts]:
        here = (change.labels[number] > 0) & (change.labels[number] != CHANGE_CODES["not_compared"])
        carried = nearest_in_slice(followup.hu, alignment, number)[here]
        density = LOWEST + LEVEL_HU * (_levels(carried) - 0.5) + 1000.0
        moved = density * jacobian_in_slice(alignment, number)[here] - 1000.0
        return spans[number] * _histogram(baseline.hu[number][here]), spans[number] * _histogram(moved)

    before, after = np.zeros(HIGHEST - LOWEST), np.zeros(HIGHEST - LOWEST)
    used = np.flatnonzero([layer.any() for layer in change.labels]).tolist()
    with ThreadPoolExecutor(_WORKERS) as pool:
        for first, second in pool.map(counted, used):
            before += first
            after += second
    return statistics(before), statistics(after)


def _levels(hu: NDArray[np.int16]) -> NDArray[np.int32]:
    """Give densities in steps of `LEVEL_HU`, from 1 up; the last holds all that is denser."""
    return np.minimum((np.maximum(hu, LOWEST).astype(np.int32) - LOWEST) // LEVEL_HU + 1, 255)


def _histogram(hu: NDArray[np.generic]) -> Amounts:
    at = np.clip(np.rint(hu.astype(np.float64)), LOWEST, HIGHEST - 1).astype(np.int64) - LOWEST
    return np.bincount(at, minlength=HIGHEST - LOWEST).astype(np.float64)
