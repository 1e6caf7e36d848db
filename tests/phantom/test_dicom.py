from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK

from breathline.phantom import PhantomSpec, PhantomTruth, simulate_phantom, write_phantom

FLAT: dict[str, Any] = {"matrix": 64, "thickness_mm": 5.0, "spacing_mm": 20.0, "slices": 6}


def read_series(folder: Path) -> SimpleITK.Image:
    # oracle: GDCM through SimpleITK's series reader, which sorts by position on its own
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return reader.Execute()


def test_round_trip_through_another_reader(tmp_path: Path) -> None:
    spec = PhantomSpec(**FLAT, ground_glass=10)
    truth = write_phantom(tmp_path / "out", spec)
    assert truth.dicom is not None
    image = read_series(truth.dicom)
    volume, _, _ = simulate_phantom(spec)
    np.testing.assert_array_equal(SimpleITK.GetArrayFromImage(image), volume.hu)
    np.testing.assert_allclose(image.GetOrigin(), volume.geometry.origin_mm)
    np.testing.assert_allclose(image.GetSpacing(), volume.geometry.spacing_mm[::-1])
    lungs = SimpleITK.ReadImage(str(truth.truth / "lungs.nii.gz"))  # type: ignore[operator]
    np.testing.assert_allclose(lungs.GetOrigin(), image.GetOrigin(), atol=1e-3)
    np.testing.assert_allclose(lungs.GetDirection(), image.GetDirection(), atol=1e-6)


def test_prone_series_lies_where_it_says(tmp_path: Path) -> None:
    spec = PhantomSpec(**FLAT, position="prone")
    write_phantom(tmp_path / "out", spec)
    image = read_series(tmp_path / "out" / "dicom")
    volume, _, _ = simulate_phantom(spec)
    z, y, x = 3, 20, 40
    corner, step = volume.geometry.origin_mm, volume.geometry.spacing_mm
    point = (corner[0] + x * step[2], corner[1] + y * step[1], corner[2] + z * step[0])
    assert image[image.TransformPhysicalPointToIndex(point)] == volume.hu[z, y, x]
    head = pydicom.dcmread(tmp_path / "out" / "dicom" / "0001.dcm")
    assert head.PatientPosition == "HFP"
    # the couch lies in front of a prone patient, at the foot of the image as shown
    assert head.ImageOrientationPatient == [-1, 0, 0, 0, -1, 0]
    stored = head.pixel_array.astype(int) - 1024
    assert stored[-14:, 32].max() > -960
    assert stored[:6, 32].max() < -900


def test_header_says_what_was_asked(tmp_path: Path) -> None:
    spec = PhantomSpec(**FLAT, kernel="sharp", dose_mas=60, study_date=date(2020, 2, 29))
    write_phantom(tmp_path / "out", spec)
    heads = [pydicom.dcmread(path) for path in sorted((tmp_path / "out" / "dicom").iterdir())]
    head = heads[0]
    assert head.file_meta.TransferSyntaxUID == pydicom.uid.ExplicitVRLittleEndian
    assert head.SOPClassUID == pydicom.uid.CTImageStorage
    assert (head.Modality, head.KVP, head.Exposure, head.ConvolutionKernel) == ("CT", 120, 60, "B70f")
    assert (head.SliceThickness, head.StudyDate, head.RescaleType) == (5, "20200229", "HU")
    assert head.PatientID == "PHANTOM-1"
    assert str(head.PatientName).startswith("PHANTOM")
    assert len({item.SOPInstanceUID for item in heads}) == 6
    assert len({item.SeriesInstanceUID for item in heads}) == 1
    assert all(len(item.SOPInstanceUID) <= 64 for item in heads)
    # numbered from the head down, like a scanner does
    heights = [float(item.ImagePositionPatient[2]) for item in heads]
    assert heights == sorted(heights, reverse=True)
    assert [item.InstanceNumber for item in heads] == [1, 2, 3, 4, 5, 6]


def test_same_options_same_bytes(tmp_path: Path) -> None:
    def digest(folder: Path) -> dict[str, str]:
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        return {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
        }

    spec = PhantomSpec(**FLAT, seed=1, ground_glass=10)
    write_phantom(tmp_path / "first", spec)
    write_phantom(tmp_path / "second", spec)
    assert digest(tmp_path / "first") == digest(tmp_path / "second")
    other, _, _ = simulate_phantom(PhantomSpec(**FLAT, seed=6, ground_glass=10))
    same, _, _ = simulate_phantom(spec)
    assert not np.array_equal(other.hu, same.hu)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    from breathline.errors import OutputError

    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="already there and not empty"):
        write_phantom(tmp_path, PhantomSpec(**FLAT))
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    def stop(_step: str, done: int, _total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_phantom(tmp_path / "out", PhantomSpec(**FLAT), progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_truth_file_matches_truth(ill: PhantomTruth) -> None:
    import json

    assert ill.truth is not None
    told = json.loads((ill.truth / "truth.json").read_text())
    assert told["lung_volume_ml"] == pytest.approx(ill.lung_volume_ml, abs=5e-4)
    assert told["options"]["ground_glass"] == 20
    assert sum(told["percent"].values()) == pytest.approx(100, abs=1e-3)
