"""Which part of a scan is kept for looking at."""

from __future__ import annotations

from typing import Any

import numpy as np

from breathline.model.view import SCHEMA, ViewGrid
from breathline.model.volume import LabelMap, StoredGrid, Volume

MARGIN_MM = 15.0
"""Kept around the lungs: mediastinum and the ribs, without the couch and the arms [mm]."""
COARSEST_MM = 2.6
"""Voxels of the coarse view are no larger than this on an axis, unless the scan's own are [mm]."""


def choose_view(volume: Volume, lungs: LabelMap, stored: StoredGrid) -> ViewGrid:
    """Choose the box around the lungs and how coarse its first picture is."""
    where = volume.geometry
    separate = where.is_interval
    steps = [2 if 2.0 * mm <= COARSEST_MM else 1 for mm in where.spacing_mm]
    if separate:
        steps[0] = 1
    start, size = [], []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        margin = 0 if separate and axis == 0 else round(MARGIN_MM / where.spacing_mm[axis])
        first, count = _span((lungs.labels > 0).any(axis=others), margin, steps[axis])
        start.append(first)
        size.append(count)
    return ViewGrid(
        schema=SCHEMA,
        shape=where.shape,
        start=(start[0], start[1], start[2]),
        size=(size[0], size[1], size[2]),
        steps=(steps[0], steps[1], steps[2]),
        axes=stored.axes,
        flipped=stored.flipped,
        spacing_mm=where.spacing_mm,
        origin_mm=where.origin_mm,
        direction=(where.direction[0], where.direction[1], where.direction[2]),
        positions_mm=where.positions_mm,
        interval=separate,
    )


def _span(used: Any, margin: int, step: int) -> tuple[int, int]:
    """Give first voxel and count, the count a multiple of the step."""
    places = np.flatnonzero(used)
    first = max(0, int(places[0]) - margin)
    count = min(used.size, int(places[-1]) + margin + 1) - first
    return first, max(step, count - count % step)
