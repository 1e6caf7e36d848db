"""The scans of a record: found, dated, one a date; whatever cannot be used is left out and said."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from breathline.intake import read_patient
from breathline.model.measurement import Moment
from tests.intake.folders import MEASURES, PATIENT, TODAY, problems_of, record_of, told
from tests.intake.scans_on_disk import write_series

BEFORE = "1.2.826.0.1.3680043.10"
AFTER = "1.2.826.0.1.3680043.11"
DATES = "Give ct/scans.csv the heading 'series,date' and the line"


def _pair(folder: Path, *, dated: bool) -> None:
    write_series(folder / "ct" / "before", uid=BEFORE, date="20210210" if dated else "")
    write_series(folder / "ct" / "after", uid=AFTER, date="20210705" if dated else "")


def test_scans_are_dated_by_their_headers(tmp_path: Path) -> None:
    _pair(tmp_path, dated=True)
    record = record_of(tmp_path)
    assert [(scan.name, scan.when) for scan in record.scans] == [
        ("week-1", Moment(week=-0.7143, date=date(2021, 2, 10))),
        ("week+20", Moment(week=20.0, date=date(2021, 7, 5))),
    ]
    assert [(scan.series, scan.path, len(scan.files)) for scan in record.scans] == [
        (BEFORE, tmp_path / "ct" / "before", 12),
        (AFTER, tmp_path / "ct" / "after", 12),
    ]
    assert record.warnings == ()


def test_the_hash_of_a_scan_is_that_of_its_files_in_order(tmp_path: Path) -> None:
    _pair(tmp_path, dated=True)
    record = record_of(tmp_path)
    files = sorted((tmp_path / "ct" / "after").iterdir())
    # oracle: cat ct/after/* | sha256sum
    whole = b"".join(path.read_bytes() for path in files)
    (found,) = [item for item in record.inputs if item.file == "ct/week+20"]
    assert (found.sha256, found.bytes) == (hashlib.sha256(whole).hexdigest(), len(whole))
    assert [item.file for item in record.inputs] == [
        "patient.toml",
        "visits.csv",
        "doses.csv",
        "events.csv",
        "labs.csv",
        "ct/week-1",
        "ct/week+20",
    ]


def test_scans_without_dates_are_left_out_with_the_line_to_write(tmp_path: Path) -> None:
    _pair(tmp_path, dated=False)
    record = record_of(tmp_path)
    assert record.scans == ()
    assert told(record.warnings) == [
        f"warning: ct/{name}: This scan (12 slices of 1 mm in '{name}') was left out: its header has "
        f"no date. "
        f"{DATES} '{name},2021-02-15' (with the date of the scan)."
        for name in ("after", "before")
    ]


@pytest.mark.parametrize(
    "table",
    [
        "series,date\nbefore,2021-02-08\nafter/,2021-07-05\n",
        f"series,week\n{BEFORE},-1\n{AFTER},20\n",
        "Series;Date\nct/before;2021-02-08\n11-003.dcm;2021-07-05\n",
        "series,date\nbefore/10-000.dcm,2021-02-08\nct/after/11-000.dcm,2021-07-05\n",
    ],
    ids=["folder", "identifier and week", "path and file", "files"],
)
def test_scans_are_dated_by_the_table(table: str, tmp_path: Path) -> None:
    _pair(tmp_path, dated=False)
    record = record_of(tmp_path, {"ct/scans.csv": table})
    assert [(scan.name, scan.when) for scan in record.scans] == [
        ("week-1", Moment(week=-1.0, date=date(2021, 2, 8))),
        ("week+20", Moment(week=20.0, date=date(2021, 7, 5))),
    ]
    assert record.warnings == ()


def test_two_scans_mixed_in_one_folder_are_told_apart_by_a_file_of_each(tmp_path: Path) -> None:
    write_series(tmp_path / "ct", uid=BEFORE, study="1.2.3")
    write_series(tmp_path / "ct", uid=AFTER, study="1.2.4")
    found = told(problems_of(tmp_path))
    assert [line.partition(DATES)[2] for line in found] == [
        " '10-000.dcm,2021-02-15' (with the date of the scan).",
        " '11-000.dcm,2021-02-15' (with the date of the scan).",
    ]
    table = "series,date\n10-000.dcm,2021-02-10\n11-000.dcm,2021-07-05\n"
    assert [scan.name for scan in record_of(tmp_path, {"ct/scans.csv": table}).scans] == ["week-1", "week+20"]


def test_faults_of_the_table_of_dates(tmp_path: Path) -> None:
    _pair(tmp_path, dated=True)
    table = (
        f"series,date\nbefor,2021-02-10\n{AFTER},2021-07-06\nbefore,2021-02-10\n9.9.9999999999.1,2021-02-10\n"
    )
    found = told(problems_of(tmp_path, {"ct/scans.csv": table}))
    mend = "Give the folder of the scan below ct, the name of one of its files, or its SeriesInstanceUID."
    assert found == [
        "warning: ct/scans.csv, line 2, column 'series': There is no scan 'befor' below ct. Did you "
        "mean 'before'? "
        f"{mend}",
        "warning: ct/scans.csv, line 5, column 'series': There is no scan with this identifier below ct. "
        f"{mend}",
        "warning: ct/scans.csv, line 3: The scan with this identifier is dated 2021-07-06 here and "
        "otherwise in "
        "its header; the date of this table counts. Look up the date.",
    ]


def test_a_scan_dated_twice_is_refused(tmp_path: Path) -> None:
    _pair(tmp_path, dated=False)
    table = f"series,date\nbefore,2021-02-10\n{BEFORE},2021-07-05\n"
    assert told(problems_of(tmp_path, {"ct/scans.csv": table}))[0] == (
        "error: ct/scans.csv, line 3: The scan with this identifier is dated here and otherwise on "
        "line 2. Delete "
        "the line that is wrong; where a folder holds several scans, name a file of each."
    )


def test_the_best_series_of_a_date_is_kept_and_the_reason_told(tmp_path: Path) -> None:
    write_series(tmp_path / "ct" / "thick", uid=BEFORE, date="20210210", thickness=5.0)
    write_series(tmp_path / "ct" / "thin", uid=AFTER, date="20210210")
    record = record_of(tmp_path)
    assert [scan.path.name for scan in record.scans] == ["thin"]
    assert told(record.warnings) == [
        "note: ct (week-1): Chosen among 2 series: 12 slices of 1 mm in 'thin'. Left aside: 12 "
        "slices of 5 mm in "
        "'thick' (its slices are thicker)."
    ]


def test_what_is_no_scan_is_left_out_and_said(tmp_path: Path) -> None:
    _pair(tmp_path, dated=True)
    write_series(tmp_path / "ct" / "few", uid="1.2.3.12", date="20210301", slices=3)
    (tmp_path / "ct" / "note.dcm").write_text("hello")
    whole = (tmp_path / "ct" / "after" / "11-001.dcm").read_bytes()
    (tmp_path / "ct" / "cut.dcm").write_bytes(whole[:300])
    record = record_of(tmp_path)
    assert [scan.name for scan in record.scans] == ["week-1", "week+20"]
    assert [(p.file, p.severity.value) for p in record.warnings] == [
        ("ct/note.dcm", "warning"),
        ("ct/cut.dcm", "warning"),
        ("ct/few", "warning"),
    ]


def test_scans_of_two_patients_are_told(tmp_path: Path) -> None:
    write_series(tmp_path / "ct" / "a", uid=BEFORE, date="20210210", patient="Somebody")
    write_series(tmp_path / "ct" / "b", uid=AFTER, date="20210705", patient="Else")
    record = record_of(tmp_path)
    assert told(record.warnings) == [
        "warning: ct: The headers of the scans carry different patient identifiers. Make sure that "
        "all of them are "
        "of this patient."
    ]
    assert "Somebody" not in repr(record)


def test_two_scans_in_one_week_have_two_names(tmp_path: Path) -> None:
    write_series(tmp_path / "ct" / "a", uid=BEFORE, date="20210705")
    write_series(tmp_path / "ct" / "b", uid=AFTER, date="20210706")
    assert [scan.name for scan in record_of(tmp_path).scans] == ["week+20_2021-07-05", "week+20_2021-07-06"]


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("19500101", "the date of its header lies before the birth of the patient"),
        ("20990101", "the date of its header lies in the future"),
    ],
)
def test_a_header_date_that_cannot_be_is_not_believed(day: str, reason: str, tmp_path: Path) -> None:
    write_series(tmp_path / "ct" / "a", uid=BEFORE, date=day)
    assert told(problems_of(tmp_path)) == [
        f"warning: ct/a: This scan (12 slices of 1 mm in 'a') was left out: {reason}. {DATES} "
        f"'a,2021-02-15' (with "
        "the date of the scan)."
    ]


def test_a_dated_scan_has_no_place_among_weeks_without_a_start(tmp_path: Path) -> None:
    write_series(tmp_path / "ct" / "a", uid=BEFORE, date="20210210")
    files: dict[str, str | bytes | None] = {
        "patient.toml": PATIENT.replace("treatment_start = 2021-02-15\n", "").replace(
            "birth_date = 1957-03-02", "age = 64"
        ),
        "visits.csv": "week,measure,value,unit\n-1,fvc,2,L\n20,fvc,2.2,L\n",
        "doses.csv": None,
        "events.csv": None,
        "labs.csv": None,
    }
    assert told(problems_of(tmp_path, files)) == [
        "warning: ct/a: This scan (12 slices of 1 mm in 'a') was left out: it has a date and the "
        "tables count in "
        "weeks, and the date on which treatment started is not recorded. Add a line such as "
        "treatment_start = "
        "2021-02-15 to patient.toml."
    ]


def test_an_empty_ct_folder_and_a_file_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "a" / "ct").mkdir(parents=True)
    assert [p.code for p in problems_of(tmp_path / "a")] == ["no_scan_found"]
    assert told(problems_of(tmp_path / "b", {"ct": "x"})) == [
        "error: ct: This is not a folder, and the folder of the scans is expected. Rename it, or put "
        "the scans "
        "into a folder of this name."
    ]


def test_a_record_around_a_real_scan(real_ct: Path, tmp_path: Path) -> None:
    (source,) = sorted(real_ct.glob("ground-glass-P001*"))[:1]
    (tmp_path / "ct").mkdir()
    (tmp_path / "ct" / "baseline").symlink_to(source, target_is_directory=True)
    record_of(tmp_path, {"ct/scans.csv": "series,date\nbaseline,2021-02-10\n"})
    record = read_patient(tmp_path, measures=MEASURES, today=TODAY)
    assert [scan.name for scan in record.scans] == ["week-1"]
    # its header carries another, shifted date
    assert [problem.code for problem in record.warnings] == ["scan_dates_differ"]
    assert len(record.scans[0].files) > 10
