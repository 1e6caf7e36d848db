"""What a cell of lung and its surroundings look like at one date, in three numbers that two dates can be held against.

The method of patterns errs from cell to cell, and errs anew at each date: the mean of a cell and of what lies around it
differs less between two scans of the same lung than the cell does. Density is averaged between vessels only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.patterns.method import CERTAIN, INTERSTITIAL, CellEvidence

Floats = NDArray[np.float32]

AROUND = 7
"""Cells across the window: some 8 mm."""
OWN_SHARE = 0.5
"""Weight of a cell itself beside that of the window; 0, 0.5 and 1 were tried (``data-raw/change/choose.py``)."""
FEATURES = ("likely", "other", "excess")
"""How likely a cell is abnormal; how likely of a kind other than ground-glass; and density above normal lung [HU]."""
EXCESS = FEATURES.index("excess")


def describe_cells(evidence: CellEvidence, first: int, last: int) -> Floats:
    """Describe the cells of some sheets.

    Parameters
    ----------
    first, last
        First sheet, and the one after the last.

    Returns
    -------
    Floats
        (`FEATURES`, sheets, rows, columns).
    """
    margin = 0 if evidence.separate else 1
    low, high = max(0, first - margin), min(evidence.inside.shape[0], last + margin)
    found = _described(evidence, slice(low, high))
    return found[:, first - low : last - low]


def _described(evidence: CellEvidence, part: slice) -> Floats:
    lung = evidence.inside[part].astype(np.float32)
    kinds = evidence.likely[:, part].astype(np.float32) / np.float32(CERTAIN)
    ground = kinds[INTERSTITIAL.index("ground_glass")]
    ill = kinds[: len(INTERSTITIAL)].sum(axis=0)
    size = (1 if evidence.separate else 3, AROUND, AROUND)
    found = np.empty((len(FEATURES), *lung.shape), np.float32)
    for place, kind in enumerate((ill, ill - ground)):
        found[place] = OWN_SHARE * kind + (1.0 - OWN_SHARE) * _around(kind, lung, size)
    tissue = lung * np.clip(1.0 - kinds[-1], 0.0, 1.0)
    found[EXCESS] = _around(evidence.excess[part].astype(np.float32), tissue, size)
    return found


def _around(values: Floats, weight: Floats, size: tuple[int, int, int]) -> Floats:
    """Give the weighed mean of the window around each cell."""
    total, whole = (ndimage.uniform_filter(item, size, mode="constant") for item in (values * weight, weight))
    return np.asarray(total / (whole + np.float32(1e-3)), dtype=np.float32)
