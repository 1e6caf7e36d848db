"""The lungs as the network sees them: sheets of square cells of one size, whatever the scan's own grid.

A sheet is the mean of the slices within about 2.4 mm, a cell the mean of the lung voxels within 1.2 mm: fine enough
for a mesh of fibrosis, coarse enough to quieten a thin and noisy slice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.patterns.normal import Normal
from breathline.model.volume import LabelMap, Volume

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

CELL_MM = 1.2
"""Width of a cell: half a line and a quarter of a mesh of fibrosis [mm]."""
SHEET_MM = 2.4
"""Slices thinner than this are averaged to about it [mm]."""
HIGHEST_HU = 200
DEEPEST_MM = 30.0
MARGIN_MM = 6.0
"""Empty cells around the lungs, so that their edge is not the picture's [mm]."""
AROUND = (-2, -1, 0, 1, 2)
"""Sheets shown, by their distance."""
CHANNELS = ("two_below", "below", "here", "above", "two_above", "normal", "depth", "lung", "noise")
"""What the network is given of each cell: density of this sheet and of those around it, what normal lung has there,
distance to the pleura, share of lung, and the noise of the scan."""
SCALE_HU = 200.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheets:
    """Cells of lung, and where they lie in the volume.

    Parameters
    ----------
    hu
        (sheets, rows, columns): mean of the lung voxels of a cell, 0 where there are none [HU].
    lung
        Share of the cell that is lung.
    depth
        Distance to the pleura within the sheet [mm].
    normal
        (rows,): density that normal lung of this patient has in a row [HU].
    noise
        Unevenness of the evenest lung from cell to cell [HU].
    first, layers
        First slice, and slices in a sheet.
    row, column
        Cell of each row and column of the volume; −1 where there is none.
    separate
        Sheets are slices with gaps between: their neighbours tell nothing.
    """

    hu: Floats
    lung: Floats
    depth: Floats
    normal: Floats
    noise: float
    first: int
    layers: int
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    spacing_mm: tuple[float, float, float]
    separate: bool

    @property
    def inside(self) -> Mask:
        """Cells that count as lung."""
        return np.asarray(self.lung >= 0.5)


def read_sheets(volume: Volume, lungs: LabelMap, normal: Normal, normal_rows: tuple[int, int]) -> Sheets:
    """Lay the lungs out in sheets.

    Parameters
    ----------
    normal, normal_rows
        The patient's normal lung, and the first row and the rows per step of the grid on which it was found.
    """
    geometry = volume.geometry
    dz, dy, dx = geometry.spacing_mm
    layers = 1 if geometry.is_interval else max(1, round(SHEET_MM / dz))
    used = np.flatnonzero(lungs.labels.any(axis=(1, 2)))
    tall = slice(int(used[0]), int(used[-1]) + 1)
    flat = lungs.labels[tall].max(axis=0) > 0
    rows, columns = _cells(flat.any(axis=1), dy), _cells(flat.any(axis=0), dx)
    hu, lung = _averaged(volume.hu[tall], lungs.labels[tall], layers, rows, columns)
    inside = lung >= 0.5
    depth = np.stack([_depth(sheet) for sheet in inside])
    start, step = normal_rows
    expected = normal.at_row((_middles(rows) - start) / step).astype(np.float32)
    return Sheets(
        hu=hu,
        lung=lung,
        depth=depth,
        normal=expected,
        noise=_noise(hu, inside),
        first=tall.start,
        layers=layers,
        row=rows,
        column=columns,
        spacing_mm=(dz * layers, CELL_MM, CELL_MM),
        separate=geometry.is_interval,
    )


def _cells(used: Mask, step_mm: float) -> NDArray[np.int64]:
    """Cell of each row (or column): cells of `CELL_MM` from a margin before the first used one."""
    where = np.flatnonzero(used)
    middle = (np.arange(used.size) - where[0] + 0.5) * step_mm + MARGIN_MM
    count = int(np.ceil(((where[-1] - where[0] + 1) * step_mm + 2 * MARGIN_MM) / CELL_MM))
    found: NDArray[np.int64] = np.floor(middle / CELL_MM).astype(np.int64)
    found[(found < 0) | (found >= count)] = -1
    return found


