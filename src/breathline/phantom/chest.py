"""A patient's chest: everything the seed decides, drawn once and shared by all scans of the patient."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from breathline.phantom import organs, skeleton, thorax
from breathline.phantom.compiled import FloatArray, Grid
from breathline.phantom.disease import draw_fields
from breathline.phantom.look import look_of
from breathline.phantom.render import Frame, Tubes, draw_tubes
from breathline.phantom.shapes import Space, as_distance, smooth_noise
from breathline.phantom.tree import Branches, as_rows, grow_trees


@dataclass(frozen=True, slots=True, eq=False)
class Chest:
    """The reference chest, breathed in, and the fields from which disease is cut."""

    space: Space
    anatomy: Grid
    disease: Grid
    branches: Branches
    texture: FloatArray
    jitter: FloatArray
    lung: NDArray[np.bool_]
    back_mm: float
    front_mm: float


@lru_cache(maxsize=1)
def draw_chest(seed: int, variety: int = 0) -> Chest:
    """Draw the chest of the patient `seed`, with disease where a variety (see `look_of`) may have it."""
    random = np.random.default_rng([seed, 7])
    space = Space()
    build = thorax.draw_build(random)
    body = thorax.body_outline(space, build)
    cavity = thorax.cavity_outline(space, build)
    muscle = thorax.muscle_outline(space, build, body, cavity, random)
    below = thorax.above_diaphragm(space, thorax.diaphragm_height(space, build))
    blood, heart = organs.draw_blood(space)
    middle = organs.middle_outline(space, blood, heart)
    right, left = thorax.lung_outlines(space, cavity, below, middle)
    solid, stomach, gas = organs.draw_belly(space, -below, cavity)
    # the heart rests on the diaphragm, not in the liver
    heart_above = np.maximum(heart, below - 1.0)
    blood = as_distance(np.where(heart <= blood, heart_above, blood).astype(np.float32), space.step)
    bone, cartilage = skeleton.draw_skeleton(space, build)
    fields = [body, muscle, cavity, blood, solid, stomach, gas, bone, cartilage, right, left]
    anatomy = Grid(np.ascontiguousarray(np.stack(fields, axis=-1)), *space.start, space.step)
    branches = grow_trees(space, right, left, random)
    disease = Grid(draw_fields(space, cavity, below, random, look_of(variety)), *space.start, space.step)
    lung = np.minimum(right, left) < 0
    on_axis = np.abs(space.axes[0]) < 40
    trunk = (body[100, :, :] < 0)[:, on_axis].any(axis=1)
    texture = smooth_noise((64, 64, 64), 1.6, random)
    return Chest(
        space=space,
        anatomy=anatomy,
        disease=disease,
        branches=branches,
        texture=np.ascontiguousarray(texture),
        jitter=random.uniform(0.08, 0.92, (16, 16, 16, 3)).astype(np.float32),
        lung=lung,
        back_mm=float(space.axes[1][trunk].max()),
        front_mm=float(space.axes[1][trunk].min()),
    )


def clear_lung(chest: Chest, edge: float) -> NDArray[np.bool_]:
    """Tell which grid points are lung but no vessel or airway that a scan of sharpness `edge` shows."""
    space = chest.space
    tubes = Tubes(*(np.zeros(space.shape, dtype=np.float32) for _ in range(3)))
    frame = Frame(space.start[0], space.start[1], space.step, edge)
    draw_tubes(as_rows(chest.branches), space.axes[2], frame, tubes)
    taken = (tubes.vessel >= 0.5) | (tubes.wall + tubes.lumen >= 0.5)
    return np.asarray(chest.lung & ~taken)
