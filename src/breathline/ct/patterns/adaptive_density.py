"""Patterns by density above this patient's own normal lung, once vessels and edges are set aside.

A block of lung is compared with the normal lung of the same patient at the same height above the couch, so
that a shallow breath or the pull of gravity is not called disease. Ground-glass is a region whose lung
*between* the vessels is denser; a vessel, the pleura and the diaphragm's edge, dense for other reasons,
are not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline import __version__
from breathline.ct.coarse import Mask
from breathline.ct.patterns.method import Counts, PatternMap, border_shares, shares
from breathline.ct.patterns.normal import Normal, find_normal
from breathline.ct.patterns.parenchyma import SOLID_HU, Parenchyma, read_parenchyma, spread_labels
from breathline.ct.patterns.texture import find_uneven
from breathline.model.volume import PATTERN_CODES, LabelMap, Step, Volume

VESSEL_EXCESS_HU = 200.0
"""Excess of a block over the lung around, from which a vessel runs through it [HU]."""
VESSEL_VOXEL_HU = 400.0
"""Excess of a single voxel, from which it is vessel: nearly half-way from lung to blood [HU]."""
EMPHYSEMA_HU = -950
MAJORITY_MM = 3.0
"""Half the width of the window in which most of the lung must be hazy [mm]."""
BORDER_RANGE = (0.9, 1.3)
"""The border of haze is placed at half its height, within these multiples of the excess that found it."""
BORDER_MM = 6.0
"""How far from where haze was found its border may lie [mm]."""
SHIFT_HU = 20.0
"""By how much the placing of the ground-glass threshold is uncertain, either way [HU]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Where the borders between patterns are placed.

    Parameters
    ----------
    ground_glass
        Excess of the lung between vessels over normal lung [HU].
    smallest_ml
        Smallest region called abnormal: about a secondary lobule [mL].
    core_mm
        A region must reach this deep from the pleura and from large vessels somewhere [mm].
    """

    ground_glass: float = 100.0
    spreads: float = 2.5
    smallest_ml: float = 0.5
    core_mm: float = 4.0


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
    depth = _depth(lung & ~wide, parenchyma)
    return Shapes(solid=solid, consolidation=consolidation, depth=depth)


class AdaptiveDensity:
    """Ground-glass, consolidation and emphysema relative to the patient's own normal lung."""

    name = "adaptive_density"

    def classify(self, volume: Volume, lungs: LabelMap) -> PatternMap:
        """Give every voxel of the lungs one pattern."""
        parenchyma = read_parenchyma(volume, lungs)
        normal = find_normal(parenchyma)
        limits = Thresholds()
        shapes = find_shapes(parenchyma)
        blocks = label_blocks(parenchyma, shapes, normal, limits)
        labels = spread_labels(blocks, parenchyma, volume.hu, lungs.labels, VESSEL_VOXEL_HU)
        step = Step(
            name="classify_patterns",
            parameters={
                "method": self.name,
                "normal_hu": round(normal.mode, 1),
                "normal_spread_hu": round(normal.spread, 1),
                "gravity_hu_per_row": round(normal.slope, 3),
                "ground_glass_excess_hu": round(excess_wanted(normal, limits), 1),
                "shift_hu": SHIFT_HU,
            },
            version=__version__,
        )
        shifted = tuple(
            shares(label_blocks(parenchyma, shapes, normal, limits, shift=shift), parenchyma.side)
            for shift in (SHIFT_HU, -SHIFT_HU)
        )
        found = LabelMap(
            labels=labels, geometry=volume.geometry, names=PATTERN_CODES, method=self.name, steps=(step,)
        )
        return PatternMap(
            labels=found,
            # The other labels keep their tissue out of ground-glass. Their own extents miss the phantom's truth
            # (see docs/validation.md), so they are drawn on the map and not reported as numbers.
            measured=frozenset({"ground_glass"}),
            shifted=(shares(blocks, parenchyma.side), *shifted),
            doubtful=_doubtful_shares(blocks, find_uneven(volume, lungs, parenchyma), parenchyma),
            borders=border_shares(blocks, parenchyma.side, separate=parenchyma.separate),
        )


def _doubtful_shares(blocks: NDArray[np.uint8], uneven: Mask, parenchyma: Parenchyma) -> Counts:
    """Shares of hazy blocks that are as uneven as reticulation, which this method cannot tell from haze."""
    hazy = PATTERN_CODES["ground_glass"]
    doubted = np.where(uneven & (blocks == hazy), hazy, 0).astype(np.uint8)
    return shares(doubted, parenchyma.side)


