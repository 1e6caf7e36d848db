"""Equations and formulas answer to both ends of every range, and not a step beyond."""

from __future__ import annotations

from math import sqrt

import pytest

from breathline.equations import (
    EQUATIONS,
    ReferenceEquation,
    expected_arrays,
    gap_2012,
    ild_gap_2014,
    predict,
)
from breathline.errors import OutOfRangeError
from breathline.model.patient import Sex
from breathline.physiology import FORMULAS, Formula, Input, calculate
from tests.equations.test_golden import rows

ROWS = rows("ranges.csv")
KEYS = [*EQUATIONS, *FORMULAS]
CASES = [(key, row) for row in ROWS for key in KEYS if key.startswith(row["keys"])]


def item_of(key: str) -> ReferenceEquation | Formula:
    return EQUATIONS[key] if key in EQUATIONS else FORMULAS[key]


def refusal(item: ReferenceEquation | Formula, inputs: dict[str, float], sex: str = "female") -> str:
    """Give what is said of a person; empty where nothing is."""
    try:
        if isinstance(item, Formula):
            calculate(item, sex=sex, **inputs)
        else:
            expected_arrays(item, sex=[sex], **{name: [value] for name, value in inputs.items()})
    except OutOfRangeError as error:
        return str(error)
    return ""


def middle(item: ReferenceEquation | Formula) -> dict[str, float]:
    """Give somebody in the middle of all ranges."""
    return {need.name: need.low if need.whole else (need.low + need.high) / 2 for need in item.inputs}


def person(item: ReferenceEquation | Formula, name: str, value: float) -> dict[str, float]:
    """Give somebody in the middle of all ranges but one, of 25 kg/m² as far as that can be."""
    found = middle(item) | {name: value}
    if name == "height_cm" and "weight_kg" in found:
        found["weight_kg"] = 25.0 * (value / 100) ** 2
    if name == "weight_kg":
        height = next(need for need in item.inputs if need.name == "height_cm")
        found["height_cm"] = min(max(100 * sqrt(value / 25), height.low), height.high)
    return found


@pytest.mark.parametrize(("key", "row"), CASES, ids=[f"{key}-{row['input']}" for key, row in CASES])
def test_both_ends_belong_to_it_and_no_step_beyond(key: str, row: dict[str, str]) -> None:
    assert row["oracle"]
    item, name = item_of(key), row["input"]
    low, high = float(row["low"]), float(row["high"])
    unit = next(need.unit for need in item.inputs if need.name == name)
    if name == "physically_active":
        assert not refusal(item, person(item, name, low)) and not refusal(item, person(item, name, high))
        assert "needs physical activity (1 active, 0 not); found 0.5" in refusal(
            item, person(item, name, 0.5)
        )
        return
    said = f"from {low:g} to {high:g} {unit}; found "
    for value in (low, high):
        assert said not in refusal(item, person(item, name, value))
    for value in (low - 0.001, high + 0.001):
        assert said in refusal(item, person(item, name, value))


def test_every_input_has_a_row_but_for_no_other() -> None:
    known = {(key, row["input"]) for key, row in CASES}
    assert known == {(key, need.name) for key in KEYS for need in item_of(key).inputs}
    assert all(any(key.startswith(row["keys"]) for key in KEYS) for row in ROWS)


CONDITIONS = {"fio2"}
"""What is checked where it is known, and enters no equation."""


@pytest.mark.parametrize("key", KEYS)
def test_without_an_input_there_is_no_answer(key: str) -> None:
    item = item_of(key)
    whole = middle(item)
    for need in item.inputs:
        rest = {name: value for name, value in whole.items() if name != need.name}
        optional = key in EQUATIONS and need.name in CONDITIONS
        assert ("needs " in refusal(item, rest)) != optional


LIKE_VOLUMES, HYPERINFLATED, LITTLE_LEFT = (5.0, 200.0), (5.0, 400.0), (0.5, 300.0)
WALK, OXYGEN = (1.0, 200.0), (20.0, 200.0)
PERCENT = {
    "gli_2022_": LIKE_VOLUMES,
    "gli_2012_": LIKE_VOLUMES,
    "gli_2017_": LIKE_VOLUMES,
    "gli_2021_tlc": LIKE_VOLUMES,
    "gli_2021_ic": LIKE_VOLUMES,
    "gli_2021_vc": LIKE_VOLUMES,
    "gli_2021_frc": HYPERINFLATED,
    "gli_2021_rv": HYPERINFLATED,
    "gli_2021_erv": LITTLE_LEFT,
    **{key: WALK for key in EQUATIONS if key.endswith("_walk")},
    **{key: OXYGEN for key in EQUATIONS if key.endswith("_pao2")},
}
"""Percent of the expected value in which a measured one can be: the guards of `docs/reference/equations.md`."""

