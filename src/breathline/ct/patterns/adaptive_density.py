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
from breathline.ct.patterns.shapes import Shapes, find_shapes, large_regions, sampling_of
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
        return large_regions(_majority(hazy, lung, parenchyma), core, parenchyma, limits.smallest_ml)

    first = regions(lung & ~shapes.solid & (excess > wanted + shift))
    if not first.any():
        return first
    half = 0.5 * float(np.median(excess[first]))
    low, high = BORDER_RANGE
    border = min(max(half, low * wanted), high * wanted) + shift
    near = ndimage.distance_transform_edt(~first, sampling=sampling_of(parenchyma)) <= BORDER_MM
    return regions(lung & ~shapes.solid & (excess > border) & near)


def _majority(mask: Mask, lung: Mask, parenchyma: Parenchyma) -> Mask:
    """Give each block what most of the lung around it is: specks go, and holes that noise made are filled."""
    size = (
        1 if parenchyma.separate else 3,
        *(2 * round(MAJORITY_MM / step) + 1 for step in parenchyma.spacing_mm[1:]),
    )
    ill = ndimage.uniform_filter((mask & lung).astype(np.float32), size)
    all_lung = ndimage.uniform_filter(lung.astype(np.float32), size)
    return np.asarray(lung & ~(parenchyma.hu > SOLID_HU) & (ill > 0.5 * all_lung))
