"""A transfer factor in the other unit system, and values that contradict one another."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breathline.errors import RecordError, Severity
from breathline.intake import read_patient
from breathline.model.measurement import Measurement
from breathline.model.patient import Person
from breathline.units import DLCO_SI_TO_TRADITIONAL, UNITS, convert, parse_unit
from tests.intake.folders import HEADING, MEASURES, TODAY, problems_of, told, write_folder

LOOK = "Look at the laboratory's print-out and correct the unit; if it is right, write 'checked' in the note."


def _rows(*rows: str) -> dict[str, str | bytes | None]:
    return {"visits.csv": HEADING + "".join(f"{row}\n" for row in rows)}


def test_one_value_of_several_in_the_other_system_is_named(tmp_path: Path) -> None:
    found = problems_of(
        tmp_path,
        _rows(
            "2020-06-01,dlco,12.1,mL/min/mmHg,,,",
            "2020-12-01,dlco,3.6,mL/min/mmHg,,,",  # 10.7 mL/min/mmHg, written in mmol/min/kPa
            "2021-02-10,dlco,9.8,mL/min/mmHg,,,",
            "2021-07-05,dlco,12.4,mL/min/mmHg,,,",
        ),
    )
    assert told(found) == [
        "error: visits.csv, line 3, column 'value': DLCO of 3.6 mL/min/mmHg lies 3.4 times below the "
        "patient's "
        "other values (lines 2, 4, 5); the two unit systems differ 2.986 times, so this value is "
        "likely in the "
        f"other one (mmol/min/kPa). {LOOK}"
    ]


def test_units_that_change_with_the_values_are_asked_about_sooner(tmp_path: Path) -> None:
    # 9.8 → 6.7 mmol/min/kPa is 20.0 mL/min/mmHg: a rise of 2.04 that comes with a change of units
    found = problems_of(
        tmp_path, _rows("2021-02-10,dlco,9.8,mL/min/mmHg,,,", "2021-07-05,dlco,6.7,mmol/min/kPa,,,")
    )
    assert told(found) == [
        "error: visits.csv, line 3, column 'value': DLCO of 6.7 mmol/min/kPa lies 2.0 times above "
        "the patient's "
        "other value (line 2); the two unit systems differ 2.986 times, so one of the two is likely "
        "in the other "
        f"one (mL/min/mmHg). {LOOK}"
    ]


def test_a_decline_with_values_between_is_no_change_of_units(tmp_path: Path) -> None:
    days = ("2018-02-10", "2019-02-10", "2020-02-10", "2021-02-10", "2021-07-05")
    values = (18, 14, 10, 7, 5.5)
    rows = [f"{day},dlco,{value},mL/min/mmHg,,," for day, value in zip(days, values, strict=True)]
    assert problems_of(tmp_path, _rows(*rows)) == ()


def test_units_that_are_stated_and_right_are_converted_in_silence(tmp_path: Path) -> None:
    rows = _rows("2021-02-10,dlco,9.8,mL/min/mmHg,,,", "2021-07-05,dlco,4.15,mmol/min/kPa,,,")
    assert problems_of(tmp_path, rows) == ()


def test_a_value_that_was_looked_up_is_told_and_used(tmp_path: Path) -> None:
    rows = _rows("2021-02-10,dlco,9.8,mL/min/mmHg,,,", "2021-07-05,dlco,3.1,mL/min/mmHg,,,checked")
    (found,) = problems_of(tmp_path, rows)
    assert (found.code, found.severity, found.row) == ("other_unit_system", Severity.WARNING, 3)


def test_dlco_and_kco_that_give_an_impossible_alveolar_volume(tmp_path: Path) -> None:
    found = problems_of(
        tmp_path,
        _rows(
            "2021-02-10,dlco,9.8,mL/min/mmHg,,,",
            "2021-02-10,kco,1.04,mL/min/mmHg/L,,,",  # 3.1 mL/min/mmHg/L, written in mmol/min/kPa/L
            "2021-02-10,fvc,1.9,L,,,",
            "2021-02-10,tlc,3.6,L,,,",
            "2021-07-05,fvc,1.9,L,,,",
        ),
    )
    # 9.8 / 1.04 = 9.42 L, above 1.25 × 3.6 = 4.5 L and 9.42 / 2.986 = 3.16 L, by hand
    assert told(found) == [
        "error: visits.csv, line 2, column 'value': DLCO (9.8 mL/min/mmHg) divided by KCO (1.04 "
        "mL/min/mmHg/L, "
        "line 3) gives an alveolar volume of 9.4 L, which cannot be here (1.1 to 4.5 L); with one of "
        "the two in "
        "the other unit system it would be 3.2 L. Look at the laboratory's print-out and correct the unit of "
        "DLCO or KCO; if both are right, write 'checked' in the note."
    ]


def test_dlco_and_kco_that_agree_are_silent(tmp_path: Path) -> None:
    rows = _rows(
        "2021-02-10,dlco,9.8,mL/min/mmHg,,,",
        "2021-02-10,kco,1.04,mmol/min/kPa/L,,,",
        "2021-02-10,tlc,3.6,L,,,",
        "2021-07-05,dlco,10.8,mL/min/mmHg,,,",
    )
    assert problems_of(tmp_path, rows) == ()


def _expect(predicted: float, tmp_path: Path, *rows: str) -> list[str]:
    def expected(item: Measurement, person: Person) -> float | None:
        assert person.height_cm == 162
        return predicted if item.measure == "dlco" else None

    write_folder(tmp_path, _rows(*rows))
    try:
        return told(read_patient(tmp_path, measures=MEASURES, expected=expected, today=TODAY).warnings)
    except RecordError as refused:
        return told(refused.problems)


def test_values_all_above_what_is_expected_in_health(tmp_path: Path) -> None:
    found = _expect(
        20.0, tmp_path, "2021-02-10,dlco,12.0,mmol/min/kPa,,,", "2021-07-05,dlco,14.0,mmol/min/kPa,,,"
    )
    # 12 × 2.986 / 20 = 179 %, and 12 / 20 = 60 %
    assert found[0] == (
        "error: visits.csv, line 2, column 'value': DLCO of 12 mmol/min/kPa is 179% of what is "
        "expected in health "
        "at this sex, age and height; in mL/min/mmHg it would be 60%. Or the number is a percentage "
        "of predicted. "
        "Look at the laboratory's print-out; if the unit is right, write 'checked' in the note."
    )
    assert len(found) == 2


def test_values_far_below_what_is_expected_are_used_and_told(tmp_path: Path) -> None:
    found = _expect(
        20.0, tmp_path, "2021-02-10,dlco,6.4,mL/min/mmHg,,,", "2021-07-05,dlco,6.6,mL/min/mmHg,,,"
    )
    # 6.4 / 20 = 32 %, which severe disease reaches, and 6.4 × 2.986 / 20 = 96 %
    assert found[0] == (
        "warning: visits.csv, line 2, column 'value': DLCO of 6.4 mL/min/mmHg is 32% of what is "
        "expected in health "
        "at this sex, age and height; in mmol/min/kPa it would be 96%. Look at the laboratory's "
        "print-out; if the "
        "unit is right, write 'checked' in the note."
    )


def test_a_series_so_low_that_it_is_likelier_in_the_other_unit_is_refused(tmp_path: Path) -> None:
    rows = ("2021-02-10,dlco,2.4,mL/min/mmHg,,,", "2021-07-05,dlco,4.1,mL/min/mmHg,,,{}")
    found = _expect(20.0, tmp_path, *(row.format("") for row in rows))
    # 2.4 / 20 = 12 % and 4.1 / 20 = 20 %; times 2.986: 36 % and 61 %
    assert [line.split(". ")[0] for line in found] == [
        "error: visits.csv, line 2, column 'value': DLCO of 2.4 mL/min/mmHg is 12% of what is expected in "
        "health at this sex, age and height; in mmol/min/kPa it would be 36%",
        "error: visits.csv, line 3, column 'value': DLCO of 4.1 mL/min/mmHg is 20% of what is expected in "
        "health at this sex, age and height; in mmol/min/kPa it would be 61%",
    ]
    assert _expect(20.0, tmp_path, *(row.format("checked") for row in rows)) == []


def test_values_very_low_for_anybody_are_told_where_nothing_can_be_expected(tmp_path: Path) -> None:
    changed = _rows("2021-02-10,dlco,2.4,mL/min/mmHg,,,", "2021-07-05,dlco,4.1,mL/min/mmHg,,,")
    write_folder(tmp_path, changed)
    record = read_patient(tmp_path, measures=MEASURES, expected=lambda *_: None, today=TODAY)
    assert told(record.warnings)[0] == (
        "warning: visits.csv, line 2, column 'value': DLCO of 2.4 mL/min/mmHg would be very low in an adult, "
        "and would not be in mmol/min/kPa. Look at the laboratory's print-out; if the unit is right, write "
        "'checked' in the note."
    )


def test_values_as_expected_are_silent(tmp_path: Path) -> None:
    assert (
        _expect(20.0, tmp_path, "2021-02-10,dlco,11,mL/min/mmHg,,,", "2021-07-05,dlco,12,mL/min/mmHg,,,")
        == []
    )


@settings(max_examples=60, deadline=None)
@given(
    true=st.lists(st.floats(6.0, 14.0), min_size=2, max_size=6),
    slip=st.integers(0, 5),
    spread=st.floats(0.8, 1.25),
)
def test_one_slip_of_the_unit_never_passes(
    tmp_path_factory: pytest.TempPathFactory, true: list[float], slip: int, spread: float
) -> None:
    """Whichever value of a series within ±25 % is written in the other system, the record is refused."""
    middle = true[0]
    series = [middle * spread if n % 2 else middle for n in range(len(true))]
    slip %= len(series)
    series[slip] /= DLCO_SI_TO_TRADITIONAL
    rows = [f"2021-0{n + 1}-10,dlco,{value:.3f},mL/min/mmHg,,," for n, value in enumerate(series)]
    found = problems_of(tmp_path_factory.mktemp("patient"), _rows(*rows))
    assert "other_unit_system" in [p.code for p in found if p.severity is Severity.ERROR]


OXYGEN = (
    "2021-02-10,pao2,9.2,mmHg,,,",
    "2021-07-05,pao2,68,kPa,,,",
    "2021-07-06,pao2,68,kPa,,,",
    "2021-07-06,fio2,21,%,,,",
    "2021-07-07,pao2,300,mmHg,,,",
    "2021-07-07,fio2,0.5,fraction,,,",
    "2021-07-08,fio2,0.21,%,,,",
    "2021-07-09,fio2,21,fraction,,,",
    "2021-07-08,spo2_rest,0.95,%,,,",
    "2021-07-09,spo2_rest,955,%,,,",
    "2021-07-08,six_minute_walk,1300,m,,,",
)


def test_oxygen_and_walk_in_another_unit(tmp_path: Path) -> None:
    assert told(problems_of(tmp_path, _rows(*OXYGEN))) == [
        "error: visits.csv, line 2, column 'value': PaO2 of 9.2 mmHg cannot be (20 to 600 mmHg is "
        "allowed). 9.2 looks "
        "like kPa. Give the unit it was measured in (kPa), or the value in mmHg.",
        "error: visits.csv, line 8, column 'value': FiO2 of 0.21 % cannot be (15 to 100 % is "
        "allowed). 0.21 looks like "
        "a fraction. Give the unit it was measured in (fraction), or the value in %.",
        "error: visits.csv, line 9, column 'value': FiO2 of 21 cannot be (0.15 to 1 is allowed). 21 "
        "looks like "
        "percent. Give the unit it was measured in (%), or the value as a fraction.",
        "error: visits.csv, line 10, column 'value': SpO2 at rest of 0.95 % cannot be (40 to 100 % "
        "is allowed). 0.95 "
        "looks like a fraction. Give the unit it was measured in (fraction), or the value in %.",
        "error: visits.csv, line 11, column 'value': SpO2 at rest of 955 % cannot be (40 to 100 % is "
        "allowed). A "
        "percentage above 200 cannot be. Look up the value.",
        "error: visits.csv, line 12, column 'value': Six-minute walk of 1300 m cannot be (1 to 1000 "
        "m is allowed). "
        "1300 looks like ft. Give the unit it was measured in (ft), or the value in m.",
        "error: visits.csv, line 3, column 'value': PaO2 of 68 kPa (510 mmHg) cannot be without "
        "oxygen (no fio2 is "
        "recorded). The number looks like mmHg. Look up the value and its unit; record the oxygen "
        "given as 'fio2' on "
        "the same day.",
        "error: visits.csv, line 4, column 'value': PaO2 of 68 kPa (510 mmHg) cannot be breathing 21 "
        "% oxygen. The "
        "number looks like mmHg. Look up the value and its unit; record the oxygen given as 'fio2' "
        "on the same day.",
    ]


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_every_unit_is_read_in_its_own_spelling_and_converts_back(unit: str) -> None:
    kin = next(name for name, other in UNITS.items() if other.kind == UNITS[unit].kind)
    assert parse_unit(unit) == unit
    assert convert(convert(7.3, unit, kin), kin, unit) == pytest.approx(7.3, rel=1e-12)


@pytest.mark.parametrize(
    ("written", "unit"),
    [("G/l", "10^9/L"), ("g/l", "g/L"), ("IU/L", "U/L"), ("tablets", "tablet"), ("µg/L", "ug/L")],
)
def test_spellings_of_laboratories(written: str, unit: str) -> None:
    assert parse_unit(written) == unit
