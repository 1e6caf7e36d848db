"""Every equation and formula against a row whose oracle is named in the table itself."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from breathline.equations import EQUATIONS, expected_arrays, gli_tables, predict
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


@pytest.mark.parametrize("row", rows("hall_2021.csv"), ids=lambda r: f"{r['parameter']}-{r['sex']}")
def test_lung_volumes_are_those_of_the_printed_table(row: dict[str, str]) -> None:
    # Oracle: Hall 2021, table 3; the splines of supplement 2 are taken from the table that the equation uses.
    a0, a1, a2, p0, p1, q0 = (float(row[name]) for name in ("a0", "a1", "a2", "p0", "p1", "q0"))
    of_age = np.log if row["parameter"] in ("FRC", "TLC") else float
    of_age_in_S = np.log if row["parameter"] == "FRC" else float
    of_height = np.log if row["parameter"] in ("FRC", "TLC", "ERV", "IC", "VC") else float
    ages, splines = gli_tables._splines("gli_2021")
    sex = {"males": "male", "females": "female"}[row["sex"]]
    for age, height in ((12.0, 150.0), (40.0, 175.0), (79.5, 162.0)):
        spline = {
            letter: np.interp(
                age, ages, splines.get(f"{row['parameter']}_{row['sex']}_{letter}spline", 0.0 * ages)
            )
            for letter in "MS"
        }
        equation = EQUATIONS[f"gli_2021_{row['parameter'].lower()}"]
        got = expected_arrays(equation, sex=sex, age_years=[age], height_cm=[height])
        M = np.exp(a0 + a1 * of_age(age) + a2 * of_height(height) + spline["M"])
        S = np.exp(p0 + p1 * of_age_in_S(age) + spline["S"])
        assert (got.M[0], got.S[0], got.L[0]) == pytest.approx((M, S, q0), rel=1e-12)


def test_worked_example_of_hall_2021() -> None:
    # Oracle: Hall 2021, supplement 1, worked example: man of 30 years, 178 cm, FRC 3.7 L.
    got = predict(EQUATIONS["gli_2021_frc"], 3.7, unit="L", sex=Sex.MALE, age_years=30.0, height_cm=178.0)
    assert got.z == pytest.approx(0.52, abs=0.005)  # 0.5211515, from coefficients before rounding
    assert got.percent_predicted == pytest.approx(111.864, abs=0.0005)
