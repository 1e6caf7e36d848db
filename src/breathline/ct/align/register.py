"""One lung laid on itself at another date: from coarse to fine, by robust Gauss–Newton steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from breathline.ct.align.features import Features, find_features
from breathline.ct.align.lattice import FloatArray, LungImage, Vector, halved
from breathline.ct.align.matching import pull_at
from breathline.ct.align.slices import (
    MATCH_MM,
    SliceStack,
    coarser,
    fixed_features,
    moving_features,
    outline_image,
)
from breathline.ct.align.smoothing import Cells, step_along
from breathline.ct.align.unfolding import unfolded


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How one level of the pyramid is matched.

    Parameters
    ----------
    halvings
        How often the finest cubes are halved.
    nearby_mm
        What detail is told from: standard deviation of the surroundings [mm].
    cubes
        Cubes along the edge of a cell, which moves as one.
    rounds, close_mm
        Most steps, and the mean step below which no further one is taken [mm].
    """

    halvings: int
    nearby_mm: float
    cubes: int
    rounds: int
    close_mm: float


LEVELS = (
    Level(halvings=2, nearby_mm=10.0, cubes=2, rounds=15, close_mm=0.10),
    Level(halvings=1, nearby_mm=5.0, cubes=3, rounds=10, close_mm=0.06),
    Level(halvings=0, nearby_mm=3.0, cubes=4, rounds=6, close_mm=0.04),
)
SLICE_REACH_MM = (5.0, 3.0, MATCH_MM)
"""How far from its height a separate slice still stands for the tissue, level by level [mm]."""
TAKES_PART = 0.2
"""A cell takes part if a cube of it has this much of the blurred lung."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """A displacement at the centres of cells.

    Parameters
    ----------
    displacement
        (z, y, x, 3), its components along (z, y, x) [mm].
    cells
        Cells that hold lung, or touch one that does.
    origin_mm
        Place of the first cell's centre (z, y, x) [mm].
    step_mm
        Distance between centres [mm].
    """

    displacement: FloatArray
    cells: Cells
    origin_mm: Vector
    step_mm: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pyramid:
    """One lung of one scan at every level, coarsest first.

    Parameters
    ----------
    image
        The lung on the finest cubes.
    fixed, moving
        What is sought in another scan, and what another scan is sought in; of a whole volume they are the same.
    """

    image: LungImage
    fixed: tuple[Features, ...]
    moving: tuple[Features, ...]


def pyramid(image: LungImage, *, flat: bool = False) -> Pyramid:
    """Find the features of a lung of a whole volume; `flat` for a partner of separate slices."""
    images = [image]
    for _ in range(max(level.halvings for level in LEVELS)):
        images.append(halved(images[-1]))
    found = tuple(find_features(images[level.halvings], level.nearby_mm, flat=flat) for level in LEVELS)
    return Pyramid(image=image, fixed=found, moving=found)


def slice_pyramid(stack: SliceStack, *, exact: bool) -> Pyramid:
    """Find the features of a lung of separate slices.

    Parameters
    ----------
    exact
        True for a whole volume as the partner: it has tissue at the very height of each slice.
    """
    stacks = [stack]
    for _ in range(max(level.halvings for level in LEVELS)):
        stacks.append(coarser(stacks[-1]))
    fixed, moving = [], []
    for level, reach in zip(LEVELS, SLICE_REACH_MM, strict=True):
        here = stacks[level.halvings]
        fixed.append(fixed_features(here, level.nearby_mm))
        moving.append(moving_features(here, level.nearby_mm, 0.75 * here.cube_mm if exact else reach))
    return Pyramid(image=outline_image(stack), fixed=tuple(fixed), moving=tuple(moving))


def register(fixed: Sequence[Features], moving: Sequence[Features]) -> Field:
    """Find where each place of a lung lies in another scan.

    Parameters
    ----------
    fixed, moving
        Features from the coarsest level on; fewer levels than `LEVELS` leave out the finest.
    """
    field: Field | None = None
    for level, here, there in zip(LEVELS, fixed, moving, strict=False):
        field = _refined(_start(here, there, level, field), here, there, level)
    assert field is not None
    return field


def _start(fixed: Features, moving: Features, level: Level, coarser: Field | None) -> Field:
    shape = fixed.soft.shape
    counts = (-(-shape[0] // level.cubes), -(-shape[1] // level.cubes), -(-shape[2] // level.cubes))
    step = level.cubes * fixed.cube_mm
    origin = fixed.origin_mm + (step - fixed.cube_mm) / 2
    padded = np.zeros([n * level.cubes for n in counts], dtype=bool)
    padded[: shape[0], : shape[1], : shape[2]] = fixed.soft > TAKES_PART
    n = level.cubes
    held = np.asarray(padded.reshape(counts[0], n, counts[1], n, counts[2], n).any(axis=(1, 3, 5)))
    # Between the centres of cells lies lung of the cells beside: they move too.
    cells = ndimage.binary_dilation(held, np.ones((3, 3, 3), dtype=bool))
    if coarser is None:
        displacement = _by_extent(fixed, moving, counts, origin, step)
    else:
        displacement = _resampled(coarser, counts, origin, step)
    return Field(displacement=displacement, cells=cells, origin_mm=origin, step_mm=step)


def _by_extent(
    fixed: Features, moving: Features, counts: tuple[int, int, int], origin: Vector, step: float
) -> FloatArray:
    """Lay one lung's extent on the other's, along each axis by itself."""
    found = np.zeros((*counts, 3), dtype=np.float32)
    for axis in range(3):
        low, high = _extent(fixed, axis)
        to_low, to_high = _extent(moving, axis)
        places = origin[axis] + step * np.arange(counts[axis])
        moved = to_low + (places - low) * (to_high - to_low) / (high - low) - places
        shape = [1, 1, 1]
        shape[axis] = -1
        found[..., axis] = moved.reshape(shape)
    return found


def _extent(features: Features, axis: int) -> tuple[float, float]:
    """Places along an axis before which a thirtieth, and all but a thirtieth, of the lung lies [mm]."""
    profile = features.share.sum(axis=tuple(n for n in range(3) if n != axis), dtype=np.float64)
    passed = (np.cumsum(profile) - profile / 2) / profile.sum()
    places = features.origin_mm[axis] + features.cube_mm * np.arange(profile.size)
    low, high = np.interp([1 / 30, 29 / 30], passed, places)
    return float(low), float(high)


def _resampled(field: Field, counts: tuple[int, int, int], origin: Vector, step: float) -> FloatArray:
    found = np.empty((*counts, 3), dtype=np.float32)
    offset = (origin - field.origin_mm) / field.step_mm
    for axis in range(3):
        ndimage.affine_transform(
            field.displacement[..., axis], np.full(3, step / field.step_mm), offset,
            output_shape=counts, output=found[..., axis], order=1, mode="nearest",
        )  # fmt: skip
    return found


def _refined(field: Field, fixed: Features, moving: Features, level: Level) -> Field:
    displacement, pull = field.displacement, None
    for _ in range(level.rounds):
        pull = pull_at(fixed, moving, displacement, level.cubes, pull)
        step = step_along(pull, displacement, field.cells, field.step_mm)
        displacement = displacement + step
        if float(np.sqrt((step[field.cells] ** 2).sum(axis=1)).mean()) < level.close_mm:
            break
    displacement = unfolded(displacement, field.cells, field.step_mm)
    return Field(
        displacement=displacement, cells=field.cells, origin_mm=field.origin_mm, step_mm=field.step_mm
    )
