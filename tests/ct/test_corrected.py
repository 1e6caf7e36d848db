"""A scan measured again after a reader's corrections, held against counting its voxels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from breathline.ct.corrected import correct_scan
from breathline.ct.measure import MeasuredScan
from breathline.ct.patterns.method import PatternMap
from breathline.ct.quantify import quantify
from breathline.ct.regions import REGIONS, find_regions
from breathline.model.correction import LabelEdit, ScanCorrections
from breathline.model.volume import LUNG_CODES, PATTERN_CODES, Geometry, LabelMap, ScanMeasurement, Volume

SHAPE = (24, 60, 90)
GROUND_GLASS, NORMAL = PATTERN_CODES["ground_glass"], PATTERN_CODES["normal"]


@pytest.fixture(scope="module")
def measured() -> MeasuredScan:
    """Two blocks of lung, a third of each ground-glass."""
    geometry = Geometry(shape=SHAPE, spacing_mm=(5.0, 2.0, 2.0), slice_thickness_mm=5.0)
    lungs = np.zeros(SHAPE, np.uint8)
    lungs[2:22, 10:50, 8:40] = 1
    lungs[2:22, 10:50, 50:82] = 2
    patterns = np.where(lungs > 0, np.uint8(NORMAL), np.uint8(0))
    patterns[2:9][lungs[2:9] > 0] = GROUND_GLASS
    hu = np.where(lungs > 0, -850, 40).astype(np.int16)
    volume = Volume(hu=hu, geometry=geometry)
    lung_map = LabelMap(labels=lungs, geometry=geometry, names=LUNG_CODES)
    labels = LabelMap(labels=patterns, geometry=geometry, names=PATTERN_CODES)
    found = PatternMap(labels=labels, measured=frozenset(PATTERN_CODES))
    measurements, flags = quantify(volume, lung_map, found)
    result = ScanMeasurement(
        scan={}, quality=flags, labels=PATTERN_CODES, measurements=measurements, steps=(), version="0"
    )
    return MeasuredScan(volume=volume, lungs=lung_map, patterns=labels, result=result, classified=found)


def edit(box: tuple[slice, ...], before: int, after: int, shape: tuple[int, int, int] = SHAPE) -> LabelEdit:
    marked = np.zeros(SHAPE, bool)
    marked[box] = True
    starts = np.flatnonzero(marked)
    ones = np.ones(starts.size, dtype=np.int64)
    return LabelEdit(
        shape=shape,
        starts=starts,
        lengths=ones,
        before=(before * ones).astype(np.uint8),
        after=(after * ones).astype(np.uint8),
    )


def value(scan: MeasuredScan, measure: str, region: str = "lungs", unit: str = "%") -> float:
    (found,) = (
        item.value
        for item in scan.result.measurements
        if (item.measure, item.region, item.unit) == (measure, region, unit)
    )
    return float(found)


def test_nothing_said_changes_nothing(measured: MeasuredScan) -> None:
    assert correct_scan(measured, ScanCorrections()) is measured


def test_painted_patterns_are_counted(measured: MeasuredScan) -> None:
    box = (slice(2, 6), slice(10, 30), slice(8, 28))
    corrected = correct_scan(
        measured, ScanCorrections(edits=((1, "patterns", edit(box, GROUND_GLASS, NORMAL)),))
    )
    lung = 20 * 40 * 64
    assert value(measured, "ct_ground_glass") == pytest.approx(100 * 7 / 20)
    assert value(corrected, "ct_ground_glass") == pytest.approx(100 * (7 * 40 * 64 - 4 * 20 * 20) / lung)
    assert measured.patterns.labels[3, 15, 15] == GROUND_GLASS, "the scan as measured stays as it was"
    assert corrected.patterns.labels[3, 15, 15] == NORMAL
    assert corrected.result.steps[-1].name == "correct_scan"


def test_a_later_stroke_lies_on_an_earlier_one(measured: MeasuredScan) -> None:
    box = (slice(2, 6), slice(10, 30), slice(8, 28))
    there, back = edit(box, GROUND_GLASS, NORMAL), edit(box, NORMAL, GROUND_GLASS)
    said = ScanCorrections(edits=((1, "patterns", there), (2, "patterns", back)))
    corrected = correct_scan(measured, said)
    assert value(corrected, "ct_ground_glass") == pytest.approx(35.0)
    assert not [flag for flag in corrected.result.quality if flag.code == "painted_on_other_map"]


def test_patterns_count_only_within_the_lungs(measured: MeasuredScan) -> None:
    beyond = edit((slice(2, 6), slice(0, 10), slice(0, 8)), 0, GROUND_GLASS)
    corrected = correct_scan(measured, ScanCorrections(edits=((1, "patterns", beyond),)))
    assert value(corrected, "ct_ground_glass") == pytest.approx(35.0)
    assert not corrected.patterns.labels[corrected.lungs.labels == 0].any()


def test_painted_lungs_are_measured_anew(measured: MeasuredScan) -> None:
    taken = edit((slice(2, 22), slice(10, 50), slice(8, 24)), 1, 0)
    corrected = correct_scan(measured, ScanCorrections(edits=((1, "lungs", taken),)))
    assert value(corrected, "ct_lung_volume", unit="mL") == pytest.approx(
        20 * 40 * 48 * 0.02, rel=1e-6
    )  # voxels of 0.02 mL
    assert np.array_equal(corrected.patterns.labels > 0, corrected.lungs.labels > 0)


def test_a_map_that_another_version_drew_is_told(measured: MeasuredScan) -> None:
    box = (slice(12, 14), slice(10, 30), slice(8, 28))
    corrected = correct_scan(
        measured, ScanCorrections(edits=((4, "patterns", edit(box, GROUND_GLASS, NORMAL)),))
    )
    (flag,) = (flag for flag in corrected.result.quality if flag.code == "painted_on_other_map")
    assert flag.message == (
        "Correction 4 was painted on another map than this version draws: 800 of its 800 voxels had another label. "
        "What was painted counts."
    )


def test_a_stroke_of_another_scan_is_left_out(measured: MeasuredScan) -> None:
    stroke = edit((slice(2, 6), slice(10, 30), slice(8, 28)), GROUND_GLASS, NORMAL)
    other = replace(stroke, shape=(25, 60, 90))
    corrected = correct_scan(measured, ScanCorrections(edits=((7, "patterns", other),)))
    assert value(corrected, "ct_ground_glass") == pytest.approx(35.0)
    assert [flag.code for flag in corrected.result.quality if flag.severity.value == "error"] == [
        "correction_7_left_out"
    ]


def test_a_region_left_out_is_in_no_number(measured: MeasuredScan) -> None:
    said = ScanCorrections(left_out=(("lower", "A. Reader marked it: motion"),))
    corrected = correct_scan(measured, said)
    cells = find_regions(measured.lungs).labels
    kept = (cells > 0) & ~np.isin(cells, REGIONS["lower"])
    expected = (
        100.0 * np.count_nonzero(measured.patterns.labels[kept] == GROUND_GLASS) / np.count_nonzero(kept)
    )
    assert value(corrected, "ct_ground_glass") == pytest.approx(expected)
    assert value(corrected, "ct_ground_glass", "upper") == value(measured, "ct_ground_glass", "upper")
    left = {(item.measure, item.region) for item in corrected.result.measurements}
    assert not {name for _, name in left if name == "lower" or "_lower_" in name}
    assert ("ct_lung_volume", "lungs") not in left
    (flag,) = (flag for flag in corrected.result.quality if flag.code == "region_left_out")
    assert flag.message == "The region 'lower' is left out of every scan: A. Reader marked it: motion"
