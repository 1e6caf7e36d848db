"""Formulas keep their contract, and say what cannot be and why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breathline.errors import OutOfRangeError
from breathline.physiology import FORMULAS, Input, calculate, calculate_arrays
from breathline.sources import Source
from breathline.testing import ContractError, check_formula


@pytest.mark.parametrize("key", list(FORMULAS))
def test_every_formula_keeps_its_contract(key: str) -> None:
    check_formula(FORMULAS[key])


BMI = FORMULAS["bmi"]


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (replace(BMI, label=""), "the label is missing"),
        (replace(BMI, printed=""), "how the publication prints it"),
        (replace(BMI, unit="furlong"), "'furlong' is not known"),
        (replace(BMI, source=Source("nobody_1900")), "not in references.bib"),
        (replace(BMI, build=(80.0, 90.0)), "refuses everybody"),
        (replace(BMI, formula=lambda p: p["height_cm"] * np.nan), "no number somewhere"),
        (
            replace(BMI, formula=lambda p: np.arange(len(p["height_cm"]), dtype=float)),
            "scalar and array forms differ",
        ),
        (
            replace(BMI, inputs=(*BMI.inputs, Input(name="spare", low=0, high=1, unit="1", required=False))),
            "it answers without spare",
        ),
    ],
)
def test_check_formula_fails_on(wrong, complaint: str) -> None:
    with pytest.raises(ContractError) as error:
        check_formula(wrong)
    assert any(complaint in broken for broken in error.value.broken)


@pytest.mark.parametrize(
    ("key", "inputs", "said"),
    [
        (
            "bmi",
            {"height_cm": 1.62, "weight_kg": 61},
            "Body mass index holds for the height from 100 to 230 cm; found 1.62. 1.62 looks like metres; "
            "give centimetres (162).",
        ),
        (
            "bmi",
            {"height_cm": 162, "weight_kg": 200},
            "Body mass index holds for a body mass index from 10 to 60 kg/m²; 200 kg at 162 cm is 76.21. "
            "200 may be pounds; give kilograms (90.72).",
        ),
        (
            "bmi",
            {"height_cm": 200, "weight_kg": 30},
            "Body mass index holds for a body mass index from 10 to 60 kg/m²; 30 kg at 200 cm is 7.5.",
        ),
        (
            "pao2_fio2",
            {"pao2": 8.2, "fio2": 0.4},
            "PaO2/FiO2 holds for the PaO2 from 20 to 700 mmHg; found 8.2. 8.2 looks like kPa; give mmHg "
            "(61.51). PaO2/FiO2 holds for the FiO2 from 15 to 100 %; found 0.4. 0.4 looks like a fraction; "
            "give percent (40).",
        ),
        (
            "egfr_ckd_epi_2021",
            {"sex": "female", "creatinine": 80, "age_years": 1961},
            "eGFR, CKD-EPI 2021 holds for the creatinine from 0.1 to 20 mg/dL; found 80. 80 looks like "
            "umol/L; give mg/dL (0.9049). eGFR, CKD-EPI 2021 holds for the age from 18 to 110 years; found "
            "1961. 1961 looks like a year of birth; give the age.",
        ),
        (
            "egfr_ckd_epi_2021",
            {"creatinine": 0.8, "age_years": 61},
            "eGFR, CKD-EPI 2021 needs the sex, which is not given.",
        ),
        (
            "egfr_ckd_epi_2021",
            {"sex": "1", "creatinine": 0.8},
            "eGFR, CKD-EPI 2021 needs the age, which is not given. eGFR, CKD-EPI 2021: the sex '1' is not "
            "known. Give 'female' or 'male' in words; number codes mean different things in different "
            "programs.",
        ),
        (
            "egfr_ckd_epi_2021",
            {"sex": " ", "creatinine": 0.8, "age_years": 61},
            "eGFR, CKD-EPI 2021: the sex is missing. Give 'female' or 'male' in words.",
        ),
        (
            "dlco_haemoglobin_cotes_1972",
            {"sex": "male", "hb": 95, "age_years": 61},
            "Haemoglobin correction of DLCO, Cotes holds for the haemoglobin from 5 to 22 g/dL; found 95. "
            "95 looks like g/L; give g/dL (9.5).",
        ),
        (
            "barometric_pressure",
            {"altitude_m": float("nan")},
            "Barometric pressure at an altitude holds for the altitude from -430 to 5500 m; found no number.",
        ),
    ],
)
def test_what_cannot_be_is_named(key: str, inputs: dict, said: str) -> None:
    with pytest.raises(OutOfRangeError) as error:
        calculate(FORMULAS[key], **inputs)
    assert str(error.value) == said


@pytest.mark.parametrize(
    ("years", "told"), [(1899.0, False), (1900.0, True), (2100.0, True), (2101.0, False), (120.0, False)]
)
def test_years_of_birth_are_those_of_the_living(years: float, told: bool) -> None:
    with pytest.raises(OutOfRangeError) as error:
        calculate(FORMULAS["egfr_ckd_epi_2021"], sex="male", creatinine=1.0, age_years=years)
    assert ("looks like a year of birth" in str(error.value)) == told


@pytest.mark.parametrize(
    ("height", "unit"),
    [
        (0.39, None),
        (0.4, "metres"),
        (2.6, "metres"),
        (2.61, "feet"),
        (64.0, "inches"),
        (1620.0, "millimetres"),
    ],
)
def test_the_unit_of_a_height_is_told_where_people_can_be_so_tall(height: float, unit: str | None) -> None:
    with pytest.raises(OutOfRangeError) as error:
        calculate(BMI, height_cm=height, weight_kg=60.0)
    assert (f"looks like {unit}" in str(error.value)) == (unit is not None)
    assert ("looks like" in str(error.value)) == (unit is not None)


def test_one_value_can_stand_for_all() -> None:
    # Oracle: exact arithmetic, 60/1.6² and 90/1.6².
    got = calculate_arrays(BMI, height_cm=160.0, weight_kg=[60.0, 90.0])
    assert got.tolist() == pytest.approx([23.4375, 35.15625])


def test_the_build_is_asked_of_formulas_that_say_so() -> None:
    assert calculate(replace(BMI, build=None), height_cm=162, weight_kg=200) == pytest.approx(
        76.208, abs=5e-4
    )


@pytest.mark.parametrize(("weight", "told"), [(200.0, True), (340.0, True), (347.0, False)])
def test_pounds_are_told_where_they_would_be_a_possible_weight(weight: float, told: bool) -> None:
    # 60 kg/m² at 162 cm are 157.46 kg, which are 347.1 pounds; 346 pounds at 161.7 cm are just above.
    with pytest.raises(OutOfRangeError) as error:
        calculate(BMI, height_cm=162.0 if told else 161.9, weight_kg=weight)
    assert ("may be pounds" in str(error.value)) == told


def test_a_depth_below_the_lowest_shore_is_in_no_other_unit() -> None:
    with pytest.raises(OutOfRangeError, match=r"found -500\.$"):
        calculate(FORMULAS["barometric_pressure"], altitude_m=-500.0)


def test_among_many_the_place_is_told() -> None:
    with pytest.raises(OutOfRangeError, match=r"found 1\.7\. .* \(Entry 2 of 3, and 1 more\.\)$"):
        calculate_arrays(BMI, height_cm=[170, 1.7, 1.8], weight_kg=[70, 70, 70])
    with pytest.raises(OutOfRangeError, match=r"\(Entry 3 of 3\.\)$"):
        calculate_arrays(BMI, height_cm=[170, 171, 1.8], weight_kg=[70, 70, 70])


@settings(deadline=None)
@given(
    fio2=st.floats(21, 100),
    paco2=st.floats(20, 80),
    pao2=st.floats(30, 150),
    pressure=st.floats(500, 780),
)
def test_gradient_and_gas_equation_agree(fio2: float, paco2: float, pao2: float, pressure: float) -> None:
    air = {"fio2": fio2, "paco2": paco2, "barometric_pressure": pressure, "respiratory_quotient": 0.8}
    alveolar = calculate(FORMULAS["alveolar_oxygen"], **air)
    gradient = calculate(FORMULAS["aa_gradient"], pao2=pao2, **air)
    assert gradient == pytest.approx(alveolar - pao2, abs=1e-9)
    # With a quotient of one the carbon dioxide that comes replaces the oxygen that goes, litre for litre.
    even = calculate(FORMULAS["alveolar_oxygen"], **(air | {"respiratory_quotient": 1.0}))
    assert even == pytest.approx(fio2 / 100 * (pressure - 47) - paco2, abs=1e-9)
