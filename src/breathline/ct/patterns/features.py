"""What can be seen of a block of lung: how dense, how uneven, how tubular it is, and how deep it lies.

Densities are relative to the patient's own normal lung, and unevenness has the scan's own noise taken away, so
that features mean the same in a soft and a sharp, a quiet and a noisy scan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.coarse import Mask
from breathline.ct.patterns.normal import Normal
from breathline.ct.patterns.parenchyma import Parenchyma
from breathline.model.volume import LabelMap, Volume

Floats = NDArray[np.float32]

NARROW_MM, WIDE_MM = 3.0, 5.5
"""Half widths of the windows in which texture is measured: about a mesh, and about a lobule [mm]."""
FAR_MM = 11.0
"""Half width of the window that tells what kind of lung this is [mm]."""
FINE_MM, BROAD_MM = 1.3, 2.6
"""Scales at which curvature is measured: a small vessel or a line, a segmental vessel or a cyst [mm]."""
DARK_HU, BRIGHT_HU = -930, -300
DEEPEST_MM = 20.0
EVENEST = 5.0
"""Percentile of unevenness that is taken for noise."""
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)

NAMES = (
    "density", "background", "near", "around", "far",
    "uneven_near", "uneven_around", "coarse_near", "coarse_around", "fine_around",
    "p05", "p25", "p50", "p75", "p95",
    "dark_share", "bright_share",
    "fine_low", "fine_middle", "fine_high", "broad_low", "broad_middle", "broad_high",
    "depth", "depth_vessel",
    "noise", "grain", "normal_hu", "normal_spread", "layer_mm", "thickness_mm", "separate",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """One row for each block of lung.

    Parameters
    ----------
    table
        (blocks of lung, features), in the order of `NAMES`.
    lung
        Where the rows lie: blocks of lung, in array order.
    """

    table: Floats
    lung: Mask


def read_features(
    volume: Volume, lungs: LabelMap, parenchyma: Parenchyma, normal: Normal, depth: tuple[Floats, Floats]
) -> Features:
    """Measure every block of the lungs.

    Parameters
    ----------
    depth
        Distance of each block to the pleura, and to the pleura or a wide vessel [mm].
    """
    lung = parenchyma.side > 0
    sums = _block_sums(volume, lungs, parenchyma)
    weight = lung.astype(np.float32)
    expected = np.broadcast_to(normal.at(lung.shape[1]), lung.shape)
    level = np.where(lung, parenchyma.hu.astype(np.float32) - expected, 0.0).astype(np.float32)
    columns: list[Floats] = [level[lung], (parenchyma.background[lung] - expected[lung]).astype(np.float32)]

    reaches = (NARROW_MM, WIDE_MM, FAR_MM)
    weights = [np.maximum(_average(weight, reach, parenchyma), 1e-6) for reach in reaches]

    def over(values: Floats, number: int) -> Floats:
        """Mean over the lung in the window `number`."""
        inside = np.where(lung, values, np.float32(0.0))
        return np.asarray(_average(inside, reaches[number], parenchyma) / weights[number], dtype=np.float32)

    means = [over(level, number) for number in range(3)]
    columns += [mean[lung] for mean in means]
    fine = [over(sums.variance, number) for number in (0, 1)]
    between = [np.maximum(over(level * level, number) - means[number] ** 2, 0.0) for number in (0, 1)]
    # The evenest of the lung shows what is noise, from voxel to voxel and from block to block.
    noise, grain = (float(np.percentile(one[lung], EVENEST)) for one in (fine[0], between[0]))
    columns += [_root((fine[n] + between[n])[lung] - noise - grain) for n in (0, 1)]
    columns += [_root(between[n][lung] - grain) for n in (0, 1)]
    columns += [_root(fine[1][lung] - noise)]
    columns += list(_levels(parenchyma, expected, lung).T)
    columns += [over(share, 1)[lung] for share in (sums.dark, sums.bright)]
    filled = np.where(lung, level, means[1]).astype(np.float32)
    for scale in (FINE_MM, BROAD_MM):
        columns += list(_curvature(filled, scale, parenchyma, lung).T)
    columns += [np.minimum(one[lung], DEEPEST_MM) for one in depth]
    thickness = volume.geometry.slice_thickness_mm or volume.geometry.spacing_mm[0]
    whole = (
        np.sqrt(noise), np.sqrt(grain), normal.mode, normal.spread,
        min(parenchyma.spacing_mm[0], 5.0), thickness, float(parenchyma.separate),
    )  # fmt: skip
    columns += [np.full(columns[0].shape, value, np.float32) for value in whole]
    return Features(table=np.stack(columns, axis=1).astype(np.float32), lung=lung)


def _root(variance: NDArray[np.floating]) -> Floats:
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    variance: Floats
    dark: Floats
    bright: Floats


def _block_sums(volume: Volume, lungs: LabelMap, parenchyma: Parenchyma) -> _Sums:
    part = tuple(
        slice(first, min(size, first + count * n))
        for first, count, n, size in zip(
            parenchyma.start, parenchyma.hu.shape, parenchyma.factor, volume.hu.shape, strict=True
        )
    )
    return _Sums(
        *_within(volume.hu[part], lungs.labels[part], np.array(parenchyma.factor), parenchyma.hu.shape)
    )


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _within(
    hu: NDArray[np.int16], labels: NDArray[np.uint8], factor: NDArray[np.int64], shape: tuple[int, int, int]
) -> tuple[Floats, Floats, Floats]:
    """Variance of the lung voxels within each block, and the shares of them that are dark and bright."""
    variance = np.zeros(shape, np.float32)
    dark = np.zeros(shape, np.float32)
    bright = np.zeros(shape, np.float32)
    fz, fy, fx = factor
    for k in numba.prange(shape[0]):
        for j in range(shape[1]):
            for i in range(shape[2]):
                count, total, square, low, high = 0, 0.0, 0.0, 0, 0
                for z in range(k * fz, min((k + 1) * fz, hu.shape[0])):
                    for y in range(j * fy, min((j + 1) * fy, hu.shape[1])):
                        for x in range(i * fx, min((i + 1) * fx, hu.shape[2])):
                            if labels[z, y, x]:
                                value = float(max(hu[z, y, x], -1024) + 800)
                                count += 1
                                total += value
                                square += value * value
                                low += value < DARK_HU + 800
                                high += value > BRIGHT_HU + 800
                if count:
                    if count > 1:
                        variance[k, j, i] = max(0.0, (square - total * total / count) / (count - 1))
                    dark[k, j, i] = low / count
                    bright[k, j, i] = high / count
    return variance, dark, bright


def _sizes(reach_mm: float, parenchyma: Parenchyma) -> list[int]:
    size = [2 * max(1, round(reach_mm / step)) + 1 for step in parenchyma.spacing_mm]
    if parenchyma.separate:
        size[0] = 1
    return size


def _average(values: Floats, reach_mm: float, parenchyma: Parenchyma) -> Floats:
    """Mean over a window; within its own slice where slices are apart."""
    found: Floats = ndimage.uniform_filter(values, _sizes(reach_mm, parenchyma), mode="constant")
    return found


def _levels(parenchyma: Parenchyma, expected: Floats, lung: Mask) -> Floats:
    """Percentiles of the blocks around each block, above normal lung: (blocks of lung, LEVELS) [HU]."""
    reach = np.array([size // 2 for size in _sizes(4.5, parenchyma)])
    found: Floats = _percentiles(parenchyma.hu, parenchyma.side, reach, np.array(LEVELS))
    return np.asarray(found[lung] - expected[lung][:, None], dtype=np.float32)


_BIN_HU = 16
_BINS = 80


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _percentiles(  # noqa: C901, PLR0912  # a compiled sliding histogram, which calls would slow
    hu: NDArray[np.int16], side: NDArray[np.uint8], reach: NDArray[np.int64], levels: NDArray[np.float64]
) -> Floats:
    nz, ny, nx = hu.shape
    rz, ry, rx = reach
    found = np.zeros((nz, ny, nx, levels.size), np.float32)
    for row in numba.prange(nz * ny):
        z, y = row // ny, row % ny
        first, last = -1, -1
        for x in range(nx):
            if side[z, y, x]:
                last = x
                if first < 0:
                    first = x
        if first < 0:
            continue
        histogram = np.zeros(_BINS + 1, np.int64)
        total = 0
        for x in range(first - rx, last + rx + 1):
            for step in (1, -1):
                at = x if step == 1 else x - 2 * rx - 1
                if at < 0 or at >= nx or at < first - rx:
                    continue
                for k in range(max(0, z - rz), min(nz, z + rz + 1)):
                    for j in range(max(0, y - ry), min(ny, y + ry + 1)):
                        if side[k, j, at]:
                            histogram[min(_BINS, max(0, (hu[k, j, at] + 1024) // _BIN_HU))] += step
                            total += step
            centre = x - rx
            if centre < first or centre > last or side[z, y, centre] == 0:
                continue
            seen, level = 0, 0
            for number in range(levels.size):
                wanted = levels[number] * total
                while level < _BINS and seen + histogram[level] < wanted:
                    seen += histogram[level]
                    level += 1
                part = (wanted - seen) / max(1, histogram[level])
                found[z, y, centre, number] = -1024.0 + (level + min(max(part, 0.0), 1.0)) * _BIN_HU
    return found


def _curvature(filled: Floats, scale_mm: float, parenchyma: Parenchyma, lung: Mask) -> Floats:
    """Eigenvalues of the Hessian, from the lowest, times the squared scale: (blocks of lung, 3) [HU]."""
    sigma = [scale_mm / step for step in parenchyma.spacing_mm]
    if parenchyma.separate:
        sigma[0] = 0.0
    smooth = ndimage.gaussian_filter(filled, sigma, truncate=3.0)
    steps = np.array(parenchyma.spacing_mm) / scale_mm
    if parenchyma.separate:
        steps[0] = 1e6
    found: Floats = _eigenvalues(smooth, np.argwhere(lung), steps)
    return found


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _eigenvalues(smooth: Floats, where: NDArray[np.int64], steps: NDArray[np.float64]) -> Floats:
    found = np.empty((where.shape[0], 3), np.float32)
    nz, ny, nx = smooth.shape
    for n in numba.prange(where.shape[0]):
        z, y, x = where[n]
        a, b = max(z - 1, 0), min(z + 1, nz - 1)
        c, d = max(y - 1, 0), min(y + 1, ny - 1)
        e, f = max(x - 1, 0), min(x + 1, nx - 1)
        middle = 2.0 * smooth[z, y, x]
        zz = (smooth[a, y, x] + smooth[b, y, x] - middle) / (steps[0] * steps[0])
        yy = (smooth[z, c, x] + smooth[z, d, x] - middle) / (steps[1] * steps[1])
        xx = (smooth[z, y, e] + smooth[z, y, f] - middle) / (steps[2] * steps[2])
        zy = (smooth[b, d, x] - smooth[b, c, x] - smooth[a, d, x] + smooth[a, c, x]) / (
            4 * steps[0] * steps[1]
        )
        zx = (smooth[b, y, f] - smooth[b, y, e] - smooth[a, y, f] + smooth[a, y, e]) / (
            4 * steps[0] * steps[2]
        )
        yx = (smooth[z, d, f] - smooth[z, d, e] - smooth[z, c, f] + smooth[z, c, e]) / (
            4 * steps[1] * steps[2]
        )
        # eigenvalues of a symmetric 3 × 3 matrix in closed form (Smith 1961)
        mean = (zz + yy + xx) / 3.0
        off = zy * zy + zx * zx + yx * yx
        spread = np.sqrt(((zz - mean) ** 2 + (yy - mean) ** 2 + (xx - mean) ** 2 + 2.0 * off) / 6.0)
        if spread < 1e-6:
            found[n, 0] = found[n, 1] = found[n, 2] = mean
            continue
        p, q, r = (zz - mean) / spread, (yy - mean) / spread, (xx - mean) / spread
        u, v, w = zy / spread, zx / spread, yx / spread
        half = 0.5 * (p * (q * r - w * w) - u * (u * r - w * v) + v * (u * w - q * v))
        angle = np.arccos(min(max(half, -1.0), 1.0)) / 3.0
        high = mean + 2.0 * spread * np.cos(angle)
        low = mean + 2.0 * spread * np.cos(angle + 2.0 * np.pi / 3.0)
        found[n, 0], found[n, 1], found[n, 2] = low, 3.0 * mean - high - low, high
    return found
