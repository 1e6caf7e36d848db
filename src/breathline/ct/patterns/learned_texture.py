"""Patterns by density, texture, curvature and depth together, weighed by small networks derived on phantoms.

Each block of lung is described by features relative to the patient's own normal lung and the scan's own noise
(`features`), a network says how likely each pattern is (`network`), a second one says it again knowing what the
first said of the surroundings (`context`), and likelihoods of neighbours are pooled. Haze that stands out from
the patient's normal lung (`haze`) is ground-glass even where the networks doubt it; regions too small or too
shallow to be more than the edge of a vessel or of the heart are let go.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breathline import __version__
from breathline.ct.coarse import Mask
from breathline.ct.patterns.context import pooled, read_context
from breathline.ct.patterns.features import Floats, read_features
from breathline.ct.patterns.haze import find_haze
from breathline.ct.patterns.method import INTERSTITIAL, Band, PatternMap, shares
from breathline.ct.patterns.network import CLASSES, Networks, shipped_networks
from breathline.ct.patterns.normal import Normal, find_normal
from breathline.ct.patterns.parenchyma import Parenchyma, read_parenchyma, spread_labels
from breathline.ct.patterns.shapes import Shapes, depth_of, find_shapes, large_regions
from breathline.model.volume import PATTERN_CODES, LabelMap, Step, Volume

TISSUE = CLASSES[:6]
"""What a block between vessels and airways can be."""
POOL_MM = 2.5
"""Half width of the window in which likelihoods are pooled: less than a lobule [mm]."""
EMPHYSEMA_HU = -950
DARK_NORMAL_HU = -915.0
"""Darker normal lung than on any phantom of the derivation: after a very full breath [HU]."""
SMALLEST_ML = 0.5
"""Smallest region called abnormal: about a secondary lobule [mL]."""
CORE_MM = 4.0
"""A region must reach this deep from the pleura and from large vessels somewhere [mm]."""
VESSEL_VOXEL_HU = 400.0
"""Excess of a single voxel, from which it is vessel: nearly half-way from lung to blood [HU]."""
BAND = 0.2
"""How far from one half the likelihood of a pattern may lie for the block to be in doubt."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Likelihoods:
    """How likely each block is each of `TISSUE`, and tube (vessel or airway): 0 outside the lungs.

    Parameters
    ----------
    tissue
        (patterns, slices, rows, columns), adding up to 1 in the lungs; vessels and airways set aside.
    vessel, airway
        (slices, rows, columns).
    """

    tissue: Floats
    vessel: Floats
    airway: Floats


class LearnedTexture:
    """Normal lung, ground-glass, reticulation, honeycombing, consolidation and emphysema by a small network."""

    name = "learned_texture"

    def __init__(self, networks: Networks | None = None) -> None:
        self._networks = networks

    def classify(self, volume: Volume, lungs: LabelMap) -> PatternMap:
        """Give every voxel of the lungs one pattern."""
        parenchyma = read_parenchyma(volume, lungs)
        normal, shapes = find_normal(parenchyma), find_shapes(parenchyma)
        found = self.likelihoods(volume, lungs, parenchyma, normal, shapes)
        hazy = find_haze(parenchyma, shapes, normal, smallest_ml=SMALLEST_ML, core_mm=CORE_MM)
        blocks = label_blocks(found, hazy, parenchyma, shapes)
        labels = spread_labels(blocks, parenchyma, volume.hu, lungs.labels, VESSEL_VOXEL_HU)
        step = Step(
            name="classify_patterns",
            parameters={
                "method": self.name,
                "normal_hu": round(normal.mode, 1),
                "normal_spread_hu": round(normal.spread, 1),
                "gravity_hu_per_row": round(normal.slope, 3),
                "pool_mm": POOL_MM,
                "smallest_ml": SMALLEST_ML,
            },
            version=__version__,
        )
        drawn = LabelMap(
            labels=labels, geometry=volume.geometry, names=PATTERN_CODES, method=self.name, steps=(step,)
        )
        return PatternMap(
            labels=drawn,
            measured=frozenset((*TISSUE[1:], "vessel")),
            bands=_bands(found, blocks, parenchyma),
        )

    def likelihoods(
        self, volume: Volume, lungs: LabelMap, parenchyma: Parenchyma, normal: Normal, shapes: Shapes
    ) -> Likelihoods:
        """Ask the networks about every block and pool what they say of neighbours."""
        networks = self._networks or shipped_networks()
        lung = parenchyma.side > 0
        depth = depth_of(lung, parenchyma)
        features = read_features(volume, lungs, parenchyma, normal, (depth, shapes.depth))
        said = networks.first.probabilities(features.table)
        context = read_context(said, lung, parenchyma.spacing_mm, separate=parenchyma.separate)
        said = networks.second.probabilities(np.concatenate([features.table, context], axis=1))
        if normal.mode < DARK_NORMAL_HU:  # all lung is near -950: only what is darker can have lost its walls
            darkest = min(EMPHYSEMA_HU, normal.mode - 2.0 * normal.spread)
            said[parenchyma.background[lung] >= darkest, CLASSES.index("emphysema")] = 0.0
        return _pooled(said, lung, parenchyma)


