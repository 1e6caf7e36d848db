"""Two lungs full of vessels as a formula, so that a moved scan is drawn anew and nothing is interpolated."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from breathline.ct.measure import MeasuredScan
from breathline.ct.patterns.method import PatternMap
from breathline.ct.quantify import quantify
from breathline.model.volume import (
    LUNG_CODES,
    PATTERN_CODES,
    Geometry,
    LabelMap,
    ScanMeasurement,
    Volume,
)

Places = NDArray[np.float64]
"""(…, 3): x, y, z [mm]."""
Motion = Callable[[Places], Places]
"""From a place of the follow-up to the place of the baseline whose tissue is there."""

CENTRES_MM = {1: np.array([-46.0, 0.0, 0.0]), 2: np.array([46.0, 0.0, 0.0])}
RADII_MM = np.array([33.0, 42.0, 46.0])
SPACING_MM = (3.0, 2.0, 2.0)
SHAPE = (44, 56, 92)
ORIGIN_MM = (-91.0, -55.0, -64.5)
HAZE_MM = (46.0, 0.0, -14.0)
"""Centre of a ball of haze in the left lung, below its middle [mm]."""


def still(places: Places) -> Places:
    return places


def shifted(by: Places) -> Motion:
    return lambda places: places - by


@lru_cache(maxsize=16)
def scan(
    motion: Motion = still,
    *,
    seed: int = 1,
    haze: tuple[float, float, float] | None = None,
    squeeze: float = 1.0,
    day: int = 0,
) -> tuple[Volume, LabelMap]:
    """Draw a scan of the lungs, and where they are; nothing may be changed in it, another test may have it too.

    Parameters
    ----------
    seed
        The patient.
    haze
        Centre of a ball of ground-glass 14 mm wide, in the baseline [mm].
    squeeze
        How much denser than in the baseline the lung is.
    day
        Decides the noise.
    """
    geometry = Geometry(shape=SHAPE, spacing_mm=SPACING_MM, origin_mm=ORIGIN_MM)
    z, y, x = np.indices(SHAPE, dtype=np.float64)
    steps = np.array(SPACING_MM)[::-1]
    tissue = motion(np.stack([x, y, z], axis=-1) * steps + np.array(ORIGIN_MM))
    labels = np.zeros(SHAPE, dtype=np.uint8)
    for code, centre in CENTRES_MM.items():
        labels[(((tissue - centre) / RADII_MM) ** 2).sum(axis=-1) < 1.0] = code
    density = np.full(SHAPE, 1.04)
    inside = labels > 0
    density[inside] = _lung(tissue[inside], seed, haze) * squeeze
    random = np.random.default_rng([seed, day])
    hu = 1000.0 * (density - 1.0) + random.normal(0.0, 15.0, SHAPE)
    volume = Volume(hu=np.rint(hu).astype(np.int16), geometry=geometry)
    return volume, LabelMap(labels=labels, geometry=geometry, names=LUNG_CODES)


def _lung(tissue: Places, seed: int, haze: tuple[float, float, float] | None) -> NDArray[np.float64]:
    """Give the density at places: straight vessels, thick and thin, in normal lung [g/mL]."""
    random = np.random.default_rng([seed, 3])
    density = np.full(len(tissue), 0.14)
    for code, centre in CENTRES_MM.items():
        near = np.abs(tissue[:, 0] - centre[0]) < RADII_MM[0] + 20.0
        for _ in range(70):
            point = centre + random.uniform(-1, 1, 3) * RADII_MM
            along = random.standard_normal(3)
            along /= np.linalg.norm(along)
            half, radius = random.uniform(6, 22), random.uniform(1.2, 2.8)
            way = tissue[near] - point
            reach = np.clip(way @ along, -half, half)
            apart = ((way - reach[:, None] * along) ** 2).sum(axis=1)
            density[near] += 0.75 * np.exp(-apart / (2 * radius**2)) * (1 if code else 0)
    density = np.minimum(density, 1.05)
    if haze is not None:
        apart = ((tissue - np.array(haze)) ** 2).sum(axis=1)
        density += 0.25 * (apart < 14.0**2) * (density < 0.6)
    return density


def measured(volume: Volume, lungs: LabelMap, *, grown: float = 1.0) -> MeasuredScan:
    """Measure a scan whose haze, at `HAZE_MM`, is labelled where it was drawn; its lungs grew to a length."""
    z, y, x = np.indices(SHAPE, dtype=np.float64)
    places = np.stack([x, y, z], axis=-1) * np.array(SPACING_MM)[::-1] + np.array(ORIGIN_MM)
    ball = ((places / grown - np.array(HAZE_MM)) ** 2).sum(axis=-1) < 14.0**2
    labels = np.where(lungs.labels > 0, np.where(ball, 2, 1), 0).astype(np.uint8)
    patterns = LabelMap(labels=labels, geometry=volume.geometry, names=PATTERN_CODES, method="drawn")
    told = PatternMap(labels=patterns, measured=frozenset(PATTERN_CODES) - {"normal"})
    measurements, _ = quantify(volume, lungs, told)
    result = ScanMeasurement(
        scan={}, quality=(), labels=PATTERN_CODES, measurements=measurements, steps=(), version=""
    )
    return MeasuredScan(volume=volume, lungs=lungs, patterns=patterns, result=result)
