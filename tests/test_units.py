"""Units: spellings known, kinds kept apart, conversions that go there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breathline.errors import UnitError
from breathline.units import UNITS, convert, parse_unit, same_kind, ucum

PAIRS = [(a, b) for a in UNITS for b in UNITS if UNITS[a].kind == UNITS[b].kind]


@given(st.sampled_from(PAIRS), st.floats(0.001, 1e6))
def test_there_and_back_is_the_same_value(pair, value):
    a, b = pair
    assert convert(convert(value, a, b), b, a) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (10.0, "kPa", "mmHg", 75.0062),  # 101.325 kPa = 760 mmHg by definition
        (101.325, "kPa", "mmHg", 760.0),
        (6.5, "mmol/min/kPa", "mL/min/mmHg", 19.409),  # × 2.986, Graham 2017
        (2100, "mL", "L", 2.1),
        (134, "g/L", "g/dL", 13.4),
        (13.0, "g/dL", "mg/dL", 13000.0),
        (0.21, "fraction", "%", 21.0),
    ],
)
def test_conversions(value, unit, to, expected):
    assert convert(value, unit, to) == pytest.approx(expected, rel=5e-5)


@pytest.mark.parametrize(("value", "unit", "to"), [(88.4, "umol/L", "mg/dL"), (1.0, "mg/dL", "umol/L")])
def test_mass_and_amount_of_substance_are_turned_for_creatinine_alone(value, unit, to):
    # Oracle: molar mass 113.118 g/mol, 1 mg/dL = 88.4 µmol/L. Of bilirubin (584.66 g/mol) it is 17.1 µmol/L.
    assert convert(value, unit, to, of="creatinine") == pytest.approx(89.4 - value, rel=5e-5)
    for other in ("", "bilirubin", "urea", "hb"):
        assert not same_kind(unit, to, of=other)
        with pytest.raises(UnitError, match="concentration and cannot be turned into"):
            convert(value, unit, to, of=other)
    assert not same_kind(unit, "mmHg", of="creatinine")


def test_another_kind_is_refused():
    with pytest.raises(UnitError) as caught:
        convert(1.0, "L", "mmHg")
    assert str(caught.value) == "'L' measures volume and cannot be turned into 'mmHg' (pressure)."


def test_an_unknown_unit_names_the_nearest():
    with pytest.raises(UnitError) as caught:
        parse_unit("mmHgg")
    assert str(caught.value) == "The unit 'mmHgg' is not known. Did you mean 'mmHg'?"


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_parses_to_itself_and_has_a_ucum_code(unit):
    assert parse_unit(unit) == unit
    assert ucum(unit)
