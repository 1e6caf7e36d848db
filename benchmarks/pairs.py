"""Pairs of scans of one patient between which every point of the lungs is known to move.

From a real scan: the tissue is freed of its noise as far as can be, moved as a breath and a day move it, and both
dates get fresh noise of the scan's own strength. Nothing is left that only a copy would share: the grid is another
one, fine density differs by more than the noise left in the tissue, lung mass is conserved, ground-glass cleared,
stayed and came, and the lungs slide along a chest wall that hardly moves.

From the phantom: two visits drawn anew from its anatomy, with the phantom's own displacement as truth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numba
import numpy as np
from scipy import ndimage

from breathline.model.volume import LUNG_CODES, Geometry, LabelMap, Volume
from breathline.phantom import PhantomSpec, simulate_phantom
from breathline.phantom.breathing import at_points
from breathline.phantom.field import displacement_grid
from breathline.phantom.scan import prepare

STEP_MM = 4.0
"""Distance between the points that the movement is given at [mm]."""
MARGIN_MM = 36.0
"""How far the points reach beyond the scan [mm]."""
DIAPHRAGM_MM = 20.0
RANDOM_MM = 2.0
"""Root mean square length of the random part of the movement [mm]."""
RANDOM_WIDTH_MM = 14.0
"""Standard deviation of the Gaussian that makes the random part smooth [mm]."""
SOFT_HU = 35.0
HAZE = 0.2
"""What ground-glass adds to the density [g/mL]."""
TEXTURE = 0.012
"""Fine density that differs between the dates (standard deviation) [g/mL]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pair:
    """Two scans, their lungs, and how points of the baseline's lungs moved.

    Parameters
    ----------
    points_mm
        Points in the lungs of the baseline (n, 3), x, y, z, LPS [mm].
    moved_mm
        Their displacement to the same tissue in the follow-up [mm].
    changed
        True where ground-glass came or went.
    """

    name: str
    baseline: Volume
    baseline_lungs: LabelMap
    followup: Volume
    followup_lungs: LabelMap
    points_mm: np.ndarray
    moved_mm: np.ndarray
    changed: np.ndarray
    noise_hu: float


def phantom_pair(name: str, baseline: PhantomSpec, followup: PhantomSpec, points: int = 200_000) -> Pair:
    """Draw two visits of a phantom; `moved_mm` is the phantom's own displacement."""
    before, lungs, patterns = simulate_phantom(baseline)
    after, after_lungs, _ = simulate_phantom(followup, baseline)
    where = _some_points(lungs, points)
    places = to_world(lungs.geometry, where)
    grid = displacement_grid(prepare(baseline).posture, prepare(followup, baseline).posture)
    moved = at_points(grid, places)
    changed = np.isin(patterns.labels[tuple(where.T)], (2, 5))
    return Pair(
        name=name, baseline=before, baseline_lungs=plain(lungs), followup=after, followup_lungs=plain(after_lungs),
        points_mm=places, moved_mm=moved.astype(np.float64), changed=changed, noise_hu=0.0,
    )  # fmt: skip


def plain(lungs: LabelMap) -> LabelMap:
    """Give lungs that can be sent to another process."""
    return replace(lungs, names=dict(lungs.names))


def to_world(geometry: Geometry, index: np.ndarray) -> np.ndarray:
    """Give the place (x, y, z) of voxels (slice, row, column)."""
    steps = np.asarray(geometry.direction) * np.asarray(geometry.spacing_mm)[:, None]
    return np.asarray(index, dtype=np.float64) @ steps + np.asarray(geometry.origin_mm)


def _some_points(lungs: LabelMap, count: int) -> np.ndarray:
    inside = np.flatnonzero(lungs.labels.ravel())
    chosen = np.random.default_rng(5).choice(inside, min(count, inside.size), replace=False)
    return np.stack(np.unravel_index(np.sort(chosen), lungs.labels.shape), axis=1)