def _pooled(said: Floats, lung: Mask, parenchyma: Parenchyma) -> Likelihoods:
    """Pool likelihoods of tissue over neighbours, vessels and airways aside."""
    count = len(TISSUE)
    tissue = pooled(said[:, :count], lung, parenchyma.spacing_mm, POOL_MM, separate=parenchyma.separate)
    tissue /= np.maximum(tissue.sum(axis=0), 1e-6)
    tubes = np.zeros((2, *lung.shape), np.float32)
    for number, name in enumerate(("vessel", "airway")):
        tubes[number][lung] = said[:, CLASSES.index(name)]
    return Likelihoods(tissue=tissue, vessel=tubes[0], airway=tubes[1])


def label_blocks(found: Likelihoods, hazy: Mask, parenchyma: Parenchyma, shapes: Shapes) -> NDArray[np.uint8]:
    """Give every block of lung one pattern, vessel or airway."""
    lung = parenchyma.side > 0
    blocks = np.where(lung, found.tissue.argmax(axis=0) + 1, 0).astype(np.uint8)
    blocks[hazy & (blocks == PATTERN_CODES["normal"])] = PATTERN_CODES["ground_glass"]
    codes = [PATTERN_CODES[name] for name in INTERSTITIAL]
    ill = np.isin(blocks, codes)
    core = shapes.depth > CORE_MM
    blocks[ill & ~large_regions(ill, core, parenchyma, SMALLEST_ML)] = PATTERN_CODES["normal"]
    tube = lung & (found.vessel + found.airway > 0.5)
    blocks[tube] = np.where(found.vessel >= found.airway, PATTERN_CODES["vessel"], PATTERN_CODES["airway"])[
        tube
    ]
    return blocks


def _bands(
    found: Likelihoods, blocks: NDArray[np.uint8], parenchyma: Parenchyma
) -> dict[frozenset[str], Band]:
    """Shares of blocks that may leave or join each pattern, and all interstitial patterns together."""
    groups = [frozenset({name}) for name in TISSUE[1:]]
    groups += [frozenset(INTERSTITIAL), frozenset({"reticulation", "honeycombing"})]
    bands = {}
    tube = np.isin(blocks, (PATTERN_CODES["vessel"], PATTERN_CODES["airway"]))
    for group in groups:
        rows = [TISSUE.index(name) for name in group]
        inside = np.isin(blocks, [PATTERN_CODES[name] for name in group])
        likely = found.tissue[rows].sum(axis=0)
        may_leave = inside & (likely < 0.5 + BAND)
        may_join = ~inside & ~tube & (likely > 0.5 - BAND)
        bands[group] = Band(
            leave=shares(_as_code(may_leave, parenchyma), parenchyma.side)[:, 1],
            join=shares(_as_code(may_join, parenchyma), parenchyma.side)[:, 1],
        )
    return bands


def _as_code(mask: Mask, parenchyma: Parenchyma) -> NDArray[np.uint8]:
    return np.where(mask & (parenchyma.side > 0), 1, 0).astype(np.uint8)
