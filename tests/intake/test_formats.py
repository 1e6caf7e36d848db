"""Tables as office programs write them: the same folder in every dress gives the same record."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from breathline.errors import RecordError
from breathline.intake import read_patient
from breathline.model.measurement import Absence, Measurement
from tests.intake.folders import MEASURES, PATIENT, TODAY, VISITS, problems_of, record_of, told, write_folder

DRESSES: dict[str, Callable[[str], str | bytes]] = {
    "byte order mark": lambda text: "\ufeff" + text,
    "Windows lines": lambda text: text.replace("\n", "\r\n"),
    "old Mac lines": lambda text: text.replace("\n", "\r"),
    "no last line end": lambda text: text.rstrip("\n"),
    "semicolons": lambda text: text.replace(",", ";"),
    "tabs": lambda text: text.replace(",", "\t"),
    "Excel's own first line": lambda text: "sep=;\r\n" + text.replace(",", ";"),
    "capitals": lambda text: text.replace("date,measure", "Date,MEASURE").replace("fvc", "FVC"),
    "spaces": lambda text: text.replace(",measure", " , measure ").replace("fvc", "  fvc "),
    "quotation marks": lambda text: text.replace("fvc", '"fvc"').replace(",L,", ',"L",'),
    "empty lines": lambda text: text.replace("\n", "\n\n").replace("\n\n", "\n\n,,,,,,\n", 1),
    "trailing commas": lambda text: text.replace("\n", ",,\n"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "ISO dates with midnight": lambda text: text.replace("2021-07-05", "2021-07-05 00:00:00"),
}


def _facts(measurements: tuple[Measurement, ...]) -> list[tuple[object, ...]]:
    return sorted((m.measure, m.value, m.unit, m.when.order if m.when else 0) for m in measurements)


@pytest.mark.parametrize("dress", DRESSES)
def test_the_same_table_in_another_dress_reads_the_same(dress: str, tmp_path: Path) -> None:
    plain = record_of(tmp_path / "plain")
    dressed = record_of(tmp_path / "dressed", {"visits.csv": DRESSES[dress](VISITS)})
    assert _facts(dressed.measurements) == _facts(plain.measurements)
    assert dressed.warnings == ()


def test_decimal_commas_between_semicolons_are_read_and_told(tmp_path: Path) -> None:
    text = VISITS.replace(",", ";").replace("1.90", "1,90").replace("12.4", "12,4")
    record = record_of(tmp_path, {"visits.csv": text})
    assert {m.value for m in record.measurements} == {1.9, 1.6, 9.8, 2.1, 1.75, 12.4}
    assert told(record.warnings) == [
        "warning: visits.csv: 2 numbers have a decimal comma (first on line 2); read as a decimal "
        "point. Check "
        "them, or save the table with decimal points."
    ]


def test_windows_1252_is_read_and_told(tmp_path: Path) -> None:
    text = VISITS.replace("1.90,L,,,", "1.90,L,,,später").encode("cp1252")
    record = record_of(tmp_path, {"visits.csv": text})
    assert [m.note for m in record.measurements if m.note] == ["später"]
    assert told(record.warnings) == [
        "warning: visits.csv: The file is not UTF-8 text; it was read as Windows-1252 (Western "
        "European). Check "
        "letters such as ä, é and µ in the report, or save the file as 'CSV UTF-8'."
    ]


def test_a_line_break_inside_a_text_does_not_shift_the_line_numbers(tmp_path: Path) -> None:
    text = VISITS.replace("1.90,L,,,", '1.90,L,,,"two\nlines"') + "\n\n2021-07-05,tlc,3.1,L,,,\n"
    record = record_of(tmp_path, {"visits.csv": text})
    # line 2 holds two lines, 7 more rows follow from line 4, then two empty lines: counted in an editor
    lines = {(m.measure, m.origin.row) for m in record.measurements if m.measure in ("fvc", "tlc")}
    assert lines == {("fvc", 2), ("fvc", 6), ("tlc", 11)}
    assert [m.note for m in record.measurements if m.note] == ["two\nlines"]


WIDE = """\
date,FVC [L],dlco [mmol/min/kPa],nyha_class,note
2021-02-10,1.9,3.3,III,
2021-07-05,Unable,4.0,2,tired
2021-08-05,,Not done,2,
"""


def test_wide_table(tmp_path: Path) -> None:
    record = record_of(tmp_path, {"visits.csv": WIDE})
    found = {(m.measure, m.origin.row): m for m in record.measurements}
    assert found["fvc", 2].value == 1.9
    # 3.3 mmol/min/kPa × 2.986 (Graham 2017), by hand
    assert found["dlco", 2].value == pytest.approx(9.8538)
    assert found["dlco", 2].unit == "mL/min/mmHg"
    assert found["nyha_class", 2].value == 3
    assert found["fvc", 3].value is Absence.UNABLE
    assert found["fvc", 3].note == "tired"
    assert found["dlco", 4].value is Absence.NOT_DONE
    assert ("fvc", 4) not in found
    assert told(record.warnings) == [
        "note: visits.csv: 1 value is empty and counted as not recorded: fvc on line 4. Fill in the "
        "value, or "
        "write 'not_done', or 'unable' (could not be done because of the disease)."
    ]


def test_wide_table_with_faults(tmp_path: Path) -> None:
    text = "date,FVC,dlco [mmol/min/kPa],nyha_klass,fev1 [kg]\n2021-02-10,1.9,3.3,3,1\n2021-07-05,2,4,3,1\n"
    assert told(problems_of(tmp_path, {"visits.csv": text})) == [
        "error: visits.csv, line 1, column 'nyha_klass': The column 'nyha_klass' is neither a measure nor "
        "otherwise known here. Did you mean 'nyha_class'? Rename it, or delete it. A table with one "
        "value a row "
        "has the columns date,week,measure,value,unit,method,device,note; a table with one visit a row has a "
        "column for each measure, such as 'dlco [mL/min/mmHg]'.",
        "error: visits.csv, line 1, column 'FVC': The heading 'FVC' gives no unit, and none is "
        "guessed. Write the "
        "unit in brackets, such as 'fvc [L]' or 'fvc [mL]'.",
        "error: visits.csv, line 1, column 'fev1 [kg]': 'kg' measures mass, and FEV1 is not measured "
        "in that. "
        "Write the unit the laboratory printed: L or mL.",
    ]


def test_a_judgement_becomes_a_number_with_its_word(tmp_path: Path) -> None:
    rows = (
        "2021-02-10,symptoms,same,,,,\n"
        "2021-07-05,symptoms,Better,,,,since March\n"
        "2021-08-01,symptoms,worse,,,,\n"
    )
    record = record_of(tmp_path, {"visits.csv": VISITS + rows})
    found = [(m.value, m.unit, m.note) for m in record.measurements if m.measure == "symptoms"]
    assert found == [
        (0.0, "1", "same as the previous one (0)"),
        (1.0, "1", "better than the previous one (+1); since March"),
        (-1.0, "1", "worse than the previous one (-1)"),
    ]


def test_half_a_point_is_a_borg_score_and_no_nyha_class(tmp_path: Path) -> None:
    rows = "2021-07-05,borg,0.5,,,,\n2021-07-05,nyha_class,2.5,,,,\n"
    assert told(problems_of(tmp_path, {"visits.csv": VISITS + rows})) == [
        "error: visits.csv, line 9, column 'value': 2.5 is not a class of NYHA class, which are "
        "whole numbers. "
        "Write a whole number from 1 to 4."
    ]


def test_two_tests_a_day_are_kept_where_the_record_says_how_they_differ(tmp_path: Path) -> None:
    rows = "2021-07-05,fvc,2.2,L,,,Repeat\n2021-02-10,fvc,2.0,L,after bronchodilator,,\n"
    record = record_of(tmp_path, {"visits.csv": VISITS + rows})
    assert sorted(m.value for m in record.measurements if m.measure == "fvc") == [1.9, 2.0, 2.1, 2.2]
    assert record.warnings == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            b"PK\x03\x04rest",
            "This is a spreadsheet file, not a text table. Open it in the spreadsheet program and "
            "save it as 'CSV "
            "UTF-8'.",
        ),
        (b"a\0b", "The file is not text. Export the table again as 'CSV UTF-8'."),
        (b"date\xff\x81,measure", "The file is not text. Export the table again as 'CSV UTF-8'."),
        (
            b"x" * 10_000_000,
            "The file holds 10 MB, more than a table of one patient can (5 MB). Check that it is the "
            "right file, "
            "and export the table of this patient alone.",
        ),
    ],
    ids=["workbook", "zero byte", "neither encoding", "10 MB"],
)
def test_what_is_no_table_is_refused(content: bytes, says: str, tmp_path: Path) -> None:
    assert told(problems_of(tmp_path, {"visits.csv": content})) == [f"error: visits.csv: {says}"]


UNREADABLE = "Check that it is there, that you may read it, and that it is not a link that leads nowhere."


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.mkdir(), "This is a folder, and a file is expected. Rename or move the folder."),
        (
            lambda path: path.symlink_to(path),
            f"The file cannot be read (Too many levels of symbolic links). {UNREADABLE}",
        ),
        (
            lambda path: path.symlink_to(path.with_name("nowhere")),
            f"The file cannot be read (No such file or directory). {UNREADABLE}",
        ),
        (os.mkfifo, "This is not an ordinary file. Replace it by one."),
    ],
    ids=["folder", "link to itself", "link to nowhere", "pipe"],
)
@pytest.mark.parametrize("file", ["visits.csv", "patient.toml"])
def test_what_is_no_file_is_refused(
    make: Callable[[Path], None], says: str, file: str, tmp_path: Path
) -> None:
    write_folder(tmp_path, {file: None})
    make(tmp_path / file)
    with pytest.raises(RecordError) as caught:
        read_patient(tmp_path, measures=MEASURES, today=TODAY)
    assert told(caught.value.problems) == [f"error: {file}: {says}"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    write_folder(tmp_path)
    (tmp_path / "labs.csv").chmod(0)
    assert told(problems_of(tmp_path, {"labs.csv": None})) == [
        f"error: labs.csv: The file cannot be read (Permission denied). {UNREADABLE}"
    ]


def test_files_that_are_not_read_are_told(tmp_path: Path) -> None:
    names = {"visit.csv": "x", "Labs.xlsx": "x", "CT/a.dcm": "x", "letter.txt": "x", ".hidden.csv": "x"}
    known = "Files that are read: patient.toml, visits.csv, doses.csv, events.csv, labs.csv, causality.csv and ct."
    assert told(problems_of(tmp_path, dict(names))) == [
        "warning: CT: This folder is not one that is read here. Did you mean 'ct'? Scans are looked "
        "for below the "
        "folder ct.",
        f"warning: Labs.xlsx: This file is not one that is read here. Did you mean 'labs.csv'? {known}",
        f"warning: visit.csv: This file is not one that is read here. Did you mean 'visits.csv'? {known}",
    ]


TEMPLATE = PATIENT.replace("\n", "\n    ").rstrip()


def test_missing_patient_toml_says_how_to_write_one(tmp_path: Path) -> None:
    assert told(problems_of(tmp_path, {"patient.toml": None})) == [
        "error: patient.toml: There is no patient.toml, the file that says who was treated. Write it "
        "with any text "
        f"editor; all but the id may be left out:\n    {TEMPLATE}"
    ]


@pytest.mark.parametrize(
    ("kind", "code", "says"),
    [
        ("missing", "no_such_folder", "There is no such folder."),
        ("file", "not_a_folder", "This is a file, and a patient's folder is expected."),
        (
            "empty",
            "empty_folder",
            "The folder is empty. There is no patient.toml, the file that says who was treated.",
        ),
    ],
)
def test_what_is_no_patient_folder(kind: str, code: str, says: str, tmp_path: Path) -> None:
    place = tmp_path / "patient"
    if kind == "file":
        place.write_text("x")
    elif kind == "empty":
        place.mkdir()
    with pytest.raises(RecordError) as caught:
        read_patient(place, measures=MEASURES)
    (problem,) = caught.value.problems
    assert (problem.code, problem.message, problem.file) == (code, says, str(place))
    assert caught.value.exit_code == 3


def test_empty_tables_mean_none_and_missing_tables_mean_not_recorded(tmp_path: Path) -> None:
    empty = record_of(tmp_path / "a", {"events.csv": "term,start\n", "labs.csv": "", "doses.csv": "\n"})
    assert (empty.events, empty.labs, empty.doses) == ((), (), ())
    missing = record_of(tmp_path / "b", {"events.csv": None, "labs.csv": None, "doses.csv": None})
    assert (missing.events, missing.labs, missing.doses) == (None, None, None)
    assert missing.warnings == ()


def test_an_events_file_without_a_heading_is_told(tmp_path: Path) -> None:
    record = record_of(tmp_path, {"events.csv": ""})
    assert record.events == ()
    assert [str(warning) for warning in record.warnings] == [
        "events.csv: The file is empty, without even a heading; it is taken to say that adverse events were "
        "asked for and none occurred. Delete the file if nobody asked; if none occurred, write the heading "
        "'term,start,stop,grade,serious'."
    ]


def test_a_cell_of_a_whole_book_is_told_for_what_it_is(tmp_path: Path) -> None:
    note = "x" * 200_000
    (problem,) = problems_of(
        tmp_path, {"visits.csv": f"date,measure,value,unit,note\n2021-02-10,fvc,1.9,L,{note}\n"}
    )
    assert str(problem) == (
        "visits.csv, line 2: A cell of this row holds more than 131,072 letters, more than any note. Shorten "
        "it; or look for a quotation mark that is not closed."
    )


def test_every_problem_of_a_folder_is_told_at_once(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path,
        {
            "patient.toml": PATIENT.replace("162", "1.62").replace("61", "61000"),
            "visits.csv": VISITS.replace("2021-07-05,fvc,2.10", "2021-02-30,fvc,-2"),
            "doses.csv": "drug,dose\nimatinib,400\n",
            "events.csv": "term,start,grade\nnausea,yesterday,7\n",
            "labs.csv": "date,test,value,unit\n2021-02-10,creatinine,<1,\n",
        },
    )
    assert [(p.file, p.row, p.code) for p in problems if p.severity == "error"] == [
        ("patient.toml", 4, "height_in_metres"),
        ("patient.toml", 5, "weight_in_grams"),
        ("visits.csv", 5, "impossible_date"),
        ("doses.csv", 1, "missing_column"),
        ("events.csv", 2, "not_a_date"),
    ]
    assert [(p.file, p.row, p.code) for p in problems if p.file == "labs.csv"] == [
        ("labs.csv", 2, "number_with_limit"),
        ("labs.csv", 2, "unit_missing"),
    ]


def test_tables_alone_are_read_in_well_under_a_second(tmp_path: Path) -> None:
    rows = "".join(
        f"2021-{1 + n // 28 % 12:02d}-{1 + n % 28:02d},test {n},1.5,g/L,1,2\n" for n in range(3000)
    )
    write_folder(tmp_path, {"labs.csv": "date,test,value,unit,low,high\n" + rows})
    start = time.perf_counter()
    record = read_patient(tmp_path, measures=MEASURES, today=TODAY)
    assert record.labs is not None
    assert len(record.labs) == 3000
    assert time.perf_counter() - start < 1.0  # the brief of the folder: tables alone well under 1 s
