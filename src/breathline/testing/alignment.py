"""The contract of a method that lays two scans on each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from breathline.ct.align import Alignment, displacement_in_slice
from breathline.model.volume import LUNG_CODES, Geometry, LabelMap, Volume
from breathline.testing.contract import Findings

AlignmentMethod = Callable[[Volume, LabelMap, Volume, LabelMap], Alignment]

SHAPE = (36, 48, 84)
SPACING_MM = (3.0, 2.0, 2.0)
SHIFT_MM = (4.0, -6.0, 9.0)
"""Whole voxels of the scan, so that the shifted scan is the same numbers (x, y, z)."""
CLOSE_MM = 0.3


def check_alignment(align: AlignmentMethod) -> None:
    """Check a method on small lungs full of spots whose motion is known.

    The same scan twice does not move; a shift is found; exchanging the scans turns it round; nothing is said outside
    the lungs; nothing folds; the same input gives the same output.

    Raises
    ------
    ContractError
        Naming everything that does not hold.
    """
    found = Findings("The alignment")
    volume, lungs = _chest()
    inside = lungs.labels > 0
    still = _field(align(volume, lungs, volume, lungs))
    found.expect(bool(np.abs(still).max() < CLOSE_MM), "the same scan twice moves")
    moved = _shifted(volume, lungs)
    alignment = align(volume, lungs, *moved)
    there = _field(alignment)
    apart = np.linalg.norm(there - np.array(SHIFT_MM), axis=-1)[inside].mean()
    found.expect(bool(apart < CLOSE_MM), f"a shift is missed by {apart:.1f} mm on average")
    found.expect(not bool(np.any(there[~inside])), "something moves outside the lungs")
    back = _field(align(*moved, volume, lungs))[moved[1].labels > 0].mean(axis=0)
    found.expect(
        bool(np.abs(back + SHIFT_MM).max() < CLOSE_MM), "exchanging the scans does not turn it round"
    )
    least = min(lung.quality.least_jacobian for lung in alignment.lungs)
    found.expect(least > 0, "the lung folds")
    again = _field(align(volume, lungs, *moved))
    found.expect(bool(np.array_equal(there, again)), "the same input gives another output")
    found.finish()


def _field(alignment: Alignment) -> NDArray[np.float32]:
    slices = range(alignment.baseline_lungs.labels.shape[0])
    return np.stack([displacement_in_slice(alignment, number) for number in slices])


def _chest() -> tuple[Volume, LabelMap]:
    """Make two ellipsoid lungs with dense spots at random places in a body of soft tissue."""
    random = np.random.default_rng(8)
    places = np.moveaxis(np.array(np.indices(SHAPE)), 0, -1) * np.array(SPACING_MM)
    middle = (np.array(SHAPE) - 1) * np.array(SPACING_MM) / 2.0
    labels = np.zeros(SHAPE, dtype=np.uint8)
    density = np.full(SHAPE, 1.04)
    for name, side in (("right_lung", -1.0), ("left_lung", 1.0)):
        centre, radii = middle + np.array([0.0, 0.0, 40.0 * side]), np.array([38.0, 34.0, 30.0])
        lung = (((places - centre) / radii) ** 2).sum(axis=-1) < 1.0
        labels[lung] = LUNG_CODES[name]
        tissue = np.full(SHAPE, 0.14)
        for _ in range(120):
            spot = centre + random.uniform(-1, 1, 3) * radii
            apart = ((places - spot) ** 2).sum(axis=-1)
            tissue += 0.7 * np.exp(-apart / (2 * random.uniform(2.5, 4.0) ** 2))
        density[lung] = np.minimum(tissue, 1.05)[lung]
    geometry = Geometry(shape=SHAPE, spacing_mm=SPACING_MM)
    hu = np.rint(1000.0 * (density - 1.0)).astype(np.int16)
    return Volume(hu=hu, geometry=geometry), LabelMap(labels=labels, geometry=geometry, names=LUNG_CODES)


def _shifted(volume: Volume, lungs: LabelMap) -> tuple[Volume, LabelMap]:
    steps = tuple(round(by / step) for by, step in zip(SHIFT_MM[::-1], SPACING_MM, strict=True))
    return (
        replace(volume, hu=np.roll(volume.hu, steps, (0, 1, 2))),
        replace(lungs, labels=np.roll(lungs.labels, steps, (0, 1, 2))),
    )
