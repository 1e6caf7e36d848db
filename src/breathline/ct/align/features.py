"""What is matched: how a place of the lung differs from its surroundings, and where the lung ends.

Vessels, bronchi and fissures differ from the few millimetres around them, whatever the breath and the haze: a change
of density over a wider place, as ground-glass that clears or a deeper breath make it, leaves their pattern alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from breathline.ct.align.lattice import FloatArray, LungImage, Vector

NOISE = 0.02
"""Differences of density of this size count half: what is smaller is mostly noise [g/mL]."""
MOSTLY_LUNG = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """What is matched, on the cubes of one lung.

    Parameters
    ----------
    detail
        Density less its mean nearby, over its spread nearby; 0 outside the lung.
    soft
        The lung's outline, blurred: 1 deep inside, 0 far outside, 0.5 at the pleura.
    share
        Share of each cube that is lung.
    origin_mm, cube_mm
        Of the lattice.
    """

    detail: FloatArray
    soft: FloatArray
    share: FloatArray
    origin_mm: Vector
    cube_mm: float


def find_features(image: LungImage, nearby_mm: float) -> Features:
    """Find what can be matched.

    Parameters
    ----------
    nearby_mm
        Standard deviation of the Gaussian that weighs what is nearby [mm].
    """
    width = nearby_mm / image.cube_mm
    soft = _blurred(image.share, width)
    weight = 1.0 / np.maximum(soft, np.float32(1e-3))
    mass = image.density * image.share
    mean = _blurred(mass, width) * weight
    spread = np.maximum(_blurred(image.density * mass, width) * weight - mean * mean, 0.0)
    detail = (image.density - mean) / np.sqrt(spread + np.float32(NOISE**2))
    detail[image.share < MOSTLY_LUNG] = 0.0
    return Features(
        detail=np.asarray(detail, dtype=np.float32),
        soft=soft,
        share=image.share,
        origin_mm=image.origin_mm,
        cube_mm=image.cube_mm,
    )


def _blurred(values: FloatArray, width: float) -> FloatArray:
    found: FloatArray = ndimage.gaussian_filter(values, width, truncate=3.0, mode="constant")
    return found
