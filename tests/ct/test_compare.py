"""Two scans from disk to what changed. Oracle: the phantom's truth; SimpleITK reads what was written."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses
from click.testing import CliRunner

from breathline.cli import main
from breathline.ct.align import displacement_in_slice
from breathline.ct.compare import FILES, MARK, Comparison, compare_measured, compare_scans, write_comparison
from breathline.ct.measure import MeasuredScan, measure_scan
from breathline.errors import Problem, ScanError
from breathline.model.ct_change import CHANGE_CODES
from breathline.model.volume import LabelMap, Volume
from breathline.phantom import simulate_phantom
from breathline.report.catalogue import read_wording
from tests.ct.conftest import SMALL
from tests.dicom.tiny import write_series
from tests.once import kept_once, made_once

AFTER = replace(SMALL, visit=1, ground_glass=4.0, inspiration=0.95)


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> tuple[Volume, LabelMap, LabelMap]:
    return kept_once(tmp_path_factory, "ct-later", lambda: simulate_phantom(AFTER, SMALL))


@pytest.fixture(scope="module")
def comparison(
    measured: MeasuredScan, later: tuple[Volume, LabelMap, LabelMap], tmp_path_factory: pytest.TempPathFactory
) -> Comparison:
    folder = tmp_path_factory.mktemp("later")
    write_series(folder, later[0].hu, spacing=later[0].geometry.spacing_mm, StudyDate="20240710")
    return kept_once(
        tmp_path_factory, "ct-compared", lambda: compare_measured(measured, measure_scan(folder))
    )


@pytest.fixture(scope="module")
def written(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return (
        made_once(
            tmp_path_factory, "ct-comparison", lambda folder: write_comparison(comparison, folder / "out")
        )
        / "out"
    )


def test_the_change_of_ground_glass_is_the_truth_s(comparison, chest, later, written):
    record = json.loads((written / MARK).read_text(encoding="utf-8"))
    (extent,) = [item for item in record["same_tissue"] if item["measure"] == "ct_ground_glass"]
    before, after = (
        100.0 * (item[2].labels == 2).sum() / (item[1].labels > 0).sum() for item in (chest, later)
    )
    change = extent["followup"] - extent["baseline"]
    assert change == pytest.approx(after - before, abs=2.0)
    assert extent["low"] <= after - before <= extent["high"]
    assert record["volume_ml"]["cleared"] > 10 * record["volume_ml"]["new"]
    assert record["scans"]["baseline"]["date"] < record["scans"]["followup"]["date"]


def test_methods_has_a_sentence_for_every_step(comparison):
    """None is listed with bare parameters: a step that took others than its sentence names would be."""
    say = read_wording()
    steps = (*comparison.baseline.result.steps, *comparison.change.labels.steps)
    assert {"segment_lungs", "classify_patterns", "align", "change_from_both_dates"} <= {
        s.name for s in steps
    }
    for step in steps:
        assert say(f"method.{step.name}", **step.parameters)


def test_transitions_add_up_to_what_was_believed(comparison):
    each = comparison.baseline.volume.geometry.voxel_ml
    codes = comparison.change.labels.labels
    compared = np.count_nonzero((codes > 0) & (codes != CHANGE_CODES["not_compared"])) * each
    assert sum(item.volume_ml for item in comparison.change.transitions) == pytest.approx(compared)


def test_all_files_lie_on_the_baseline(comparison, written):
    assert sorted(item.name for item in written.iterdir()) == sorted([MARK, *FILES])
    grid = comparison.baseline.volume.stored
    for name in FILES:
        image = sitk.ReadImage(str(written / name))
        assert image.GetSpacing() == pytest.approx(grid.spacing_mm, abs=1e-4)
        assert image.GetOrigin() == pytest.approx(grid.origin_mm, abs=1e-4)


def test_the_displacement_is_written_in_mm_towards_the_followup(comparison, written):
    image = sitk.ReadImage(str(written / "displacement.nii.gz"))
    labels = comparison.alignment.baseline_lungs.labels
    for z, y, x in np.argwhere(labels > 0)[:: max(1, np.count_nonzero(labels) // 20)].tolist():
        place = np.array(comparison.baseline.volume.geometry.origin_mm) + (
            np.array([z, y, x]) * comparison.baseline.volume.geometry.spacing_mm
        ) @ np.array(comparison.baseline.volume.geometry.direction)
        stored = image[image.TransformPhysicalPointToIndex(place.tolist())]
        assert stored == pytest.approx(displacement_in_slice(comparison.alignment, z)[y, x], abs=1 / 64)


def test_the_scan_that_fails_is_named(measured, monkeypatch):
    def measure(source: str, **_: object) -> MeasuredScan:
        if source == "second":
            raise ScanError([Problem(code="no_lungs", message="no lungs were found.")])
        return measured

    monkeypatch.setattr("breathline.ct.compare.measure_scan", measure)
    with pytest.raises(ScanError, match=re.escape("the follow-up: no lungs were found.")):
        compare_scans("first", "second")


def test_a_user_is_told_not_shown_a_traceback(tmp_path):
    ran = CliRunner().invoke(
        main, ["ct", "compare", str(tmp_path / "a"), str(tmp_path / "b"), "-o", str(tmp_path / "o")]
    )
    assert ran.exit_code == 3
    assert "the baseline: " in ran.output
    assert "the follow-up: " in ran.output  # what is wrong with both is told at once
    assert not (tmp_path / "o").exists()


def test_every_volume_of_change_lies_within_its_interval(written):
    content = json.loads((written / MARK).read_text(encoding="utf-8"))
    judged = [item for item in content["volumes"] if item["change"] != "not_compared"]
    assert judged
    assert all(item["low_ml"] <= item["volume_ml"] <= item["high_ml"] for item in judged)


def test_interval_hrct_is_compared_where_it_was_scanned(measured, later, tmp_path):
    spacing, kept = later[0].geometry.spacing_mm, later[0].hu[::3]
    places = [3 * spacing[0] * n for n in range(len(kept))]
    write_series(tmp_path / "sparse", kept, spacing=spacing, positions=places, StudyDate="20240710")
    found = compare_measured(measured, measure_scan(tmp_path / "sparse"))
    write_comparison(found, tmp_path / "out")
    record = json.loads((tmp_path / "out" / MARK).read_text(encoding="utf-8"))
    (flag,) = [item for item in record["quality"] if item["code"] == "separate_slices"]
    assert flag["message"].startswith("The baseline is a whole volume and the follow-up interval HRCT:")
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "out" / "change.nii.gz")))
    warped = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "out" / "warped.nii.gz")))
    compared = (labels > 0) & (labels != CHANGE_CODES["not_compared"])
    assert labels.shape == warped.shape == measured.volume.hu.shape
    # One slice in three was scanned; breath and outline leave some of it out.
    assert 0.15 < compared.sum() / np.count_nonzero(labels) < 0.4
    assert (warped[compared] > -1100).all()
    (extent,) = [
        item
        for item in record["sampled_extent"]
        if (item["measure"], item["region"]) == ("ct_ground_glass", "lungs")
    ]
    assert extent["same_heights"]
    # 12 % of ground-glass became 4 %.
    assert extent["low"] < extent["followup"] - extent["baseline"] < extent["high"] < 0.0
