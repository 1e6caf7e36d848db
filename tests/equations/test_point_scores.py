"""GAP, ILD-GAP and the composite physiologic index: every line of the tables, and what is missing."""

from __future__ import annotations

from itertools import product

import pytest

from breathline.equations.cpi_2003 import composite_physiologic_index
from breathline.equations.gap_2012 import STAGES, gap_points
from breathline.equations.ild_gap_2014 import STAGES as ILD_STAGES
from breathline.equations.ild_gap_2014 import IldSubtype, ild_gap_points
from breathline.errors import OutOfRangeError
from breathline.model.measurement import Absence, Value
from breathline.model.patient import Sex


def gap(
    sex: Sex | None = Sex.FEMALE,
    age: float | None = 50.0,
    fvc: Value = 90.0,
    dlco: Value = 80.0,
):
    return gap_points(sex=sex, age_years=age, fvc_percent=fvc, dlco_percent=dlco)


def ild_gap(subtype: IldSubtype | None, **more):
    given = {"sex": Sex.FEMALE, "age_years": 50.0, "fvc_percent": 90.0, "dlco_percent": 80.0}
    return ild_gap_points(subtype=subtype, **(given | more))


@pytest.mark.parametrize(
    ("change", "points"),
    [
        # Oracle: the table of points, Ley 2012 figure 2, as printed by two independent calculators.
        ({}, 0),
        ({"sex": Sex.MALE}, 1),
        ({"age": 18.0}, 0),
        ({"age": 60.0}, 0),
        ({"age": 60.99}, 0),  # 60 completed years
        ({"age": 61.0}, 1),
        ({"age": 65.0}, 1),
        ({"age": 65.99}, 1),
        ({"age": 66.0}, 2),
        ({"age": 115.0}, 2),
        ({"fvc": 75.01}, 0),
        ({"fvc": 75.0}, 1),
        ({"fvc": 50.0}, 1),
        ({"fvc": 49.99}, 2),
        ({"dlco": 55.01}, 0),
        ({"dlco": 55.0}, 1),
        ({"dlco": 36.0}, 1),
        ({"dlco": 35.01}, 1),
        ({"dlco": 35.0}, 2),
        ({"dlco": Absence.UNABLE}, 3),
    ],
)
def test_every_line_of_the_gap_table(change: dict, points: int) -> None:
    got = gap(**change)
    assert (got.points, got.lowest, got.highest, got.missing) == (points, points, points, ())


def test_gap_stages_and_mortality() -> None:
    # Oracle: Ley 2012 table 3; the abstract gives 6, 16 and 39 % at one year.
    assert [(s.label, s.low, s.high) for s in STAGES] == [("I", 0, 3), ("II", 4, 5), ("III", 6, 8)]
    printed = [(s.mortality.one_year, s.mortality.two_years, s.mortality.three_years) for s in STAGES]
    assert printed == [(5.6, 10.9, 16.3), (16.2, 29.9, 42.1), (39.2, 62.1, 76.8)]
    assert [round(one) for one, _, _ in printed] == [6, 16, 39]
    worst = gap(Sex.MALE, 70.0, 40.0, Absence.UNABLE)
    assert worst.points == 8 and worst.stage is STAGES[2]
    assert [part.printed for part in worst.parts] == [
        "male", "> 65 years", "FVC < 50 %", "DLCO cannot be performed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "missing", "lowest", "highest", "stage"),
    [
        ({"sex": None}, ("sex",), 0, 1, "I"),
        ({"age": None}, ("age",), 0, 2, "I"),
        ({"fvc": Absence.NOT_DONE}, ("FVC % of predicted",), 0, 2, "I"),
        ({"fvc": Absence.UNABLE}, ("FVC % of predicted",), 0, 2, "I"),  # the table scores it for DLCO only
        ({"dlco": Absence.NOT_RECORDED}, ("DLCO % of predicted",), 0, 3, "I"),
        ({"sex": None, "dlco": Absence.NOT_DONE}, ("sex", "DLCO % of predicted"), 0, 4, None),
    ],
)
def test_what_is_missing_is_named_and_decides_only_where_it_can(change, missing, lowest, highest, stage):
    got = gap(**change)
    assert got.points is None
    assert (got.missing, got.lowest, got.highest) == (missing, lowest, highest)
    assert (got.stage.label if got.stage else None) == stage


def test_no_value_takes_a_score_out_of_its_bounds_when_missing() -> None:
    choices = {
        "sex": (None, *Sex),
        "age": (None, 50.0, 63.0, 70.0),
        "fvc": (Absence.NOT_DONE, 40.0, 60.0, 90.0),
        "dlco": (Absence.NOT_DONE, Absence.UNABLE, 30.0, 50.0, 80.0),
    }
    full = [dict(zip(choices, values, strict=True)) for values in product(*(c[1:] for c in choices.values()))]
    for given in full:
        points = gap(**given).points
        for name, values in choices.items():
            lacking = gap(**(given | {name: values[0]}))
            assert lacking.lowest <= points <= lacking.highest


