"""How far volumes of change may be off: 95 % intervals.

What can move them: labels that are wrong at either date, and an alignment that is off at the border of what changed.
Both are held against parts of the volume's size, added in squares, as intervals of extents are
(`breathline.ct.extents`).
"""

from __future__ import annotations

import numpy as np

from breathline.ct.interval import Interval

VOLUME_FLOOR = 0.75
"""What is called changed, or missed, whatever the volume [% of the lungs]."""
VOLUME_SHARE = 0.5
"""What a volume of change may be off in proportion to itself, or to the rest of its region if that is smaller."""
VOLUME_DOUBT = 1.0
"""How many times the volume on which labels and decision differ may truly be on the other side.

All were derived on phantom pairs by ``data-raw/change/intervals.py``."""


def volume_interval(
    volume_ml: float, doubtful_ml: tuple[float, float], region_ml: float, lungs_ml: float
) -> Interval:
    """Give the 95 % interval of the volume of one change in a region [mL].

    Parameters
    ----------
    doubtful_ml
        Volume that the labels of a place by themselves call this change and that counts as none, and the reverse.
    region_ml, lungs_ml
        Volume of the region, and of both lungs.
    """
    # What is mistaken is patchy: in a part of the lungs it may be more than in the whole.
    floor = VOLUME_FLOOR / 100.0 * float(np.sqrt(region_ml * lungs_ml))
    off = float(np.hypot(floor, VOLUME_SHARE * min(volume_ml, region_ml - volume_ml)))
    aside, added = (VOLUME_DOUBT * item for item in doubtful_ml)
    down, up = float(np.hypot(off, added)), float(np.hypot(off, aside))
    return Interval(volume_ml, max(0.0, volume_ml - down), min(region_ml, volume_ml + up))
