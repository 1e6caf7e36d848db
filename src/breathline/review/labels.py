"""Label maps in the box of a view, with what readers painted on them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from breathline.corrections import read_edit
from breathline.errors import OutputError
from breathline.model.correction import LabelCorrection, LabelEdit
from breathline.model.view import ViewGrid
from breathline.model.volume import LabelArray
from breathline.nifti import read_array
from breathline.viewing import from_stored, in_box, to_view

BoxLabels = LabelArray
"""(slices, rows, columns) on the axes of the view."""

MOST_RUNS = 2_000_000


class LabelStore:
    """Label maps read once; what was painted is laid on each time."""

    def __init__(self) -> None:
        self._known: dict[Path, LabelArray] = {}
        self._reading = threading.Lock()

    def read(
        self, source: Path, grid: ViewGrid, folder: Path, painted: Sequence[LabelCorrection]
    ) -> BoxLabels:
        """Give a map in the box of the view.

        Raises
        ------
        OutputError
            If the map or what was painted cannot be read.
        """
        with self._reading:
            box = self._known.get(source)
            if box is None:
                box = np.ascontiguousarray(in_box(from_stored(read_array(source), grid), grid)).astype(
                    np.uint8
                )
                self._known[source] = box
        if painted:
            box = box.copy()
            for content in painted:
                paint(box, read_edit(folder, content), grid)
        return np.ascontiguousarray(to_view(box))


def paint(box: LabelArray, edit: LabelEdit, grid: ViewGrid) -> None:
    """Lay painted voxels on the box of a view, on the axes of the scan; those outside the box are not shown."""
    if edit.shape != grid.shape:
        raise OutputError("A correction was painted on another scan than this.")
    places = np.array(np.unravel_index(edit.voxels, edit.shape)) - np.array(grid.start)[:, None]
    inside = ((places >= 0) & (places < np.array(grid.size)[:, None])).all(axis=0)
    box[tuple(places[:, inside])] = np.repeat(edit.after, edit.lengths)[inside]


def edit_from_view(runs: Any, grid: ViewGrid, codes: Sequence[int]) -> LabelEdit:
    """Take runs as the page counts them, through the view, to the voxels of the scan.

    Parameters
    ----------
    runs
        A list of ``[start, length, before, after]``; a run does not leave its line of columns.
    codes
        Labels that the map knows, with 0 for none.

    Raises
    ------
    OutputError
        If that is something else.
    """
    table = _table(runs)
    start, length, before, after = table.T
    _, rows, columns = grid.size
    whole = int(np.prod(grid.size))
    known = np.isin(table[:, 2:], list(codes)).all()
    fits = (start >= 0) & (length > 0) & (start + length <= whole) & (start % columns + length <= columns)
    if not fits.all() or not known or bool(np.any(before == after)):
        raise OutputError(
            "The painted voxels do not fit this scan. Open the page again and repeat the stroke."
        )
    z, rest = np.divmod(start, rows * columns)
    y, x = np.divmod(rest, columns)
    first = columns - x - length  # the view's columns run the other way
    place = (z + grid.start[0], rows - 1 - y + grid.start[1], first + grid.start[2])
    starts = np.ravel_multi_index(place, grid.shape)
    order = np.argsort(starts)
    if bool(np.any(starts[order][1:] < (starts + length)[order][:-1])):
        raise OutputError("The painted voxels overlap. Open the page again and repeat the stroke.")
    return LabelEdit(
        shape=grid.shape,
        starts=starts[order].astype(np.int64),
        lengths=length[order],
        before=before[order].astype(np.uint8),
        after=after[order].astype(np.uint8),
    )


def _table(runs: Any) -> NDArray[np.int64]:
    if not isinstance(runs, list) or not 0 < len(runs) <= MOST_RUNS:
        raise OutputError("Nothing was painted.")
    ok = all(
        isinstance(run, list)
        and len(run) == 4
        and all(type(item) is int and 0 <= item < 2**40 for item in run)
        for run in runs
    )
    if not ok:
        raise OutputError("The painted voxels cannot be read. Open the page again and repeat the stroke.")
    return np.array(runs, dtype=np.int64)
