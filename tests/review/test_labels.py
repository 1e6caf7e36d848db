"""What was painted on the view lies on the right voxels of the scan, and nothing else is taken."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from breathline.errors import OutputError
from breathline.model.view import SCHEMA, ViewGrid
from breathline.review.labels import edit_from_view, paint
from breathline.viewing import in_box, to_view

GRID = ViewGrid(
    schema=SCHEMA,
    shape=(9, 20, 22),
    start=(2, 3, 4),
    size=(5, 12, 14),
    steps=(1, 1, 1),
    axes=(0, 1, 2),
    flipped=(False, False, False),
    spacing_mm=(1.0, 1.0, 1.0),
    origin_mm=(0.0, 0.0, 0.0),
    direction=((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
)


def runs_of(before: Any, after: Any) -> list[list[int]]:
    """What the page sends, written here voxel by voxel."""
    flat = zip(before.ravel().tolist(), after.ravel().tolist(), strict=True)
    return [[n, 1, old, new] for n, (old, new) in enumerate(flat) if old != new]


def test_painted_voxels_reach_the_scan() -> None:
    random = np.random.default_rng(2)
    scan = random.integers(0, 9, GRID.shape).astype(np.uint8)
    before = to_view(in_box(scan, GRID))
    after = before.copy()
    after[1:3, 2:9, 3:11] = 2
    edit = edit_from_view(runs_of(before, after), GRID, range(9))
    whole = scan.copy()
    assert np.array_equal(whole.flat[edit.voxels], np.repeat(edit.before, edit.lengths))
    whole.flat[edit.voxels] = np.repeat(edit.after, edit.lengths)
    assert np.array_equal(to_view(in_box(whole, GRID)), after)
    outside = np.ones(GRID.shape, bool)
    outside[2:7, 3:15, 4:18] = False
    assert np.array_equal(whole[outside], scan[outside])
    box = in_box(scan, GRID).copy()
    paint(box, edit, GRID)
    assert np.array_equal(to_view(box), after)


def test_long_runs_and_single_voxels_are_the_same() -> None:
    long = edit_from_view([[14 * 3 + 2, 5, 1, 2]], GRID, range(9))
    single = edit_from_view([[14 * 3 + 2 + n, 1, 1, 2] for n in range(5)], GRID, range(9))
    assert np.array_equal(np.sort(long.voxels), np.sort(single.voxels))


@pytest.mark.parametrize(
    "runs",
    [
        None, [], {}, "runs", [[1, 1, 1]], [[1, 1, 1, 2.0]], [[True, 1, 1, 2]], [[-1, 1, 1, 2]], [[0, 0, 1, 2]],
        [[5 * 12 * 14, 1, 1, 2]],  # beyond the last voxel
        [[12, 5, 1, 2]],  # around the end of a line
        [[0, 1, 1, 1]],  # nothing changed
        [[0, 1, 1, 77]],  # no such label
        [[0, 3, 1, 2], [2, 3, 1, 2]],  # the same voxel twice
        [[2**62, 1, 1, 2]],
    ],
)  # fmt: skip
def test_anything_else_is_refused(runs: Any) -> None:
    with pytest.raises(OutputError):
        edit_from_view(runs, GRID, range(9))


def test_another_scan_is_refused() -> None:
    edit = edit_from_view([[0, 1, 1, 2]], GRID, range(9))
    names = {name: getattr(GRID, name) for name in GRID.__slots__}
    other = ViewGrid(**{**names, "shape": (9, 20, 23)})
    with pytest.raises(OutputError, match="another scan"):
        paint(np.zeros(GRID.size, np.uint8), edit, other)
