"""``breathline predict``: a table of people in, the same table with reference values out."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from breathline.cli import main
from breathline.equations import EQUATIONS
from breathline.equations.table import default_equation
from breathline.outcomes import OUTCOMES


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
    assert notes[2] == "fvc: the sex is not given as female or male."
    assert notes[3] == "fvc: age_years is not a number."
    assert notes[4] == "fvc: the value is not a number."
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


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--equation", "foo=bar"], "There is no reference equation 'bar'"),
        (["--equation", "dlco=gli_2012_fvc"], "'gli_2012_fvc' gives expected values of 'fvc', not of 'dlco'"),
        (["-o", "table.csv"], "This is the table itself"),
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
