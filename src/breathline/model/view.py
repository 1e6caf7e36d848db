"""The part of a scan that is kept for looking at, and where it lies in the scan and in the body."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = "breathline/view/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewGrid:
    """A box around the lungs, on the voxels of the scan.

    The axes of the scan are slices from feet to head, rows from front to back, columns from the patient's right to
    left; those of the view run to the head, to the front and to the right, as NIfTI viewers show them.

    Parameters
    ----------
    shape
        Slices, rows and columns of the scan.
    start, size
        First voxel of the box on each axis of the scan, and how many.
    steps
        How many voxels on each axis one of the coarse view stands for.
    axes, flipped
        How the scan's axes lie in its label maps on disk; see `StoredGrid`.
    spacing_mm, origin_mm, direction, positions_mm
        Where the scan's voxels lie in the body; see `Geometry`.
    interval
        True where slices are separate, so that nothing lies between them.
    """

    schema: str
    shape: tuple[int, int, int]
    start: tuple[int, int, int]
    size: tuple[int, int, int]
    steps: tuple[int, int, int]
    axes: tuple[int, int, int]
    flipped: tuple[bool, bool, bool]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float]
    direction: tuple[tuple[float, float, float], ...]
    positions_mm: tuple[float, ...] | None = None
    interval: bool = False
