"""How much lung lies at each density, in steps coarse enough to be kept beside the measurements."""

from __future__ import annotations

import numpy as np

from breathline.ct.tally import HIGHEST, LOWEST
from breathline.model.volume import Histogram, LabelMap, Volume

WIDTH_HU = 8
"""Width of a step; it divides the range that is counted [HU]."""


def density_histogram(volume: Volume, lungs: LabelMap) -> Histogram:
    """Count the lungs by density; what lies beyond the range counts as its end.

    Returns
    -------
    Histogram
        Volumes [mL]; their sum is the volume of the voxels of both lungs.
    """
    steps = (HIGHEST - LOWEST) // WIDTH_HU
    volumes = np.zeros(steps)
    _, dy, dx = volume.geometry.spacing_mm
    for number, span_mm in enumerate(volume.geometry.spans_mm):  # by slice, which spares a copy of the scan
        values = volume.hu[number][lungs.labels[number] > 0].astype(np.int32)
        places = (np.clip(values, LOWEST, HIGHEST - 1) - LOWEST) // WIDTH_HU
        volumes += np.bincount(places, minlength=steps) * (dy * dx * float(span_mm) / 1000.0)
    return Histogram(first_hu=float(LOWEST), width_hu=float(WIDTH_HU), volumes_ml=tuple(volumes.tolist()))
