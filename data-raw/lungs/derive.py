"""Derive the weights that tell dense lung from what lies beside the lungs, on chests that make_chests.py drew.

    python data-raw/lungs/make_chests.py FOLDER
    python data-raw/lungs/derive.py FOLDER [VARIANTS]

Needs PyTorch beside Breathline; it is not needed to use what is written, src/breathline/ct/enclosed.npz. Each chest
is bent, scaled and turned at random, lung of it is made airless, fluid is poured into it, and the lungs are outlined
as the program does. Every fifth chest is held out and only scored.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy import ndimage

from breathline.ct.coarse import Coarse
from breathline.ct.outline import outline_without_enclosed
from breathline.ct.surroundings import FEATURES, find_candidates, read_field
from breathline.errors import ScanError
from breathline.phantom.shapes import smooth_noise

TARGET = Path(__file__).resolve().parents[2] / "src" / "breathline" / "ct" / "enclosed.npz"
VARIANTS = 3
HELD_OUT = 5
KNOTS_MM = 65.0
MOST = 14_000
"""Candidates kept of a scan: all that are lung, up to half, and as many others."""


def bent(hu, lungs, step, random):
    """Scale, turn and bend a chest; now and then crop it as a tightly cut picture does."""
    shape = np.array(hu.shape)
    matrix = np.diag(1.0 / random.uniform(0.85, 1.18, 3))
    angles = np.deg2rad(random.normal(0.0, 4.0, 3))
    for axis, angle in enumerate(angles):
        a, b = [n for n in range(3) if n != axis]
        turn = np.eye(3)
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[a, b], turn[b, a] = np.sin(angle), -np.sin(angle)
        matrix = matrix @ turn
    middle = (shape - 1) / 2
    grid = np.indices(hu.shape, dtype=np.float32)
    for axis in range(3):
        grid[axis] -= middle[axis]
    at = np.einsum("ij,jzyx->izyx", matrix.astype(np.float32), grid)
    size = random.uniform(1.0, 5.0) / step
    for axis in range(3):
        at[axis] += middle[axis] + size * smooth_noise(hu.shape, KNOTS_MM / step, random)
    new = ndimage.map_coordinates(hu, at, order=1, mode="nearest", output=np.float32)
    kept = ndimage.map_coordinates(lungs, at, order=0, mode="nearest")
    return new, kept


def airless(hu, lungs, step, random, least):
    """Fill lung: patches near the pleura, in the dependent parts, anywhere; or of fluid, which then is no lung."""
    inside = lungs > 0
    deep = ndimage.distance_transform_edt(inside, sampling=(step,) * 3).astype(np.float32)

    def noise(scale_mm):
        return smooth_noise(hu.shape, scale_mm / step, random)

    slope = random.normal(size=3) * random.uniform(0.0, 1.5)
    field = (
        0.8 * noise(30.0)
        + 0.4 * noise(11.0)
        + random.uniform(-0.5, 2.2) * np.exp(-deep / random.uniform(6.0, 20.0))
    )
    for axis, wanted in enumerate(slope):
        field += (
            (wanted * np.linspace(-1, 1, hu.shape[axis]))
            .reshape([-1 if n == axis else 1 for n in range(3)])
            .astype(np.float32)
        )
    share = np.exp(random.uniform(np.log(least), np.log(0.28)))
    cut = np.quantile(field[inside], 1.0 - share)
    solid = np.clip(0.5 + (field - cut) * random.uniform(2.0, 8.0), 0, 1) * inside
    dense = random.uniform(0.0, 65.0) + random.normal(0.0, random.uniform(5.0, 25.0), hu.shape)
    tubes = (hu < -900) & (noise(9.0) > 1.0) & (deep > 8.0)
    hu = hu + np.where(tubes, 0.0, solid * (dense - hu))
    return hu.astype(np.float32), lungs


def fluid(hu, lungs, step, random):
    """Pour fluid into the back or the front of one or both sides: it lies lowest, even, and is no lung."""
    lungs = lungs.copy()
    heights = np.arange(hu.shape[0])[:, None, None] * step
    depths = np.arange(hu.shape[1])[None, :, None] * step * (1.0 if random.random() < 0.8 else -1.0)
    for side in (1, 2):
        if random.random() < 0.5:
            continue
        here = lungs == side
        if not here.any():
            continue
        deep = ndimage.distance_transform_edt(here, sampling=(step,) * 3)
        level = depths - random.uniform(0.1, 0.6) * heights + random.uniform(0, 8) * np.exp(-deep / 5.0)
        cut = np.quantile(level[here], 1.0 - random.uniform(0.01, 0.2))
        wet = here & (level > cut)
        hu = np.where(wet, random.uniform(-2.0, 30.0) + random.normal(0, random.uniform(3, 20), hu.shape), hu)
        lungs[wet] = 0
    return hu.astype(np.float32), lungs


def shown(hu, random):
    """Show tissue as other scans do: contrast medium, other energies, more noise."""
    soft = np.clip(hu, -150, 400)
    hu = hu + np.clip((hu + 150) / 150, 0, 1) * random.normal(0.0, 8.0)
    hu += np.where((soft > 0) & (soft < 250), random.uniform(-0.2, 0.3) * soft, 0.0)
    return hu + random.normal(0.0, random.uniform(0.0, 20.0), hu.shape)


def variant(path: Path, number: int):
    """One scan made of a chest: the features of its candidates, and which of them are lung."""
    kept = np.load(path)
    step = float(kept["spacing"][0])
    random = np.random.default_rng([int(path.stem), number, 133])
    hu, lungs = bent(kept["hu"], kept["lungs"], step, random)
    if random.random() < 0.85:
        hu, lungs = airless(hu, lungs, step, random, 0.01 if number == 0 else 0.04)  # little, then more
    if random.random() < 0.35:
        hu, lungs = fluid(hu, lungs, step, random)
    hu = shown(hu, random)
    if random.random() < 0.3:  # a picture cut tightly
        used = np.argwhere(lungs > 0)
        low = random.integers(0, np.maximum(1, used.min(axis=0) - 2))
        high = random.integers(np.minimum(used.max(axis=0) + 3, hu.shape), np.array(hu.shape) + 1)
        box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        hu, lungs = hu[box], lungs[box]
    coarse = Coarse(
        hu=np.ascontiguousarray(np.clip(hu, -1024, 3000).astype(np.int16)),
        factor=(1, 1, 1), start=(0, 0, 0), spacing_mm=(step, step, step), separate=False,
    )  # fmt: skip
    found = outline_without_enclosed(coarse)
    field = read_field(found.sides, found.room, coarse)
    true = read_field(lungs, found.room, coarse).lung
    seen = find_candidates(field)
    return seen.features, true[tuple(seen.places.T)] > 0


def laid_out(path: Path, number: int):
    kept = path.parent / "candidates" / f"{path.stem}-{number}.npz"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        try:
            features, lung = variant(path, number)
        except ScanError as error:
            print(path.stem, number, "no lungs", error)
            features, lung = np.zeros((0, FEATURES), np.float32), np.zeros(0, bool)
        random = np.random.default_rng(number)
        yes, no = np.flatnonzero(lung), np.flatnonzero(~lung)
        use = np.concatenate([random.permutation(yes)[: MOST // 2], random.permutation(no)[: MOST // 2]])
        np.savez(
            kept,
            features=features[use].astype(np.float16),
            lung=lung[use],
            share=np.array([yes.size, no.size]),
        )
        print(path.stem, number, yes.size, no.size, flush=True)
    table = np.load(kept)
    return table["features"].astype(np.float32), table["lung"], table["share"]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    variants = int(sys.argv[2]) if len(sys.argv) > 2 else VARIANTS
    for number in range(variants):
        for path in sorted(folder.glob("*.npz")):
            laid_out(path, number)
