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
    doubtful_regions
        Share of each of the twelve regions that is not believed, where it is more than is tolerated [%].
    """

    baseline_lungs: LabelMap
    followup_geometry: Geometry
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


def believed_in_slice(alignment: Alignment, number: int) -> NDArray[np.bool_]:
    """Tell where in a baseline slice the displacement is believed; nowhere outside the lungs."""
    labels = alignment.baseline_lungs.labels[number]
    found = np.zeros((*labels.shape, 1), dtype=np.float32)
    for lung in alignment.lungs:
        _fill(alignment, lung, number, (~lung.doubtful).astype(np.float32)[..., None], found)
    return np.asarray(found[..., 0] > 0.5)


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
    alignment: Alignment, lung: LungAlignment, number: int, values: FloatArray, found: FloatArray
) -> None:
    matrix, offset = world_axes(alignment.baseline_lungs.geometry)
    start = matrix[:, 0] * number + offset - lung.field.origin_mm
    _interpolate(
        values, start / lung.field.step_mm, matrix[:, 1:] / lung.field.step_mm,
        alignment.baseline_lungs.labels[number], lung.code, found,
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _interpolate(
    values: FloatArray,
    start: Vector,
    along: NDArray[np.float64],
    labels: LabelArray,
    code: int,
    found: FloatArray,
) -> None:
    """Interpolate every channel linearly at the voxels of a slice that carry a code."""
    top, back, left = values.shape[0] - 1.001, values.shape[1] - 1.001, values.shape[2] - 1.001
    for r in range(labels.shape[0]):
        for c in range(labels.shape[1]):
            if labels[r, c] != code:
                continue
            at = start + along[:, 0] * r + along[:, 1] * c
            z, y, x = min(max(at[0], 0.0), top), min(max(at[1], 0.0), back), min(max(at[2], 0.0), left)
            k, j, i = int(z), int(y), int(x)
            fz, fy, fx = z - k, y - j, x - i
            for n in range(values.shape[3]):
                low = (1 - fy) * ((1 - fx) * values[k, j, i, n] + fx * values[k, j, i + 1, n]) + fy * (
                    (1 - fx) * values[k, j + 1, i, n] + fx * values[k, j + 1, i + 1, n]
                )
                high = (1 - fy) * (
                    (1 - fx) * values[k + 1, j, i, n] + fx * values[k + 1, j, i + 1, n]
                ) + fy * ((1 - fx) * values[k + 1, j + 1, i, n] + fx * values[k + 1, j + 1, i + 1, n])
                found[r, c, n] = (1 - fz) * low + fz * high
