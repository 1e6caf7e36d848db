"""The order of axes in the file and in memory."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from breathline.dicom.series import Series, slice_normal
from breathline.errors import Problem, ScanError
from breathline.model.volume import Geometry, HounsfieldArray, StoredGrid

Number = TypeVar("Number", bound=np.generic)

MOST_OBLIQUE_DEG = 30.0


def slice_direction(series: Series) -> tuple[float, ...]:
    """Give the direction matrix, row by row, of slices stacked along their normal."""
    across, down = np.array(series.orientation[:3]), np.array(series.orientation[3:6])
    matrix = np.column_stack([across, down, np.array(slice_normal(series.orientation))])
    return tuple(float(item) for item in matrix.ravel())


def stored_grid(
    spacing: tuple[float, ...], origin: tuple[float, ...], direction: tuple[float, ...]
) -> StoredGrid:
    """Work out how a stored array lies in the body from what image files say about it.

    Parameters
    ----------
    spacing, origin, direction
        Along columns, rows and slices of the file; the direction matrix row by row (LPS) [mm].

    Raises
    ------
    ScanError
        If the axes are too oblique to say which is which.
    """
    matrix = np.array(direction).reshape(3, 3)
    world = [int(np.argmax(np.abs(matrix[:, column]))) for column in range(3)]
    straight = min(abs(float(matrix[world[column], column])) for column in range(3))
    if sorted(world) != [0, 1, 2] or straight < np.cos(np.radians(MOST_OBLIQUE_DEG)):
        message = "the slices are oblique to the body by more than 30°."
        raise ScanError([Problem(code="oblique", message=message, mend="Give an axial series.")])
    # World axis x, y, z is volume axis 2, 1, 0; file column c is stored array axis 2 - c.
    axes = [0, 0, 0]
    flipped = [False, False, False]
    for column in range(3):
        axes[2 - column] = 2 - world[column]
        flipped[2 - column] = bool(matrix[world[column], column] < 0)
    return StoredGrid(
        axes=(axes[0], axes[1], axes[2]),
        flipped=(flipped[0], flipped[1], flipped[2]),
        spacing_mm=(spacing[0], spacing[1], spacing[2]),
        origin_mm=(origin[0], origin[1], origin[2]),
        direction=tuple(float(item) for item in direction),
    )


def canonical_axes(
    stored: NDArray[np.int16],
    grid: StoredGrid,
    thickness_mm: float | None,
    positions_mm: tuple[float, ...] | None = None,
) -> tuple[HounsfieldArray, Geometry]:
    """Turn a stored array so that slices run from feet to head, rows to the back, columns to the left.

    Parameters
    ----------
    positions_mm
        Place of each slice of the stored array, rising [mm]; None if they are evenly spaced.
    """
    flips = tuple(axis for axis in range(3) if grid.flipped[axis])
    turned = np.flip(stored, flips) if flips else stored
    hu = np.ascontiguousarray(turned.transpose(np.argsort(grid.axes)))
    matrix = np.array(grid.direction).reshape(3, 3)
    corner = np.array(grid.origin_mm)
    spacing, direction = [0.0] * 3, [(0.0, 0.0, 0.0)] * 3
    for axis in range(3):
        step, unit = grid.spacing_mm[2 - axis], matrix[:, 2 - axis]
        if grid.flipped[axis]:
            places = positions_mm if positions_mm and axis == 0 else (0.0, step * (stored.shape[axis] - 1))
            corner = corner + unit * (places[-1] - places[0])
            unit = -unit
        spacing[grid.axes[axis]] = float(step)
        direction[grid.axes[axis]] = (float(unit[0]), float(unit[1]), float(unit[2]))
    geometry = Geometry(
        shape=(hu.shape[0], hu.shape[1], hu.shape[2]),
        spacing_mm=(spacing[0], spacing[1], spacing[2]),
        origin_mm=(float(corner[0]), float(corner[1]), float(corner[2])),
        direction=(direction[0], direction[1], direction[2]),
        slice_thickness_mm=thickness_mm,
        positions_mm=_from_first(positions_mm, grid.flipped[0]),
    )
    return hu, geometry


def _from_first(positions_mm: tuple[float, ...] | None, flipped: bool) -> tuple[float, ...] | None:
    """Count positions from the lowest slice of the body, whichever way the file ran."""
    if positions_mm is None:
        return None
    ends = positions_mm[-1 if flipped else 0]
    order = reversed(positions_mm) if flipped else positions_mm
    return tuple(abs(place - ends) for place in order)


def stored_axes(values: NDArray[Number], grid: StoredGrid) -> NDArray[Number]:
    """Turn what lies on the volume's axes back to those of the file."""
    turned = values.transpose(grid.axes)
    flips = tuple(axis for axis in range(3) if grid.flipped[axis])
    return np.ascontiguousarray(np.flip(turned, flips) if flips else turned)


def stored_slice(values: NDArray[Number], grid: StoredGrid) -> NDArray[Number]:
    """Turn one slice (rows, columns) to the rows and columns of a file whose planes are slices."""
    turned = values.transpose([axis - 1 for axis in grid.axes[1:]])
    flips = tuple(axis - 1 for axis in (1, 2) if grid.flipped[axis])
    return np.ascontiguousarray(np.flip(turned, flips) if flips else turned)
