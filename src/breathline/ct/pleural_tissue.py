"""What dense tissue between the lung and the chest wall is: lung, fluid or fat."""

from __future__ import annotations

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
PURE_HU, PURE_SHARE = -60, 0.15
"""Voxels with nothing below this around hold neither air nor fat; a region with fewer of them is not told [HU]."""


def lung_and_fluid(found: Mask, hu: NDArray[np.float32], coarse: Coarse) -> tuple[Mask, Mask]:
    """Keep regions that are large enough and not of fat, and tell those of fluid from those of lung."""
    found &= ~((hu > FAT_HU[0]) & (hu < FAT_HU[1]) & ~_mixed(hu))
    pieces, count = ndimage.label(found)
    sizes = np.bincount(pieces.ravel(), minlength=count + 1) * coarse.voxel_ml
    lung = sizes >= FEWEST_ML
    lung[0] = False
    fluid = lung & _is_fluid(pieces, hu, count)
    return np.asarray((lung & ~fluid)[pieces]), np.asarray(fluid[pieces])


def _is_fluid(pieces: NDArray[np.integer], hu: NDArray[np.float32], count: int) -> NDArray[np.bool_]:
    """Tell which regions are as dense as fluid where neither air nor fat is near."""
    fluid = np.zeros(count + 1, dtype=bool)
    for number, box in enumerate(ndimage.find_objects(pieces), start=1):
        wide = tuple(slice(max(0, part.start - 1), part.stop + 1) for part in box)
        here = pieces[wide] == number
        pure = here & (ndimage.minimum_filter(hu[wide], 3) > PURE_HU)
        if pure.sum() > PURE_SHARE * here.sum():
            fluid[number] = FLUID_HU[0] < float(np.median(hu[wide][pure])) < FLUID_HU[1]
    return fluid


def _mixed(hu: NDArray[np.float32]) -> Mask:
    """Tell mixed voxels beside aerated lung from fat, which is even."""
    return np.asarray(ndimage.minimum_filter(hu, 3) < MIXED_HU)
