"""The trachea as a gauge: air of known density, and a shape that tells breathing in from breathing out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.anatomy import Seen
from breathline.model.volume import Volume

WALL_MM = 3.0
"""Air nearer to the wall than this is blurred with it by any kernel [mm]."""
EDGE_HU = -500


@dataclass(frozen=True, slots=True, kw_only=True)
class Trachea:
    """What the trachea shows, medians over its slices.

    Parameters
    ----------
    air_hu, noise_hu
        Mean and standard deviation of the air in its middle [HU].
    area_mm2
        Area of the lumen [mm²].
    width_to_depth
        Width across divided by depth from front to back.
    bow_mm
        How far the back wall bows into the lumen [mm]; below 0 it bows outwards, as in a deep breath in.
    """

    air_hu: float
    noise_hu: float
    area_mm2: float
    width_to_depth: float
    bow_mm: float


def measure_trachea(volume: Volume, seen: Seen) -> Trachea | None:
    """Measure the trachea in slices of its middle part; None if it is not seen."""
    middles = [_full_place(seen, spot) for spot in seen.trachea]
    if len(middles) < 3:
        return None
    chosen = middles[len(middles) // 4 : max(len(middles) // 4 + 3, 3 * len(middles) // 4)]
    chosen = chosen[:: max(1, len(chosen) // 8)]
    found = [item for item in (_lumen(volume, *place) for place in chosen) if item is not None]
    if len(found) < 3:
        return None
    air, noise, area, ratio, bow = (float(item) for item in np.median(np.array(found), axis=0))
    return Trachea(air_hu=air, noise_hu=noise, area_mm2=area, width_to_depth=ratio, bow_mm=bow)


def _full_place(seen: Seen, spot: tuple[int, float, float]) -> tuple[int, int, int]:
    layer, y, x = spot
    rows, columns = seen.pick[1], seen.pick[2]
    return (
        int(seen.pick[0][layer]),
        int(np.interp(y - 0.5, np.arange(rows.size), rows)),
        int(np.interp(x - 0.5, np.arange(columns.size), columns)),
    )


def _lumen(volume: Volume, layer: int, y: int, x: int) -> tuple[float, float, float, float, float] | None:
    _, dy, dx = volume.geometry.spacing_mm
    reach = (round(22.0 / dy), round(22.0 / dx))
    rows = slice(max(0, y - reach[0]), y + reach[0] + 1)
    columns = slice(max(0, x - reach[1]), x + reach[1] + 1)
    hu = volume.hu[layer, rows, columns]
    labels, _ = ndimage.label(ndimage.median_filter(hu, 3) < EDGE_HU)
    here = labels[min(y - rows.start, hu.shape[0] - 1), min(x - columns.start, hu.shape[1] - 1)]
    if not here:
        return None
    lumen = labels == here
    deep = ndimage.distance_transform_edt(lumen, (dy, dx)) > WALL_MM
    area = float(lumen.sum()) * dy * dx
    touches = lumen[[0, -1]].any() or lumen[:, [0, -1]].any()
    if touches or not 60.0 <= area <= 700.0 or deep.sum() < 4:
        return None
    used_rows, used_columns = np.flatnonzero(lumen.any(axis=1)), np.flatnonzero(lumen.any(axis=0))
    width, depth = used_columns.size * dx, used_rows.size * dy
    air = hu[deep].astype(np.float64)
    return float(air.mean()), float(air.std()), area, width / depth, _bow(lumen, used_columns) * dy


def _bow(lumen: NDArray[np.bool_], columns: NDArray[np.int64]) -> float:
    """How far the middle of the back wall lies in front of the line between its corners [voxels]."""
    backs = lumen.shape[0] - 1 - np.flip(lumen, 0).argmax(axis=0)[columns].astype(float)
    count = columns.size
    if count < 8:
        return 0.0
    corners = max(backs[: count // 3].max(), 0.0), max(backs[-(count // 3) :].max(), 0.0)
    middle = backs[2 * count // 5 : max(2 * count // 5 + 1, 3 * count // 5)].mean()
    return float(0.5 * (corners[0] + corners[1]) - middle)
