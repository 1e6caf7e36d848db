"""What a scanner makes of a chest: the kernel's blur or edge enhancement, and noise of the kernel's grain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy import fft

from breathline.phantom.compiled import FloatArray
from breathline.phantom.look import look_of
from breathline.phantom.spec import PhantomSpec

WATER_PER_MM = 0.0192
"""Linear attenuation of water at the mean energy of 120 kVp [1/mm]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """A reconstruction kernel: its point spread and the grain and size of its noise.

    Parameters
    ----------
    blur_mm
        Standard deviation of the Gaussian point spread [mm].
    edge, edge_mm
        How much of a wider Gaussian is taken away to raise edges, and its standard deviation [mm].
    noise_hu
        Noise in the middle of a slim chest at 100 mAs and 1 mm [HU].
    peak_per_mm
        Spatial frequency at which the noise is strongest [1/mm].
    """

    name: str
    blur_mm: float
    edge: float
    edge_mm: float
    noise_hu: float
    peak_per_mm: float


KERNELS: Mapping[str, Kernel] = MappingProxyType(
    {
        "soft": Kernel(name="B30f", blur_mm=0.55, edge=0.0, edge_mm=1.0, noise_hu=21.0, peak_per_mm=0.25),
        "sharp": Kernel(name="B70f", blur_mm=0.34, edge=0.45, edge_mm=0.75, noise_hu=68.0, peak_per_mm=0.6),
    }
)


@dataclass(frozen=True, slots=True)
class Scanner:
    """Filters of one acquisition, on the frequencies of its slices."""

    blur: FloatArray
    grain: FloatArray
    streaks: FloatArray
    sigma_hu: float
    pixel_mm: float


def set_up(spec: PhantomSpec) -> Scanner:
    """Prepare the filters of an acquisition."""
    kernel, look = KERNELS[spec.kernel], look_of(spec.variety)
    fy = fft.fftfreq(spec.matrix, spec.pixel_mm)[:, None]
    fx = fft.rfftfreq(spec.matrix, spec.pixel_mm)[None, :]
    radius = np.hypot(fx, fy)

    def gaussian(width: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.asarray(np.exp(-2 * (np.pi * width * radius) ** 2))

    edge = kernel.edge * look.edge
    blur = (1 + edge) * gaussian(kernel.blur_mm * look.blur) - edge * gaussian(kernel.edge_mm * look.blur)
    power = radius * np.exp(-((radius / (kernel.peak_per_mm * look.grain)) ** 2))
    grain = np.sqrt(power)
    streaks = np.sqrt(power * np.exp(-((fx / 0.07) ** 2)))
    sigma = look.noise * kernel.noise_hu * np.sqrt(100.0 / spec.dose_mas / max(spec.thickness_mm, 0.3))
    return Scanner(
        blur.astype(np.float32),
        _unit(grain, spec.matrix),
        _unit(streaks, spec.matrix),
        float(sigma),
        spec.pixel_mm,
    )


def _unit(shape: np.ndarray[tuple[int, ...], np.dtype[np.float64]], matrix: int) -> FloatArray:
    """Scale a filter so that white noise of deviation 1 keeps deviation 1."""
    twice = shape[:, 1 : (matrix + 1) // 2]  # frequencies of which only one sign is kept
    full = np.concatenate([shape, twice], axis=1)
    return np.asarray(shape / np.sqrt(np.mean(full**2)), dtype=np.float32)


def blurred(scanner: Scanner, plane: FloatArray) -> FloatArray:
    """Give a slice as the kernel shows it [HU]."""
    return np.asarray(fft.irfft2(fft.rfft2(plane) * scanner.blur, s=plane.shape), dtype=np.float32)


def noisy(scanner: Scanner, plane: FloatArray, random: np.random.Generator) -> FloatArray:
    """Add noise to a slice, more where rays pass through more of the body [HU]."""
    rows, columns = _attenuation(plane, scanner.pixel_mm)
    even = np.sqrt(0.5 * (rows[:, None] + columns[None, :]))
    side = np.sqrt(np.clip(rows - np.median(columns[columns.size // 4 : -columns.size // 4]), 0, None) * 0.25)
    white = random.standard_normal(plane.shape, dtype=np.float32)
    spectrum = fft.rfft2(white)
    grain = fft.irfft2(spectrum * scanner.grain, s=plane.shape)
    noise = grain * even
    if side.max() > 0.3:
        noise = noise + fft.irfft2(spectrum[::-1] * scanner.streaks, s=plane.shape) * side[:, None]
    return np.asarray(plane + scanner.sigma_hu * noise, dtype=np.float32)


def _attenuation(plane: FloatArray, pixel_mm: float) -> tuple[FloatArray, FloatArray]:
    """Variance that rays along each row and each column bring, 1 for 220 mm of water."""
    density = np.clip(plane + 1000.0, 0, 2500) / 1000.0
    across = density.sum(axis=1) * pixel_mm
    along = density.sum(axis=0) * pixel_mm
    low = np.exp(-220.0 * WATER_PER_MM)
    rows = np.exp(0.55 * WATER_PER_MM * across) * low**0.55
    columns = np.exp(0.55 * WATER_PER_MM * along) * low**0.55
    return rows.astype(np.float32), columns.astype(np.float32)
