"""Where the tissue of one scan lies in a later one, and how far that can be believed."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from breathline.ct.align.lattice import FloatArray, Vector, world_axes
from breathline.ct.align.register import Field
from breathline.model.ct_change import LungQuality
from breathline.model.volume import Geometry, LabelArray, LabelMap, QualityFlag, Step


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LungAlignment:
    """One lung laid on itself.

    Parameters
    ----------
    code
        Code of the lung in the label maps.
    field
        Displacement at the centres of cells.
    jacobian
        Volume in the follow-up of a unit of volume in the baseline, at the same centres.
    doubtful
        Cells whose displacement is not believed.
    """

    code: int
    field: Field
    jacobian: FloatArray
    doubtful: NDArray[np.bool_]
    quality: LungQuality


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alignment:
    """Where each place of the baseline's lungs lies in the follow-up.

    Displacements stand at the centres of cells 6 mm wide, one lattice a lung, and are interpolated between them slice
    by slice (`displacement_in_slice`): the field is never held at full resolution. Outside the lungs nothing is
    aligned.

    Parameters
    ----------
    baseline_lungs
        Lungs of the baseline; their geometry is the grid that displacements are given on.
    followup_geometry
        Grid of the follow-up.
    match_mm
        Of an interval follow-up: how far from one of its slices tissue may lie to be compared with it; None where the
        follow-up is a whole volume [mm].
    doubtful_regions
        Share of each of the twelve regions that is not believed, where it is more than is tolerated [%].
    """

    baseline_lungs: LabelMap
    followup_geometry: Geometry
    match_mm: float | None = None
    lungs: tuple[LungAlignment, ...]
    doubtful_regions: dict[str, float]
    flags: tuple[QualityFlag, ...]
    steps: tuple[Step, ...]


def displacement_in_slice(alignment: Alignment, number: int) -> FloatArray:
    """Give the displacement of each voxel of a baseline slice.

    Returns
    -------
    FloatArray
        (rows, columns, 3): from the voxel to the same tissue in the follow-up, x, y, z in LPS [mm]; zero outside the
        lungs, where nothing is aligned.
    """
    labels = alignment.baseline_lungs.labels[number]
    found = np.zeros((*labels.shape, 3), dtype=np.float32)
    for lung in alignment.lungs:
        _fill(alignment, lung, number, lung.field.displacement, found)
    return found[..., ::-1]


def jacobian_in_slice(alignment: Alignment, number: int) -> FloatArray:
    """Give the volume in the follow-up of a unit of volume at each voxel of a baseline slice; 1 outside the lungs.

    Returns
    -------
    FloatArray
        (rows, columns): above 1 where the lung holds more air in the follow-up.
    """
    labels = alignment.baseline_lungs.labels[number]
    found = np.ones((*labels.shape, 1), dtype=np.float32)
    for lung in alignment.lungs:
        _fill(alignment, lung, number, lung.jacobian[..., None], found)
    return found[..., 0]


def component_in_slice(alignment: Alignment, number: int, axis: int) -> FloatArray:
    """Give one component of `displacement_in_slice`: x (0), y (1) or z (2) [mm]."""
    labels = alignment.baseline_lungs.labels[number]
    found = np.zeros((*labels.shape, 1), dtype=np.float32)
    for lung in alignment.lungs:
        _fill(alignment, lung, number, lung.field.displacement, found, first=2 - axis)
    return found[..., 0]


def places_in_slice(alignment: Alignment, number: int) -> FloatArray:
    """Give where the tissue of each voxel of a baseline slice lies, in the follow-up's (slice, row, column).

    Outside the lungs, where nothing is aligned, it is 0.
    """
    moved = displacement_in_slice(alignment, number)[..., ::-1]
    matrix, offset = world_axes(alignment.baseline_lungs.geometry)
    to_matrix, to_offset = world_axes(alignment.followup_geometry)
    start = matrix[:, 0] * _counted(alignment.baseline_lungs.geometry, number) + offset - to_offset
    found = np.zeros_like(moved)
    _land(
        moved,
        alignment.baseline_lungs.labels[number],
        start,
        matrix[:, 1:].copy(),
        np.linalg.inv(to_matrix),
        found,
    )
    return found


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _land(
    moved: FloatArray, labels: LabelArray, start: Vector, along: NDArray[np.float64], back: NDArray[np.float64],
    found: FloatArray,
) -> None:  # fmt: skip
    """Turn displacements of the lungs' voxels into voxels of the other scan."""
    for r in range(labels.shape[0]):
        for c in range(labels.shape[1]):
            if labels[r, c] == 0:
                continue
            z = moved[r, c, 0] + start[0] + r * along[0, 0] + c * along[0, 1]
            y = moved[r, c, 1] + start[1] + r * along[1, 0] + c * along[1, 1]
            x = moved[r, c, 2] + start[2] + r * along[2, 0] + c * along[2, 1]
            for n in range(3):
                found[r, c, n] = back[n, 0] * z + back[n, 1] * y + back[n, 2] * x


