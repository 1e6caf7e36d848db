"""One scan of a chest, slice by slice, never whole in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breathline.model.volume import PATTERN_CODES, Geometry
from breathline.phantom.breathing import at_points, posture, to_scan
from breathline.phantom.chest import Chest, clear_lung, draw_chest
from breathline.phantom.compiled import FloatArray, Grid
from breathline.phantom.disease import Cuts, choose_cuts
from breathline.phantom.look import look_of
from breathline.phantom.render import LEFT, RIGHT, Frame, Scene, Tubes, draw_plane, draw_tubes
from breathline.phantom.scanner import Scanner, blurred, noisy, set_up
from breathline.phantom.spec import CENTRE_MM, PhantomSpec
from breathline.phantom.tree import VESSEL, Branches, as_rows

WORKERS = 2
PLANE_MM = 0.6
"""A slice is the mean of planes at most this far apart [mm]."""


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """One finished slice: the image, its truth, and sums over the lungs without noise or blur."""

    hu: NDArray[np.int16]
    lungs: NDArray[np.uint8]
    patterns: NDArray[np.uint8]
    density_sum: float


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """All that is needed to draw any slice of one scan."""

    spec: PhantomSpec
    chest: Chest
    posture: Grid
    scene: Scene
    rows: FloatArray
    scanner: Scanner
    heights: NDArray[np.float64]


def geometry_of(spec: PhantomSpec) -> Geometry:
    """Give where the voxels of a scan lie; the isocentre is x = y = 0."""
    low = CENTRE_MM - spec.gap_mm * (spec.slice_count - 1) / 2
    corner = -spec.pixel_mm * (spec.matrix - 1) / 2
    return Geometry(
        shape=(spec.slice_count, spec.matrix, spec.matrix),
        spacing_mm=(spec.gap_mm, spec.pixel_mm, spec.pixel_mm),
        origin_mm=(corner, corner + 8.0, low),
        slice_thickness_mm=spec.thickness_mm,
    )


def prepare(spec: PhantomSpec, baseline: PhantomSpec | None = None, tissue_of: Scan | None = None) -> Scan:
    """Draw the patient, the way they lie and breathe, and the disease of the day.

    Parameters
    ----------
    tissue_of
        Another scan of the patient whose disease this one shall have, place by place of the tissue.
    """
    chest = draw_chest(spec.seed, spec.variety)
    moved = posture(spec)
    cuts = _cuts(chest, moved, spec, baseline) if tissue_of is None else _same_cuts(tissue_of)
    supine = spec.position == "supine"
    scene = Scene(
        posture=moved,
        anatomy=chest.anatomy,
        disease=chest.disease,
        level=cuts.level,
        border=cuts.border,
        texture=chest.texture,
        jitter=chest.jitter,
        progressed=cuts.progressed,
        baseline=cuts.baseline,
        gravity=1.0 if supine else -1.0,
        couch=chest.back_mm + 7.0 if supine else chest.front_mm - 7.0,
        look=look_of(spec.variety),
    )
    branches = _widened(chest, scene)
    geometry = geometry_of(spec)
    heights = np.arange(spec.slice_count, dtype=np.float64) * geometry.spacing_mm[0] + geometry.origin_mm[2]
    return Scan(spec, chest, moved, scene, _moved(branches, moved), set_up(spec), heights)


def _cuts(chest: Chest, moved: Grid, spec: PhantomSpec, baseline: PhantomSpec | None) -> Cuts:
    sharpness = max(spec.pixel_mm, spec.thickness_mm / 2, 0.5)
    masks = (chest.lung, clear_lung(chest, sharpness))
    return choose_cuts(chest.space, chest.disease.values, masks, moved, (spec, baseline))


def _same_cuts(scan: Scan) -> Cuts:
    scene = scan.scene
    return Cuts(scene.level, scene.border, scene.progressed, scene.baseline)


def _widened(chest: Chest, scene: Scene) -> Branches:
    """Widen the bronchi that scarred lung pulls on (traction bronchiectasis)."""
    branches = chest.branches
    middle = (branches.start + branches.end) / 2
    found = at_points(chest.disease, middle)
    scar = np.clip(0.5 + (found - scene.level) / (3 * scene.border), 0, 1)
    inside = at_points(chest.anatomy, middle)[:, [RIGHT, LEFT]].min(axis=1) < -3
    pulled = inside & (branches.kind != VESSEL) & (branches.radius[:, 1] < 3.0)
    pull = np.where(pulled, np.maximum(scar[:, 0], 0.6 * scar[:, 2]), 0.0)
    return Branches(branches.start, branches.end, branches.radius * (1 + pull)[:, None], branches.kind)


def _moved(branches: Branches, grid: Grid) -> FloatArray:
    """Move the tubes with the lung; their volume, and so the mass of blood in them, stays."""
    start, end = to_scan(grid, branches.start), to_scan(grid, branches.end)
    before = np.linalg.norm(branches.end - branches.start, axis=1)
    after = np.linalg.norm(end - start, axis=1)
    wider = np.sqrt(np.maximum(before, 1e-3) / np.maximum(after, 1e-3))
    radius = branches.radius * np.clip(wider, 0.7, 1.4)[:, None]
    return as_rows(Branches(start, end, radius, branches.kind))


def draw_slice(scan: Scan, number: int) -> Slice:
    """Draw one slice with its truth."""
    spec, geometry = scan.spec, geometry_of(scan.spec)
    edge = max(spec.pixel_mm, 0.5)
    frame = Frame(geometry.origin_mm[0], geometry.origin_mm[1], spec.pixel_mm, edge)
    count = max(1, int(np.ceil(spec.thickness_mm / PLANE_MM)))
    offsets = (np.arange(count) + 0.5) / count - 0.5
    planes = (scan.heights[number] + offsets * spec.thickness_mm).astype(np.float32)
    tubes = Tubes(*(np.zeros((count, spec.matrix, spec.matrix), dtype=np.float32) for _ in range(3)))
    reach = scan.rows[:, 6:8].max(axis=1) * 1.25 + 0.3 + edge
    near = (np.minimum(scan.rows[:, 2], scan.rows[:, 5]) - reach <= planes[-1]) & (
        np.maximum(scan.rows[:, 2], scan.rows[:, 5]) + reach >= planes[0]
    )
    draw_tubes(scan.rows[near], planes, frame, tubes)
    value = np.zeros((spec.matrix, spec.matrix), dtype=np.float32)
    lung = np.zeros_like(value)
    code = np.zeros(value.shape, dtype=np.uint8)
    middle = count // 2
    for plane in [*(n for n in range(count) if n != middle), middle]:  # the codes are those of the middle
        draw_plane(scan.scene, frame, float(planes[plane]), tubes, plane, value, lung, code)
    value /= count
    lungs, patterns = _truth((lung / count).astype(np.float32), code, tubes)
    density = float((value[lungs > 0] + 1000.0).sum(dtype=np.float64))
    random = np.random.default_rng([spec.seed, spec.visit, 23, number])
    image = noisy(scan.scanner, blurred(scan.scanner, value), random)
    return Slice(np.rint(np.clip(image, -1024, 3071)).astype(np.int16), lungs, patterns, density)


def _truth(
    lung: FloatArray, code: NDArray[np.uint8], tubes: Tubes
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    inside = (lung >= 0.5) & (code > 0)
    lungs = np.where(inside, np.where(code >= 128, 2, 1), 0).astype(np.uint8)
    patterns = np.where(inside, code & 127, 0).astype(np.uint8)
    airway = tubes.wall.mean(axis=0) + tubes.lumen.mean(axis=0) >= 0.5
    patterns[inside & (tubes.vessel.mean(axis=0) >= 0.5)] = PATTERN_CODES["vessel"]
    patterns[inside & airway] = PATTERN_CODES["airway"]
    return lungs, patterns


def draw_slices(scan: Scan) -> Iterator[Slice]:
    """Draw all slices from feet to head, a few ahead on other cores."""
    count = scan.spec.slice_count
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting: deque[Future[Slice]] = deque()
        ahead = 0
        for _ in range(count):
            while ahead < count and len(waiting) < 2 * WORKERS:
                waiting.append(pool.submit(draw_slice, scan, ahead))
                ahead += 1
            yield waiting.popleft().result()
