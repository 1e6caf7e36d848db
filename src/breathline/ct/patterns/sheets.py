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
CHANNELS = ("below", "here", "above", "normal", "depth", "lung", "noise")
"""What the network is given of each cell: density of this sheet and its neighbours, what normal lung has there,
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
    down, across = _weights(rows), _weights(columns).T.copy()
    hu, lung = _averaged(volume.hu[tall], lungs.labels[tall], layers, rows, columns, down, across)
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
    found = np.floor(middle / CELL_MM).astype(np.int64)
    found[(found < 0) | (found >= count)] = -1
    return found


def _weights(cells: NDArray[np.int64]) -> Floats:
    """(cells, rows): 1 where a row lies in a cell; cells narrower than a row take the row they lie in."""
    count = int(cells.max()) + 1 + round(MARGIN_MM / CELL_MM)
    weights = np.zeros((count, cells.size), np.float32)
    used = np.flatnonzero(cells >= 0)
    weights[cells[used], used] = 1.0
    empty = np.flatnonzero(weights.sum(axis=1) == 0)
    for cell in empty:
        weights[cell, used[np.abs(cells[used] - cell).argmin()]] = 1.0
    return weights


def _middles(cells: NDArray[np.int64]) -> NDArray[np.float64]:
    weights = _weights(cells)
    return np.asarray(weights @ np.arange(cells.size) / weights.sum(axis=1), dtype=np.float64)


def _averaged(
    hu: NDArray[np.int16],
    labels: NDArray[np.uint8],
    layers: int,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    down: Floats,
    across: Floats,
) -> tuple[Floats, Floats]:
    """Mean of the lung voxels of every cell, and the share of the cell that is lung."""
    part = (slice(*_ends(rows)), slice(*_ends(columns)))
    down, across = down[:, part[0]], across[part[1]]
    every = np.outer(down.sum(axis=1), across.sum(axis=0))
    count = -(-hu.shape[0] // layers)
    total = np.zeros((count, *every.shape), np.float32)
    share = np.zeros_like(total)
    for number in range(count):
        first, last = number * layers, min((number + 1) * layers, hu.shape[0])
        value, weight = _sums(hu[first:last, part[0], part[1]], labels[first:last, part[0], part[1]])
        lung = down @ weight @ across
        total[number] = np.divide(down @ value @ across, lung, out=np.zeros_like(lung), where=lung > 0)
        share[number] = lung / (every * (last - first))
    return total, share


def _ends(cells: NDArray[np.int64]) -> tuple[int, int]:
    used = np.flatnonzero(cells >= 0)
    return int(used[0]), int(used[-1]) + 1


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _sums(hu: NDArray[np.int16], labels: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Sum of the lung's density, and number of its voxels, over the slices of a sheet."""
    value = np.zeros(hu.shape[1:], np.float32)
    weight = np.zeros(hu.shape[1:], np.float32)
    for z in range(hu.shape[0]):
        for y in range(hu.shape[1]):
            for x in range(hu.shape[2]):
                if labels[z, y, x]:
                    value[y, x] += min(max(hu[z, y, x], -1024), HIGHEST_HU)
                    weight[y, x] += 1.0
    return value, weight


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
    """What the network is given of one sheet: (`CHANNELS`, rows, columns)."""
    last = sheets.hu.shape[0] - 1
    beside = (number, number) if sheets.separate else (max(0, number - 1), min(last, number + 1))
    normal = np.broadcast_to(sheets.normal[:, None], sheets.hu.shape[1:])
    lung = sheets.lung[number]
    given = np.empty((len(CHANNELS), *lung.shape), np.float32)
    for place, sheet in enumerate((beside[0], number, beside[1])):
        given[place] = np.where(sheets.lung[sheet] > 0, sheets.hu[sheet] - normal, 0.0) / SCALE_HU
    given[3] = np.where(lung > 0, normal + 850.0, 0.0) / SCALE_HU
    given[4] = sheets.depth[number] / DEEPEST_MM
    given[5] = lung
    given[6] = np.where(lung > 0, sheets.noise, 0.0) / 50.0
    return given
