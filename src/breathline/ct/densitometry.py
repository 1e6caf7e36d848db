"""Densities of the lungs, from a histogram of their Hounsfield units.

Every voxel of a lung counts, vessels and disease too, weighed by the length its slice stands for. Densities rise as
lungs empty and are not corrected for the breath: read them beside the lung volume, which a flag repeats.

Their intervals hold the drift of a scanner (`CALIBRATION_HU`), the lungs' edge (`EDGE_VOXELS`) and, in interval
HRCT, the slices that happened to be scanned. They do not hold noise, which widens the histogram: percentiles below
the median, LAA950 and the standard deviation are comparable only between scans of like dose and kernel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from breathline.ct.interval import Interval, measurement
from breathline.ct.sampling import sampling_error, statistic_errors
from breathline.ct.tally import EDGE_VOXELS, HIGHEST, LOWEST, Tally
from breathline.errors import Severity
from breathline.model.measurement import Measurement
from breathline.model.volume import QualityFlag

FloatArray = NDArray[np.float64]

CALIBRATION_HU = 5.0
"""Hounsfield units of one scanner drift by about this much; an assumption, stated where it is used [HU]."""
HAA_HU = (-600.0, -250.0)
"""High-attenuation areas as MESA defines them: percentage of lung voxels between −600 and −250 HU (Lederer et al.,
Am J Respir Crit Care Med 2009; 180: 407; Podolanczuk et al., Eur Respir J 2016; 48: 1442) [HU]."""
LAA_HU = -950.0
"""Lung below this is low-attenuation area: the best threshold after calibration by air (Parr et al., Am J Respir
Crit Care Med 2004, doi 10.1164/rccm.200403-326OC) [HU]."""
PERCENTILES = (5, 10, 15, 25, 75, 90, 95)
"""Beside the median; the 15th is PERC15 of emphysema trials."""

VALUES = np.arange(LOWEST, HIGHEST, dtype=np.float64)

MEASURES: Sequence[tuple[str, str]] = (
    ("ct_mean_density", "HU"),
    ("ct_sd_density", "HU"),
    ("ct_skewness", "1"),
    ("ct_kurtosis", "1"),
    ("ct_haa", "%"),
    ("ct_laa950", "%"),
    ("ct_median_density", "HU"),
    *((f"ct_percentile_{rank}", "HU") for rank in PERCENTILES),
)
"""What `statistics` gives, in its order, and the units."""
ENDS: Mapping[tuple[str, str], tuple[float, float]] = MappingProxyType(
    {
        ("", "%"): (0.0, 100.0),
        ("", "HU"): (float(LOWEST), float(HIGHEST)),
        ("ct_sd_density", "HU"): (0.0, (HIGHEST - LOWEST) / 2.0),
        ("ct_skewness", "1"): (-1000.0, 1000.0),
        ("ct_kurtosis", "1"): (-2.0, 1000.0),
    }
)
"""Ends that a measure in a unit cannot pass, or any measure in that unit."""


def statistics(voxels: FloatArray) -> FloatArray:
    """Describe a histogram of Hounsfield values.

    Parameters
    ----------
    voxels
        (values,): voxels of each whole Hounsfield value from `LOWEST` up; what lies beyond counts as the end.

    Returns
    -------
    array
        One number for each of `MEASURES`. With weights w of values v and W = Σw: mean m = Σwv / W; standard
        deviation s = √(Σw(v − m)² / W); skewness Σw((v − m) / s)³ / W; kurtosis Σw((v − m) / s)⁴ / W − 3, so that
        a normal distribution has 0; shares of `HAA_HU` and below `LAA_HU` [%]; percentiles of the histogram read as
        steps one Hounsfield unit wide about each value [HU].
    """
    share = voxels / voxels.sum()
    mean = float(share @ VALUES)
    off = VALUES - mean
    spread = float(np.sqrt(share @ off**2))
    scaled = off / max(spread, 1e-9)
    below = np.concatenate([[0.0], np.cumsum(share)])
    ranks = np.array([50, *PERCENTILES]) / 100.0
    used = np.flatnonzero(voxels)
    steps = slice(int(used[0]), int(used[-1]) + 2)
    edges = np.arange(LOWEST, HIGHEST + 1) - 0.5
    return np.array(
        [
            mean,
            spread,
            share @ scaled**3,
            share @ scaled**4 - 3.0,
            100.0 * share[(HAA_HU[0] <= VALUES) & (HAA_HU[1] >= VALUES)].sum(),
            100.0 * share[VALUES < LAA_HU].sum(),
            *np.interp(ranks, below[steps], edges[steps]),
        ]
    )


def densities(region: str, tally: Tally, sides: tuple[int, ...]) -> list[Measurement]:
    """Measure a region's densities (`MEASURES`) and its mass; `sides` are 0 (right) and 1 (left)."""
    slices = tally.values[:, sides, :].sum(axis=1) * tally.spans_mm[:, None]
    edge = EDGE_VOXELS * float(tally.spans_mm.mean()) * tally.edge[list(sides)].sum(axis=0)
    voxels = slices.sum(axis=0)
    now = statistics(voxels)
    drifted = [statistics(_drifted(voxels, by)) for by in (-CALIBRATION_HU, CALIBRATION_HU)]
    edged = [statistics(np.maximum(voxels + sign * edge, 0.0)) for sign in (-1.0, 1.0)]
    down = np.hypot(*(np.maximum(0.0, now - np.min(moved, axis=0)) for moved in (drifted, edged)))
    up = np.hypot(*(np.maximum(0.0, np.max(moved, axis=0) - now) for moved in (drifted, edged)))
    sampling = np.zeros(now.size)
    if tally.separate:
        sampling = statistic_errors(slices, tally.heights_mm, statistics)
    found = []
    for number, (measure, unit) in enumerate(MEASURES):
        value = float(now[number])
        own = Interval(value, value - float(down[number]), value + float(up[number]))
        least, most = ENDS[measure, unit] if (measure, unit) in ENDS else ENDS["", unit]
        by = min(float(sampling[number]), most - least)
        found.append(measurement(measure, region, unit, own.widened(by, least=least, most=most)))
    pixel_ml_per_mm = tally.pixel_mm2 / 1000.0
    return [*found, measurement("ct_lung_mass", region, "g", _mass(tally, slices, edge, pixel_ml_per_mm))]