def _counted(geometry: Geometry, number: int) -> float:
    return float(geometry.heights_mm[number] / geometry.spacing_mm[0])


def slice_met(geometry: Geometry, along: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
    """Give the nearest slice to places counted as `world_axes` does, and how far off it lies [mm]."""
    heights = geometry.heights_mm
    places = along * geometry.spacing_mm[0]
    middles = (heights[1:] + heights[:-1]) / 2
    nearest = np.searchsorted(middles, places)
    return nearest, np.asarray(np.abs(places - heights[nearest]), dtype=np.float32)


def matched_in_slice(alignment: Alignment, places: FloatArray) -> NDArray[np.bool_]:
    """Tell which places in the follow-up lie on one of its slices, or near enough; all do in a whole volume."""
    if alignment.match_mm is None:
        return np.ones(places.shape[:2], dtype=np.bool_)
    return np.asarray(slice_met(alignment.followup_geometry, places[..., 0])[1] <= alignment.match_mm)


def believed_in_slice(alignment: Alignment, number: int) -> NDArray[np.bool_]:
    """Tell where in a baseline slice the displacement is believed, and leads to tissue that the follow-up shows.

    Nowhere outside the lungs.
    """
    labels = alignment.baseline_lungs.labels[number]
    found = np.zeros((*labels.shape, 1), dtype=np.float32)
    for lung in alignment.lungs:
        _fill(alignment, lung, number, (~lung.doubtful).astype(np.float32)[..., None], found)
    believed = np.asarray(found[..., 0] > 0.5)
    if alignment.match_mm is not None and believed.any():
        believed &= matched_in_slice(alignment, places_in_slice(alignment, number))
    return believed


def jacobian_of(field: Field) -> FloatArray:
    """Give the determinant of the displacement's gradient, plus identity, at the centres of the cells."""
    slopes = np.empty((*field.cells.shape, 3, 3), dtype=np.float64)
    for axis in range(3):
        slopes[..., axis] = _slope(field, axis)
    slopes += np.eye(3)
    return np.asarray(np.linalg.det(slopes), dtype=np.float32)


def _slope(field: Field, axis: int) -> NDArray[np.float64]:
    """Slope along an axis between neighbours that are lung, from both sides where there are both."""
    moved = np.moveaxis(field.displacement, axis, 0)
    cells = np.moveaxis(field.cells, axis, 0)
    ahead = np.zeros(moved.shape)
    known = np.zeros(cells.shape)
    ahead[:-1] = np.where((cells[1:] & cells[:-1])[..., None], moved[1:] - moved[:-1], 0.0)
    known[:-1] = cells[1:] & cells[:-1]
    total, count = ahead.copy(), known.copy()
    total[1:] += ahead[:-1]
    count[1:] += known[:-1]
    slope = total / np.maximum(count, 1.0)[..., None] / field.step_mm
    return np.asarray(np.moveaxis(slope, 0, axis))


def _fill(
    alignment: Alignment,
    lung: LungAlignment,
    number: int,
    values: FloatArray,
    found: FloatArray,
    first: int = 0,
) -> None:
    matrix, offset = world_axes(alignment.baseline_lungs.geometry)
    at = _counted(alignment.baseline_lungs.geometry, number)
    start = matrix[:, 0] * at + offset - lung.field.origin_mm
    _interpolate(
        values, start / lung.field.step_mm, matrix[:, 1:] / lung.field.step_mm,
        alignment.baseline_lungs.labels[number], lung.code, first, found,
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _interpolate(
    values: FloatArray,
    start: Vector,
    along: NDArray[np.float64],
    labels: LabelArray,
    code: int,
    first: int,
    found: FloatArray,
) -> None:
    """Interpolate channels, as many as are asked for, linearly at the voxels of a slice that carry a code."""
    top, back, left = values.shape[0] - 1.001, values.shape[1] - 1.001, values.shape[2] - 1.001
    for r in range(labels.shape[0]):
        for c in range(labels.shape[1]):
            if labels[r, c] != code:
                continue
            # Number by number: vectors of three would be made anew at every voxel.
            z = min(max(start[0] + along[0, 0] * r + along[0, 1] * c, 0.0), top)
            y = min(max(start[1] + along[1, 0] * r + along[1, 1] * c, 0.0), back)
            x = min(max(start[2] + along[2, 0] * r + along[2, 1] * c, 0.0), left)
            k, j, i = int(z), int(y), int(x)
            fz, fy, fx = z - k, y - j, x - i
            for channel in range(found.shape[2]):
                n = first + channel
                low = (1 - fy) * ((1 - fx) * values[k, j, i, n] + fx * values[k, j, i + 1, n]) + fy * (
                    (1 - fx) * values[k, j + 1, i, n] + fx * values[k, j + 1, i + 1, n]
                )
                high = (1 - fy) * (
                    (1 - fx) * values[k + 1, j, i, n] + fx * values[k + 1, j, i + 1, n]
                ) + fy * ((1 - fx) * values[k + 1, j + 1, i, n] + fx * values[k + 1, j + 1, i + 1, n])
                found[r, c, channel] = (1 - fz) * low + fz * high
