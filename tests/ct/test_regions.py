"""Twelve regions. Oracle: shapes whose answer is exact arithmetic, and laws of mirror and scale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from breathline.ct.measure import MeasuredScan
from breathline.ct.patterns.method import PatternMap
from breathline.ct.quantify import quantify
from breathline.ct.regional import region_table
from breathline.ct.regions import CELLS, REGIONS, RIND_MM, find_regions
from breathline.ct.tally import count
from breathline.model.measurement import Measurement
from breathline.model.volume import LUNG_CODES, PATTERN_CODES, Geometry, LabelMap, Volume


def boxes(spacing: tuple[float, float, float], positions: tuple[float, ...] | None = None) -> LabelMap:
    """Two lungs of 60 × 120 mm in the slice, 240 mm high or one slice a position, right lung first."""
    dz, dy, dx = spacing
    slices = round(240 / dz) if positions is None else len(positions)
    labels = np.zeros((slices, round(160 / dy), round(200 / dx)), np.uint8)
    rows = slice(round(20 / dy), round(140 / dy))
    labels[:, rows, round(30 / dx) : round(90 / dx)] = 1
    labels[:, rows, round(110 / dx) : round(170 / dx)] = 2
    geometry = Geometry(
        shape=labels.shape, spacing_mm=spacing, slice_thickness_mm=min(dz, 1.0), positions_mm=positions
    )
    return LabelMap(labels=labels, geometry=geometry, names=LUNG_CODES)


def cells_ml(lungs: LabelMap) -> dict[str, float]:
    labels = find_regions(lungs).labels
    voxel = np.prod(lungs.geometry.spacing_mm) / 1000.0
    return {name: float((labels == code).sum() * voxel) for name, code in CELLS.items()}


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (2.0, 1.0, 1.0), (1.0, 0.5, 0.5), (10.0, 1.0, 1.0)])
def test_boxes_by_hand(spacing: tuple[float, float, float]) -> None:
    # A box of 60 × 120 mm has a core of 40 × 100 mm at 10 mm depth; each third is 80 mm high.
    core = (60 - 2 * RIND_MM) * (120 - 2 * RIND_MM) * 80 / 1000
    whole = 60 * 120 * 80 / 1000
    for name, volume in cells_ml(boxes(spacing)).items():
        expected = core if name.endswith("central") else whole - core
        assert volume == pytest.approx(expected, rel=0.05), name


def test_regions_part_the_lungs() -> None:
    lungs = boxes((2.0, 1.0, 1.0))
    cells = find_regions(lungs).labels
    assert ((cells > 0) == (lungs.labels > 0)).all()
    assert (cells[lungs.labels == 1] <= 6).all()
    assert (cells[lungs.labels == 2] > 6).all()


def test_zones_run_from_the_feet_up() -> None:
    regions = find_regions(boxes((2.0, 1.0, 1.0)))
    assert np.unique(regions.zones[:40]).tolist() == [0]
    assert np.unique(regions.zones[40:80]).tolist() == [1]
    assert np.unique(regions.zones[80:]).tolist() == [2]


def test_a_vessel_or_a_bronchus_is_no_pleura() -> None:
    lungs = boxes((2.0, 1.0, 1.0))
    hollow = lungs.labels.copy()
    hollow[:, 78:82, 58:62] = 0  # a hole in the middle of the right lung
    holed = find_regions(replace(lungs, labels=hollow)).labels
    plain = find_regions(lungs).labels
    inside = hollow > 0
    np.testing.assert_array_equal(holed[inside], plain[inside])


@pytest.mark.parametrize("width", [191, 192])
def test_a_mirrored_chest_gives_the_mirrored_table(measured: MeasuredScan, width: int) -> None:
    # Law: left becomes right and nothing else changes.
    volume, lungs, patterns = measured.volume, measured.lungs, measured.patterns
    cut = tuple(replace(item, labels=item.labels[..., :width].copy()) for item in (lungs, patterns))
    volume = replace(volume, hu=volume.hu[..., :width].copy())
    mirrored = (
        replace(volume, hu=volume.hu[..., ::-1].copy()),
        replace(cut[0], labels=np.array([0, 2, 1], np.uint8)[cut[0].labels[..., ::-1]]),
        replace(cut[1], labels=cut[1].labels[..., ::-1].copy()),
    )
    swap = {"right": "left", "left": "right"}
    here = found(volume, *cut)
    there = found(*mirrored)
    assert len(here) == len(there) > 12
    for item in here.values():
        region = "_".join(swap.get(word, word) for word in item.region.split("_"))
        other = there[item.measure, item.unit, region]
        assert (other.value, other.low, other.high) == pytest.approx(
            (item.value, item.low, item.high), abs=2e-4
        )


def test_a_finer_grid_gives_nearly_the_same_table(measured: MeasuredScan) -> None:
    # Law: the same voxels cut in eight, each an eighth as large.
    volume, lungs, patterns = measured.volume, measured.lungs, measured.patterns
    fine = [np.repeat(np.repeat(a, 2, axis=1), 2, axis=2) for a in (volume.hu, lungs.labels, patterns.labels)]
    dz, dy, dx = volume.geometry.spacing_mm
    geometry = replace(volume.geometry, shape=fine[0].shape, spacing_mm=(dz, dy / 2, dx / 2))
    coarse = found(volume, lungs, patterns)
    finer = found(
        replace(volume, hu=fine[0], geometry=geometry),
        replace(lungs, labels=fine[1], geometry=geometry),
        replace(patterns, labels=fine[2], geometry=geometry),
    )
    for name in CELLS:
        volumes = [table["ct_lung_volume", "mL", name].value for table in (coarse, finer)]
        assert volumes[1] == pytest.approx(volumes[0], rel=0.08), name
        ground_glass = [table["ct_ground_glass", "%", name].value for table in (coarse, finer)]
        assert ground_glass[1] == pytest.approx(ground_glass[0], abs=1.5), name


def found(volume: Volume, lungs: LabelMap, patterns: LabelMap) -> dict[tuple[str, str, str], Measurement]:
    method = PatternMap(labels=patterns, measured=frozenset({"ground_glass"}))
    measurements, _ = quantify(volume, lungs, method)
    return {(item.measure, item.unit, item.region): item for item in measurements}


def test_the_cells_add_up_to_the_lungs(measured: MeasuredScan) -> None:
    values = {(m.measure, m.unit, m.region): float(m.value) for m in measured.result.measurements}
    for measure in ("ct_lung_volume", "ct_ground_glass"):
        parts = sum(values.get((measure, "mL", name), 0.0) for name in CELLS)
        assert parts == pytest.approx(values[measure, "mL", "lungs"], rel=1e-4)


def test_uneven_slices_are_weighed_by_what_they_stand_for() -> None:
    # Exact arithmetic: the same boxes, every slice 10 mm apart but two pairs and a gap of 20 mm.
    places = (0.0, 1.0, 10.0, 11.0, 20.0, 21.0, 40.0, 41.0, 50.0, 51.0)
    lungs = boxes((51.0 / 9, 1.0, 1.0), places)
    labels = lungs.labels
    volume = Volume(hu=np.full(labels.shape, -800, np.int16), geometry=lungs.geometry)
    patterns = replace(lungs, labels=(labels > 0).astype(np.uint8), names=PATTERN_CODES)
    patterns.labels[6:8][labels[6:8] > 0] = PATTERN_CODES["ground_glass"]
    tally = count(volume, find_regions(lungs), patterns)
    spans = lungs.geometry.spans_mm
    slices = tally.volumes_ml(REGIONS["lungs"])
    assert slices.sum(axis=1) == pytest.approx(2 * 60 * 120 * spans / 1000)
    item = found(volume, lungs, patterns)["ct_ground_glass", "%", "lungs"]
    assert item.value == pytest.approx(100 * spans[6:8].sum() / spans.sum(), abs=1e-3)
    assert item.value > 100 * 2 / 10  # what counting voxels alone would say


def test_a_table_for_a_reader() -> None:
    items = [
        Measurement(measure="ct_lung_volume", value=512.4, unit="mL", region="right_upper_central"),
        Measurement(measure="ct_ground_glass", value=12.34, unit="%", region="right_upper_central"),
        Measurement(measure="ct_ground_glass", value=99.0, unit="%", region="lungs"),
    ]
    lines = region_table(items).splitlines()
    assert lines[0] == "region                   volume mL  ground glass %"
    assert lines[1] == "right upper central            512            12.3"
    assert lines[2] == "right upper peripheral           –               –"
    assert len(lines) == 13
    assert region_table([]) == ""
