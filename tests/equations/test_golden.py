"""Every equation and formula against a row whose oracle is named in the table itself."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from breathline.equations import EQUATIONS, predict
from breathline.model.patient import Sex
from breathline.physiology import FORMULAS, calculate
from tests.tolerances import half_last_digit

GOLDEN = Path(__file__).parents[1] / "golden"


def rows(name: str) -> list[dict[str, str]]:
    text = (GOLDEN / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader([line for line in text if not line.startswith("#")]))


def numbers(text: str) -> dict[str, float]:
    return {name: float(value) for name, _, value in (part.partition("=") for part in text.split(";"))}


ROWS = rows("equations.csv")


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['key']}-{r['sex']}-{r['inputs']}-{r['what']}")
def test_printed_value(row: dict[str, str]) -> None:
    assert row["oracle"]
    inputs, printed = numbers(row["inputs"]), float(row["value"])
    if row["what"] == "result":
        got = calculate(FORMULAS[row["key"]], sex=row["sex"] or None, **inputs)
    else:
        equation = EQUATIONS[row["key"]]
        found = predict(equation, printed, unit=equation.unit, sex=Sex(row["sex"]), **inputs)
        got = getattr(found, row["what"])
    assert got == pytest.approx(printed, abs=half_last_digit(row["value"]))


def test_every_equation_and_formula_has_a_row() -> None:
    known = {row["key"] for row in ROWS} | {row["equation"] for row in rows("gli.csv")}
    assert known == set(EQUATIONS) | set(FORMULAS)


def test_worked_example_of_hall_2021() -> None:
    # Oracle: Hall 2021, supplement 1, worked example: man of 30 years, 178 cm, FRC 3.7 L.
    got = predict(EQUATIONS["gli_2021_frc"], 3.7, unit="L", sex=Sex.MALE, age_years=30.0, height_cm=178.0)
    assert got.z == pytest.approx(0.52, abs=0.005)  # 0.5211515, from coefficients before rounding
    assert got.percent_predicted == pytest.approx(111.864, abs=0.0005)
