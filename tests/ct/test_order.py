"""Axes of the file and of memory. Oracle: whole arrays turned by `stored_axes`."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from breathline.ct.order import stored_axes, stored_grid, stored_slice


@pytest.mark.parametrize("signs", list(product((1.0, -1.0), repeat=3)))
@pytest.mark.parametrize("exchanged", [False, True])
def test_a_slice_turned_alone_is_the_plane_of_the_turned_volume(
    signs: tuple[float, ...], exchanged: bool
) -> None:
    matrix = np.diag(signs)
    if exchanged:  # the file's columns run along the body's depth
        matrix = matrix[[1, 0, 2]]
    grid = stored_grid((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), tuple(matrix.ravel()))
    values = np.arange(3 * 4 * 5).reshape(3, 4, 5)
    whole = stored_axes(values, grid)
    for plane in range(3):
        number = 2 - plane if grid.flipped[0] else plane
        assert np.array_equal(stored_slice(values[number], grid), whole[plane])