def _rows_of(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """(cells, 2): first row of each cell and the one after its last; cells narrower than a row take the nearest."""
    count = int(cells.max()) + 1 + round(MARGIN_MM / CELL_MM)
    used = np.flatnonzero(cells >= 0)
    own = cells[used]
    first, last = (
        np.searchsorted(own, np.arange(count), "left"),
        np.searchsorted(own, np.arange(count), "right"),
    )
    nearest = np.array([np.abs(own - cell).argmin() for cell in range(count)])
    empty = first == last
    return np.stack([used[np.where(empty, nearest, np.minimum(first, own.size - 1))],
                     used[np.where(empty, nearest, last - 1)] + 1], axis=1)  # fmt: skip


def _middles(cells: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(_rows_of(cells).sum(axis=1) - 1, dtype=np.float64) / 2.0


def _averaged(
    hu: NDArray[np.int16],
    labels: NDArray[np.uint8],
    layers: int,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
) -> tuple[Floats, Floats]:
    """Mean of the lung voxels of every cell, and the share of the cell that is lung."""
    down, across = _rows_of(rows), _rows_of(columns)
    shape = (-(-hu.shape[0] // layers), len(down), len(across))
    mean, share = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    _average(hu, labels, layers, down, across, mean, share)
    return mean, share


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _average(
    hu: NDArray[np.int16],
    labels: NDArray[np.uint8],
    layers: int,
    down: NDArray[np.int64],
    across: NDArray[np.int64],
    mean: Floats,
    share: Floats,
) -> None:
    """Take the mean and the share of the lung voxels of each cell; sums are of whole numbers, so exact."""
    for sheet in numba.prange(mean.shape[0]):
        first, last = sheet * layers, min((sheet + 1) * layers, hu.shape[0])
        for j in range(down.shape[0]):
            for i in range(across.shape[0]):
                total, lung = 0, 0
                for z in range(first, last):
                    for y in range(down[j, 0], down[j, 1]):
                        for x in range(across[i, 0], across[i, 1]):
                            if labels[z, y, x]:
                                total += min(max(hu[z, y, x], -1024), HIGHEST_HU)
                                lung += 1
                if lung:
                    size = (last - first) * (down[j, 1] - down[j, 0]) * (across[i, 1] - across[i, 0])
                    mean[sheet, j, i] = np.float32(total) / np.float32(lung)
                    share[sheet, j, i] = np.float32(lung) / np.float32(size)


def _depth(inside: Mask) -> Floats:
    if not inside.any():
        return np.zeros(inside.shape, np.float32)
    return np.minimum(ndimage.distance_transform_edt(inside) * CELL_MM, DEEPEST_MM).astype(np.float32)


def _noise(hu: Floats, inside: Mask) -> float:
    """Unevenness of the evenest twentieth of the lung from cell to cell [HU]."""
    core = ndimage.binary_erosion(inside, np.ones((1, 3, 3), bool))
    if not core.any():
        return 0.0
    mean = ndimage.uniform_filter(hu, (1, 3, 3))
    square = ndimage.uniform_filter(hu * hu, (1, 3, 3))
    return float(np.sqrt(np.percentile(np.maximum(square - mean * mean, 0.0)[core], 5.0)))


def channels(sheets: Sheets, number: int) -> Floats:
    """Give what the network is shown of one sheet: (`CHANNELS`, rows, columns)."""
    last = sheets.hu.shape[0] - 1
    normal = np.broadcast_to(sheets.normal[:, None], sheets.hu.shape[1:])
    lung = sheets.lung[number]
    given = np.empty((len(CHANNELS), *lung.shape), np.float32)
    for place, away in enumerate(AROUND):
        sheet = number if sheets.separate else min(max(number + away, 0), last)
        given[place] = np.where(sheets.lung[sheet] > 0, sheets.hu[sheet] - normal, 0.0) / SCALE_HU
    given[len(AROUND) :] = (
        np.where(lung > 0, normal + 850.0, 0.0) / SCALE_HU,
        sheets.depth[number] / DEEPEST_MM,
        lung,
        np.where(lung > 0, sheets.noise, 0.0) / 50.0,
    )
    return given
