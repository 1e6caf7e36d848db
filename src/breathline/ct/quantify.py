"""Label maps → Measurements, each with a 95 % interval.

What the intervals include: the placing of thresholds (patterns labelled again with them shifted), the partial
volume of the lungs' edge (the edge moved by `EDGE_VOXELS`), the calibration of Hounsfield units
(`CALIBRATION_HU`), and, in interval HRCT, the slices that happened to be scanned
(Cavalieri's estimator). What they do not include: a different breath, another scanner, or a wrong outline; these
are told as quality flags.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from breathline.ct.densitometry import breath_flag, densities
from breathline.ct.extents import absent_extents, extents
from breathline.ct.interval import Interval, measurement
from breathline.ct.patterns.method import PatternMap
from breathline.ct.regions import REGIONS, WHOLE, find_regions
from breathline.ct.sampling import sampling_error
from breathline.ct.tally import EDGE_VOXELS, Tally, count
from breathline.model.measurement import Measurement
from breathline.model.volume import LabelMap, QualityFlag, Volume


def quantify(
    volume: Volume, lungs: LabelMap, patterns: PatternMap, *, left_out: Sequence[str] = ()
) -> tuple[tuple[Measurement, ...], tuple[QualityFlag, ...]]:
    """Measure volumes, densities and extents.

    Parameters
    ----------
    left_out
        Names of regions that are not measured; what they are part of is measured without them.

    Returns
    -------
    measurements
        For both lungs together (``lungs``), each lung, zone, rind and each of the twelve cells (`REGIONS`): volume
        [mL] and extents in percent of that region and in mL; for ``lungs`` and each lung, densities too.
    flags
        Which measures the pattern method does not give and why they are absent, and that densities depend on the
        breath.
    """
    regions = find_regions(lungs)
    if left_out:
        codes = [code for name in left_out for code in REGIONS[name]]
        regions = replace(
            regions, labels=np.where(np.isin(regions.labels, codes), np.uint8(0), regions.labels)
        )
    tally = count(volume, regions, patterns.labels)
    found: list[Measurement] = []
    for region, cells in REGIONS.items():
        if not tally.voxels[:, cells].any():
            continue
        volume_ml = _volume(tally, cells)
        found.append(measurement("ct_lung_volume", region, "mL", volume_ml))
        if region in WHOLE:
            found += densities(region, tally, WHOLE[region])
        found += extents(region, tally, cells, patterns, volume_ml)
    return tuple(found), (*absent_extents(patterns), breath_flag(found))


def _volume(tally: Tally, cells: tuple[int, ...]) -> Interval:
    """Volume of some cells, its edge moved by `EDGE_VOXELS` [mL]."""
    slices = tally.volumes_ml(cells).sum(axis=1)
    value = float(slices.sum())
    voxel_ml = tally.pixel_mm2 * float(tally.spans_mm.mean()) / 1000.0
    edge = EDGE_VOXELS * float(tally.faces[list(cells)].sum()) * voxel_ml
    found = Interval(value, max(0.0, value - edge), value + edge)
    if tally.separate:
        found = found.widened(min(value, sampling_error(slices, tally.heights_mm)))
    return found
