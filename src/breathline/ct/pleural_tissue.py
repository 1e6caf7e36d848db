"""What dense tissue between the lung and the chest wall is: lung, fluid or fat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.coarse import Coarse, Mask

FAT_HU = (-160, -25)
FEWEST_ML = 0.3
MIXED_HU = -300
"""Beside a voxel below this, one as dense as fat may hold air instead [HU]."""
FLUID_HU = (-15, 25)
"""Means of pleural effusions, and about two standard deviations more or less: 7.2 ± 9.4 HU in exudates, 10.1 ± 6.9 in
transudates (abstract of abramowitz_2009); 15.1 ± 5.1 and 5.0 ± 3.4 (abstract of gumus_2024; the keys are those of
``references.bib``). Airless lung, which holds blood, is denser [HU]."""
EVEN_HU = 10
"""Between the quartiles of a liquid lies only noise, 4 to 8 on the evened grid of seven real scans; airless lung holds
vessels and some air: 11 and more between the quartiles of 7 of 10 regions of two phantoms [HU]."""
INNER_SHARE = 0.25
"""Share of a region that must lie inside it, a voxel from its edge: thin layers are not told."""


@dataclass(frozen=True, slots=True, eq=False)
class DenseLung:
    """What lies beside the aerated lung, inside the chest.

    Parameters
    ----------
    added
        1 or 2 where dense lung of that side must be added.
    within
        Where lung surely is, so that what is dense is lung: the edge need not be sought there.
    fluid
        What lies there but is as dense as fluid: no lung.
    """

    added: NDArray[np.uint8]
    within: Mask
    fluid: Mask


def evened(coarse: Coarse) -> NDArray[np.float32]:
    """Take away noise by a mean over 3 voxels each way."""
    size = (1 if coarse.separate else 3, 3, 3)
    return np.asarray(ndimage.uniform_filter(coarse.hu.astype(np.float32), size, mode="nearest"))


def keep_lung(found: Mask, even: NDArray[np.float32], coarse: Coarse) -> tuple[Mask, Mask]:
    """Keep regions that are large enough, and tell those of fluid from those of lung."""
    pieces, count = ndimage.label(found)
    sizes = np.bincount(pieces.ravel(), minlength=count + 1) * coarse.voxel_ml
    lung = sizes >= FEWEST_ML
    lung[0] = False
    fluid = lung & _is_fluid(pieces, even, coarse)
    return np.asarray((lung & ~fluid)[pieces]), np.asarray(fluid[pieces])


def is_fat(even: NDArray[np.float32]) -> Mask:
    """Tell what is as dense as fat and has no aerated lung beside it, with which it could be mixed."""
    mixed = ndimage.minimum_filter(even, 3) < MIXED_HU
    return np.asarray((even > FAT_HU[0]) & (even < FAT_HU[1]) & ~mixed)


def _is_fluid(pieces: NDArray[np.integer], hu: NDArray[np.float32], coarse: Coarse) -> NDArray[np.bool_]:
    """Tell which regions are, away from their edges, as dense as fluid and as even."""
    inner = np.ones((1 if coarse.separate else 3, 3, 3), dtype=bool)
    boxes = ndimage.find_objects(pieces)
    fluid = np.zeros(len(boxes) + 1, dtype=bool)
    for number, box in enumerate(boxes, start=1):
        here = pieces[box] == number
        values = hu[box][ndimage.binary_erosion(here, inner)]
        if values.size > INNER_SHARE * here.sum():
            low, middle, high = np.percentile(values, [25, 50, 75])
            fluid[number] = FLUID_HU[0] < middle < FLUID_HU[1] and high - low < EVEN_HU
    return fluid
