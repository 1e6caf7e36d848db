"""Where slices lie, whether any is missing, and the order of axes in the file and in memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breathline.dicom.series import Series, slice_normal
from breathline.errors import Problem, ScanError, Severity
from breathline.model.volume import Geometry, HounsfieldArray, LabelArray, QualityFlag, StoredGrid

SAME_PLACE_MM = 0.01
MOST_OBLIQUE_DEG = 30.0


def check_spacing(series: Series) -> tuple[float, list[QualityFlag]]:
    """Give the distance between slices [mm], refusing a series with slices missing, doubled or out of line.

    Raises
    ------
    ScanError
        With the positions at which something is wrong.
    """
    if series.spacing_mm is None or len(series.positions_mm) != series.n_slices:
        message = "the headers do not say where the slices lie (pixel spacing or image position is missing)."
        mend = "Export the scan again with its geometry."
        raise ScanError([Problem(code="no_geometry", message=message, mend=mend, file=series.place)])
    positions = np.array(series.positions_mm)
    gaps = np.diff(positions)
    _refuse_doubled(series, positions, gaps)
    _refuse_out_of_line(series)
    step = float(np.median(gaps))
    off = np.abs(gaps - step)
    if np.any(off > 0.1 * step + 0.05):
        raise ScanError(_gap_problems(series, positions, gaps, step))
    return float(gaps.mean()), _tilt_notes(series)


def _refuse_doubled(series: Series, positions: NDArray[np.float64], gaps: NDArray[np.float64]) -> None:
    doubled = positions[1:][gaps < SAME_PLACE_MM]
    if not doubled.size:
        return
    places = ", ".join(f"{place:g}" for place in doubled[:3])
    message = (
        f"{doubled.size} positions hold more than one slice (the first at {places} mm): two series are mixed "
        "and nothing in their headers tells them apart."
    )
    mend = "Put each series in a folder of its own."
    raise ScanError([Problem(code="mixed_series", message=message, mend=mend, file=series.place)])


def _refuse_out_of_line(series: Series) -> None:
    """Slices of one scan lie on a straight line; those of two scans do not."""
    origins = np.array(series.origins_mm)
    positions = np.array(series.positions_mm)
    fit = np.polynomial.polynomial.polyfit(positions, origins, 1)
    straight = fit[0] + positions[:, None] * fit[1]
    off = np.linalg.norm(origins - straight, axis=1)
    if off.max() <= 2.0:
        return
    worst = positions[int(off.argmax())]
    message = (
        f"the slices do not lie on one line: the one at {worst:g} mm lies {off.max():.1f} mm beside it, "
        "as if two series were mixed."
    )
    mend = "Put each series in a folder of its own."
    raise ScanError([Problem(code="mixed_series", message=message, mend=mend, file=series.place)])


def _gap_problems(
    series: Series, positions: NDArray[np.float64], gaps: NDArray[np.float64], step: float
) -> list[Problem]:
    problems = []
    for number in np.flatnonzero(np.abs(gaps - step) > 0.1 * step + 0.05):
        low, high, times = positions[number], positions[number + 1], gaps[number] / step
        whole = round(times)
        if whole >= 2 and abs(times - whole) < 0.15:
            count = f"{whole - 1} slice{'s are' if whole > 2 else ' is'} missing"
            message = f"{count} between {low:g} and {high:g} mm (slices lie {step:g} mm apart)."
            mend = "Export the whole series again."
            problems.append(Problem(code="missing_slice", message=message, mend=mend, file=series.place))
    if problems:
        return problems
    message = f"slices lie between {gaps.min():g} and {gaps.max():g} mm apart, without a regular order."
    mend = "Give one regular series: parts of two may be mixed."
    return [Problem(code="irregular_slices", message=message, mend=mend, file=series.place)]


def _tilt_notes(series: Series) -> list[QualityFlag]:
    along = np.array(series.origins_mm[-1]) - np.array(series.origins_mm[0])
    normal = np.array(slice_normal(series.orientation))
    cosine = abs(float(np.dot(along, normal))) / max(float(np.linalg.norm(along)), 1e-9)
    degrees = float(np.degrees(np.arccos(min(1.0, cosine))))
    if degrees < 0.5:
        return []
    message = f"The gantry was tilted by {degrees:.0f}°; volumes are computed along the slice normal."
    return [QualityFlag(code="gantry_tilt", severity=Severity.NOTE, message=message)]


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
    stored: NDArray[np.int16], grid: StoredGrid, thickness_mm: float | None
) -> tuple[HounsfieldArray, Geometry]:
    """Turn a stored array so that slices run from feet to head, rows to the back, columns to the left."""
    flips = tuple(axis for axis in range(3) if grid.flipped[axis])
    turned = np.flip(stored, flips) if flips else stored
    hu = np.ascontiguousarray(turned.transpose(np.argsort(grid.axes)))
    matrix = np.array(grid.direction).reshape(3, 3)
    corner = np.array(grid.origin_mm)
    spacing, direction = [0.0] * 3, [(0.0, 0.0, 0.0)] * 3
    for axis in range(3):
        step, unit = grid.spacing_mm[2 - axis], matrix[:, 2 - axis]
        if grid.flipped[axis]:
            corner = corner + unit * step * (stored.shape[axis] - 1)
            unit = -unit
        spacing[grid.axes[axis]] = float(step)
        direction[grid.axes[axis]] = (float(unit[0]), float(unit[1]), float(unit[2]))
    geometry = Geometry(
        shape=(hu.shape[0], hu.shape[1], hu.shape[2]),
        spacing_mm=(spacing[0], spacing[1], spacing[2]),
        origin_mm=(float(corner[0]), float(corner[1]), float(corner[2])),
        direction=(direction[0], direction[1], direction[2]),
        slice_thickness_mm=thickness_mm,
    )
    return hu, geometry


def stored_axes(labels: LabelArray, grid: StoredGrid) -> LabelArray:
    """Turn labels on the volume's axes back to those of the file."""
    turned = labels.transpose(grid.axes)
    flips = tuple(axis for axis in range(3) if grid.flipped[axis])
    return np.ascontiguousarray(np.flip(turned, flips) if flips else turned)
