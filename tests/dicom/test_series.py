"""Series found and chosen. Oracle everywhere: what the test itself wrote."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses

from breathline.dicom.choice import choose_series, why_not_lungs
from breathline.dicom.series import find_series
from breathline.errors import ScanError, Severity
from tests.dicom.tiny import write_series

BLANK = np.full((12, 8, 8), -800, dtype=np.int16)


def test_files_are_ordered_by_position_whatever_their_names(tmp_path: Path) -> None:
    files = write_series(tmp_path / "scan", BLANK, StudyDate="20240229")
    (series,), problems = find_series(tmp_path)
    assert series.files == tuple(files)
    assert series.positions_mm == tuple(5.0 * n for n in range(12))
    assert (series.date, series.folder, series.n_slices) == (date(2024, 2, 29), "scan", 12)
    assert problems == ()


def test_a_date_that_cannot_be_is_no_date(tmp_path: Path) -> None:
    write_series(tmp_path, BLANK, StudyDate="20240231")
    (series,), _ = find_series(tmp_path)
    assert series.date is None


def test_missing_date_name_and_identifier_are_no_problem(tmp_path: Path) -> None:
    write_series(tmp_path, BLANK, PatientID=None, PatientName=None)
    (series,), problems = find_series(tmp_path)
    assert (series.date, series.subject, problems) == (None, "", ())


def test_two_series_in_one_folder_are_two(tmp_path: Path) -> None:
    write_series(tmp_path, BLANK, seed="a")
    write_series(tmp_path, BLANK, seed="b", ConvolutionKernel="B70f")
    series, _ = find_series(tmp_path)
    assert sorted(item.kernel for item in series) == ["B30f", "B70f"]


def test_a_series_that_repeats_positions_is_split_by_kernel(tmp_path: Path) -> None:
    write_series(tmp_path / "x", BLANK, SeriesInstanceUID="1.2.3", SeriesNumber=1)
    write_series(tmp_path / "y", BLANK, SeriesInstanceUID="1.2.3", SeriesNumber=1, ConvolutionKernel="B70f")
    series, _ = find_series(tmp_path)
    assert sorted(item.kernel for item in series) == ["B30f", "B70f"]


def test_a_text_file_with_a_scan_s_name_is_told(tmp_path: Path) -> None:
    write_series(tmp_path, BLANK)
    (tmp_path / "notes.dcm").write_text("this is text" * 50)
    series, (problem,) = find_series(tmp_path)
    assert len(series) == 1
    assert (problem.code, problem.severity) == ("not_dicom", Severity.WARNING)
    assert str(problem) == (
        f"{tmp_path / 'notes.dcm'}: this is not a DICOM file, whatever its name. "
        "Remove it, or export the scan again as DICOM."
    )


def test_tables_and_pictures_beside_a_scan_are_passed_over(tmp_path: Path) -> None:
    write_series(tmp_path, BLANK)
    (tmp_path / "scans.csv").write_text("series,date\n")
    (tmp_path / "DICOMDIR").write_bytes(b"\0" * 200)
    assert len(find_series(tmp_path)[0]) == 1
    assert find_series(tmp_path)[1] == ()


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "1.dcm").touch()
    series, (problem,) = find_series(tmp_path)
    assert series == ()
    assert problem.code == "empty_file"


def test_a_link_to_its_own_folder_does_not_hang(tmp_path: Path) -> None:
    write_series(tmp_path / "scan", BLANK)
    (tmp_path / "scan" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert len(find_series(tmp_path)[0]) == 1


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="there is no such folder"):
        find_series(tmp_path / "nowhere")


def test_a_volume_file_is_a_series(tmp_path: Path) -> None:
    image = sitk.GetImageFromArray(BLANK)
    image.SetSpacing((0.7, 0.8, 2.5))
    sitk.WriteImage(image, str(tmp_path / "chest.nii.gz"))
    (series,), _ = find_series(tmp_path)
    assert (series.source_format, series.n_slices, series.spacing_mm) == (
        "NIfTI",
        12,
        pytest.approx((0.8, 0.7)),
    )


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"Modality": "MR"}, "its modality is MR, not CT"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, "it is a localiser"),
        ({"ImageType": ["DERIVED", "SECONDARY", "REFORMATTED"]}, "it is a reformation, not the scan itself"),
        ({"orientation": (1, 0, 0, 0, 0, -1)}, "its slices are not axial"),
        ({"SamplesPerPixel": 3}, "it is a colour picture"),
    ],
)
def test_what_cannot_be_lungs(tmp_path: Path, tags: dict[str, object], reason: str) -> None:
    write_series(tmp_path, BLANK, **tags)  # type: ignore[arg-type]  # tags of several types
    (series,), _ = find_series(tmp_path)
    assert why_not_lungs(series) == reason


def test_few_slices_cannot_be_a_chest(tmp_path: Path) -> None:
    write_series(tmp_path, BLANK[:3])
    (series,), _ = find_series(tmp_path)
    with pytest.raises(ScanError) as refusal:
        choose_series([series])
    assert str(refusal.value) == (
        "The scan cannot be measured:\n"
        f"  - {tmp_path}: 3 slices of 5 mm, kernel B30f in '.' cannot be measured: it has only 3 slices. "
        "Give an axial CT series of the whole chest."
    )


def test_thin_lung_kernel_is_chosen_over_thick_and_localiser(tmp_path: Path) -> None:
    fine = np.full((60, 8, 8), -800, dtype=np.int16)
    write_series(tmp_path / "thick", BLANK, spacing=(5.0, 1.0, 1.0), seed="a")
    write_series(tmp_path / "soft", fine, spacing=(1.0, 1.0, 1.0), seed="b")
    write_series(tmp_path / "lung", fine, spacing=(1.0, 1.0, 1.0), seed="c", ConvolutionKernel="LUNG")
    write_series(tmp_path / "scout", BLANK[:1], seed="d", ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    chosen, reason = choose_series(find_series(tmp_path)[0])
    assert chosen.folder == "lung"
    assert reason == (
        "Chosen among 4 series: 60 slices of 1 mm, kernel LUNG in 'lung'. Left aside: "
        "1 slice of 5 mm, kernel B30f in 'scout' (it is a localiser); "
        "60 slices of 1 mm, kernel B30f in 'soft' (its kernel is softer); "
        "12 slices of 5 mm, kernel B30f in 'thick' (its slices are thicker)."
    )


def test_two_breaths_whose_slices_lie_between_each_other_are_two_scans(tmp_path: Path) -> None:
    tags = {"SeriesInstanceUID": "1.2.3", "StudyInstanceUID": "1.2", "SliceThickness": 1.0}
    inspired = [10.0 * n for n in range(12)]
    expired = [10.0 * n + 4.0 for n in range(12)]
    write_series(tmp_path / "x", BLANK, positions=inspired, AcquisitionNumber=1, **tags)
    write_series(tmp_path / "y", BLANK, positions=expired, AcquisitionNumber=2, **tags)
    series, _ = find_series(tmp_path)
    assert sorted(item.positions_mm[0] for item in series) == [0.0, 4.0]


def test_the_two_halves_of_a_scan_are_not_two_scans(tmp_path: Path) -> None:
    tags = {"SeriesInstanceUID": "1.2.3", "StudyInstanceUID": "1.2", "SliceThickness": 1.0}
    write_series(tmp_path / "x", BLANK, positions=[10.0 * n for n in range(12)], AcquisitionNumber=1, **tags)
    upper = [135 + 10.0 * n for n in range(12)]
    write_series(tmp_path / "y", BLANK, positions=upper, AcquisitionNumber=2, **tags)
    assert [item.n_slices for item in find_series(tmp_path)[0]] == [24]


@pytest.mark.parametrize(("thick", "folder"), [(2.5, "volume"), (5.0, "interval")])
def test_interval_hrct_yields_to_a_fine_volume_only(tmp_path: Path, thick: float, folder: str) -> None:
    write_series(tmp_path / "interval", BLANK, spacing=(10.0, 1.0, 1.0), seed="a", SliceThickness=1.0)
    slices = int(120 / thick)
    whole = np.full((slices, 8, 8), -800, dtype=np.int16)
    write_series(tmp_path / "volume", whole, spacing=(thick, 1.0, 1.0), seed="b")
    chosen, reason = choose_series(find_series(tmp_path)[0])
    assert chosen.folder == folder
    assert ("it leaves gaps between slices" in reason) is (folder == "volume")


def test_a_rendering_is_not_the_scan_but_an_original_volume_is(tmp_path: Path) -> None:
    for kind, reason in (("ORIGINAL", ""), ("DERIVED", "it is a reformation, not the scan itself")):
        write_series(tmp_path / kind, BLANK, ImageType=[kind, "PRIMARY", "VOLUME"])
        (series,), _ = find_series(tmp_path / kind)
        assert why_not_lungs(series) == reason


def test_of_a_whole_study_the_fine_lung_volume_is_chosen_and_the_rest_told(tmp_path: Path) -> None:
    fine = np.full((60, 8, 8), -800, dtype=np.int16)
    write_series(tmp_path / "lung", fine, spacing=(1.0, 1.0, 1.0), seed="a", ConvolutionKernel="LUNG")
    write_series(tmp_path / "cta", BLANK, spacing=(5.0, 1.0, 1.0), seed="b", ContrastBolusAgent="iodine")
    write_series(tmp_path / "coronal", BLANK, seed="c", orientation=(1, 0, 0, 0, 0, -1))
    write_series(tmp_path / "sagittal", BLANK, seed="d", orientation=(0, 1, 0, 0, 0, -1))
    write_series(tmp_path / "mip", BLANK, seed="e", ImageType=["DERIVED", "SECONDARY", "AXIAL", "MIP"])
    write_series(tmp_path / "scout", BLANK[:2], seed="f", ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    write_series(tmp_path / "pet", fine, seed="g", Modality="PT")
    write_series(tmp_path / "screen", BLANK[:1], seed="h", SamplesPerPixel=3)
    write_series(tmp_path / "dose", BLANK[:1], seed="i", Modality="SR", PixelSpacing=None)
    chosen, reason = choose_series(find_series(tmp_path)[0])
    assert chosen.folder == "lung"
    for told in (
        "'coronal' (its slices are not axial)",
        "'cta' (its slices are thicker)",
        "'mip' (it is a reformation, not the scan itself)",
        "'pet' (its modality is PT, not CT)",
        "'dose' (its modality is SR, not CT)",
    ):
        assert told in reason
