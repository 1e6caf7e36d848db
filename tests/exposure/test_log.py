"""What a dosing log says beyond its courses; every expected number is exact arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breathline.drugs import DRUGS, drug_key, find_drug
from breathline.exposure import summarise_exposure
from breathline.exposure.administrations import list_administrations
from breathline.model.exposure import Role
from breathline.model.measurement import Absence, Moment
from tests.exposure.logs import START, dose


def courses(*log, start=START):
    return summarise_exposure(list(log), start).courses


OEDEMA = (
    dose("Glivec", 0, 42, reason="oedema"),
    dose("imatinib", 42, 52, 0.0, reason="oedema grade 3"),
    dose("imatinib", 52, 84, 200.0),
    dose("imatinib", 84, 140, 0.4, unit="g"),
)


def test_a_pause_and_a_reduction_are_found_with_their_reasons():
    (course,) = courses(*OEDEMA)
    (gap,) = course.interruptions
    assert (gap.start.week, gap.days, gap.reason) == (6, pytest.approx(10), "oedema grade 3")
    down, up = course.changes
    assert (down.before, down.after, down.when.week) == (400, 200, pytest.approx(52 / 7))
    assert (up.before, up.after, up.when.week) == (200, pytest.approx(400), 12)


def test_intensity_and_days_covered():
    (course,) = courses(*OEDEMA)
    # 42 · 400 + 32 · 200 + 56 · 400 = 45 600 mg of 140 · 400 = 56 000 mg; 130 of 140 days
    assert course.total_dose == pytest.approx(45_600)
    assert course.relative_intensity == pytest.approx(45_600 / 56_000)
    assert (course.days_covered, course.adherence) == (pytest.approx(130), pytest.approx(130 / 140))
    assert course.daily_dose == pytest.approx(45_600 / 130)


def test_grams_and_milligrams_and_trade_names_are_one_drug():
    (course,) = courses(*OEDEMA)
    assert (course.drug, course.key, course.unit) == ("imatinib", "imatinib", "mg")
    (course,) = courses(dose("Glivec", 0, 140))
    assert course.drug == "Glivec"  # as written, where it goes by one name only


def test_a_gap_between_rows_is_an_interruption_without_a_reason():
    (course,) = courses(dose("imatinib", 0, 42), dose("imatinib", 52, 140))
    assert [(gap.days, gap.reason) for gap in course.interruptions] == [(pytest.approx(10), "")]
    assert course.changes == ()


def test_single_days_between_rows_are_asked_about():
    (course,) = courses(dose("imatinib", 0, 42), dose("imatinib", 43, 140))
    assert any("single day without a dose" in remark for remark in course.remarks)


def test_overlapping_days_are_counted():
    (course,) = courses(dose("imatinib", 0, 100), dose("imatinib", 90, 140, 600.0))
    assert course.overlap_days == pytest.approx(10)


def test_a_treatment_taken_up_again_is_still_the_treatment():
    found = courses(dose("imatinib", 0, 70), dose("imatinib", 112, 140), dose("sildenafil", 112, 140))
    assert [(c.drug, c.role) for c in found] == [
        ("imatinib", Role.TREATMENT),
        ("imatinib", Role.TREATMENT),
        ("sildenafil", Role.ADDED),
    ]


def test_what_is_in_doubt_is_not_counted_and_said():
    (course,) = courses(
        dose("imatinib", 0, 70), dose("imatinib", 70, 140, amount_doubt="its dose has no unit", row=4)
    )
    assert (course.total_dose, course.daily_dose, course.relative_intensity) == (None, None, None)
    assert course.remarks == ("Line 4: its dose has no unit.",)
    assert course.weeks == 20


def test_a_stop_before_its_start_leaves_the_length_unknown():
    (course,) = courses(dose("imatinib", 0, None, span_doubt="its stop lies before its start", row=3))
    assert (course.stop, course.weeks, course.total_dose, course.role) == (None, None, None, Role.TREATMENT)
    assert course.remarks == ("Line 3: its stop lies before its start.",)
    (earlier,) = courses(dose("azathioprine", -100, None, span_doubt="its stop lies before its start"))
    assert earlier.role is Role.PREVIOUS, "both of its days lie before treatment"


def test_every_row_is_kept():
    log = [dose("imatinib", 0, 70, written="imatinib, 400, , daily"), dose("x", 1, 2, Absence.NOT_RECORDED)]
    assert summarise_exposure(log, START).log == tuple(log)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from([0.0, 100.0, 200.0, 400.0])), min_size=1, max_size=8
    )
)
def test_days_add_up(pieces):
    # Stretches laid end to end: covered days and pauses share out the days between the first dose and the last.
    log, day = [], 0
    for days, amount in pieces:
        log.append(dose("imatinib", day, day + days, amount))
        day += days
    found = courses(*log)
    assert len(found) == 1
    taken = sum(days for days, amount in pieces if amount)
    assert found[0].days_covered == pytest.approx(taken)
    assert 0 <= found[0].adherence <= 1
    inner = sum(gap.days for gap in found[0].interruptions)
    places = [n for n, (_, amount) in enumerate(pieces) if amount]
    between = sum(days for days, _ in pieces[places[0] : places[-1] + 1]) if places else 0
    assert inner + taken == pytest.approx(between)


def test_doses_are_listed_one_by_one():
    found = list_administrations(
        [
            dose("imatinib", 0, 3),
            dose("imatinib", 3, 5, 0.0),
            dose("imatinib", 5, 6, 300.0, every_hours=12.0),
        ],
        until=None,
        weight_kg=None,
    )
    assert found.times_h.tolist() == [0.0, 24.0, 48.0, 120.0, 132.0]
    assert found.amounts_mg.tolist() == [400.0, 400.0, 400.0, 300.0, 300.0]
    assert found.end_h == 144.0


def test_doses_of_one_hour_are_one_and_those_by_weight_are_weighed():
    rows = [dose("imatinib", 0, 2, 2.0, unit="mg/kg"), dose("imatinib", 0, 2, 100.0)]
    assert list_administrations(rows, until=None, weight_kg=60.0).amounts_mg.tolist() == [220.0, 220.0]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([dose("imatinib", 0, None)], "has no end"),
        ([dose("imatinib", 0, 9, every_hours=None)], "how often"),
        ([dose("imatinib", 0, 9, Absence.NOT_RECORDED)], "does not give the dose"),
        ([dose("imatinib", 0, 9, unit="tablet")], "not milligrams"),
        ([dose("imatinib", 0, 9, unit="mg/kg")], "by body weight"),
        ([dose("imatinib", 0, 9, route="intravenous")], "another route"),
        ([dose("imatinib", 0, 9, amount_doubt="its dose has no unit")], "its dose has no unit"),
        ([dose("imatinib", 0, None, span_doubt="its stop lies before its start")], "its stop lies before"),
        ([dose("imatinib", 0, 9, 0.0)], "no dose above none"),
    ],
)
def test_doses_that_cannot_be_listed_say_why(rows, says):
    assert says in list_administrations(rows, until=None, weight_kg=None)


def test_a_drug_still_taken_is_followed_to_the_last_moment_of_the_record():
    found = list_administrations([dose("imatinib", 0, None)], until=Moment(week=2), weight_kg=None)
    assert len(found.times_h) == 14


def test_no_name_means_two_drugs():
    names = [name for drug in DRUGS.values() for name in (drug.key, *drug.names)]
    assert len(names) == len(set(names))
    assert all(name == name.casefold() for name in names)
    assert drug_key("  Mycophenolate  Mofetil ") == "mycophenolate mofetil"
    assert find_drug("imatinb") is None


def test_single_doses_add_up_without_a_daily_dose():
    # Two infusions of 1 g, two weeks apart.
    found = [dose("rituximab", day, None, 1000.0, every_hours=None, once=True) for day in (-30, -16)]
    (course,) = courses(*found)
    assert (course.total_dose, course.daily_dose, course.unit, course.remarks) == (2000, None, "mg", ())
    assert course.role is Role.PREVIOUS
    listed = list_administrations(
        [dose("imatinib", 0, None, every_hours=None, once=True)], until=None, weight_kg=None
    )
    assert (listed.times_h.tolist(), listed.end_h) == ([0.0], 24.0)
