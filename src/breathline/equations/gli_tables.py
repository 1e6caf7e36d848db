"""The tables of the Global Lung Function Initiative, as the package pyspiro carries them.

Only the tables are used: pyspiro itself needs pandas, whose import alone takes longer than a whole
assessment from tables. That both give the same values is a test.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from breathline.equations.equation import Distribution, FloatArray, People
from breathline.errors import OutputError
from breathline.model.patient import Sex

_COLUMN = {Sex.MALE: "males", Sex.FEMALE: "females"}


Form = Callable[[Mapping[str, float], FloatArray, FloatArray], tuple[FloatArray, FloatArray, FloatArray]]
"""(coefficients, age, height) → ln M, ln S and L, each without its spline."""


def lms(people: People, *, table: str, parameter: str) -> Distribution:
    """Evaluate an equation of GLI 2012, GLI 2017 or GLI Global 2022.

    M = exp(a0 + a1·ln height + a2·ln age + M-spline), S = exp(p0 + p1·ln age + S-spline),
    L = q0 + q1·ln age + L-spline; the splines are printed for every quarter of a year and interpolated
    linearly between.

    Parameters
    ----------
    people
        ``male``, ``age_years`` [years] and ``height_cm`` [cm].
    table
        Publication, such as ``gli_2017``.
    parameter
        Name of the quantity in its tables, such as ``DLCO``.
    """
    return _both_sexes(people, table, parameter, _common_form)


def lms_of_lung_volume(people: People, *, table: str, parameter: str) -> Distribution:
    """Evaluate the form that GLI 2021 prints for total lung capacity.

    M = exp(a0 + a1·ln age + a2·ln height + M-spline), S = exp(p0 + p1·age + S-spline), L = q0.
    """
    return _both_sexes(people, table, parameter, _capacity_form)


def _common_form(
    c: Mapping[str, float], age: FloatArray, height: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    log_age = np.log(age)
    log_M = c["a0"] + c["a1"] * np.log(height) + c["a2"] * log_age
    return log_M, c["p0"] + c["p1"] * log_age, c["q0"] + c.get("q1", 0.0) * log_age


def _capacity_form(
    c: Mapping[str, float], age: FloatArray, height: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    log_M = c["a0"] + c["a1"] * np.log(age) + c["a2"] * np.log(height)
    return log_M, c["p0"] + c["p1"] * age, np.full_like(age, c["q0"])


def _both_sexes(people: People, table: str, parameter: str, form: Form) -> Distribution:
    men = people["male"] > 0.5
    found = {
        sex: _one_sex(people, table, f"{parameter}_{_COLUMN[sex]}", form)
        for sex, some in ((Sex.MALE, men.any()), (Sex.FEMALE, not men.all()))
        if some
    }
    if len(found) == 1:
        return Distribution(*next(iter(found.values())))
    return Distribution(
        *(np.where(men, m, f) for m, f in zip(found[Sex.MALE], found[Sex.FEMALE], strict=True))
    )


def _one_sex(
    people: People, table: str, column: str, form: Form
) -> tuple[FloatArray, FloatArray, FloatArray]:
    age = people["age_years"]
    log_M, log_S, L = form(_coefficients(table)[column], age, people["height_cm"])
    ages, splines = _splines(table)

    def spline(letter: str) -> FloatArray:
        return np.interp(age, ages, splines[f"{column}_{letter}spline"])

    return L + spline("L"), np.exp(log_M + spline("M")), np.exp(log_S + spline("S"))


def _rows(name: str) -> list[dict[str, str]]:
    """Read a table of pyspiro without importing it (see the top of this file)."""
    spec = find_spec("pyspiro")
    if spec is None or not spec.submodule_search_locations:
        raise OutputError(
            "The package 'pyspiro', which carries the GLI tables, is missing. Install it again."
        )
    path = Path(spec.submodule_search_locations[0]) / "data" / f"{name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


@cache
def _coefficients(table: str) -> Mapping[str, Mapping[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for row in _rows(f"{table}_coefficients"):
        for column, text in row.items():
            if column not in ("", "var") and text:
                found.setdefault(column, {})[row["var"]] = float(text)
    return found


@cache
def _splines(table: str) -> tuple[FloatArray, Mapping[str, FloatArray]]:
    rows = _rows(f"{table}_splines")
    columns = {
        name: np.array([float(row[name]) for row in rows])
        for name in rows[0]
        if name not in ("", "age") and all(row[name] for row in rows)
    }
    return np.array([float(row["age"]) for row in rows]), columns