def excess_wanted(normal: Normal, limits: Thresholds) -> float:
    """Excess over normal lung from which lung between vessels is called ground-glass [HU]."""
    return max(limits.ground_glass, limits.spreads * normal.spread)


def label_blocks(
    parenchyma: Parenchyma, shapes: Shapes, normal: Normal, limits: Thresholds, *, shift: float = 0.0
) -> NDArray[np.uint8]:
    """Give every block of lung one pattern; `shift` moves the ground-glass threshold [HU]."""
    lung = parenchyma.side > 0
    expected = normal.at(lung.shape[1])
    excess = parenchyma.background - expected
    ground_glass = _ground_glass(excess, parenchyma, shapes, excess_wanted(normal, limits), shift, limits)
    vessel = lung & (
        parenchyma.hu - np.maximum(parenchyma.background, expected) > VESSEL_EXCESS_HU + 2.0 * shift
    )
    blocks = np.where(lung, PATTERN_CODES["normal"], 0).astype(np.uint8)
    # After a full breath all lung may be near -950: emphysema is darker than the patient's own normal.
    darkest = min(EMPHYSEMA_HU, normal.mode - 2.0 * normal.spread)
    blocks[lung & (parenchyma.background < darkest)] = PATTERN_CODES["emphysema"]
    blocks[ground_glass] = PATTERN_CODES["ground_glass"]
    blocks[vessel | shapes.solid] = PATTERN_CODES["vessel"]
    blocks[shapes.consolidation] = PATTERN_CODES["consolidation"]
    return blocks


def _ground_glass(
    excess: NDArray[np.float32],
    parenchyma: Parenchyma,
    shapes: Shapes,
    wanted: float,
    shift: float,
    limits: Thresholds,
) -> Mask:
    """Find haze by its excess, then draw its border at half of what the excess is inside it."""
    lung = parenchyma.side > 0
    core = shapes.depth > limits.core_mm

    def regions(hazy: Mask) -> Mask:
        return _regions(_majority(hazy, lung, parenchyma), core, parenchyma, limits.smallest_ml)

    first = regions(lung & ~shapes.solid & (excess > wanted + shift))
    if not first.any():
        return first
    half = 0.5 * float(np.median(excess[first]))
    low, high = BORDER_RANGE
    border = min(max(half, low * wanted), high * wanted) + shift
    near = ndimage.distance_transform_edt(~first, sampling=_sampling(parenchyma)) <= BORDER_MM
    return regions(lung & ~shapes.solid & (excess > border) & near)


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


def _sampling(parenchyma: Parenchyma) -> tuple[float, float, float]:
    """Spacing for distances; slices that are apart count as far away."""
    dz, dy, dx = parenchyma.spacing_mm
    return (1e4 if parenchyma.separate else dz, dy, dx)


def _depth(mask: Mask, parenchyma: Parenchyma) -> NDArray[np.float32]:
    """Distance of each block of a mask to what is not in it [mm]."""
    padded = np.pad(mask, 1)
    found = ndimage.distance_transform_edt(padded, sampling=_sampling(parenchyma))
    return np.asarray(found[1:-1, 1:-1, 1:-1], dtype=np.float32)


def _opened(mask: Mask, radius_mm: float, parenchyma: Parenchyma) -> Mask:
    """Remove what is narrower than twice `radius_mm`."""
    if not mask.any():
        return mask
    core = _depth(mask, parenchyma) > radius_mm
    if not core.any():
        return core
    back = ndimage.distance_transform_edt(~core, sampling=_sampling(parenchyma))
    return np.asarray(mask & (back <= radius_mm))


def _majority(mask: Mask, lung: Mask, parenchyma: Parenchyma) -> Mask:
    """Give each block what most of the lung around it is: specks go, and holes that noise made are filled."""
    size = (
        1 if parenchyma.separate else 3,
        *(2 * round(MAJORITY_MM / step) + 1 for step in parenchyma.spacing_mm[1:]),
    )
    ill = ndimage.uniform_filter((mask & lung).astype(np.float32), size)
    all_lung = ndimage.uniform_filter(lung.astype(np.float32), size)
    return np.asarray(lung & ~(parenchyma.hu > SOLID_HU) & (ill > 0.5 * all_lung))


def _regions(mask: Mask, core: Mask, parenchyma: Parenchyma, smallest_ml: float) -> Mask:
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
