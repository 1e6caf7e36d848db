"""The normal lung of one patient: its density, its spread, and how it rises towards the couch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.patterns.parenchyma import Parenchyma

NORMAL_RANGE_HU = (-950.0, -780.0)
"""Normal lung of a full breath lies here; a denser mode means that most of the lung is ill [HU]."""
STEEPEST_GRAVITY = 15.0
"""Steepest rise of normal density towards the couch that is taken for gravity: slight at a full breath
(millar_1989), up to 200 HU between the front and the back third of a lung that breathes quietly (robinson_1979)
[HU/cm]."""
FEWEST_BANDS, FEWEST_VALUES = 4, 200
"""Bands of 10 mm, and values in each, from which the rise is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """The normal lung of one patient.

    Parameters
    ----------
    mode
        Most frequent density of the lung between vessels, at `row` [HU].
    spread
        Standard deviation of normal lung, from the side on which there is no disease [HU].
    slope
        Rise of density per row towards the back; below 0 in a patient who lies prone [HU].
    """

    mode: float
    spread: float
    slope: float
    row: float

    def at_row(self, row: NDArray[np.float64]) -> NDArray[np.float64]:
        """Density expected at some rows [HU]."""
        return self.mode + self.slope * (row - self.row)

    def at(self, rows: int) -> NDArray[np.float32]:
        """Density expected at each row, shaped to broadcast over (slices, rows, columns) [HU]."""
        line = self.mode + self.slope * (np.arange(rows) - self.row)
        return line.astype(np.float32)[None, :, None]


def find_normal(parenchyma: Parenchyma) -> Normal:
    """Find the patient's normal lung density, its spread and its gravity gradient."""
    lung = (parenchyma.side > 0) & (parenchyma.bright < 0.3)
    values = parenchyma.background[lung].astype(np.float64)
    layers, rows, _ = np.nonzero(lung)
    slope = _gravity(values, layers, rows, parenchyma.spacing_mm[1])
    row = float(np.median(rows)) if rows.size else 0.0
    level = values - slope * (rows - row)
    histogram = np.bincount(np.clip((level + 1024) / 4.0, 0, 255).astype(int), minlength=256)
    smooth = ndimage.gaussian_filter1d(histogram.astype(float), 3.0)
    mode = float(np.clip(smooth.argmax() * 4.0 - 1022.0, *NORMAL_RANGE_HU))
    below = mode - level[level < mode]
    spread = 1.4826 * float(np.median(below)) if below.size else 30.0
    return Normal(mode=mode, spread=float(np.clip(spread, 15.0, 50.0)), slope=slope, row=row)


def _gravity(
    values: NDArray[np.float64], layers: NDArray[np.int64], rows: NDArray[np.int64], row_mm: float
) -> float:
    """Rise of density towards the back [HU a row]: the flatter of those in the upper and the lower half.

    Gravity acts on both; disease at the back of the bases makes only the lower half steeper.
    """
    low = layers < np.median(layers) if layers.size else np.zeros(0, bool)
    slopes = [one for half in (low, ~low) if (one := _rise(values[half], rows[half], row_mm)) is not None]
    if not slopes or min(slopes) * max(slopes) < 0:
        return 0.0
    steepest = STEEPEST_GRAVITY * row_mm / 10.0
    return float(np.clip(min(slopes, key=abs), -steepest, steepest))


def _rise(values: NDArray[np.float64], rows: NDArray[np.int64], row_mm: float) -> float | None:
    """Slope of the lower third of densities from front to back [HU a row] (Theil and Sen); none of too few bands."""
    bands = rows // max(1, round(10.0 / row_mm))
    told = [mine for band in np.unique(bands) if (mine := bands == band).sum() > FEWEST_VALUES]
    if len(told) < FEWEST_BANDS:
        return None
    x = np.array([rows[mine].mean() for mine in told])
    y = np.array([np.percentile(values[mine], 30) for mine in told])
    i, j = np.triu_indices(x.size, 1)
    return float(np.median((y[j] - y[i]) / (x[j] - x[i])))
