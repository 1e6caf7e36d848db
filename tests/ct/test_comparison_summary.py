"""What the assessment keeps of a comparison. Oracle: the comparison itself; SimpleITK reads what was written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses

from breathline.ct.align import AlignmentError
from breathline.ct.compare import Comparison, compare_measured
from breathline.ct.comparison_summary import summarise_comparison, summarise_refusal, write_change
from breathline.errors import OutputError, Problem, Severity
from breathline.keyslices import read_change_slices
from breathline.model.ct_change import CHANGE_CODES, Compared
from breathline.model.volume import PADDING, QualityFlag
from tests.ct.vessels import HAZE_MM, measured, scan

NAMES = ("week-1", "week+20")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    first, second = measured(*scan(haze=HAZE_MM)), measured(*scan(day=1))
    cleared = replace(second.patterns, labels=np.minimum(second.patterns.labels, 1))
    return compare_measured(first, replace(second, patterns=cleared))


@pytest.fixture(scope="module")
def written(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("assessment")
    return folder, dict(write_change(comparison, folder, "week+20"))


def test_all_files_are_there_and_named_after_the_follow_up(written):
    folder, files = written
    assert files == {
        "displacement": "ct/change/week+20.displacement.nii.gz",
        "warped": "ct/change/week+20.warped.nii.gz",
        "change": "ct/change/week+20.change.nii.gz",
        "slices": "ct/change/week+20.slices.npz",
    }
    assert sorted(path.name for path in (folder / "ct" / "change").iterdir()) == sorted(
        Path(file).name for file in files.values()
    )


def test_the_slices_kept_are_those_of_the_images(comparison, written):
    folder, files = written
    change = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / files["change"])))
    kept = read_change_slices(folder / files["slices"])
    assert len(kept) == 4
    for item in kept:
        number = round((item.position_mm - comparison.baseline.volume.geometry.origin_mm[2]) / 3.0)
        assert (
            np.bincount(item.change.ravel(), minlength=8).tolist()[1:]
            == (np.bincount(change[number].ravel(), minlength=8).tolist()[1:])
        )
        assert (item.followup[item.change == 0] == PADDING).all()
        assert (
            abs(float(item.followup[item.change > 0].mean() - item.baseline[item.change > 0].mean())) < 60.0
        )
    assert any((item.change == CHANGE_CODES["cleared"]).any() for item in kept)


def test_what_was_found_is_kept(comparison):
    found = summarise_comparison(comparison, NAMES, 147.0, {})
    assert (found.baseline, found.followup, found.days) == (*NAMES, 147.0)
    assert found.compared is Compared.PLACES
    assert found.believed
    assert found.obstacle == ""
    assert found.volumes == comparison.volumes
    assert {lung.name for lung in found.lungs} == {"right_lung", "left_lung"}


@pytest.mark.parametrize(
    ("code", "obstacle"),
    [
        ("same_scan", "The same scan stands at both dates."),
        ("lung_lost", "One lung lost tissue between the scans, by surgery, fluid or collapse."),
    ],
)
def test_what_forbids_a_judgement_is_told(comparison, code, obstacle):
    flag = QualityFlag(code=code, severity=Severity.WARNING, message="")
    found = summarise_comparison(replace(comparison, protocol=(flag,)), NAMES, 147.0, {})
    assert found.obstacle == obstacle
    assert not found.believed


def test_too_little_lung_is_not_believed(comparison):
    rest = [
        replace(item, volume_ml=1e5) if (item.region, item.change) == ("lungs", "not_compared") else item
        for item in comparison.volumes
    ]
    assert not summarise_comparison(replace(comparison, volumes=tuple(rest)), NAMES, 147.0, {}).believed


def test_a_refusal_keeps_its_reasons():
    both = [Problem(code="alignment_thick", message="one."), Problem(code="no_lungs", message="two.")]
    found = summarise_refusal(AlignmentError(both), NAMES, 147.0)
    assert (found.compared, found.reason, found.obstacle) == (Compared.NOTHING, "one. two.", "")
    stranger = AlignmentError([Problem(code="other_patient", message="neither.")])
    assert summarise_refusal(stranger, NAMES, 147.0).obstacle == "The two scans may be of different patients."


def test_a_disk_that_refuses_is_told(comparison, tmp_path):
    (tmp_path / "ct").write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputError, match="The comparison could not be written"):
        write_change(comparison, tmp_path, "week+20")
