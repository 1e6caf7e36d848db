"""Draw the phantom pairs on which the joint decision is derived: slabs of two visits of many patients.

    PYTHONPATH=. python data-raw/change/make_pairs.py FOLDER [COUNT] [FIRST]

Pair number n is always the same; each takes some twenty-five seconds of one core. Seeds and varieties begin at 20,000,
where no figure is measured. To spare the time of an alignment, the true displacement is used, off by a smooth error
such as alignments leave; so that the method of patterns can be replaced, slabs are kept and not what was found on them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from benchmarks.pairs import to_world
from scipy import ndimage

from breathline.model.volume import PATTERN_CODES, Geometry
from breathline.phantom import PhantomSpec
from breathline.phantom.breathing import at_points
from breathline.phantom.compiled import Grid
from breathline.phantom.disease import ORDER
from breathline.phantom.field import displacement_grid
from breathline.phantom.look import look_of
from breathline.phantom.scan import Scan, draw_slices, geometry_of, prepare

FIRST_SEED = 20_000
SLAB_MM = 24.0
SLABS = 5
MARGIN_MM = 6.0
"""How far the follow-up's slab reaches beyond the tissue of the baseline's [mm]."""
LOWEST_MM, HIGHEST_MM = 25.0, 170.0
HAZE = ORDER.index("ground_glass")
SAME, PROGRESSED = 0.25, 0.5
DATES = ("baseline", "followup")
KEPT = {"after": np.uint8, "places": np.float32, "grown": np.float16}
THICKNESSES_MM = (1.5, 2.0, 2.5, 3.0, 4.0)
OFF_MM, OFF_WIDTH_MM = 0.55, 12.0
"""What alignments leave: standard deviation along each axis, and how smooth it is [mm]."""


@dataclass(frozen=True, slots=True, eq=False)
class Slab:
    """Some slices of a scan, with their lungs."""

    hu: np.ndarray
    lungs: np.ndarray
    patterns: np.ndarray
    geometry: Geometry


@dataclass(frozen=True, slots=True, eq=False)
class SlabPair:
    """A slab of the baseline, where its tissue lies in a slab of the follow-up, and what that tissue is then.

    Parameters
    ----------
    after
        True patterns of the follow-up at every place of the baseline.
    places
        (slices, rows, columns, 3): slice, row and column in the follow-up's slab, with an alignment's error.
    grown
        Volume in the follow-up of a unit of volume.
    """

    baseline: Slab
    followup: Slab
    after: np.ndarray
    places: np.ndarray
    grown: np.ndarray


def specs(number: int) -> tuple[PhantomSpec, PhantomSpec]:
    """Draw a patient, and how both visits were scanned."""
    random = np.random.default_rng([number, 403])
    seed = FIRST_SEED + number
    common = {
        "seed": seed, "variety": 0 if number % 5 == 4 else seed, "matrix": int(random.choice([192, 208])),
        "fov_mm": float(random.uniform(290.0, 320.0)), "thickness_mm": float(random.choice(THICKNESSES_MM)),
        "ground_glass": float(random.uniform(8, 30)), "reticulation": float(random.uniform(2, 12)),
        "honeycombing": float(random.choice([0, random.uniform(1, 6)])),
        "consolidation": float(random.choice([0, random.uniform(1, 6)])),
        "emphysema": float(random.choice([0, 0, random.uniform(1, 10)])),
    }  # fmt: skip

    def protocol() -> dict:
        return {
            "inspiration": float(random.uniform(0.75, 1)), "kernel": "sharp" if random.random() < 0.2 else "soft",
            "dose_mas": float(np.exp(random.uniform(np.log(40), np.log(200)))),
        }  # fmt: skip

    return PhantomSpec(**common, **protocol()), PhantomSpec(**common, **protocol(), visit=1)


def turned(scan: Scan, random: np.random.Generator) -> dict:
    """Draw what became of the disease: other heights at which its fields are cut; in a quarter of slabs, none."""
    scene = scan.scene
    level = scene.level.copy()
    if random.random() < SAME:
        return {}
    course = random.integers(4)  # ground-glass clears in half, comes in a quarter, stays in a quarter
    haze = random.uniform(0.2, 1.3) if course < 2 else -random.uniform(0.1, 0.7) if course == 2 else 0.0
    level[HAZE] += np.float32(haze)
    for name, chance in (("honeycombing", 0.3), ("consolidation", 0.5), ("reticulation", 0.15)):
        if random.random() < chance:
            level[ORDER.index(name)] += np.float32(random.uniform(-0.4, 0.6))
    found = {"level": level, "baseline": float(scene.level[HAZE])}
    if random.random() < PROGRESSED:
        found["progressed"] = float(scene.level[ORDER.index("reticulation")] - random.uniform(0.2, 1.2))
    return found


def slab_of(scan: Scan, low_mm: float, high_mm: float) -> Slab:
    """Draw the slices of a scan between two heights, on the scan's own grid of heights."""
    gap = scan.spec.gap_mm
    start = scan.heights[0] + gap * np.floor((low_mm - scan.heights[0]) / gap)
    heights = start + gap * np.arange(max(2, int(np.ceil((high_mm - start) / gap)) + 1))
    cut = replace(scan, heights=heights, spec=replace(scan.spec, slices=heights.size))
    slices = list(draw_slices(cut))
    hu, lungs, patterns = (
        np.stack([getattr(one, name) for one in slices]) for name in ("hu", "lungs", "patterns")
    )
    geometry = geometry_of(cut.spec)
    x, y, _ = geometry.origin_mm
    return Slab(hu, lungs, patterns, replace(geometry, origin_mm=(x, y, float(heights[0]))))


