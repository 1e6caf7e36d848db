"""Shapes in the lungs that no texture tells: solid pieces, how deep a block lies, and whole regions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.coarse import Mask
from breathline.ct.patterns.parenchyma import SOLID_HU, Parenchyma


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shapes:
    """What does not depend on where thresholds of haze lie.

    Parameters
    ----------
    solid
        Blocks without air: vessels, walls, consolidation.
    depth
        Distance to the pleura or to a vessel wider than 6 mm, whichever is nearer [mm].
    """

    solid: Mask
    consolidation: Mask
    depth: NDArray[np.float32]


def find_shapes(parenchyma: Parenchyma) -> Shapes:
    """Find solid lung, and how far the rest lies from pleura and large vessels."""
    lung = parenchyma.side > 0
    solid = lung & (parenchyma.hu > SOLID_HU)
    consolidation = _consolidation(solid, parenchyma)
    wide = _opened(solid & ~consolidation, 3.0, parenchyma)
    depth = depth_of(lung & ~wide, parenchyma)
    return Shapes(solid=solid, consolidation=consolidation, depth=depth)


def _consolidation(solid: Mask, parenchyma: Parenchyma) -> Mask:
    """Solid lung too thick for a vessel of its place: hilar vessels are wide, peripheral ones are not."""
    thick = _opened(solid, 4.0, parenchyma)
    away = _from_hilum(parenchyma) > 45.0
    pieces, count = ndimage.label(thick)
    if not count:
        return thick
    numbers = np.arange(1, count + 1)
    volume = ndimage.sum_labels(thick, pieces, numbers) * parenchyma.block_ml
    outside = ndimage.mean(away, pieces, numbers)
    keep = np.zeros(count + 1, dtype=bool)
    keep[1:] = (volume > 0.3) & ((outside > 0.5) | (volume > 25.0))
    return np.asarray(keep[pieces])


def _from_hilum(parenchyma: Parenchyma) -> NDArray[np.float32]:
    """Distance from the nearer hilum, taken as the inner edge of the lung a little above mid-height [mm]."""
    side = parenchyma.side
    dz, dy, dx = parenchyma.spacing_mm
    far = np.full(side.shape, 1e3, dtype=np.float32)
    z, y, x = np.ogrid[: side.shape[0], : side.shape[1], : side.shape[2]]
    for number in (1, 2):
        mine = side == number
        layers = np.flatnonzero(mine.any(axis=(1, 2)))
        if not layers.size:
            continue
        height = round(layers[0] + 0.55 * (layers[-1] - layers[0]))
        rows, columns = np.nonzero(mine[height])
        if not rows.size:
            continue
        inner = float(np.percentile(columns, 95 if number == 1 else 5))
        middle = float(np.median(rows))
        distance = np.sqrt(
            ((z - height) * dz * 0.7) ** 2 + ((y - middle) * dy) ** 2 + ((x - inner) * dx) ** 2
        )
        far = np.where(mine, distance, far)
    return far.astype(np.float32)


def sampling_of(parenchyma: Parenchyma) -> tuple[float, float, float]:
    """Spacing for distances; slices that are apart count as far away."""
    dz, dy, dx = parenchyma.spacing_mm
    return (1e4 if parenchyma.separate else dz, dy, dx)


def depth_of(mask: Mask, parenchyma: Parenchyma) -> NDArray[np.float32]:
    """Distance of each block of a mask to what is not in it [mm]."""
    padded = np.pad(mask, 1)
    found = ndimage.distance_transform_edt(padded, sampling=sampling_of(parenchyma))
    return np.asarray(found[1:-1, 1:-1, 1:-1], dtype=np.float32)


def _opened(mask: Mask, radius_mm: float, parenchyma: Parenchyma) -> Mask:
    """Remove what is narrower than twice `radius_mm`."""
    if not mask.any():
        return mask
    core = depth_of(mask, parenchyma) > radius_mm
    if not core.any():
        return core
    back = ndimage.distance_transform_edt(~core, sampling=sampling_of(parenchyma))
    return np.asarray(mask & (back <= radius_mm))


def large_regions(mask: Mask, core: Mask, parenchyma: Parenchyma, smallest_ml: float) -> Mask:
    """Keep regions that are large enough and reach a core."""
    pieces, count = ndimage.label(mask)
    if not count:
        return mask
    numbers = np.arange(1, count + 1)
    volume = ndimage.sum_labels(mask, pieces, numbers) * parenchyma.block_ml
    reaches = ndimage.maximum(core, pieces, numbers)
    keep = np.zeros(count + 1, dtype=bool)
    keep[1:] = (volume >= smallest_ml) & np.asarray(reaches, dtype=bool)
    return np.asarray(keep[pieces])
