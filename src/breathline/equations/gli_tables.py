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

Coefficients = Mapping[str, float]

_LnMLnSL = tuple[FloatArray, FloatArray, FloatArray]

Form = Callable[[Coefficients, FloatArray, FloatArray], _LnMLnSL]
"""(coefficients, age, height) → ln M, ln S and L, each without its spline."""


def lms(people: People, *, table: str, parameter: str, group: tuple[str, str] | None = None) -> Distribution:
    """Evaluate an equation of GLI 2012, GLI 2017 or GLI Global 2022.

    M = exp(a0 + a1·ln height + a2·ln age + group + M-spline), S = exp(p0 + p1·ln age + group + S-spline),
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
    group
        Names of the two coefficients of an ethnic group of GLI 2012, in M and in S; None for none.
    """

    def form(c: Coefficients, age: FloatArray, height: FloatArray) -> _LnMLnSL:
        log_age = np.log(age)
        in_M, in_S = (c[name] for name in group) if group else (0.0, 0.0)
        log_M = c["a0"] + c["a1"] * np.log(height) + c["a2"] * log_age + in_M
        return log_M, c["p0"] + c["p1"] * log_age + in_S, c["q0"] + c.get("q1", 0.0) * log_age

    return _both_sexes(people, table, parameter, form)


def lms_of_lung_volume(
    people: People, *, table: str, parameter: str, log_age: bool, log_height: bool, log_age_in_S: bool = False
) -> Distribution:
    """Evaluate one of the forms that GLI 2021 prints.

    M = exp(a0 + a1·f(age) + a2·g(height) + M-spline), S = exp(p0 + p1·h(age) + S-spline), L = q0, where each
    of f, g and h is the natural logarithm or nothing.

    Parameters
    ----------
    log_age, log_height, log_age_in_S
        Which of them is the logarithm.
    """

    def form(c: Coefficients, age: FloatArray, height: FloatArray) -> _LnMLnSL:
        f = np.log(age) if log_age else age
        g = np.log(height) if log_height else height
        h = np.log(age) if log_age_in_S else age
        return c["a0"] + c["a1"] * f + c["a2"] * g, c["p0"] + c["p1"] * h, np.full_like(age, c["q0"])

    return _both_sexes(people, table, parameter, form)


def _both_sexes(people: People, table: str, parameter: str, form: Form) -> Distribution:
    men = people["male"] == 1.0
    age, height = people["age_years"], people["height_cm"]
    parts = [(Sex.MALE, men), (Sex.FEMALE, ~men)]
    for sex, chosen in parts:
        if bool(chosen.all()):
            return Distribution(*_one_sex(age, height, table, f"{parameter}_{_COLUMN[sex]}", form))
    merged = tuple(np.empty(len(age)) for _ in "LMS")
    for sex, chosen in parts:
        found = _one_sex(age[chosen], height[chosen], table, f"{parameter}_{_COLUMN[sex]}", form)
        for whole, part in zip(merged, found, strict=True):
            whole[chosen] = part
    return Distribution(*merged)


def _one_sex(
    age: FloatArray, height: FloatArray, table: str, column: str, form: Form
) -> tuple[FloatArray, FloatArray, FloatArray]:
    log_M, log_S, L = form(_coefficients(table)[column], age, height)
    ages, splines = _splines(table)

    def spline(letter: str) -> FloatArray | float:
        printed = splines.get(f"{column}_{letter}spline")
        return 0.0 if printed is None else np.interp(age, ages, printed)

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
def _coefficients(table: str) -> Mapping[str, Coefficients]:
    found: dict[str, dict[str, float]] = {}
    for row in _rows(f"{table}_coefficients"):
        for column, text in row.items():
            if column not in ("", "var") and text:
                found.setdefault(column, {})[row["var"]] = float(text)
    return found


@cache
def _splines(table: str) -> tuple[FloatArray, Mapping[str, FloatArray]]:
    """Read the splines that are printed, without those that are zero throughout.

    An age at which a printed spline has no value gives NaN, which the contract of the equations refuses.
    """
    rows = _rows(f"{table}_splines")
    columns = {
        name: np.array([float(row[name] or "nan") for row in rows])
        for name in rows[0]
        if name not in ("", "age") and any(row[name] for row in rows)
    }
    ages = np.array([float(row["age"]) for row in rows])
    return ages, {name: values for name, values in columns.items() if bool(values.any())}