def pair_of(number: int) -> list[SlabPair]:
    """Draw slabs of a pair at different heights, each with a look and a course of its own.

    Drawing the chest is what takes long.
    """
    first, second = specs(number)
    before = prepare(first)
    after = prepare(second, tissue_of=before)
    moved = displacement_grid(before.posture, after.posture)
    random = np.random.default_rng([number, 404])
    edges = np.linspace(LOWEST_MM, HIGHEST_MM, SLABS + 1)
    found = []
    for n, (low, high) in enumerate(pairwise(edges)):
        look = look_of(first.variety and first.variety + 1000 * n)
        one = replace(before, scene=before.scene._replace(look=look))
        course = turned(before, random)
        other = replace(after, scene=after.scene._replace(look=look, **course))
        found.append(_slab_pair(one, other, moved, random.uniform(low, high), random))
    return found


def _as_it_became(before: Scan, after: Scan) -> Scan:
    """Give the baseline with the disease of the follow-up, as thin as codes need: those are of a slice's middle."""
    cuts = {name: getattr(after.scene, name) for name in ("level", "progressed", "baseline")}
    spec = replace(before.spec, thickness_mm=0.5, spacing_mm=before.spec.gap_mm)
    return replace(before, spec=spec, scene=before.scene._replace(**cuts))


def _slab_pair(
    before: Scan, after: Scan, moved: Grid, low_mm: float, random: np.random.Generator
) -> SlabPair:
    baseline = slab_of(before, low_mm, low_mm + SLAB_MM)
    geometry = baseline.geometry
    index = np.stack(np.indices(geometry.shape), axis=-1).reshape(-1, 3)
    step = at_points(moved, to_world(geometry, index))[:, :3].reshape(*geometry.shape, 3)
    inside = baseline.lungs > 0
    heights = geometry.origin_mm[2] + geometry.spacing_mm[0] * np.arange(geometry.shape[0])
    tall = (heights[:, None, None] + step[..., 2])[inside]
    followup = slab_of(after, float(tall.min()) - MARGIN_MM, float(tall.max()) + MARGIN_MM)
    off = _smooth_error(geometry, random)
    then = slab_of(_as_it_became(before, after), low_mm, low_mm + SLAB_MM).patterns
    tubes = np.isin(baseline.patterns, [0, PATTERN_CODES["vessel"], PATTERN_CODES["airway"]])
    return SlabPair(
        baseline=baseline,
        followup=followup,
        after=np.where(tubes, baseline.patterns, then).astype(np.uint8),
        places=_places(geometry, followup.geometry, step + off),
        grown=_grown(step, geometry.spacing_mm),
    )


