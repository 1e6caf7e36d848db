"""The tables of the Global Lung Function Initiative, as the package pyspiro carries them.

Only the tables are used: pyspiro itself needs pandas, whose import alone takes longer than a whole
assessment from tables. That both give the same values is a test.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from breathline.equations.equation import Distribution, FloatArray, People
from breathline.errors import OutputError
from breathline.model.patient import Sex

_COLUMN = {Sex.MALE: "males", Sex.FEMALE: "females"}


def lms(people: People, *, table: str, parameter: str) -> Distribution:
    """Evaluate the equation of one GLI publication.

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
    men = people["male"] > 0.5
    if bool(men.all()):
        return _one_sex(people, table, f"{parameter}_{_COLUMN[Sex.MALE]}")
    women = _one_sex(people, table, f"{parameter}_{_COLUMN[Sex.FEMALE]}")
    if not bool(men.any()):
        return women
    both = _one_sex(people, table, f"{parameter}_{_COLUMN[Sex.MALE]}")
    assert both.S is not None and women.S is not None
    return Distribution(
        np.where(men, both.L, women.L), np.where(men, both.M, women.M), np.where(men, both.S, women.S)
    )


def _one_sex(people: People, table: str, column: str) -> Distribution:
    age, height = people["age_years"], people["height_cm"]
    c = _coefficients(table)[column]
    ages, splines = _splines(table)
    log_age = np.log(age)

    def spline(letter: str) -> FloatArray:
        return np.interp(age, ages, splines[f"{column}_{letter}spline"])

    M = np.exp(c["a0"] + c["a1"] * np.log(height) + c["a2"] * log_age + spline("M"))
    S = np.exp(c["p0"] + c["p1"] * log_age + spline("S"))
    L = c["q0"] + c.get("q1", 0.0) * log_age + spline("L")
    return Distribution(L, M, S)


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