def real_pair(  # each is a way in which two visits differ
    name: str, volume: Volume, lungs: LabelMap, seed: int, breath: float = 1.0, *, sag_mm: float = 0.0
) -> Pair:
    """Move a real scan; `breath` 1 is a shallower follow-up (the diaphragm rises 20 mm), −1 a deeper one.

    `sag_mm` above 0 is a follow-up of a patient turned face down: the middle of the lung sinks that far towards the
    front, the front is squeezed and the back opens.

    Axes of the maps below are (z, y, x) in mm from the first voxel of the baseline.
    """
    random = np.random.default_rng([seed, 77])
    spacing = np.array(volume.geometry.spacing_mm)
    density, noise = _tissue(volume.hu, lungs.labels > 0)
    haze = [_haze(lungs.labels > 0, spacing, random) for _ in range(3)]
    inside = lungs.labels > 0
    kept, cleared, added = (HAZE * item for item in haze)
    before_d = np.where(
        inside,
        np.minimum(density + (kept + cleared) * _clumps(density.shape, spacing, random), 1.08),
        density,
    )
    after_d = np.where(
        inside, np.minimum(density + (kept + added) * _clumps(density.shape, spacing, random), 1.08), density
    )
    maps = _maps(lungs.labels, spacing, random, breath, sag_mm)
    pads = np.round(24.0 / spacing[0]).astype(int)
    shape = (volume.hu.shape[0] + 2 * pads, *volume.hu.shape[1:])
    shift = np.array([-pads * spacing[0], 0.0, 0.0]) + spacing * random.uniform(0.2, 0.8, 3)
    hu, sides = _moved(after_d.astype(np.float32), lungs.labels, maps, spacing, shape, shift)
    followup_geometry = replace(
        volume.geometry, shape=shape,
        origin_mm=tuple(np.array(volume.geometry.origin_mm) + shift @ np.asarray(volume.geometry.direction)),
    )  # fmt: skip
    after = _scanned(hu, sides > 0, spacing, noise, random)
    before = _scanned((before_d - 1.0) * 1000.0, inside, spacing, noise, random)
    where = _some_points(lungs, 200_000)
    moved = _truth(where * spacing, lungs.labels[tuple(where.T)], maps)
    changed = (haze[1] + haze[2])[tuple(where.T)] > 0.3
    return Pair(
        name=name,
        baseline=replace(volume, hu=before),
        baseline_lungs=plain(lungs),
        followup=replace(volume, hu=after, geometry=followup_geometry, stored=None),
        followup_lungs=LabelMap(labels=sides, geometry=followup_geometry, names=dict(LUNG_CODES), method="moved"),
        points_mm=to_world(volume.geometry, where),
        moved_mm=moved @ np.asarray(volume.geometry.direction),
        changed=changed,
        noise_hu=noise,
    )  # fmt: skip


def _tissue(hu: np.ndarray, inside: np.ndarray) -> tuple[np.ndarray, float]:
    """Give the density with the noise taken out [g/mL], and the noise [HU]: detail below 2.5 of its spread is lost."""
    full = np.clip(hu, -1024, 1500).astype(np.float32)
    low = ndimage.gaussian_filter(full, (0.7, 1.8, 1.8), truncate=2.5)
    high = full - low
    quiet = inside & (np.abs(high) < 150)
    noise = float(1.4826 * np.median(np.abs(high[quiet])))
    threshold = 2.5 * noise
    tissue = low + np.sign(high) * np.maximum(np.abs(high) - threshold, 0.0)
    return (tissue / 1000.0 + 1.0).astype(np.float32), noise


def _smooth_noise(
    shape: tuple[int, ...], spacing: np.ndarray, width_mm: float, random: np.random.Generator
) -> np.ndarray:
    """Give smooth random values of standard deviation 1 on a grid."""
    coarse_mm = max(width_mm / 1.5, 1.0)
    factor = np.maximum(coarse_mm / spacing, 1.0)
    small = np.ceil(np.array(shape) / factor).astype(int) + 2
    field = ndimage.gaussian_filter(
        random.standard_normal(small).astype(np.float32), width_mm / (factor * spacing)
    )
    field /= field.std()
    out = np.empty(shape, dtype=np.float32)
    matrix = 1.0 / factor
    ndimage.affine_transform(field, matrix, output=out, output_shape=shape, order=1, mode="nearest")
    return out


