"""Haze: regions whose lung *between* the vessels is denser than the patient's own normal lung.

A block of lung is compared with the normal lung of the same patient at the same height above the couch, so that a
shallow breath or the pull of gravity is not called disease. A vessel, the pleura and the diaphragm's edge, dense
for other reasons, are not haze.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.coarse import Mask
from breathline.ct.patterns.normal import Normal
from breathline.ct.patterns.parenchyma import SOLID_HU, Parenchyma
from breathline.ct.patterns.shapes import Shapes, large_regions, sampling_of

HAZE_HU = 100.0
"""Least excess of the lung between vessels over normal lung that is called haze [HU]."""
SPREADS = 2.5
"""The excess must also be so many standard deviations of normal lung."""
MAJORITY_MM = 3.0
"""Half the width of the window in which most of the lung must be hazy [mm]."""
BORDER_RANGE = (0.9, 1.3)
"""The border of haze is placed at half its height, within these multiples of the excess that found it."""
BORDER_MM = 6.0
"""How far from where haze was found its border may lie [mm]."""


def find_haze(
    parenchyma: Parenchyma, shapes: Shapes, normal: Normal, *, smallest_ml: float, core_mm: float
) -> Mask:
    """Find haze by its excess, then draw its border at half of what the excess is inside it.

    Parameters
    ----------
    smallest_ml
        Smallest region [mL].
    core_mm
        A region must reach this deep from the pleura and from large vessels somewhere [mm].
    """
    lung = parenchyma.side > 0
    core = shapes.depth > core_mm
    excess = parenchyma.background - normal.at(lung.shape[1])
    wanted = excess_wanted(normal)

    def regions(hazy: Mask) -> Mask:
        return large_regions(_majority(hazy, lung, parenchyma), core, parenchyma, smallest_ml)

    first = regions(lung & ~shapes.solid & (excess > wanted))
    if not first.any():
        return first
    half = 0.5 * float(np.median(excess[first]))
    low, high = BORDER_RANGE
    border = min(max(half, low * wanted), high * wanted)
    near = _within(first, parenchyma)
    return regions(lung & ~shapes.solid & (excess > border) & near)


def excess_wanted(normal: Normal) -> float:
    """Excess over normal lung from which lung between vessels is called haze [HU]."""
    return max(HAZE_HU, SPREADS * normal.spread)


def _within(mask: Mask, parenchyma: Parenchyma) -> NDArray[np.bool_]:
    return np.asarray(ndimage.distance_transform_edt(~mask, sampling=sampling_of(parenchyma)) <= BORDER_MM)


def _majority(mask: Mask, lung: Mask, parenchyma: Parenchyma) -> Mask:
    """Give each block what most of the lung around it is: specks go, and holes that noise made are filled."""
    size = (
        1 if parenchyma.separate else 3,
        *(2 * round(MAJORITY_MM / step) + 1 for step in parenchyma.spacing_mm[1:]),
    )
    ill = ndimage.uniform_filter((mask & lung).astype(np.float32), size)
    all_lung = ndimage.uniform_filter(lung.astype(np.float32), size)
    return np.asarray(lung & ~(parenchyma.hu > SOLID_HU) & (ill > 0.5 * all_lung))
