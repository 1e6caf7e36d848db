"""Airless lung, found from the shape of the chest: where lung must be although it is as dense as what lies beside it.

A small network says where lung is (`lung_network`), and the ribs tell where it ends at the chest wall (`chest_wall`).
What both find beyond the aerated lung is dense lung, unless it is fat, as dense and as even as fluid, hilum or bowel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.coarse import Coarse
from breathline.ct.lung_network import Floats, lung_likelihood
from breathline.ct.pleural_tissue import DenseLung, is_fat, keep_lung
from breathline.ct.reach import Mask, grow
from breathline.ct.sides import split_sides

LIKELY = 0.5
"""What the network holds likelier than this is lung."""
RIM_LIKELY, RIM_MM = 0.4, 4.0
"""So near to such lung less is enough: the network's voxels are wide, and it is in doubt at the wall [mm]."""
WITH_RIBS = 0.25
"""What the ribs tell to be lung is taken unless the network holds it less likely than this."""
NOT_FAT = 0.9
"""What is held likelier than this is lung even if it is as dense as fat: fat lies at the wall, where there is doubt."""
SURE = 0.8
"""Where lung is held likelier than this, its edge is not sought."""
HILUM_MM = 25.0
MOSTLY = 0.5
"""Pieces of which more than this share lies so near the main bronchi are the vessels and nodes of the hilum [mm]."""
BESIDE_MM, MOST_BOWEL = 5.0, 0.3
"""Stool lies beside the gas of bowel, dense lung beside lung: with more than this share of gas in what lies so near,
it is bowel [mm]."""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What is not lung: lumen of trachea and main bronchi, gas of bowel, and all that is barred from the lungs."""

    trunk: Mask
    bowel: Mask
    barred: Mask


def dense_by_shape(
    sides: NDArray[np.uint8],
    around: Surroundings,
    at_ribs: DenseLung,
    even: NDArray[np.float32],
    coarse: Coarse,
) -> DenseLung:
    """Find airless lung beside the aerated lung.

    Parameters
    ----------
    sides
        1 where right, 2 where left lung has been found, on the coarse grid.
    around
        What is not lung.
    at_ribs
        What the ribs told of lung and fluid at the chest wall.
    even
        Density without noise, see `evened` [HU].
    """
    aerated = sides > 0
    likely = lung_likelihood(coarse, aerated)
    free = ~aerated & ~around.barred & ~at_ribs.fluid
    kept, fluid = _told_apart(likely, free, even, coarse)
    kept |= free & (at_ribs.added > 0) & (likely > WITH_RIBS)
    kept &= ~_elsewhere(kept, aerated, around, coarse)
    added = np.zeros_like(sides)
    if kept.any():
        added[kept] = split_sides(aerated | kept, coarse)[kept]
    return DenseLung(added, likely > SURE, fluid | at_ribs.fluid)


def _told_apart(likely: Floats, free: Mask, even: NDArray[np.float32], coarse: Coarse) -> tuple[Mask, Mask]:
    """Tell dense lung and fluid in what is neither aerated lung nor airway nor bowel."""
    free = free & ~(is_fat(even) & (likely <= NOT_FAT))
    lung, fluid = keep_lung(free & (likely > LIKELY), even, coarse)
    if lung.any():
        lung |= grow(lung, RIM_MM, coarse) & free & (likely > RIM_LIKELY) & ~fluid
    return lung, fluid


def _elsewhere(found: Mask, aerated: Mask, around: Surroundings, coarse: Coarse) -> Mask:
    """Find the pieces that are hilum, for the greater part beside the main bronchi, or bowel."""
    pieces, count = ndimage.label(found)
    if not count:
        return found

    def near(mask: Mask, reach_mm: float) -> NDArray[np.int64]:
        return np.bincount(pieces[grow(mask, reach_mm, coarse)], minlength=count + 1)

    hilar = near(around.trunk, HILUM_MM) > MOSTLY * np.bincount(pieces.ravel(), minlength=count + 1)
    gas, lung = near(around.bowel, BESIDE_MM), near(aerated, BESIDE_MM)
    no_lung = hilar | (gas > MOST_BOWEL * (gas + lung))
    no_lung[0] = False
    return np.asarray(no_lung[pieces])
