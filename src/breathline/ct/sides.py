"""Right and left lung told apart where they touch, slice by slice."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.coarse import Coarse
from breathline.ct.reach import Mask

TISSUE_COST = 0.02
"""Cost of leading the border through a voxel outside the lungs: small, so that it is also short."""

ONE_LUNG_MM = 40.0
"""If the border crosses more aerated lung than this in a slice on average, it cuts one lung in two [mm]."""


def split_sides(lungs: Mask, coarse: Coarse) -> NDArray[np.uint8]:
    """Give 1 to the right lung and 2 to the left.

    In each slice the border runs from front to back where it crosses the least and the densest lung: through
    the mediastinum, and along the thin junction line where the lungs touch.
    """
    sides = np.zeros(lungs.shape, dtype=np.uint8)
    middle = _midline(lungs)
    through = 0.0
    for number in np.flatnonzero(lungs.any(axis=(1, 2))):
        layer: Mask = np.asarray(lungs[int(number)])
        low, high = _window(layer, middle[number])
        cost = _cost(coarse.hu[number], layer)
        border = _cheapest(cost[:, low:high]) + low
        through += float(cost[np.arange(border.shape[0]), border].sum()) * coarse.spacing_mm[1]
        right = np.arange(layer.shape[1])[None, :] <= border[:, None]
        sides[number] = np.where(layer, np.where(right, 1, 2), 0)
    if through > ONE_LUNG_MM * float(lungs.any(axis=(1, 2)).sum()):
        return np.where(lungs, _only_side(lungs, coarse), 0).astype(np.uint8)
    return _tidied(sides, coarse)


def _only_side(lungs: Mask, coarse: Coarse) -> int:
    """Say which lung a picture of one lung shows: the mediastinum lies to the left of the right lung."""
    leaning = 0.0
    for number in np.flatnonzero(lungs.any(axis=(1, 2))):
        layer: Mask = np.asarray(lungs[int(number)])
        rows, columns = np.flatnonzero(layer.any(axis=1)), np.flatnonzero(layer.any(axis=0))
        box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
        solid = (coarse.hu[number][box] > -100).sum(axis=0)
        half = solid.size // 2
        leaning += float(solid[half:].sum()) - float(solid[:half].sum())
    return 1 if leaning > 0 else 2


def _midline(lungs: Mask) -> NDArray[np.float64]:
    """Column half-way between the outer edges of the lungs, smoothed over slices."""
    used = np.flatnonzero(lungs.any(axis=(1, 2)))
    middle = np.full(lungs.shape[0], lungs.shape[2] / 2.0)
    if not used.size:
        return middle
    edges = []
    for number in used:
        columns = np.flatnonzero(lungs[number].any(axis=0))
        edges.append(0.5 * (columns[0] + columns[-1]))
    widths = lungs[used].sum(axis=(1, 2)).astype(float)
    overall = float(np.average(edges, weights=widths))
    found = np.where(np.abs(np.array(edges) - overall) < 0.1 * lungs.shape[2], edges, overall)
    middle[used] = ndimage.median_filter(found, size=min(15, 2 * (used.size // 2) + 1), mode="nearest")
    return middle


def _window(layer: Mask, middle: float) -> tuple[int, int]:
    """Columns between the middles of the two lungs."""
    columns = layer.sum(axis=0).astype(float)
    index = np.arange(columns.size)
    left_of, right_of = index < middle, index >= middle
    low = float(np.average(index[left_of], weights=columns[left_of])) if columns[left_of].any() else 0.0
    high = (
        float(np.average(index[right_of], weights=columns[right_of]))
        if columns[right_of].any()
        else columns.size
    )
    low, high = min(low, middle - 2), max(high, middle + 2)
    return max(0, int(low)), min(columns.size, int(high) + 1)


def _cost(hu: NDArray[np.int16], layer: Mask) -> NDArray[np.float64]:
    """Cost of crossing: aerated lung is dear, the junction line between the lungs cheap."""
    aerated = np.clip((-400.0 - hu) / 500.0, 0.1, 1.0)
    return np.where(layer, aerated, TISSUE_COST)


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _cheapest(cost: NDArray[np.float64]) -> NDArray[np.int64]:
    """Column of the cheapest path from the first row to the last, moving at most one column a row."""
    rows, columns = cost.shape
    total = cost.copy()
    for y in range(1, rows):
        for x in range(columns):
            best = total[y - 1, x]
            if x > 0 and total[y - 1, x - 1] < best:
                best = total[y - 1, x - 1]
            if x < columns - 1 and total[y - 1, x + 1] < best:
                best = total[y - 1, x + 1]
            total[y, x] += best
    path = np.empty(rows, np.int64)
    path[rows - 1] = np.argmin(total[rows - 1])
    for y in range(rows - 2, -1, -1):
        x = path[y + 1]
        best = x
        if x > 0 and total[y, x - 1] < total[y, best]:
            best = x - 1
        if x < columns - 1 and total[y, x + 1] < total[y, best]:
            best = x + 1
        path[y] = best
    return path


def _tidied(sides: NDArray[np.uint8], coarse: Coarse) -> NDArray[np.uint8]:
    """Give to the other side each piece cut off from its own lung that touches the other lung."""
    for side, other in ((1, 2), (2, 1)):
        pieces, count = ndimage.label(sides == side)
        if count < 2:
            continue
        sizes = np.bincount(pieces.ravel())
        sizes[0] = 0
        boxes = ndimage.find_objects(pieces)
        for number in range(1, count + 1):
            if (
                number == sizes.argmax()
                or sizes[number] * coarse.voxel_ml > 0.2 * sizes.max() * coarse.voxel_ml
            ):
                continue
            box = tuple(slice(max(0, part.start - 1), part.stop + 1) for part in boxes[number - 1])
            piece = pieces[box] == number
            around = ndimage.binary_dilation(piece) & ~piece
            if np.any(sides[box][around] == other):
                sides[box][piece] = other
    return sides
