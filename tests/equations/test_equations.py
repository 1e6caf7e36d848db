"""Expected values against independent sources; refusals."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from subprocess import run

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breathline.equations import EQUATIONS, expected_arrays, predict, predict_arrays
from breathline.errors import OutOfRangeError, UnitError
from breathline.model.patient import Sex
from breathline.testing import check_equation
from tests.tolerances import half_last_digit

SPIROMETRY = (("FVC", "fvc"), ("FEV1", "fev1"), ("FEV1FVC", "fev1_fvc"))
GROUPS = ("", "_african_american", "_north_east_asian", "_south_east_asian", "_other")  # 1 to 5 in pyspiro
VOLUMES = ("TLC", "FRC", "RV", "RV_TLC", "ERV", "IC", "VC")
GOLDEN = Path(__file__).parents[1] / "golden" / "gli.csv"


def golden_rows() -> list[dict[str, str]]:
    lines = [line for line in GOLDEN.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


@pytest.mark.parametrize("key", list(EQUATIONS))
def test_every_equation_keeps_its_contract(key: str) -> None:
    check_equation(EQUATIONS[key])


@pytest.mark.parametrize("row", golden_rows(), ids=lambda r: f"{r['equation']}-{r['sex']}-{r['age_years']}")
def test_gli_against_the_official_spreadsheets(row: dict[str, str]) -> None:
    # Oracle: independent recomputation from the official GLI spreadsheets (see the head of gli.csv).
    equation = EQUATIONS[row["equation"]]
    person = {"age_years": float(row["age_years"]), "height_cm": float(row["height_cm"])}
    got = predict(equation, float(row["M"]), unit=equation.unit, sex=Sex(row["sex"]), **person)
    assert got.predicted == pytest.approx(float(row["M"]), abs=half_last_digit(row["M"]))
    assert got.lower_limit == pytest.approx(
        float(row["lower_limit"]), abs=half_last_digit(row["lower_limit"])
    )
    # Oracle: the LMS definition, z = ((x/M)^L − 1)/(L·S), worked out here from the row's own L, M, S.
    L, M, S = float(row["L"]), float(row["M"]), float(row["S"])
    x = 0.7 * M
    z = ((x / M) ** L - 1) / (L * S)
    assert predict(equation, x, unit=equation.unit, sex=Sex(row["sex"]), **person).z == pytest.approx(
        z, abs=1e-4
    )


@pytest.mark.parametrize(
    ("name", "parameter", "key"),
    [
        ("GLI_2017", "DLCO", "gli_2017_dlco"),
        ("GLI_2017", "TLCO", "gli_2017_tlco"),
        ("GLI_2017", "KCO_trad", "gli_2017_kco"),
        ("GLI_2017", "KCO_SI", "gli_2017_kco_si"),
        ("GLI_2017", "VA", "gli_2017_va"),
        ("BOWERMAN_2022", "FVC", "gli_2022_fvc"),
        ("BOWERMAN_2022", "FEV1", "gli_2022_fev1"),
        ("BOWERMAN_2022", "FEV1FVC", "gli_2022_fev1_fvc"),
        *((("GLI_2012", name, f"gli_2012_{key}{group}")) for name, key in SPIROMETRY for group in GROUPS),
        *(("GLI_2021", name, f"gli_2021_{name.lower()}") for name in VOLUMES),
    ],
)
def test_same_as_pyspiro_for_random_people(name: str, parameter: str, key: str) -> None:
    # Oracle: pyspiro 1.0.0, <class>().compute(df, <parameter>, metrics=["zscore", "lln", "percent"]).
    pandas = pytest.importorskip("pandas")
    import pyspiro

    draw = np.random.default_rng(20)
    count = 20_000
    equation, table = EQUATIONS[key], getattr(pyspiro, name)()
    ages = next(need for need in equation.inputs if need.name == "age_years")
    coded = draw.integers(0, 2, count)  # pyspiro: 0 female, 1 male
    people = {
        "sex": np.where(coded == 1, "male", "female"),
        "age_years": draw.uniform(ages.low, ages.high, count),
        "height_cm": draw.uniform(120, 200, count),
    }
    median = expected_arrays(equation, **people).M
    values = np.minimum(median * draw.uniform(0.3, 1.4, count), equation.possible[1])
    frame = pandas.DataFrame(
        {"sex": coded, "age": people["age_years"], "height": people["height_cm"], "value": values}
        | {"ethnicity": 1 + max(GROUPS.index(g) for g in GROUPS if key.endswith(g))}
    )
    ethnicity = {"ethnicity_col": "ethnicity"} if name == "GLI_2012" else {}
    oracle = table.compute(
        frame,
        table.Parameters[parameter].value,
        value_col="value",
        metrics=["zscore", "lln", "percent"],
        **ethnicity,
    )
    got = predict_arrays(equation, values, unit=equation.unit, **people)
    assert got.z is not None and got.lower_limit is not None
    np.testing.assert_allclose(got.z, oracle["zscore"].to_numpy(float), atol=1e-10, rtol=0)
    np.testing.assert_allclose(got.lower_limit, oracle["lln"].to_numpy(float), atol=1e-10, rtol=0)
    # pyspiro rounds the percentage to two decimals.
    np.testing.assert_allclose(got.percent_predicted, oracle["percent"].to_numpy(float), atol=0.00501, rtol=0)


@pytest.mark.parametrize(
    ("key", "sex", "expected"),
    [
        # Exact arithmetic with the printed coefficients, for 64 years, 170 cm, 70 kg.
        ("enright_1998_walk", Sex.MALE, 533.42),  # 7.57·170 − 5.02·64 − 1.76·70 − 309
        ("enright_1998_walk", Sex.FEMALE, 495.48),  # 2.11·170 − 5.78·64 − 2.29·70 + 667
        ("troosters_1999_walk", Sex.MALE, 676.63),  # 218 + 5.14·170 − 5.32·64 − 1.80·70 + 51.31
        ("troosters_1999_walk", Sex.FEMALE, 625.32),
        ("gibbons_2001_walk", Sex.MALE, 677.44),  # 868.8 − 2.99·64
        ("gibbons_2001_walk", Sex.FEMALE, 602.74),  # − 74.7
    ],
)
def test_walk_equations_by_hand(key: str, sex: Sex, expected: float) -> None:
    got = predict(EQUATIONS[key], 400.0, unit="m", sex=sex, age_years=64.0, height_cm=170.0, weight_kg=70.0)
    assert got.predicted == pytest.approx(expected, abs=0.005)


def test_pao2_by_hand() -> None:
    # 143.6 − 0.39·64 − 0.56·(63/1.5²) − 0.57·36 = 82.44; lower limit 82.44 − 1.645·7.48 = 70.1354
    got = predict(
        EQUATIONS["cerveri_1995_pao2"],
        60.0,
        unit="mmHg",
        sex=Sex.FEMALE,
        age_years=64.0,
        height_cm=150.0,
        weight_kg=63.0,
        paco2=36.0,
    )
    assert got.predicted == pytest.approx(82.44, abs=1e-9)
    assert got.lower_limit == pytest.approx(70.1354, abs=1e-9)


def test_pao2_on_oxygen_has_no_expected_value() -> None:
    with pytest.raises(OutOfRangeError, match=r"20\.5 to 21\.5 %; found 40"):
        predict(
            EQUATIONS["cerveri_1995_pao2"],
            60.0,
            unit="mmHg",
            sex=Sex.FEMALE,
            age_years=64.0,
            height_cm=162.0,
            weight_kg=63.0,
            paco2=36.0,
            fio2=40.0,
        )


def test_dlco_in_either_unit_system() -> None:
    # The same measured value, 5 mmol/min/kPa = 14.93 mL/min/mmHg, has the same z in both.
    dlco, person = EQUATIONS["gli_2017_dlco"], {"age_years": 64.0, "height_cm": 162.0}
    si = predict(dlco, 5.0, unit="mmol/min/kPa", sex=Sex.FEMALE, **person)
    traditional = predict(dlco, 14.93, unit="mL/min/mmHg", sex=Sex.FEMALE, **person)
    assert si.z == pytest.approx(traditional.z, abs=1e-9)
    # The expected value comes back in the unit asked in: 19.33223 / 2.986 (gli.csv; Graham 2017).
    assert si.predicted == pytest.approx(6.47429, abs=5e-6)
    assert si.lower_limit == pytest.approx(14.71733 / 2.986, abs=5e-6)


def test_refusals_are_sentences() -> None:
    fvc = EQUATIONS["gli_2022_fvc"]
    with pytest.raises(OutOfRangeError) as metres:
        predict(fvc, 2.0, unit="L", sex=Sex.FEMALE, age_years=64.0, height_cm=1.62)
    assert str(metres.value) == (
        "FVC, GLI Global 2022 holds for the height from 80 to 230 cm; found 1.62. "
        "1.62 looks like metres; give centimetres (162)."
    )
    with pytest.raises(OutOfRangeError, match="the age from 3 to 95 years; found 99"):
        predict(fvc, 2.0, unit="L", sex=Sex.FEMALE, age_years=99.0, height_cm=162.0)
    with pytest.raises(OutOfRangeError, match="needs the height"):
        predict(fvc, 2.0, unit="L", sex=Sex.FEMALE, age_years=64.0)
    with pytest.raises(OutOfRangeError, match="must be above zero"):
        predict(fvc, 0.0, unit="L", sex=Sex.FEMALE, age_years=64.0, height_cm=162.0)
    with pytest.raises(UnitError):
        predict(fvc, 2.0, unit="mmHg", sex=Sex.FEMALE, age_years=64.0, height_cm=162.0)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (15.0, "mmol/kPa/min", "15 looks like mL/min/mmHg."),
        (64.0, "ml/min/mmHg", "64 looks like percent of predicted; give the measured value."),
        (400.0, "mL/min/mmHg", "Look up the value."),
        (9.9, "mL/min/mmHg", None),
        (
            0.9,
            "mL/min/mmHg",
            "0.9 mL/min/mmHg is 4.66 % of the expected 19.3 mL/min/mmHg, which cannot be (5 to 200",
        ),
    ],
)
def test_a_value_far_from_the_expected_names_the_likely_cause(value: float, unit: str, said: str | None):
    # gli.csv: 19.33 mL/min/mmHg, 6.47 mmol/min/kPa are expected. Any spelling of a unit is understood.
    person = {"sex": Sex.FEMALE, "age_years": 64.0, "height_cm": 162.0}
    if said is None:
        predict(EQUATIONS["gli_2017_dlco"], value, unit=unit, **person)
        return
    with pytest.raises(OutOfRangeError) as error:
        predict(EQUATIONS["gli_2017_dlco"], value, unit=unit, **person)
    assert said in str(error.value)


def test_the_limits_of_what_is_possible_are_those_of_the_page() -> None:
    fvc, person = EQUATIONS["gli_2022_fvc"], {"sex": Sex.FEMALE, "age_years": 64.0, "height_cm": 162.0}
    median = predict(fvc, 2.0, unit="L", **person).predicted
    for percent in (5.001, 199.99):
        found = predict(fvc, percent / 100 * median, unit="L", **person)
        assert found.percent_predicted == pytest.approx(percent)
    for percent in (4.99, 200.01):
        with pytest.raises(OutOfRangeError, match=r"\(5 to 200 % are possible\)"):
            predict(fvc, percent / 100 * median, unit="L", **person)


@pytest.mark.parametrize(("value", "told"), [(30.9, True), (30.95, False)])
def test_another_unit_is_proposed_up_to_160_percent_in_it(value: float, told: bool) -> None:
    # gli.csv: 19.33223 mL/min/mmHg are expected; 160 % of that are 30.93.
    person = {"sex": Sex.FEMALE, "age_years": 64.0, "height_cm": 162.0}
    with pytest.raises(OutOfRangeError) as error:
        predict(EQUATIONS["gli_2017_dlco"], value, unit="mmol/min/kPa", **person)
    assert ("looks like mL/min/mmHg" in str(error.value)) is told


@pytest.mark.parametrize(("value", "told"), [(9.99, False), (10.0, True), (200.0, True), (200.1, False)])
def test_from_10_to_200_a_number_looks_like_percent_of_predicted(value: float, told: bool) -> None:
    person = {"sex": Sex.FEMALE, "age_years": 64.0, "height_cm": 162.0}
    with pytest.raises(OutOfRangeError) as error:
        predict(EQUATIONS["gli_2022_fvc"], value, unit="L", **person)
    assert ("looks like percent of predicted" in str(error.value)) is told


def test_residual_volume_is_no_more_than_all() -> None:
    person = {"sex": Sex.MALE, "age_years": 64.0, "height_cm": 175.0}
    assert predict(EQUATIONS["gli_2021_rv_tlc"], 99.0, unit="%", **person).percent_predicted > 200
    with pytest.raises(OutOfRangeError, match=r"a value of 101 % cannot be \(0 to 100 are possible\)"):
        predict(EQUATIONS["gli_2021_rv_tlc"], 101.0, unit="%", **person)


def test_weight_in_pounds_is_told_by_the_build() -> None:
    walk, person = EQUATIONS["enright_1998_walk"], {"sex": Sex.FEMALE, "age_years": 64.0, "height_cm": 160.0}
    assert predict(walk, 400.0, unit="m", weight_kg=115.2, **person).predicted > 0  # 45 kg/m²
    with pytest.raises(OutOfRangeError) as error:
        predict(walk, 400.0, unit="m", weight_kg=115.3, **person)
    assert str(error.value) == (
        "Six-minute walk distance, Enright and Sherrill 1998 holds for a body mass index from 14 to 45 kg/m²; "
        "115.3 kg at 160 cm is 45.04. 115.3 may be pounds; give kilograms (52.3)."
    )


def test_every_problem_of_a_person_is_told_at_once() -> None:
    with pytest.raises(OutOfRangeError) as both:
        predict(
            EQUATIONS["gli_2017_dlco"], 9.0, unit="mL/min/mmHg", sex=Sex.MALE, age_years=99.0, height_cm=1.7
        )
    assert "5 to 85 years" in str(both.value) and "looks like metres" in str(both.value)


@settings(deadline=None)
@given(
    part=st.floats(0.1, 1.5),
    more=st.floats(0.001, 0.4),
    age=st.floats(18, 90),
    height=st.floats(140, 200),
    sex=st.sampled_from(Sex),
)
def test_more_is_never_less(part: float, more: float, age: float, height: float, sex: Sex) -> None:
    fvc, person = EQUATIONS["gli_2022_fvc"], {"age_years": age, "height_cm": height}
    median = float(expected_arrays(fvc, sex=sex.value, **person).M[0])
    low = predict(fvc, part * median, unit="L", sex=sex, **person)
    high = predict(fvc, (part + more) * median, unit="L", sex=sex, **person)
    assert low.z is not None and high.z is not None
    assert low.z < high.z and low.percent_predicted < high.percent_predicted


def test_asking_for_expected_values_does_not_load_pandas() -> None:
    # A run from tables takes under 3 seconds; importing pandas takes half of that.
    code = (
        "import sys; from breathline.model.patient import Sex\n"
        "from breathline.equations import EQUATIONS, predict\n"
        "predict(EQUATIONS['gli_2022_fvc'], 2.0, unit='L', sex=Sex.MALE, age_years=50.0, height_cm=170.0)\n"
        "sys.exit('pandas' in sys.modules)"
    )
    assert run([sys.executable, "-c", code], check=False).returncode == 0
