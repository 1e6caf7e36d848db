"""``breathline predict``: a table of people in, the same table with reference values out."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from breathline.cli import main
from breathline.equations import EQUATIONS
from breathline.equations.table_columns import default_equation
from breathline.outcomes import OUTCOMES
from tests.conftest import ROOT


def run(tmp_path: Path, text: str, *more: str) -> tuple[Result, list[dict[str, str]]]:
    source, target = tmp_path / "people.csv", tmp_path / "out.csv"
    source.write_text(text, encoding="utf-8")
    told = CliRunner().invoke(main, ["predict", str(source), "-o", str(target), *more])
    rows = list(csv.DictReader(target.read_text(encoding="utf-8").splitlines())) if target.exists() else []
    return told, rows


def test_values_of_the_golden_people(tmp_path: Path) -> None:
    told, rows = run(
        tmp_path,
        "id,sex,age_years,height_cm,fvc [mL],dlco [mmol/min/kPa]\n"
        "a,female,64,162,2861,6.47429\n"
        "b,M,70,172,,8.1\n",
    )
    assert told.exit_code == 0
    assert told.stderr.startswith("2 rows written to ")
    first, second = rows
    # Oracle: gli.csv; the values are the predicted medians, in the unit of the column.
    assert first["id"] == "a"
    assert float(first["fvc_predicted"]) == pytest.approx(2861, abs=0.5)
    assert float(first["fvc_percent_predicted"]) == pytest.approx(100, abs=0.02)
    assert first["dlco_predicted"] == "6.4743"
    assert first["dlco_lower_limit"] == "4.9288"  # 14.71733 / 2.986
    assert second["fvc_predicted"] == "" and second["note"] == ""
    assert float(second["dlco_predicted"]) == pytest.approx(24.22048 / 2.986, abs=5e-5)


def test_rows_that_cannot_be_computed_say_why(tmp_path: Path) -> None:
    told, rows = run(
        tmp_path,
        "sex,age_years,height_cm,fvc [L]\n"
        "female,64,1.62,2.0\n"
        "female,99,162,2.0\n"
        "1,64,162,2.0\n"
        "female,,162,2.0\n"
        "female,64,162,two\n"
        "female,64,162,-2\n"
        "female,64,162,2.0\n",
    )
    assert "7 rows" in told.stderr and "6 with a note" in told.stderr
    assert [row["fvc_predicted"] != "" for row in rows] == [False] * 6 + [True]
    notes = [row["note"] for row in rows]
    assert "1.62 looks like metres; give centimetres (162)." in notes[0]
    assert "from 3 to 95 years; found 99" in notes[1]
    assert notes[2] == (
        "fvc: the sex '1' is not known. Give 'female' or 'male' in words; number codes mean different "
        "things in different programs."
    )
    assert notes[3] == "fvc: holds for the age from 3 to 95 years; found no number."
    assert notes[4] == "fvc: the value 'two' is not a number."
    assert "must be above zero" in notes[5]


def test_another_equation(tmp_path: Path) -> None:
    people = "sex,age_years,height_cm,fvc [L]\nfemale,64,162,2.0\n"
    _, rows = run(tmp_path, people, "--equation", "fvc=gli_2012_fvc")
    assert rows[0]["fvc_predicted"] == "3.0185"  # gli.csv: 3.01854
    told, _ = run(tmp_path, people, "--equation", "fvc=gli_2013")
    assert told.exit_code == 2 and "There is no reference equation 'gli_2013'" in told.stderr
    told, _ = run(tmp_path, people, "--equation", "fvc")
    assert told.exit_code == 2


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        ("", ["There is no column of measured values", "column 'sex': The column is missing"]),
        ("sex,age_years,height_cm\n", ["There is no column of measured values"]),
        (
            "age_years,dlco,fvc [mmHg]\n",
            [
                "line 1, column 'dlco': The unit is missing. Write it as 'dlco [mL/min/mmHg]'.",
                "line 1, column 'fvc [mmHg]': 'mmHg' is no unit of fvc.",
                "column 'sex': The column is missing",
            ],
        ),
        ("sex,age_years,fvc [L]\n", ["column 'height_cm': The column is missing"]),
        (
            "sex,age_years,height_cm,weight_kg,pao2 [mmHg],paco2\n",
            ["column 'paco2': The unit is missing. Write it as 'paco2 [mmHg]'."],
        ),
        (
            "sex,age [months],height [kg],fvc [L]\n",
            [
                "column 'age [months]': 'months' is no unit of age_years. Use years.",
                "column 'height [kg]': 'kg' is no unit of height_cm. Use cm or one of its kind.",
            ],
        ),
        (
            "sex,age_years,height_cm,fvc [L],FVC [mL],note,fvc_z\n",
            [
                "column 'fvc': The column stands twice.",
                "column 'note': A result will have this heading.",
                "column 'fvc_z': A result will have this heading.",
            ],
        ),
        ("sex,sex,age_years,height_cm,fvc [L]\n", ["column 'sex': The column stands twice."]),
        (
            "sex,age_years,height_cm,fvc [L]\nfemale,64,162,2,5\n",
            ["people.csv, line 2: The row has 5 cells; the heading has 4."],
        ),
    ],
)
def test_tables_that_cannot_be_used(tmp_path: Path, text: str, complaints: list[str]) -> None:
    told, rows = run(tmp_path, text)
    assert told.exit_code == 3
    assert told.stderr.startswith("The table cannot be used:\n")
    for complaint in complaints:
        assert complaint in told.stderr
    assert rows == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["people.csv"]  # nothing half written


def test_a_table_uses_the_equations_that_a_record_uses() -> None:
    for measure in OUTCOMES.values():
        if measure.equation:
            found = default_equation(EQUATIONS, measure.variant_of or measure.key)
            assert found is not None and found.key == measure.equation


PERSON = "sex,age_years,height_cm,weight_kg,"
WOMAN = "female,64,162,63,"


def notes_of(tmp_path: Path, columns: str, *values: str) -> list[str]:
    _, rows = run(tmp_path, f"{PERSON}{columns}\n" + "".join(f"{WOMAN}{value}\n" for value in values))
    return [row["note"] for row in rows]


@pytest.mark.parametrize(
    ("columns", "value", "note"),
    [
        (
            "dlco [mmol/min/kPa]",
            "15",
            "dlco: 15 mmol/min/kPa is 232 % of the expected 6.47 mmol/min/kPa, which cannot be (5 to 200 % are "
            "possible). 15 looks like mL/min/mmHg.",
        ),
        (
            "fvc [L]",
            "2000",
            "fvc: 2000 L is 69906 % of the expected 2.86 L, which cannot be (5 to 200 % are possible). 2000 "
            "looks like mL.",
        ),
        (
            "fvc [mL]",
            "2.1",
            "fvc: 2.1 mL is 0.0734 % of the expected 2861 mL, which cannot be (5 to 200 % are possible). 2.1 "
            "looks like L.",
        ),
        (
            "tlc [L]",
            "78",
            "tlc: 78 L is 1553 % of the expected 5.02 L, which cannot be (5 to 200 % are possible). 78 looks "
            "like percent of predicted; give the measured value.",
        ),
        (
            "fev1_fvc [%]",
            "0.78",
            "fev1_fvc: a value of 0.78 % cannot be (10 to 100 are possible). 0.78 looks like a fraction.",
        ),
        ("fev1_fvc [fraction]", "1.3", "fev1_fvc: a value of 1.3 cannot be (0.1 to 1 are possible)."),
        ("fvc [L]", "2,1", None),
        ("six_minute_walk [m]", "unable", "six_minute_walk: the value 'unable' is not a number."),
        ("six_minute_walk [m]", "nan", "six_minute_walk: the value 'nan' is not a number."),
        ("six_minute_walk [m]", "4_00", "six_minute_walk: the value '4_00' is not a number."),
        ("six_minute_walk [m]", "inf", "six_minute_walk: the value 'inf' is not a number."),
        ("six_minute_walk [m]", " ", ""),
        (
            "paco2 [mmHg],fio2 [%],pao2 [mmHg]",
            "36,21,9.5",
            "pao2: 9.5 mmHg is 11.2 % of the expected 84.7 mmHg, which cannot be (20 to 200 % are possible). 9.5 "
            "looks like kPa.",
        ),
        (
            "paco2 [mmHg],fio2 [%],pao2 [mmHg]",
            "36,40,80",
            "pao2: holds for the FiO2 from 20.5 to 21.5 %; found 40.",
        ),
        ("paco2 [mmHg],fio2 [%],pao2 [mmHg]", "36,,80", ""),
        (
            "paco2 [mmHg],fio2 [%],pao2 [mmHg]",
            "36,2 L/min,80",
            "pao2: holds for the FiO2 from 20.5 to 21.5 %; found no number.",
        ),
        (
            "paco2 [mmHg],fio2 [fraction],pao2 [mmHg]",
            "low,0.21,80",
            "pao2: holds for the PaCO2 from 20 to 60 mmHg; found no number.",
        ),
        ("fev1 [L],fvc [L]", "1.6,-2", "fvc: a value of -2 L cannot be; it must be above zero."),
        (
            "fev1 [mL],fvc [L]",
            "2100,2",
            "fvc, fev1: an FEV1 of 2.1 L above an FVC of 2 L cannot be. Were they swapped, or is one of them in "
            "another unit?",
        ),
        ("fev1 [mL],fvc [L]", "2000,2", ""),
    ],
)
def test_every_kind_of_wrong_value_is_named(tmp_path: Path, columns: str, value: str, note: str | None):
    if note is None:
        columns, value, note = f"{columns},x", f'"{value}",', (
            "fvc: the value '2,1' is not a number. Write decimals with a point."
        )  # fmt: skip
    got = notes_of(tmp_path, columns, value)
    names, _, text = note.partition(": ")
    assert sorted(names.split(", ")) == sorted(got[0].partition(": ")[0].split(", "))
    assert got[0].partition(": ")[2] == text


def test_what_is_wrong_with_a_person_is_said_once_for_all_measures(tmp_path: Path) -> None:
    _, rows = run(
        tmp_path,
        "sex,age_years,height_cm,weight_kg,fvc [L],fev1 [L],dlco [mL/min/mmHg],six_minute_walk [m]\n"
        "female,64,1.62,139,2,1.6,12,400\n",
    )
    assert rows[0]["note"] == (
        "fvc, fev1, dlco: holds for the height from 80 to 230 cm; found 1.62. 1.62 looks like metres; give "
        "centimetres (162). six_minute_walk: holds for the height from 140 to 200 cm; found 1.62. 1.62 looks "
        "like metres; give centimetres (162). six_minute_walk: holds for the weight from 40 to 130 kg; found "
        "139. 139 may be pounds; give kilograms (63.05)."
    )


def test_units_of_the_person_are_converted(tmp_path: Path) -> None:
    _, rows = run(
        tmp_path,
        "sex,age [years],height [m],weight [lb],paco2 [kPa],pao2 [kPa],fvc [L]\nf,64,1.62,138.9,4.8,9.3,2\n",
    )
    # Oracle: the same person in our units; 138.9 lb = 63.004 kg, 4.8 kPa = 36.003 mmHg.
    assert rows[0]["note"] == ""
    assert rows[0]["fvc_predicted"] == "2.8610"
    assert float(rows[0]["pao2_predicted"]) == pytest.approx(84.675 / 7.50062, abs=0.001)


def test_the_equation_is_stored_with_each_value(tmp_path: Path) -> None:
    people = "sex,age_years,height_cm,fvc [L]\nfemale,64,162,2.0\nfemale,64,162,\nfemale,99,162,2.0\n"
    _, rows = run(tmp_path, people)
    assert [row["fvc_equation"] for row in rows] == ["gli_2022_fvc", "", ""]
    twice = ("--equation", "fvc=gli_2012_fvc", "--equation", "fvc=gli_2022_fvc")
    told, _ = run(tmp_path, people, *twice)
    assert told.exit_code == 2
    assert "A patient is followed with one" in " ".join(told.stderr.replace("│", " ").split())
    told, _ = run(tmp_path, people, "--equation", "dlco=gli_2017_tlco")
    assert told.exit_code == 3 and "There is no column 'dlco'" in told.stderr


def test_a_column_in_the_other_unit_system_is_told(tmp_path: Path) -> None:
    # 2.5 mmol/min/kPa is 39 % of what is expected; read as mL/min/mmHg every value is below 14 %.
    text = "sex,age_years,height_cm,dlco [mL/min/mmHg]\n" + "female,64,162,2.5\n" * 10
    told, _ = run(tmp_path, text)
    assert "none of 10 values reaches 45 % of what is expected" in told.stderr
    assert "mmol/min/kPa" in told.stderr
    told, _ = run(tmp_path, text.replace("dlco [mL/min/mmHg]", "dlco [mmol/min/kPa]"))
    assert "none of" not in told.stderr


def test_tables_of_an_office_program_are_read(tmp_path: Path) -> None:
    told, rows = run(tmp_path, "\ufeffsex;age_years;height_cm;fvc [L]\nfemale;64;162;2,861\n\n")
    assert told.stderr.startswith("1 rows written")
    assert rows[0]["fvc_percent_predicted"] == "99.9999"


def test_many_chunks_give_what_one_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "sex,age_years,height_cm,fvc [L]\n" + "".join(
        f"female,{40 + n},162,{2 + n / 100}\n" for n in range(25)
    )
    _, whole = run(tmp_path, text)
    monkeypatch.setattr("breathline.equations.table_files.CHUNK_ROWS", 4)
    told, parts = run(tmp_path, text)
    assert parts == whole and "25 rows" in told.stderr


def test_rows_of_a_wrong_width_anywhere_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("breathline.equations.table_files.CHUNK_ROWS", 4)
    good = "female,64,162,2.0\n" * 9
    told, _ = run(tmp_path, "sex,age_years,height_cm,fvc [L]\n" + good + "female,64,162\n" + good + "x,y\n")
    assert told.exit_code == 3
    assert "people.csv, line 11: The row has 3 cells; the heading has 4." in told.stderr
    assert "people.csv, line 21: The row has 2 cells; the heading has 4." in told.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["people.csv"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("people.csv", "sex,fvc [L]\nfemale,2 µ\n".encode("latin-1"), "The file is not UTF-8 text."),
        ("people.parquet", b"not at all", "The file cannot be read as Parquet"),
    ],
)
def test_files_that_are_no_tables_are_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow", reason="needs pyarrow, which is not installed")
    (tmp_path / name).write_bytes(content)
    told = CliRunner().invoke(main, ["predict", str(tmp_path / name), "-o", str(tmp_path / "out.csv")])
    assert told.exit_code == 3 and said in told.stderr
    assert not (tmp_path / "out.csv").exists()


def invoke(source: Path, target: Path) -> Result:
    return CliRunner().invoke(main, ["predict", str(source), "-o", str(target)])


def test_parquet_in_and_out_gives_what_csv_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow, which is not installed")
    monkeypatch.setattr("breathline.equations.table_files.CHUNK_ROWS", 2)
    given = ["id", "sex", "age_years", "height_cm", "fvc [L]"]
    _, rows = run(
        tmp_path,
        ",".join(given) + "\na,female,64,162,2.0\nb,male,70,172,\nc,female,64,1.62,2.0\n",
    )
    first, second, third = (tmp_path / name for name in ("first.parquet", "second.parquet", "third.csv"))
    assert invoke(tmp_path / "people.csv", first).exit_code == 0
    table = parquet.read_table(first)
    assert table.schema.field("fvc_z").type == "double" and table.schema.field("age_years").type == "double"
    assert table["fvc_z"].is_null().to_pylist() == [False, True, True]
    assert table["fvc_equation"].to_pylist() == ["gli_2022_fvc", "", ""]
    parquet.write_table(table.select(given), second)
    assert invoke(second, third).exit_code == 0
    from_parquet = list(csv.DictReader(third.read_text(encoding="utf-8").splitlines()))
    results = [key for key in rows[0] if key not in given]
    assert [[row[key] for key in results] for row in from_parquet] == [
        [row[key] for key in results] for row in rows
    ]
    assert [row["id"] for row in from_parquet] == ["a", "b", "c"]


def test_numbers_of_any_kind_are_read_from_parquet(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow", reason="needs pyarrow, which is not installed")
    from decimal import Decimal

    from pyarrow import parquet

    columns = {
        "sex": arrow.array(["female", None]).dictionary_encode(),
        "age_years": arrow.array([64, None], type=arrow.int16()),
        "height_cm": arrow.array(["162", "x"]),
        "fvc [L]": arrow.array([Decimal("2.861"), Decimal("2.0")]),
    }
    parquet.write_table(arrow.table(columns), tmp_path / "people.parquet")
    assert invoke(tmp_path / "people.parquet", tmp_path / "out.csv").exit_code == 0
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0]["fvc_percent_predicted"] == "99.9999"
    assert rows[1]["note"].startswith("fvc: the sex is missing.")
    assert "age from 3 to 95 years; found no number." in rows[1]["note"]
    assert "height from 80 to 230 cm; found no number." in rows[1]["note"]


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_a_table_without_rows_has_its_headings(tmp_path: Path, name: str) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow", reason="needs pyarrow, which is not installed")
    (tmp_path / "people.csv").write_text("sex,age_years,height_cm,fvc [L]\n", encoding="utf-8")
    assert invoke(tmp_path / "people.csv", tmp_path / name).exit_code == 0
    assert invoke(tmp_path / name, tmp_path / "again.csv").exit_code == 3  # the results are there already
    if name == "out.csv":
        heading = (tmp_path / name).read_text(encoding="utf-8")
        assert heading.startswith("sex,age_years,height_cm,fvc [L],fvc_predicted,")


def test_parquet_without_its_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "people.parquet").write_bytes(b"PAR1")
    told = invoke(tmp_path / "people.parquet", tmp_path / "out.csv")
    assert told.exit_code == 1
    assert "pip install 'breathline[parquet]'" in told.stderr


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--equation", "foo=bar"], "There is no reference equation 'bar'"),
        (["--equation", "dlco=gli_2012_fvc"], "'gli_2012_fvc' gives expected values of 'fvc', not of 'dlco'"),
        (["-o", "table.csv"], "This is the table itself"),
        (["-o", "out.xlsx"], "Name a file that ends in .csv or .parquet."),
        (["-o", "nowhere/out.csv"], "There is no folder 'nowhere'"),
    ],
)
def test_wrong_use_is_refused_before_anything_is_written(tmp_path, monkeypatch, more, said):
    monkeypatch.chdir(tmp_path)
    text = "sex,age_years,height_cm,fvc [L]\nfemale,64,162,1.8\n"
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    ran = CliRunner().invoke(main, ["predict", "table.csv", "-o", "out.csv", *more])
    assert ran.exit_code == 2
    assert said in " ".join(ran.output.replace("│", " ").split())
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]
    assert (tmp_path / "table.csv").read_text(encoding="utf-8") == text


def test_the_example_of_the_guide_runs(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "how-to" / "predict-a-table.md").read_text(encoding="utf-8")
    table = guide.split("```")[1].lstrip()
    told, rows = run(tmp_path, table)
    assert told.exit_code == 0 and [row["note"] for row in rows] == ["", ""]
    for heading in re.findall(r"`(fvc_\w+)`", guide):
        assert rows[0][heading]
    _, rows = run(tmp_path, table.replace(",70,", ",88,"))
    assert "dlco: holds for the age from 5 to 85 years; found 88." in guide
    assert "dlco: holds for the age from 5 to 85 years; found 88." in rows[1]["note"]


@pytest.mark.parametrize(
    ("percent", "count", "told"), [(44.9, 10, True), (45.1, 10, False), (44.9, 9, False), (20.0, 9, False)]
)
def test_a_low_column_is_told_from_ten_values_below_45_percent_on(
    tmp_path: Path, percent: float, count: int, told: bool
) -> None:
    # gli.csv: 19.33223 mL/min/mmHg are expected of this woman; nine values are lower still.
    low = "female,64,162,2.5\n" * (count - 1)
    text = f"sex,age_years,height_cm,dlco [mL/min/mmHg]\n{low}female,64,162,{19.33223 * percent / 100}\n"
    result, _ = run(tmp_path, text)
    assert ("reaches 45 % of what is expected" in result.stderr) is told


@pytest.mark.parametrize(("wrong", "more"), [(50, ""), (51, "1 more rows have"), (53, "3 more rows have")])
def test_fifty_rows_of_a_wrong_width_are_named_one_by_one(tmp_path: Path, wrong: int, more: str) -> None:
    told, _ = run(tmp_path, "sex,age_years,height_cm,fvc [L]\n" + "female,64\n" * wrong)
    assert told.exit_code == 3
    assert "lines 2–51: The row has 2 cells; the heading has 4." in told.stderr
    assert (more in told.stderr) if more else ("more rows have" not in told.stderr)


def test_an_equation_without_spread_leaves_z_and_lower_limit_empty(tmp_path: Path) -> None:
    people = (
        "sex,age_years,height_cm,weight_kg,six_minute_walk [m]\nfemale,70,160,65,400\nmale,70,160,65,400\n"
    )
    _, rows = run(tmp_path, people, "--equation", "six_minute_walk=troosters_1999_walk")
    # Oracle: Singh 2014, table 5, by hand: 551.00 and 602.31 m (tests/golden/equations.csv).
    assert [row["six_minute_walk_predicted"] for row in rows] == ["551.0000", "602.3100"]
    assert [(row["six_minute_walk_z"], row["six_minute_walk_lower_limit"]) for row in rows] == [("", "")] * 2
    assert [row["note"] for row in rows] == ["", ""]
