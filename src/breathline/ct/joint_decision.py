"""What became of a cell of lung is told from both dates at once, by how likely disease is there and how dense it is.

Two maps of patterns, each drawn at one date alone, differ by the errors of both. Here disease that is about as likely
at both dates stayed, wherever the borders were drawn; it went or came only if one date holds it far likelier than the
other and if the density, as it would be at the same breath, changed in the same direction. A network may take one look
for another; it does not make lung denser.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breathline.ct.align import Alignment, jacobian_in_slice
from breathline.ct.align.alignment import places_in_slice
from breathline.ct.cell_features import EXCESS, Floats, describe_cells
from breathline.ct.patterns.method import CellEvidence
from breathline.model.ct_change import CHANGE_CODES

LIKELY = 0.3
"""Disease that both dates together hold likelier than this is there."""
GAP = 0.3
"""It went, or came, if it is likelier at one date than at the other by more than this …"""
NOT_SURE = 0.55
"""… at the other less likely than this …"""
DENSER_HU = 60.0
"""… and if the density of some 8 mm around changed along by more than this [HU]."""
KIND_GAP = 0.35
"""Ground-glass turned into another kind, or the reverse, if the share of other kinds differs by more than this, and the
density along with it. The five were chosen on phantom pairs by ``data-raw/change/choose.py``."""
LEAST_LIKELY = 0.05
AT_A_TIME = 16
"""Sheets looked at together, so that memory does not grow with the scan."""
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
        last = min(first + AT_A_TIME, sheets)
        cells, was, now = both_dates(before, after, carried(before, alignment, first, last), first)
        found[tuple(cells)] = decide(was, now)
    return found


def decide(
    was: Floats,
    now: Floats,
    *,
    likely: float = LIKELY,
    gap: float = GAP,
    not_sure: float = NOT_SURE,
    denser_hu: float = DENSER_HU,
    kind_gap: float = KIND_GAP,
) -> NDArray[np.uint8]:
    """Tell what became of cells from what they look like at both dates: (`FEATURES`, cells), at one breath."""
    rise, denser = now[0] - was[0], now[EXCESS] - was[EXCESS]
    turned = _share(now) - _share(was)
    there = (was[0] + now[0]) / 2 > likely
    found = np.where(there, CHANGE_CODES["persistent"], CHANGE_CODES["unchanged"]).astype(np.uint8)
    found[there & (turned > kind_gap) & (denser > denser_hu)] = CHANGE_CODES["progressed"]
    found[there & (turned < -kind_gap) & (denser < -denser_hu)] = CHANGE_CODES["regressed"]
    found[(rise < -gap) & (now[0] < not_sure) & (denser < -denser_hu)] = CHANGE_CODES["cleared"]
    found[(rise > gap) & (was[0] < not_sure) & (denser > denser_hu)] = CHANGE_CODES["new"]
    return found


def _share(looks: Floats) -> Floats:
    """Share of other kinds than ground-glass in what is abnormal."""
    return np.asarray(looks[1] / np.maximum(looks[0], LEAST_LIKELY), dtype=np.float32)


def both_dates(
    before: CellEvidence, after: CellEvidence, where: Carried, first: int
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Describe cells of some sheets from `first` on that both dates show.

    Returns
    -------
    NDArray[np.int64]
        (3, cells): sheet, row and column of each.
    Floats
        Twice (`FEATURES`, cells): before and after. The excess of density is as it would be at the breath half-way
        between: mass stays, so it is multiplied by the root of the change of volume, or divided by it.
    """
    places, grown = where
    there = _cells_at(after, places)
    shown = before.inside[first : first + places.shape[1]] & (there >= 0).all(axis=0)
    shown[shown] = after.inside[tuple(there[:, shown])]
    cells, at = np.stack(np.nonzero(shown)), there[:, shown]
    was = describe_cells(before, first, first + places.shape[1])[:, *cells]
    cells[0] += first
    if not at.size:
        return cells, was, was
    low, high = int(at[0].min()), int(at[0].max()) + 1
    now = describe_cells(after, low, high)[:, at[0] - low, at[1], at[2]]
    root = np.sqrt(np.clip(grown[shown], 0.3, 3.0))
    was[EXCESS] /= root
    now[EXCESS] *= root
    return cells, was, now


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