def _smooth_error(geometry: Geometry, random: np.random.Generator) -> np.ndarray:
    found = np.empty((*geometry.shape, 3), np.float32)
    strength = random.uniform(0.5, 1.7) * OFF_MM
    width = [OFF_WIDTH_MM / 2 / step for step in geometry.spacing_mm]
    for axis in range(3):
        rough = ndimage.gaussian_filter(random.normal(size=geometry.shape).astype(np.float32), width)
        found[..., axis] = strength * rough / rough.std()
    return found


def _places(here: Geometry, there: Geometry, step: np.ndarray) -> np.ndarray:
    """Give (slice, row, column) in the follow-up; axes of both are the body's."""
    found = np.empty(step.shape, np.float32)
    for axis in range(3):  # slices, rows and columns lie along z, y, x
        place = here.origin_mm[2 - axis] + here.spacing_mm[axis] * np.arange(here.shape[axis])
        place = place.reshape([-1 if n == axis else 1 for n in range(3)])
        found[..., axis] = (place + step[..., 2 - axis] - there.origin_mm[2 - axis]) / there.spacing_mm[axis]
    return found


def _grown(step: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    slopes = np.empty((*step.shape, 3), np.float32)
    for axis in range(3):
        slopes[..., 2 - axis] = np.gradient(step, spacing_mm[axis], axis=axis)
    return np.asarray(np.linalg.det(slopes + np.eye(3, dtype=np.float32)), np.float32)


def write_pairs(target: Path, pairs: list[SlabPair]) -> None:
    """Keep the slabs of one pair of phantoms."""
    table = {}
    for n, pair in enumerate(pairs):
        table |= {f"{n} {name}": getattr(pair, name).astype(kind) for name, kind in KEPT.items()}
        for date in DATES:
            slab = getattr(pair, date)
            table |= {f"{n} {date} {name}": getattr(slab, name) for name in ("hu", "lungs", "patterns")}
            geometry = slab.geometry
            table[f"{n} {date} geometry"] = np.array(
                [*geometry.spacing_mm, *geometry.origin_mm, geometry.slice_thickness_mm]
            )
    np.savez(target, **table)


def read_pair(path: Path, n: int) -> SlabPair:
    """Read one of the slabs that `write_pairs` wrote."""
    table = np.load(path)
    slabs = {date: _read_slab(table, f"{n} {date}") for date in DATES}
    return SlabPair(**slabs, **{name: table[f"{n} {name}"] for name in KEPT})


def _read_slab(table: np.lib.npyio.NpzFile, name: str) -> Slab:
    hu, lungs, patterns, numbers = (table[f"{name} {own}"] for own in ("hu", "lungs", "patterns", "geometry"))
    spacing, origin, thickness = numbers[:3], numbers[3:6], float(numbers[6])
    geometry = Geometry(
        shape=hu.shape, spacing_mm=tuple(spacing.tolist()), origin_mm=tuple(origin.tolist()),
        slice_thickness_mm=thickness,
    )  # fmt: skip
    return Slab(hu, lungs, patterns, geometry)


def main() -> None:
    folder = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        target = folder / f"{number:04d}.npz"
        if not target.exists():
            write_pairs(target, pair_of(number))
            print(number, "drawn", flush=True)


if __name__ == "__main__":
    main()