def _haze(inside: np.ndarray, spacing: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Give patches that cover about a twelfth of the lungs, 0 to 1, with a soft border."""
    field = _smooth_noise(inside.shape, spacing, 11.0, random)
    level = np.quantile(field[inside][::17], 1 - 1 / 12)
    return np.clip((field - level) / 0.3 + 0.5, 0, 1)


def _clumps(shape: tuple[int, ...], spacing: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return 1.0 + 0.25 * _smooth_noise(shape, spacing, 2.0, random)


def _scanned(
    hu: np.ndarray, inside: np.ndarray, spacing: np.ndarray, noise: float, random: np.random.Generator
) -> np.ndarray:
    """Add fine density of the day and the scanner's noise, with the grain of a soft kernel."""
    hu = hu.astype(np.float32)
    hu += np.where(inside, 1000.0 * TEXTURE, 0.0) * _smooth_noise(hu.shape, spacing, 1.6, random)
    grain = random.standard_normal(hu.shape, dtype=np.float32)
    grain = ndimage.gaussian_filter(grain, (0.3, 0.7, 0.7), truncate=2.5)
    hu += grain * (noise * 1.15 / grain.std())
    return np.rint(np.clip(hu, -1024, 1500)).astype(np.int16)


def _maps(
    sides: np.ndarray, spacing: np.ndarray, random: np.random.Generator, breath: float, sag_mm: float
) -> np.ndarray:
    """Give the way from follow-up to baseline at grid points, for the right lung, the left lung and the body.

    (3, z, y, x, 4): displacement (z, y, x) [mm] and Jacobian.
    """
    size = np.array(sides.shape) * spacing
    counts = np.ceil((size + 2 * MARGIN_MM) / STEP_MM).astype(int) + 1
    z, y, x = np.meshgrid(*(np.arange(n) * STEP_MM - MARGIN_MM for n in counts), indexing="ij")
    day = _wave(counts, random) * (RANDOM_MM / np.sqrt(3))
    turn, push = np.deg2rad(random.uniform(-1.5, 1.5)), random.uniform([-3, -2, -3], [3, 2, 3])
    middle = size / 2
    maps = np.zeros((3, *counts, 4), dtype=np.float32)
    for number, code in enumerate((1, 2, 0)):
        where = np.nonzero(sides == code if code else sides > 0)
        ends = [np.array([axis.min(), axis.max()]) * step for axis, step in zip(where, spacing, strict=True)]
        (z0, z1), (y0, y1), (x0, x1) = ends
        height = np.clip((z - z0) / (z1 - z0), -0.3, 1.2)
        depth = np.clip((y - y0) / (y1 - y0), 0, 1)
        most = breath * DIAPHRAGM_MM * (1.0 if code == 1 else 0.85)
        fall = np.where(height < 0, 1 - 0.2 * height, (1 - np.clip(height, 0, 1)) ** 1.25)
        if code:
            v = np.stack(
                [
                    -most * fall * (0.65 + 0.35 * depth),
                    -breath * 3.5 * (1 - depth) * np.sin(np.pi * np.clip(height, 0, 1)) ** 2,
                    breath
                    * 2.5
                    * np.sign((x0 + x1) / 2 - middle[2])
                    * np.sin(np.pi * np.clip(height, 0, 1))
                    * np.clip((x - x0) / (x1 - x0), 0, 1),
                ]
            )
            v += day + _wave(counts, random) * 0.4
            v[1] += sag_mm * np.sin(np.pi * depth)
        else:
            v = (
                np.stack(
                    [
                        -0.1 * most * (1 - np.clip(height, 0, 1)),
                        -breath * 2.0 * (1 - depth),
                        0.0 * x,
                    ]
                )
                + 0.4 * day
            )
        v[1] += turn * (x - middle[2]) + push[1]
        v[2] += -turn * (y - middle[1]) + push[2]
        v[0] += push[0]
        maps[number, ..., :3] = np.moveaxis(v, 0, -1)
        rows = [np.gradient(v[k], STEP_MM) for k in range(3)]
        matrix = np.stack([np.stack(row, -1) for row in rows], -2) + np.eye(3)
        maps[number, ..., 3] = np.linalg.det(matrix)
    return maps


def _wave(counts: np.ndarray, random: np.random.Generator) -> np.ndarray:
    found = np.stack(
        [ndimage.gaussian_filter(random.standard_normal(counts), RANDOM_WIDTH_MM / STEP_MM) for _ in range(3)]
    )
    return found / found.std()


@numba.njit(cache=True)
def _at(grid, z, y, x, out):
    """Interpolate a map at a place."""
    c, b, a = (z + MARGIN_MM) / STEP_MM, (y + MARGIN_MM) / STEP_MM, (x + MARGIN_MM) / STEP_MM
    c = min(max(c, 0.0), grid.shape[0] - 1.001)
    b = min(max(b, 0.0), grid.shape[1] - 1.001)
    a = min(max(a, 0.0), grid.shape[2] - 1.001)
    k, j, i = int(c), int(b), int(a)
    fc, fb, fa = c - k, b - j, a - i
    for n in range(4):
        out[n] = (1 - fc) * (
            (1 - fb) * ((1 - fa) * grid[k, j, i, n] + fa * grid[k, j, i + 1, n])
            + fb * ((1 - fa) * grid[k, j + 1, i, n] + fa * grid[k, j + 1, i + 1, n])
        ) + fc * (
            (1 - fb) * ((1 - fa) * grid[k + 1, j, i, n] + fa * grid[k + 1, j, i + 1, n])
            + fb * ((1 - fa) * grid[k + 1, j + 1, i, n] + fa * grid[k + 1, j + 1, i + 1, n])
        )


@numba.njit(cache=True)
def _cubic(image, z, y, x):
    """Interpolate by Keys' cubic convolution; linear along slices would blur, the edge value lies outside."""
    k0, j0, i0 = int(np.floor(z)), int(np.floor(y)), int(np.floor(x))
    wz, wy, wx = np.empty(4), np.empty(4), np.empty(4)
    for w, f in ((wz, z - k0), (wy, y - j0), (wx, x - i0)):
        w[0] = ((-0.5 * f + 1.0) * f - 0.5) * f
        w[1] = (1.5 * f - 2.5) * f * f + 1.0
        w[2] = ((-1.5 * f + 2.0) * f + 0.5) * f
        w[3] = (0.5 * f - 0.5) * f * f
    total = 0.0
    for c in range(4):
        k = min(max(k0 - 1 + c, 0), image.shape[0] - 1)
        for b in range(4):
            j = min(max(j0 - 1 + b, 0), image.shape[1] - 1)
            line = 0.0
            for a in range(4):
                line += wx[a] * image[k, j, min(max(i0 - 1 + a, 0), image.shape[2] - 1)]
            total += wz[c] * wy[b] * line
    return total


@numba.njit(cache=True)
def _side_at(sides, z, y, x):
    k, j, i = int(np.rint(z)), int(np.rint(y)), int(np.rint(x))
    if k < 0 or j < 0 or i < 0 or k >= sides.shape[0] or j >= sides.shape[1] or i >= sides.shape[2]:
        return 0
    return sides[k, j, i]


@numba.njit(cache=True, parallel=True)
def _moved(density, sides, maps, spacing, shape, shift):
    """Draw the follow-up [HU] and its lungs: lungs by their own maps, the body, where no lung lies, by its own."""
    hu = np.empty(shape, np.float32)
    codes = np.zeros(shape, np.uint8)
    for k in numba.prange(shape[0]):
        v = np.empty(4)
        for j in range(shape[1]):
            for i in range(shape[2]):
                z, y, x = k * spacing[0] + shift[0], j * spacing[1] + shift[1], i * spacing[2] + shift[2]
                for code in (1, 2):
                    _at(maps[code - 1], z, y, x, v)
                    p, q, r = (z + v[0]) / spacing[0], (y + v[1]) / spacing[1], (x + v[2]) / spacing[2]
                    if _side_at(sides, p, q, r) == code:
                        hu[k, j, i] = 1000.0 * (max(_cubic(density, p, q, r), 0.0) * v[3] - 1.0)
                        codes[k, j, i] = code
                        break
                if codes[k, j, i] == 0:
                    _at(maps[2], z, y, x, v)
                    p, q, r = (z + v[0]) / spacing[0], (y + v[1]) / spacing[1], (x + v[2]) / spacing[2]
                    value = 1000.0 * (_cubic(density, p, q, r) - 1.0)
                    if value < -150.0 and _near_lung(sides, p, q, r, spacing):
                        value = SOFT_HU
                    hu[k, j, i] = value
    return hu, codes


@numba.njit(cache=True)
def _near_lung(sides, z, y, x, spacing):
    for dz in (-2.0, 0.0, 2.0):
        for dy in (-2.0, 0.0, 2.0):
            for dx in (-2.0, 0.0, 2.0):
                if _side_at(sides, z + dz / spacing[0], y + dy / spacing[1], x + dx / spacing[2]) > 0:
                    return True
    return False


@numba.njit(cache=True)
def _truth(places, codes, maps):
    """Give where baseline places (z, y, x) went, by turning their lung's map round [mm]."""
    moved = np.zeros(places.shape)
    v = np.empty(4)
    for n in range(places.shape[0]):
        z, y, x = places[n]
        a, b, c = z, y, x
        for _ in range(200):
            _at(maps[codes[n] - 1], a, b, c, v)
            da, db, dc = z - v[0] - a, y - v[1] - b, x - v[2] - c
            a, b, c = a + da, b + db, c + dc
            if abs(da) + abs(db) + abs(dc) < 1e-4:
                break
        moved[n, 0], moved[n, 1], moved[n, 2] = a - z, b - y, c - x
    return moved
