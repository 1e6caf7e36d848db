"""Scans kept for looking at: the right voxels, in one gzip stream, and a coarse picture of the same."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses

from breathline.ct.order import stored_axes
from breathline.ct.view import choose_view
from breathline.errors import OutputError
from breathline.gzipped import gzipped_parts
from breathline.model.volume import LUNG_CODES, Geometry, LabelMap, StoredGrid, Volume
from breathline.nifti import read_array
from breathline.viewing import COARSE, FACTS, FINE, from_stored, in_box, read_view, to_view, write_view

SHAPE = (30, 64, 60)
GRID = StoredGrid(
    axes=(0, 1, 2),
    flipped=(True, False, True),
    spacing_mm=(0.9, 0.9, 2.5),
    origin_mm=(0.0, 0.0, 0.0),
    direction=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
)


def scan(geometry: Geometry | None = None) -> tuple[Volume, LabelMap]:
    random = np.random.default_rng(5)
    hu = random.integers(-1000, 400, SHAPE).astype(np.int16)
    hu[3, 30, 30] = 32000  # metal
    geometry = geometry or Geometry(shape=SHAPE, spacing_mm=(2.5, 0.9, 0.9), slice_thickness_mm=2.5)
    labels = np.zeros(SHAPE, np.uint8)
    labels[4:25, 20:44, 22:41] = 1
    return Volume(hu=hu, geometry=geometry), LabelMap(labels=labels, geometry=geometry, names=LUNG_CODES)


def test_the_box_holds_the_scan_voxel_by_voxel(tmp_path: Path) -> None:
    volume, lungs = scan()
    grid = choose_view(volume, lungs, GRID)
    write_view(tmp_path, volume.hu, grid)
    assert read_view(tmp_path) == grid
    # SimpleITK is the oracle of what was written.
    image = sitk.ReadImage(str(tmp_path / FINE))
    fine = sitk.GetArrayFromImage(image)
    first = np.array(grid.start)
    last = first + grid.size - 1
    assert fine.shape == grid.size
    for z, y, x in [(0, 0, 0), (5, 7, 3), tuple(np.array(grid.size) - 1)]:
        expected = volume.hu[first[0] + z, last[1] - y, last[2] - x]
        assert fine[z, y, x] == min(expected, 4095)
    # To the head, to the front, to the right: LPS turned twice, which is what NIfTI's RAS is.
    assert image.GetDirection() == (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0)
    assert image.GetSpacing() == pytest.approx((0.9, 0.9, 2.5))
    lung = to_view(in_box(lungs.labels, grid))
    assert int(lung.sum()) == int(lungs.labels.sum()), "the box cuts into the lungs"


def test_the_coarse_picture_shows_means_of_blocks(tmp_path: Path) -> None:
    volume, lungs = scan()
    grid = choose_view(volume, lungs, GRID)
    write_view(tmp_path, volume.hu, grid)
    assert grid.steps == (1, 2, 2)
    fine, coarse = (read_array(tmp_path / name).astype(int) for name in (FINE, COARSE))
    blocks = fine.reshape(grid.size[0], grid.size[1] // 2, 2, grid.size[2] // 2, 2)
    assert np.array_equal(coarse, blocks.sum(axis=(2, 4)) // 4)


def test_maps_on_disk_are_turned_to_the_scan(tmp_path: Path) -> None:
    volume, lungs = scan()
    grid = choose_view(volume, lungs, GRID)
    assert np.array_equal(from_stored(stored_axes(lungs.labels, GRID), grid), lungs.labels)
    with pytest.raises(OutputError, match="lies on another grid"):
        from_stored(lungs.labels[1:], grid)


def test_separate_slices_are_kept_as_they_lie() -> None:
    places = tuple(3.0 * n + 0.5 * (n % 4) for n in range(30))
    geometry = Geometry(shape=SHAPE, spacing_mm=(3.0, 0.9, 0.9), slice_thickness_mm=1.0, positions_mm=places)
    grid = choose_view(*scan(geometry), GRID)
    assert grid.interval
    assert (grid.start[0], grid.size[0], grid.steps[0]) == (4, 21, 1)
    assert grid.positions_mm == places


def test_one_gzip_stream_of_many_parts() -> None:
    parts = [b"a" * 100_000, b"", np.random.default_rng(1).bytes(50_000), b"end"]
    whole = b"".join(gzipped_parts(parts))
    assert gzip.decompress(whole) == b"".join(parts)
    reader = zlib.decompressobj(31)
    reader.decompress(whole)
    assert reader.eof
    assert reader.unused_data == b"", "a browser reads the first stream only"


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"schema": "breathline/view/9"}', '{"schema": "breathline/view/1"}']
)
def test_a_view_that_cannot_be_read(content: str, tmp_path: Path) -> None:
    (tmp_path / FACTS).write_text(content, encoding="utf-8")
    with pytest.raises(OutputError, match="Assess the patient again to look at this scan"):
        read_view(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"no gzip", gzip.compress(b"short", mtime=0), gzip.compress(bytes(352), mtime=0)]
)
def test_a_map_that_cannot_be_read(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "map.nii.gz").write_bytes(content)
    with pytest.raises(OutputError, match=r"'map\.nii\.gz' cannot be read"):
        read_array(tmp_path / "map.nii.gz")