def _mass(tally: Tally, slices: FloatArray, edge: FloatArray, ml: float) -> Interval:
    """Mass: Σ V (HU + 1000) / 1000, air weighing nothing and water 1 g/mL [g].

    Physical density is linear in Hounsfield units below water (Mull, Am J Roentgenol 1984; 143: 1101).
    """
    per_ml = (VALUES + 1000.0) / 1000.0
    parts = ml * (slices @ per_ml)
    value = float(parts.sum())
    drift = CALIBRATION_HU / 1000.0 * ml * float(slices.sum())
    off = float(np.hypot(drift, ml * float(edge @ per_ml)))
    by = min(value, sampling_error(parts, tally.heights_mm)) if tally.separate else 0.0
    return Interval(value, max(0.0, value - off), value + off).widened(by)


def _drifted(voxels: FloatArray, by_hu: float) -> FloatArray:
    """Move a histogram by whole Hounsfield units; what leaves it counts as its end."""
    moved = np.zeros_like(voxels)
    places = np.clip(np.arange(voxels.size) + round(by_hu), 0, voxels.size - 1)
    np.add.at(moved, places, voxels)
    return moved


def breath_flag(found: Sequence[Measurement]) -> QualityFlag:
    """Say how full the lungs were when densities were measured, and that they are not corrected for it."""
    volume = next(item.value for item in found if (item.measure, item.region) == ("ct_lung_volume", "lungs"))
    message = (
        f"Densities were measured with {float(volume) / 1000.0:.1f} L in the lungs and are not corrected for the "
        "breath: they rise as lungs empty."
    )
    return QualityFlag(code="breath_not_corrected", severity=Severity.NOTE, message=message)
