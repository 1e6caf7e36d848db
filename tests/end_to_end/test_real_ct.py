"""The main job around a real scan: lossless-JPEG DICOM of a patient with ground-glass, without dates or names."""

from __future__ import annotations

import json

from click.testing import CliRunner

from breathline.cli import main

SCANS = "series,date\nground-glass,2024-02-26\n"


def test_a_patient_folder_made_around_a_real_scan_is_assessed(tables, real_ct, tmp_path):
    (tables / "ct").mkdir()
    (tables / "ct" / "ground-glass").symlink_to(real_ct / "ground-glass-P001" / "dicom")
    (tables / "ct" / "scans.csv").write_text(SCANS, encoding="utf-8")
    out = tmp_path / "out"
    ran = CliRunner().invoke(main, ["assess", str(tables), "-o", str(out)], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    assessed = json.loads((out / "assessment.json").read_text(encoding="utf-8"))
    (scan,) = assessed["scans"]
    assert scan["when"]["date"] == "2024-02-26"
    for name in ("lungs.nii.gz", "patterns.nii.gz", "measurements.json"):
        assert (out / scan["folder"] / name).is_file()
    extents = {
        one["measurement"]["measure"]: one["measurement"]
        for one in assessed["measurements"]
        if one["measurement"]["region"] == "lungs"
    }
    # The radiologist labelled slices of this scan as ground-glass, so it is there and is not the whole lung.
    assert extents["ct_ground_glass"]["value"] > 0.5
    # some of this patient's dense ground-glass is told as reticulation (docs/explanation/hrct.md): the sum counts
    assert 1.5 < extents["ct_ild"]["value"] < 20.0
    # A chest scan at the end of an ordinary breath holds between one and nine litres of lung.
    assert extents["ct_lung_volume"]["unit"] == "L"
    assert 1.0 < extents["ct_lung_volume"]["value"] < 9.0
    changes = {change["measure"]: change for change in assessed["changes"]}
    assert changes["ct_ground_glass"]["judgement"] == "cannot_tell", "one scan shows no change"
    report = (out / "report.html").read_text(encoding="utf-8")
    assert str(real_ct) not in report
