"""What became of a cell of lung is told from both dates at once, by how likely disease is there and how dense it is.

Two maps of patterns, each drawn at one date alone, differ by the errors of both. Here a small network is shown what the
method of patterns saw at both dates (`change_network`). Either may take one look for another; they do not make lung
denser: so something came only where the density, as it would be at the same breath, rose, and went only where it fell.
A sharp kernel makes a haze look like a net, so one kind turned into another only where density changed much.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.align import Alignment, jacobian_in_slice
from breathline.ct.align.alignment import places_in_slice
from breathline.ct.change_network import CHANGES, BothDates, chances, shipped_network
from breathline.ct.patterns.method import CERTAIN, CellEvidence
from breathline.ct.patterns.sheets import Floats
from breathline.model.ct_change import CHANGE_CODES

WINDOW = 7
"""Cells across the window over which density is averaged: some 8 mm."""
AT_A_TIME = 16
"""Sheets looked at together, so that memory does not grow with the scan."""
LEAST_GROWN, MOST_GROWN = 0.3, 3.0
"""A change of volume beyond these counts as these."""
LEAST_HU: Mapping[str, float] = {"cleared": 0.0, "new": 0.0, "progressed": 60.0, "regressed": 60.0}
"""By how much density must rise or fall for each. Of 0, 20, 40 and 60 for kinds that turned, 2.3, 1.2, 0.6 and 0.3 % of
the lung of a phantom were called progressed when it was scanned again with a sharp kernel at a third of the dose; κ on
slabs of pairs that the network was derived on fell from 0.631 to 0.625. More than 0 for the others gained nothing."""
_CODES = np.array([CHANGE_CODES[name] for name in CHANGES], np.uint8)
Carried = tuple[Floats, Floats]
"""(3, sheets, rows, columns): slice, row and column of the follow-up where the middle of each cell lies; and volume
there of a unit of volume in the baseline."""


def decide_together(before: CellEvidence, after: CellEvidence, alignment: Alignment) -> NDArray[np.uint8]:
    """Tell what became of every cell of the baseline, alike in both directions of time.

    Returns
    -------
    NDArray[np.uint8]
        (sheets, rows, columns): codes of ``CHANGE_CODES``; 0 outside the lungs, and where the follow-up shows none.
    """
    found = np.zeros(before.inside.shape, np.uint8)
    sheets = len(found)
    for first in range(0, sheets, AT_A_TIME):
        low, high = max(0, first - 1), min(first + AT_A_TIME + 1, sheets)
        both = both_dates(before, after, carried(before, alignment, low, high), low)
        told = decide(chances(both, shipped_network()), denser(both)) * both.shown
        found[first : first + AT_A_TIME] = told[first - low :][:AT_A_TIME]
    return found


def decide(likely: Floats, rise: Floats) -> NDArray[np.uint8]:
    """Tell what became of cells.

    Parameters
    ----------
    likely
        (changes, …): how likely each of `CHANGES` is.
    rise
        By how much the lung around became denser [HU].
    """
    may = likely.copy()
    for name, least in LEAST_HU.items():
        may[CHANGES.index(name)] *= (rise if name in ("new", "progressed") else -rise) > least
    return np.asarray(_CODES[may.argmax(axis=0)])


def both_dates(before: CellEvidence, after: CellEvidence, where: Carried, first: int) -> BothDates:
    """Lay what both dates show out on the cells of some sheets of the baseline, from `first` on.

    Mass stays: the excess of density is multiplied by the root of the change of volume, or divided by it.
    """
    places, grown = where
    part = slice(first, first + places.shape[1])
    there = _cells_at(after, places)
    shown = before.inside[part] & (there >= 0).all(axis=0)
    shown[shown] = after.inside[tuple(there[:, shown])]
    at = tuple(there[:, shown])
    root = np.sqrt(np.clip(grown[shown], LEAST_GROWN, MOST_GROWN)).astype(np.float32)
    likely = np.zeros((2, len(before.likely), *shown.shape), np.uint8)
    excess = np.zeros((2, *shown.shape), np.float32)
    likely[0], excess[0][shown] = before.likely[:, part] * shown, before.excess[part][shown] / root
    likely[1][:, shown], excess[1][shown] = after.likely[:, *at], after.excess[at] * root
    separate = before.separate or after.separate
    return BothDates(likely=likely, excess=excess, shown=shown, separate=separate)


def denser(both: BothDates) -> Floats:
    """Give by how much the lung around each cell became denser, vessels and airways aside [HU]."""
    size = (1 if both.separate else 3, WINDOW, WINDOW)
    mean = []
    for likely, excess in zip(both.likely, both.excess, strict=True):
        tissue = both.shown * (1.0 - likely[-1] / np.float32(CERTAIN))
        total, whole = (
            ndimage.uniform_filter(one, size, mode="constant") for one in (excess * tissue, tissue)
        )
        mean.append(total / (whole + np.float32(1e-3)))
    return np.asarray(mean[1] - mean[0], dtype=np.float32)


def carried(before: CellEvidence, alignment: Alignment, first: int, last: int) -> Carried:
    """Give where the middle of each cell of some sheets lies in the follow-up, and how its volume grew."""
    numbers, rows, columns = middles(before, alignment.baseline_lungs.labels.shape[0])
    pick, numbers = np.ix_(rows, columns), numbers[first:last]
    places = np.stack([places_in_slice(alignment, number)[pick] for number in numbers])
    grown = np.stack([jacobian_in_slice(alignment, number)[pick] for number in numbers])
    return np.moveaxis(places, -1, 0), grown


def middles(before: CellEvidence, slices: int) -> tuple[NDArray[np.int64], ...]:
    """Give the slice in the middle of each sheet, and row and column in the middle of each cell."""
    sheets, height, width = before.inside.shape
    numbers = before.first + before.layers * np.arange(sheets) + before.layers // 2
    return np.minimum(numbers, slices - 1), _middle_of(before.row, height), _middle_of(before.column, width)


def _middle_of(cells: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Give the row in the middle of each cell, or the nearest to it."""
    used = np.flatnonzero(cells >= 0)
    middle = np.interp(np.arange(size), *_means(cells[used], used))
    return np.asarray(np.rint(middle), dtype=np.int64)


def _means(
    cells: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    there, place = np.unique(cells, return_inverse=True)
    return there, np.bincount(place, rows) / np.bincount(place)


def _cells_at(after: CellEvidence, places: Floats) -> NDArray[np.int64]:
    """Give the cell (sheet, row, column) of each place; −1 where there is none."""
    found = np.full(places.shape, -1, np.int64)
    sheets = np.floor((np.rint(places[0]) - after.first) / after.layers).astype(np.int64)
    found[0] = np.where(sheets < after.inside.shape[0], sheets, -1)
    for axis, cells in ((1, after.row), (2, after.column)):
        at = np.rint(places[axis]).astype(np.int64)
        within = (at >= 0) & (at < cells.size)
        found[axis] = np.where(within, cells[np.clip(at, 0, cells.size - 1)], -1)
    return found
