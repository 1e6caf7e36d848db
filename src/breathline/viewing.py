"""Scans kept for looking at, on disk: the box around the lungs at full detail, and a coarse one that opens at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from breathline.errors import OutputError
from breathline.model.view import SCHEMA, ViewGrid
from breathline.model.volume import HounsfieldArray
from breathline.nifti import write_volume

FACTS = "view.json"
FINE = "view.nii.gz"
COARSE = "view-coarse.nii.gz"
FILES = (FACTS, FINE, COARSE)

LOWEST_HU, HIGHEST_HU = -2048, 4095
"""Kept for looking at; sums of eight such values fit into 16 bits [HU]."""

Number = TypeVar("Number", bound=np.generic)


def write_view(folder: Path, hu: HounsfieldArray, grid: ViewGrid) -> None:
    """Write the box around the lungs of a scan, and where it lies.

    Parameters
    ----------
    hu
        The whole scan, on its own axes [HU].
    """
    box = np.clip(in_box(hu, grid), LOWEST_HU, HIGHEST_HU)
    fine = np.ascontiguousarray(to_view(box))
    write_volume(folder / FINE, fine, grid.spacing_mm)
    spacing = tuple(mm * step for mm, step in zip(grid.spacing_mm, grid.steps, strict=True))
    write_volume(folder / COARSE, _means(fine, grid.steps), (spacing[0], spacing[1], spacing[2]))
    facts = TypeAdapter(ViewGrid).dump_python(grid, mode="json")
    (folder / FACTS).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def _means(fine: HounsfieldArray, steps: tuple[int, int, int]) -> HounsfieldArray:
    """Average blocks of one or two voxels an axis; the sizes are multiples of the steps."""
    total, count = fine, 1
    for axis, step in enumerate(steps):
        if step == 2:
            even, odd = ([slice(None)] * axis + [slice(first, None, 2)] for first in (0, 1))
            total, count = total[tuple(even)] + total[tuple(odd)], 2 * count
    return np.ascontiguousarray(total // np.int16(count))


def read_view(folder: Path) -> ViewGrid:
    """Read where the box lies.

    Raises
    ------
    OutputError
        If the scan was assessed by a version that kept none, or the file was changed.
    """
    mend = "Assess the patient again to look at this scan."
    try:
        content = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        if not isinstance(content, dict) or content.get("schema") != SCHEMA:
            raise OutputError(f"'{FACTS}' of this scan is of another version of Breathline. {mend}")
        return _checked(TypeAdapter(ViewGrid).validate_python(content))
    except FileNotFoundError:
        raise OutputError(f"No picture of this scan lies in the folder of the assessment. {mend}") from None
    except (OSError, ValueError, ValidationError) as error:
        raise OutputError(f"'{FACTS}' of this scan cannot be read. {mend}") from error


def _checked(grid: ViewGrid) -> ViewGrid:
    """Refuse a box that does not lie within its scan."""
    ends = zip(grid.start, grid.size, grid.shape, strict=True)
    inside = all(first >= 0 and count > 0 and first + count <= whole for first, count, whole in ends)
    if not inside or sorted(grid.axes) != [0, 1, 2] or min(grid.spacing_mm) <= 0.0:
        raise ValueError("the box does not lie within the scan")
    return grid


def in_box(values: NDArray[Number], grid: ViewGrid) -> NDArray[Number]:
    """Cut the box out of an array on the axes of the scan."""
    box = tuple(slice(first, first + n) for first, n in zip(grid.start, grid.size, strict=True))
    return values[box]


def to_view(box: NDArray[Number]) -> NDArray[Number]:
    """Turn the box to the axes of the view; the same again turns it back."""
    return box[:, ::-1, ::-1]


def from_stored(stored: NDArray[Any], grid: ViewGrid) -> NDArray[Any]:
    """Turn what lies as on disk to the axes of the scan.

    Raises
    ------
    OutputError
        If it lies on the grid of another scan.
    """
    expected = tuple(grid.shape[axis] for axis in grid.axes)
    if stored.shape != expected:
        raise OutputError("A map of this scan lies on another grid. Assess the patient again.")
    flips = tuple(axis for axis in range(3) if grid.flipped[axis])
    turned = np.flip(stored, flips) if flips else stored
    return turned.transpose(np.argsort(grid.axes))
