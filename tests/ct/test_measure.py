"""A scan from DICOM to files. Oracle: the truth of the phantom, unless a comment says otherwise."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses
from click.testing import CliRunner

from breathline.cli import main
from breathline.ct.extents import EXTENTS, absent_extents
from breathline.ct.lungs import segment_lungs
from breathline.ct.measure import MeasuredScan, key_slices, measure_scan, write_scan
from breathline.ct.patterns import DEFAULT_METHOD, PATTERN_METHODS, PatternMap
from breathline.ct.quantify import quantify
from breathline.errors import OutputError, RegistryError, ScanError
from breathline.keyslices import read_key_slices
from breathline.model.measurement import Measurement
from breathline.model.volume import PATTERN_CODES, LabelMap, Volume
from breathline.phantom import PhantomSpec, simulate_phantom
from tests.dicom.tiny import write_series

Chest = tuple[Volume, LabelMap, LabelMap]


def found(measured: MeasuredScan, measure: str, unit: str = "%", region: str = "lungs") -> Measurement:
    (item,) = [
        item
        for item in measured.result.measurements
        if (item.measure, item.unit, item.region) == (measure, unit, region)
    ]
    return item


def test_lungs_lie_on_the_truth(measured: MeasuredScan, chest: Chest) -> None:
    truth, lungs = chest[1].labels > 0, measured.lungs.labels > 0
    dice = 2 * (truth & lungs).sum() / (truth.sum() + lungs.sum())
    assert dice >= 0.98
    both = truth & lungs
    assert (measured.lungs.labels[both] == chest[1].labels[both]).mean() >= 0.999


def test_the_interval_holds_the_truth(measured: MeasuredScan, chest: Chest) -> None:
    truth = 100.0 * (chest[2].labels == PATTERN_CODES["ground_glass"]).sum() / (chest[1].labels > 0).sum()
    item = found(measured, "ct_ground_glass")
    assert item.low is not None
    assert item.high is not None
    assert item.low <= truth <= item.high


def test_volumes_and_percents_agree(measured: MeasuredScan) -> None:
    lungs, percent = found(measured, "ct_lung_volume", "mL"), found(measured, "ct_ground_glass")
    assert isinstance(lungs.value, float)
    assert isinstance(percent.value, float)
    expected = lungs.value * percent.value / 100  # exact arithmetic, to the digits kept
    assert found(measured, "ct_ground_glass", "mL").value == pytest.approx(expected, abs=0.5)


def test_right_and_left_make_the_whole(measured: MeasuredScan) -> None:
    parts = [found(measured, "ct_lung_volume", "mL", region).value for region in ("right_lung", "left_lung")]
    assert sum(float(part) for part in parts) == pytest.approx(
        float(found(measured, "ct_lung_volume", "mL").value)
    )


def test_every_extent_is_measured(measured: MeasuredScan) -> None:
    names = {item.measure for item in measured.result.measurements}
    assert set(EXTENTS) <= names
    assert not [flag for flag in measured.result.quality if flag.code == "not_measured"]


def test_what_a_method_does_not_tell_is_absent_and_said(measured: MeasuredScan) -> None:
    poorer = replace(measured.patterns, method="haze_only")
    flags = absent_extents(PatternMap(labels=poorer, measured=frozenset({"ground_glass"})))
    assert [flag.message for flag in flags] == [
        "Not measured by the method 'haze_only': reticulation, honeycombing, consolidation, emphysema, "
        "all interstitial abnormality, fibrosis, vessels. That does not mean that they are absent."
    ]


def test_patterns_fill_the_lungs_and_nothing_else(measured: MeasuredScan) -> None:
    assert ((measured.patterns.labels > 0) == (measured.lungs.labels > 0)).all()


def test_files(measured: MeasuredScan, tmp_path: Path) -> None:
    write_scan(measured, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "airways.nii.gz",
        "lungs.nii.gz",
        "measurements.json",
        "patterns.nii.gz",
        "recovered.nii.gz",
        "slices.npz",
        "view-coarse.nii.gz",
        "view.json",
        "view.nii.gz",
    ]
    content = json.loads((tmp_path / "out" / "measurements.json").read_text())
    assert list(content) == [
        "schema",
        "scan",
        "quality",
        "labels",
        "measurements",
        "histogram",
        "steps",
        "version",
    ]
    assert list(content["measurements"][0]) == ["measure", "region", "value", "unit", "low", "high"]
    assert content["scan"]["date"] == "2024-01-10"
    assert "tiny" not in (tmp_path / "out" / "measurements.json").read_text().lower()
    heights = [item.height for item in read_key_slices(tmp_path / "out" / "slices.npz")]
    assert heights == [item.height for item in key_slices(measured.volume, measured.lungs, measured.patterns)]


def test_label_maps_lie_on_the_grid_of_the_series(
    measured: MeasuredScan, chest_dicom: Path, tmp_path: Path
) -> None:
    # Oracle: the grid that SimpleITK's own series reader gives.
    write_scan(measured, tmp_path)
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(chest_dicom)))
    scan, lungs = reader.Execute(), sitk.ReadImage(str(tmp_path / "lungs.nii.gz"))
    assert lungs.GetSize() == scan.GetSize()
    assert np.allclose(lungs.GetSpacing(), scan.GetSpacing(), rtol=1e-3)
    assert np.allclose(lungs.GetOrigin(), scan.GetOrigin(), atol=1e-3)
    assert np.allclose(lungs.GetDirection(), scan.GetDirection())
    inside = sitk.GetArrayFromImage(scan)[sitk.GetArrayFromImage(lungs) > 0]
    assert inside.mean() == pytest.approx(float(found(measured, "ct_mean_density", "HU").value), abs=0.1)


@pytest.mark.parametrize("flip", [(0,), (1,), (2,)])
def test_a_turned_file_gives_the_same_lungs_and_its_own_grid(
    measured: MeasuredScan, normal_everywhere: None, tmp_path: Path, flip: tuple[int, ...]
) -> None:
    measure_turned(measured, tmp_path, flip)


def test_a_file_turned_every_way_gives_the_same_numbers_too(measured: MeasuredScan, tmp_path: Path) -> None:
    turned = measure_turned(measured, tmp_path, (0, 1, 2))
    np.testing.assert_array_equal(turned.patterns.labels, measured.patterns.labels)
    assert turned.result.measurements == measured.result.measurements


def measure_turned(measured: MeasuredScan, tmp_path: Path, flip: tuple[int, ...]) -> MeasuredScan:
    """Check that turning the array and its header together changes nothing but the order of voxels in the files."""
    volume = measured.volume
    dz, dy, dx = volume.geometry.spacing_mm
    image = sitk.GetImageFromArray(volume.hu)
    image.SetSpacing((dx, dy, dz))
    image = sitk.PermuteAxes(sitk.Flip(image, [axis in flip for axis in range(3)]), [1, 2, 0])
    sitk.WriteImage(image, str(tmp_path / "chest.nii.gz"))
    turned = measure_scan(tmp_path / "chest.nii.gz")
    np.testing.assert_array_equal(turned.lungs.labels, measured.lungs.labels)
    write_scan(turned, tmp_path / "out")
    scan, lungs = (
        sitk.ReadImage(str(tmp_path / "chest.nii.gz")),
        sitk.ReadImage(str(tmp_path / "out/lungs.nii.gz")),
    )
    assert lungs.GetSize() == scan.GetSize()
    assert np.allclose(lungs.GetDirection(), scan.GetDirection())
    assert np.allclose(lungs.GetOrigin(), scan.GetOrigin(), atol=1e-3)
    values, labels = sitk.GetArrayFromImage(scan), sitk.GetArrayFromImage(lungs)
    assert values[labels > 0].sum() == volume.hu[measured.lungs.labels > 0].sum()
    return turned


def test_same_scan_same_answer(measured: MeasuredScan, chest_dicom: Path) -> None:
    again = measure_scan(chest_dicom)
    assert again.result == measured.result
    np.testing.assert_array_equal(again.patterns.labels, measured.patterns.labels)


def test_nothing_is_left_where_writing_fails(measured: MeasuredScan, tmp_path: Path) -> None:
    target = tmp_path / "taken"
    target.write_text("a file, not a folder")
    with pytest.raises(OutputError, match="is a file"):
        write_scan(measured, target)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_block_of_tissue_has_no_lungs(tmp_path: Path) -> None:
    hu = np.full((20, 40, 40), -1000, dtype=np.int16)
    hu[:, 8:32, 8:32] = 40
    write_series(tmp_path, hu)
    with pytest.raises(ScanError) as refusal:
        measure_scan(tmp_path)
    assert str(refusal.value) == (
        "The scan cannot be measured:\n  - no lungs were found (0 mL of lung-like tissue; adults have "
        "more than 1000 mL). Give a CT of the whole chest; heads, abdomens and localisers cannot be measured."
    )


def test_an_unknown_method_is_named(chest_dicom: Path) -> None:
    with pytest.raises(RegistryError, match="There is no CT pattern method 'learned_textur'"):
        measure_scan(chest_dicom, method="learned_textur")


def test_command(chest_dicom: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["ct", "measure", str(chest_dicom), "-o", str(tmp_path / "o"), "--json"]
    )
    assert result.exit_code == 0
    assert json.loads(result.stdout)["schema"] == "breathline/measurements/1"


def test_command_refuses_with_code_3_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    result = CliRunner().invoke(main, ["ct", "measure", str(tmp_path / "in"), "-o", str(tmp_path / "o")])
    assert result.exit_code == 3
    assert "No CT scan was found" in result.stderr
    assert not (tmp_path / "o").exists()


def test_truth_of_fibrotic_lung_is_inside_the_intervals() -> None:
    # neither the patient nor the extents are among those the method was derived or its intervals set on
    volume, lungs, truth = simulate_phantom(
        PhantomSpec(seed=5, matrix=256, thickness_mm=3.0, ground_glass=10, reticulation=8)
    )
    found_lungs = segment_lungs(volume)
    method = PATTERN_METHODS[DEFAULT_METHOD]
    measurements, _ = quantify(volume, found_lungs, method.classify(volume, found_lungs))
    for measure in ("ct_ground_glass", "ct_reticulation", "ct_fibrosis", "ct_ild"):
        codes = [PATTERN_CODES[name] for name in EXTENTS[measure]]
        true = 100.0 * np.isin(truth.labels, codes).sum() / (lungs.labels > 0).sum()
        (item,) = [m for m in measurements if (m.measure, m.unit, m.region) == (measure, "%", "lungs")]
        assert item.low <= true <= item.high, measure


def test_a_folder_with_other_things_is_refused_before_the_work(chest_dicom: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work", encoding="utf-8")
    ran = CliRunner().invoke(main, ["ct", "measure", str(chest_dicom), "-o", str(tmp_path)])
    assert ran.exit_code == 1
    assert "holds other things and will not be overwritten" in ran.output
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]