BOUNDED = {"fev1_fvc": (0.1, 1.0), "rv_tlc": (0.0, 100.0), "gradient": (-20.0, 650.0)}
"""Values beyond which nobody can be, whatever is expected: a ratio is no more than one."""


@pytest.mark.parametrize(
    ("key", "limits"),
    [(key, limits) for start, limits in PERCENT.items() for key in EQUATIONS if key.startswith(start)],
)
def test_a_value_can_be_between_these_percents_of_the_expected_one(key: str, limits) -> None:
    equation = EQUATIONS[key]
    inputs = middle(equation)
    median = float(expected_arrays(equation, sex=["male"], **{k: [v] for k, v in inputs.items()}).M[0])
    for percent, fits in (
        (limits[0] + 1e-3, True),
        (limits[1] - 1e-3, True),
        (limits[0] - 1e-3, False),
        (limits[1] + 1e-3, False),
    ):
        value = percent / 100 * median
        if any(name in key and not low <= value <= high for name, (low, high) in BOUNDED.items()):
            continue
        if fits:
            got = predict(equation, value, unit=equation.unit, sex=Sex.MALE, **inputs)
            assert got.percent_predicted == pytest.approx(percent)
        else:
            with pytest.raises(OutOfRangeError, match=rf"\({limits[0]:g} to {limits[1]:g} % are possible\)"):
                predict(equation, value, unit=equation.unit, sex=Sex.MALE, **inputs)


@pytest.mark.parametrize("key", [key for key in EQUATIONS if any(name in key for name in BOUNDED)])
def test_a_bounded_value_has_its_bounds(key: str) -> None:
    equation = EQUATIONS[key]
    low, high = next(limits for name, limits in BOUNDED.items() if name in key)
    inputs = middle(equation)
    for value, fits in ((low, low != 0.0), (high, True), (low - 0.001, False), (high + 0.001, False)):
        try:
            predict(equation, value, unit=equation.unit, sex=Sex.MALE, **inputs)
            said = ""
        except OutOfRangeError as error:
            said = str(error)
        wanted = (
            "it must be above zero" if low == 0.0 and value <= 0.0 else f"({low:g} to {high:g} are possible)"
        )
        assert (wanted in said) != fits


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        *((key, 14.0, 45.0) for key in EQUATIONS if key.endswith("_walk") and not key.startswith("gibbons")),
        ("cerveri_1995_pao2", 14.0, 45.0),
        *((key, 10.0, 60.0) for key in ("bmi", "bsa_mosteller_1987", "bsa_du_bois_1916")),
    ],
)
def test_the_build_has_both_its_ends(key: str, low: float, high: float) -> None:
    item = item_of(key)
    for bmi, fits in ((low + 1e-4, True), (high - 1e-4, True), (low - 1e-4, False), (high + 1e-4, False)):
        height = 175.0 if bmi < 30 else 160.0
        inputs = person(item, "height_cm", height) | {"weight_kg": bmi * (height / 100) ** 2}
        assert (f"body mass index from {low:g} to {high:g} kg/m²" in refusal(item, inputs)) != fits


UNREAD = {
    "enright_1998_walk", "casanova_2011_walk", "crapo_1999_pao2", "sorbini_1968_pao2", "mellemgaard_1966_gradient",
    "gli_2021_tlc", "gli_2021_frc", "gli_2021_rv", "gli_2021_rv_tlc", "gli_2021_erv", "gli_2021_ic", "gli_2021_vc",
    "alveolar_oxygen", "aa_gradient", "barometric_pressure", "dlco_haemoglobin_cotes_1972", "bsa_mosteller_1987",
    "bsa_du_bois_1916",
}  # fmt: skip
"""What nobody has read in its publication: taking one out of here asks for reading it."""


def test_what_was_not_read_is_marked() -> None:
    assert {key for key in KEYS if not item_of(key).source.verified} == UNREAD
    assert not gap_2012.SOURCE.verified and not ild_gap_2014.SOURCE.verified


def test_input_is_named_in_words_and_optional_ones_may_be_unknown() -> None:
    # A condition that is not known for a person is no fault; one that is asked for is.
    equation = EQUATIONS["crapo_1999_pao2"]
    inputs = person(equation, "age_years", 50.0)
    assert not refusal(equation, inputs | {"fio2": float("nan")})
    assert "found no number" in refusal(equation, inputs | {"age_years": float("nan")})
    unnamed = Input(name="spare", low=0, high=1, unit="1")
    formula = FORMULAS["bmi"]
    needy = type(formula)(
        **{name: getattr(formula, name) for name in ("key", "label", "unit", "printed", "source", "formula")},
        inputs=(*formula.inputs, unnamed),
    )
    assert refusal(needy, {"height_cm": 160.0, "weight_kg": 60.0}) == (
        "Body mass index needs the value of 'spare', which is not given."
    )