@pytest.mark.parametrize(
    ("subtype", "points"),
    [
        # Oracle: the medicalalgorithms.com page on Ryerson 2014, 5 points of GAP before the disease is counted.
        (IldSubtype.IPF, 5),
        (IldSubtype.UNCLASSIFIABLE, 5),
        (IldSubtype.CTD_ILD, 3),
        (IldSubtype.CHRONIC_HP, 3),
        (IldSubtype.IDIOPATHIC_NSIP, 3),
    ],
)
def test_ild_gap_by_disease(subtype: IldSubtype, points: int) -> None:
    got = ild_gap(subtype, sex=Sex.MALE, age_years=70.0, fvc_percent=40.0)
    assert got.points == points


def test_ild_gap_never_falls_below_zero_and_names_what_is_missing() -> None:
    assert ild_gap(IldSubtype.CTD_ILD).points == 0
    unknown = ild_gap(None, sex=Sex.MALE, age_years=70.0)  # 3 points without the disease
    assert unknown.points is None and unknown.missing == ("disease",)
    assert (unknown.lowest, unknown.highest, unknown.stage) == (1, 3, None)


def test_ild_gap_mortality() -> None:
    # Oracle: the same page for one and three years.
    assert [(s.low, s.high) for s in ILD_STAGES] == [(0, 1), (2, 3), (4, 5), (6, 8)]
    assert [s.label for s in ILD_STAGES] == ["0–1", "2–3", "4–5", "> 5"]
    assert [(s.mortality.one_year, s.mortality.three_years) for s in ILD_STAGES] == [
        (3.1, 10.2), (8.8, 26.9), (18.2, 49.2), (33.5, 74.8),
    ]  # fmt: skip
    assert [s.mortality.two_years for s in ILD_STAGES] == [6.6, 18.0, 35.0, 58.9]


def test_composite_physiologic_index() -> None:
    # Oracle: the formula of the abstract by hand: 91 − 0.65·40 − 0.53·60 + 0.34·70 = 57.
    assert composite_physiologic_index(60.0, 70.0, 40.0).value == pytest.approx(57.0, abs=1e-9)
    # 91 − 65 − 53 + 34 = 7 in a healthy person.
    assert composite_physiologic_index(100.0, 100.0, 100.0).value == pytest.approx(7.0, abs=1e-9)
    lacking = composite_physiologic_index(Absence.NOT_DONE, 70.0, Absence.UNABLE)
    assert lacking.value is Absence.NOT_RECORDED
    assert lacking.missing == ("FVC % of predicted", "DLCO % of predicted")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"fvc": 0.62},
            "FVC of 0.62 % of predicted cannot be (5 to 200 are allowed). 0.62 looks like a fraction; give 62.",
        ),
        ({"fvc": 2.4}, "2.4 looks like the measured value; give it as percent of predicted."),
        ({"fvc": 0.02}, "FVC of 0.02 % of predicted cannot be (5 to 200 are allowed)."),
        ({"dlco": 201.0}, "A percentage above 200 cannot be; look up the value."),
        ({"dlco": -4.0}, "DLCO of -4 % of predicted cannot be (5 to 200 are allowed)."),
        ({"fvc": float("nan")}, "FVC of nan % of predicted cannot be (5 to 200 are allowed)."),
        ({"age": 17.9}, "The GAP index holds for adults (18 to 115 years); found an age of 17.9."),
        ({"age": 115.1}, "found an age of 115.1"),
        ({"age": float("nan")}, "found an age of nan"),
    ],
)
def test_what_cannot_be_is_refused(change: dict, said: str) -> None:
    with pytest.raises(OutOfRangeError) as error:
        gap(**change)
    assert said in str(error.value)
    assert ("looks like" in str(error.value)) == ("looks like" in said)


def test_a_percentage_refused_by_the_index_names_the_likely_cause() -> None:
    with pytest.raises(OutOfRangeError, match=r"FEV1 of 1.6 .* looks like the measured value; give it as"):
        composite_physiologic_index(60.0, 1.6, 40.0)
    with pytest.raises(OutOfRangeError, match=r"FEV1 of 1.5 .* looks like a fraction; give 150"):
        composite_physiologic_index(60.0, 1.5, 40.0)
    with pytest.raises(OutOfRangeError, match=r"DLCO of 4.9 .* looks like the measured value"):
        composite_physiologic_index(60.0, 50.0, 4.9)
    assert composite_physiologic_index(5.0, 200.0, 40.0).value == pytest.approx(91 - 26 - 2.65 + 68)
