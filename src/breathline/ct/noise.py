"""Noise of a scan: how strong it is, how fine its grain, and whether slices were made up between others."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from breathline.model.volume import Volume

PATCH_MM = 16.0
"""Side of the patches of soft tissue in which noise is measured [mm]."""
FEWEST_PATCHES = 12
FINEST_NEEDED_PER_MM = 0.55
"""The grain of sharp and soft kernels is told apart only by pixels that can show this frequency [1/mm]."""
MADE_UP = 0.15
"""A slice that differs from the mean of its neighbours by less than this share of the noise was computed from
them; slices of their own differ by 1.22 times the noise, half-overlapping ones by 0.6 (phantoms, shared scans)."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Noise in soft tissue; None where the scan shows too little of it, or pixels too wide.

    Parameters
    ----------
    hu
        Standard deviation of single voxels [HU].
    grain_per_mm
        Mean spatial frequency of the noise, each frequency weighed by its mean power [1/mm].
    made_up
        Share of the slices looked at that are the mean of their neighbours.
    repeated
        Share of the slices looked at that equal the one below.
    """

    hu: float | None
    grain_per_mm: float | None
    made_up: float
    repeated: float


def measure_noise(volume: Volume) -> Noise:
    """Measure the noise in the most even patches of soft tissue, slopes within a patch set aside."""
    pixel = volume.geometry.spacing_mm[2]
    size = max(12, 2 * round(PATCH_MM / 2 / pixel))
    count = volume.hu.shape[0]
    layers = np.unique((np.linspace(0.08, 0.92, 12) * (count - 1)).astype(int))
    parts = [_patches(volume.hu[layer].astype(np.float32), size) for layer in layers]
    patches = np.concatenate(parts)
    made_up, repeated = _computed_slices(volume, layers, size)
    if len(patches) < FEWEST_PATCHES:
        return Noise(hu=None, grain_per_mm=None, made_up=made_up, repeated=repeated)
    flat = _levelled(patches)
    spread = flat.std(axis=(1, 2))
    limit = float(np.percentile(spread, 40))  # vessels, fat and bone edges raise the others
    even = spread <= limit
    grain = _grain(flat[even], pixel) if 0.5 / pixel >= FINEST_NEEDED_PER_MM else None
    return Noise(hu=limit, grain_per_mm=grain, made_up=made_up, repeated=repeated)


def _cut(layer: FloatArray | NDArray[np.float32], size: int) -> NDArray[np.float32]:
    rows, columns = layer.shape[0] // size, layer.shape[1] // size
    cut = layer[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return np.asarray(cut.transpose(0, 2, 1, 3).reshape(-1, size, size), dtype=np.float32)


def _is_even(patches: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which patches hold soft tissue alone: their quarters agree."""
    half = patches.shape[1] // 2
    quarters = patches.reshape(-1, 2, half, 2, half).mean(axis=(2, 4)).reshape(-1, 4)
    middle = patches.mean(axis=(1, 2))
    return np.asarray(
        (middle > 0)
        & (middle < 140)
        & (np.ptp(quarters, axis=1) < 25)
        & (patches.min(axis=(1, 2)) > -400)
        & (patches.max(axis=(1, 2)) < 500)
    )


def _patches(layer: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    cut = _cut(layer, size)
    return cut[_is_even(cut)]


def _levelled(patches: NDArray[np.float32]) -> FloatArray:
    """Take a slope and a bend off each patch."""
    size = patches.shape[1]
    y, x = np.meshgrid(*[np.linspace(-1.0, 1.0, size)] * 2, indexing="ij")
    terms = np.stack(
        [np.ones(size * size), x.ravel(), y.ravel(), (x * y).ravel(), (x * x).ravel(), (y * y).ravel()]
    )
    flat = patches.reshape(len(patches), -1).astype(np.float64)
    return np.asarray((flat - flat @ np.linalg.pinv(terms) @ terms).reshape(patches.shape))


def _grain(flat: FloatArray, pixel: float) -> float:
    size = flat.shape[1]
    window = np.hanning(size)[:, None] * np.hanning(size)
    power = (np.abs(np.fft.rfft2(flat * window)) ** 2).mean(axis=0)
    radius = np.hypot(np.fft.fftfreq(size, pixel)[:, None], np.fft.rfftfreq(size, pixel)[None, :])
    edges = np.linspace(0.08, 0.5 / pixel, 10)
    middle = 0.5 * (edges[1:] + edges[:-1])
    ring = np.array([power[(radius >= a) & (radius < b)].mean() for a, b in pairwise(edges)])
    return float((ring * middle).sum() / ring.sum())


def _computed_slices(volume: Volume, layers: NDArray[np.int64], size: int) -> tuple[float, float]:
    """Give the shares of slices that are the mean of their neighbours, and that equal the one below."""
    if volume.geometry.is_interval or volume.hu.shape[0] < 8:
        return 0.0, 0.0
    made_up, repeated = [], []
    # Two neighbours at each place: where every second slice was computed, one of them is.
    for layer in np.unique(np.concatenate([layers, layers + 1]).clip(1, volume.hu.shape[0] - 2)):
        below, own, above = (_cut(volume.hu[layer + k].astype(np.float32), size) for k in (-1, 0, 1))
        even = _is_even(below) & _is_even(above)
        if even.sum() < 3:
            continue
        noise = float(np.median(_levelled(below[even]).std(axis=(1, 2))))
        rest = _levelled(own[even] - 0.5 * (below[even] + above[even])).std(axis=(1, 2))
        repeated.append(bool((own == below).all()))
        made_up.append(float(np.median(rest)) < MADE_UP * noise and not repeated[-1])
    if not made_up:
        return 0.0, 0.0
    return float(np.mean(made_up)), float(np.mean(repeated))
