"""The linked cursor against displacements that are known in closed form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from breathline.ct.order import canonical_axes, stored_axes
from breathline.ct.view import choose_view
from breathline.errors import OutputError
from breathline.model.view import ViewGrid
from breathline.model.volume import LUNG_CODES, LabelMap, StoredGrid, Volume
from breathline.review.linking import Link, read_link
from breathline.vectors import write_vectors
from breathline.viewing import in_box

TURN = (0.0, 0.0, 1.0, -1.0, 0.0, 0.0, 0.0, -1.0, 0.0)
"""Sagittal slices: columns run to the front, rows to the feet."""
PLAIN = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def stored(direction: tuple[float, ...]) -> StoredGrid:
    from breathline.ct.order import stored_grid

    return stored_grid((0.8, 0.9, 1.5), (-30.0, -25.0, 100.0), direction)


def moved(world: NDArray[np.float64]) -> NDArray[np.float64]:
    """A breath: everything is drawn down and apart, more at the base."""
    x, y, z = world[..., 0], world[..., 1], world[..., 2]
    return np.stack([0.03 * x + 1.0, -0.02 * y + 2.0, -8.0 - 0.1 * z + 2.0 * np.sin(x / 12.0)], axis=-1)


def make(direction: tuple[float, ...], folder: Path) -> tuple[Link, ViewGrid]:
    grid = stored(direction)
    shape = (40, 60, 50)
    hu, geometry = canonical_axes(np.zeros(shape, np.int16), grid, 1.5)
    labels = np.zeros(hu.shape, np.uint8)
    middle = [n // 2 for n in hu.shape]
    labels[5:-5, 5:-5, 6 : middle[2]] = 1
    labels[5:-5, 5:-5, middle[2] : -6] = 2
    volume = Volume(hu=hu, geometry=geometry, stored=grid)
    view = choose_view(volume, LabelMap(labels=labels, geometry=geometry, names=LUNG_CODES), grid)
    index = np.stack(np.meshgrid(*(np.arange(n) for n in hu.shape), indexing="ij"), axis=-1)
    world = (index * np.array(geometry.spacing_mm)) @ np.array(geometry.direction) + geometry.origin_mm
    field = moved(world) * (labels > 0)[..., None]
    kept = [stored_axes(field[..., axis].astype(np.float32), grid) for axis in range(3)]
    target = folder / "displacement.nii.gz"
    write_vectors(target, grid, kept[0].shape, lambda axis: kept[axis].__getitem__, lambda *_: None)
    return read_link(target, view, view, in_box(labels, view)), view


def world_of(place: tuple[float, ...], view: ViewGrid) -> NDArray[np.float64]:
    """Place in the body of a place of the view, written down anew: the view's rows and columns run backwards."""
    z, y, x = place
    at = np.array([z, view.size[1] - 1 - y, view.size[2] - 1 - x]) + view.start
    return np.asarray((at * view.spacing_mm) @ np.array(view.direction) + view.origin_mm)


@pytest.mark.parametrize("direction", [PLAIN, TURN], ids=["axial", "sagittal"])
def test_a_click_lands_on_the_same_tissue(direction: tuple[float, ...], tmp_path: Path) -> None:
    link, view = make(direction, tmp_path)
    random = np.random.default_rng(3)
    off, back = [], []
    for _ in range(200):
        low = np.array([6, 7, 7]) - view.start
        at = random.uniform(np.maximum(low, 0) + 6, np.array(view.size) - 12)
        place = (float(at[0]), float(at[1]), float(at[2]))
        found = link.forward(place)
        assert found is not None
        truth = world_of(place, view) + moved(world_of(place, view))
        off.append(np.linalg.norm(world_of(found.place, view) - truth))
        returned = link.backward(found.place)
        assert returned is not None
        back.append(np.linalg.norm(world_of(returned.place, view) - world_of(place, view)))
    assert max(off) < 0.15
    assert max(back) < 0.5


def test_between_the_lungs_each_keeps_to_itself(tmp_path: Path) -> None:
    link, view = make(PLAIN, tmp_path)
    right = Link(
        **{
            **{name: getattr(link, name) for name in link.__slots__},
            "field": np.where((link.lungs == 1)[..., None], np.int16(640), np.int16(-640)),
        }
    )
    columns = np.flatnonzero(link.lungs[8, 8] == 1)
    last = float(view.size[2] - 1 - columns[-1] * link.steps[2])
    found = right.forward((10.0, 20.0, last))
    assert found is not None
    moved_mm = world_of(found.place, view) - world_of((10.0, 20.0, last), view)
    assert moved_mm == pytest.approx([10.0, 10.0, 10.0])  # 640 sixty-fourths; nothing of the left lung in it


def test_outside_the_lungs(tmp_path: Path) -> None:
    link, view = make(PLAIN, tmp_path)
    edge = view.size[1] / 2
    beside = link.forward((20.0, edge, 3.0))
    assert beside is not None
    assert beside.outside
    assert link.backward((-400.0, 0.0, 0.0)) is None
    alone = ViewGrid(**{name: getattr(view, name) for name in view.__slots__})
    nothing = read_link(tmp_path / "displacement.nii.gz", alone, alone, np.zeros(view.size, np.uint8))
    assert nothing.forward((20.0, edge, 10.0)) is None
    assert nothing.backward((20.0, edge, 10.0)) is None


def test_displacements_of_another_scan_are_refused(tmp_path: Path) -> None:
    _, view = make(PLAIN, tmp_path)
    names = {name: getattr(view, name) for name in view.__slots__}
    longer = (view.shape[0] + 1, *view.shape[1:])
    shorter = (view.shape[0] - 1, *view.shape[1:])
    wider = (view.shape[0], view.shape[1] + 1, view.shape[2])
    for shape in (longer, shorter, wider):
        other = ViewGrid(**{**names, "shape": shape})
        with pytest.raises(OutputError, match="another grid than the baseline"):
            read_link(tmp_path / "displacement.nii.gz", other, view, np.zeros(view.size, np.uint8))
