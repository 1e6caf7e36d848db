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
    seen
        The same, but 0 where no slice was scanned; in a whole volume `share` itself.
    lift_mm
        (planes,): how far above its plane of cubes lies what `detail` shows there; 0 in a whole volume [mm].
    known
        Part of the planes that show detail, 0 to 1.
    origin_mm, cube_mm
        Of the lattice.
    """

    detail: FloatArray
    soft: FloatArray
    share: FloatArray
    seen: FloatArray
    lift_mm: FloatArray
    known: float
    origin_mm: Vector
    cube_mm: float


def find_features(image: LungImage, nearby_mm: float, *, flat: bool = False) -> Features:
    """Find what can be matched.

    Parameters
    ----------
    nearby_mm
        Standard deviation of the Gaussian that weighs what is nearby [mm].
    flat
        True to look nearby within each slice alone, as is all that can be done for a partner of separate slices.
    """
    width = nearby_mm / image.cube_mm
    soft = blurred(image.share, (width, width, width))
    detail = detail_of(image.density, image.share, (0.0, width, width)) if flat else None
    return Features(
        detail=detail_of(image.density, image.share, (width, width, width), soft)
        if detail is None
        else detail,
        soft=soft,
        share=image.share,
        seen=image.share,
        lift_mm=np.zeros(len(soft), dtype=np.float32),
        known=1.0,
        origin_mm=image.origin_mm,
        cube_mm=image.cube_mm,
    )


def detail_of(
    density: FloatArray, share: FloatArray, widths: tuple[float, float, float], soft: FloatArray | None = None
) -> FloatArray:
    """Tell density from its surroundings, in spreads; 0 outside the lung.

    Parameters
    ----------
    widths
        Standard deviation of what is nearby along each axis, in cubes.
    soft
        The share blurred by them, where it is known already.
    """
    weight = 1.0 / np.maximum(blurred(share, widths) if soft is None else soft, np.float32(1e-3))
    mass = density * share
    mean = blurred(mass, widths) * weight
    spread = np.maximum(blurred(density * mass, widths) * weight - mean * mean, 0.0)
    detail = (density - mean) / np.sqrt(spread + np.float32(NOISE**2))
    detail[share < MOSTLY_LUNG] = 0.0
    return np.asarray(detail, dtype=np.float32)


def blurred(values: FloatArray, widths: tuple[float, float, float]) -> FloatArray:
    """Blur by a Gaussian, as if there were nothing beyond the lattice."""
    found: FloatArray = ndimage.gaussian_filter(values, widths, truncate=3.0, mode="constant")
    return found
