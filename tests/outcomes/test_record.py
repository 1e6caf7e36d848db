"""Which values of a record are held against each other, and what is said of those that cannot be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from breathline.equations import EQUATIONS, predict
from breathline.model.change import Change, Judgement
from breathline.model.measurement import Absence, Measurement, Moment
from breathline.model.patient import Person, Sex
from breathline.outcomes import RecordChanges, standardise
from breathline.outcomes.record import predicted_value
from tests.outcomes.records import START, STOP, WOMAN, judged, value


def only(changes: tuple[Change, ...]) -> Change:
    assert len(changes) == 1
    return changes[0]


def test_last_before_against_last_on_treatment() -> None:
    found = judged(
        value("dlco", 12.0, -40),
        value("dlco", 9.0, -10),
        value("dlco", 7.0, 0),  # the day of the first dose is still before
        value("dlco", 9.0, 8),
        value("dlco", 12.0, 20),
    )
    main = only(found.changes)
    assert (main.baseline, main.followup) == (7.0, 12.0)
    assert main.judgement is Judgement.BETTER
    assert [(c.baseline, c.followup) for c in found.course] == [(7.0, 9.0), (7.0, 12.0)]
    before = only(found.before)
    assert (before.baseline, before.followup, before.judgement) == (12.0, 7.0, Judgement.WORSE)


def test_the_order_of_the_table_does_not_matter() -> None:
    rows = [value("dlco", 12.0, -40), value("dlco", 7.0, -1), value("dlco", 12.0, 20)]
    assert judged(*rows) == judged(*reversed(rows))


def test_values_long_after_treatment_do_not_count() -> None:
    found = judged(value("dlco", 7.0, -1), value("dlco", 12.0, 23.9), value("dlco", 20.0, 24.01))
    assert only(found.changes).followup == 12.0  # four weeks of grace
    last = judged(value("dlco", 7.0, -1), value("dlco", 12.0, 24))
    assert only(last.changes).judgement is Judgement.BETTER
    late = only(judged(value("dlco", 7.0, -1), value("dlco", 20.0, 60)).changes)
    assert late.judgement is Judgement.CANNOT_TELL
    assert late.reason == (
        "DLCO: the only later values were taken more than 4 weeks after treatment, so a "
        "change cannot be told."
    )
    going_on = judged(value("dlco", 7.0, -1), value("dlco", 20.0, 60), stop=None)
    assert only(going_on.changes).judgement is Judgement.BETTER


@pytest.mark.parametrize(
    ("week", "why"),
    [(-1.0, "there is no value on treatment"), (3.0, "there is no value before treatment")],
)
def test_one_side_only(week: float, why: str) -> None:
    change = only(judged(value("dlco", 7.0, week)).changes)
    assert change.judgement is Judgement.CANNOT_TELL
    assert change.reason == f"DLCO: {why}, so a change cannot be told."
    assert change.delta is None


def test_a_test_not_done_gives_way_to_the_last_that_was() -> None:
    found = judged(value("dlco", 7.0, -1), value("dlco", 12.0, 10), value("dlco", Absence.NOT_DONE, 20))
    main = only(found.changes)
    assert main.followup == 12.0
    assert main.reason.endswith(
        "A later test on treatment was not done or not recorded; this is the last that was."
    )
    assert [c.judgement for c in found.course] == [Judgement.BETTER, Judgement.CANNOT_TELL]


def test_where_no_test_was_done_the_last_is_named() -> None:
    rows = [value("dlco", 7.0, -1), value("dlco", Absence.NOT_DONE, 10), value("dlco", Absence.NOT_DONE, 20)]
    change = only(judged(*rows).changes)
    assert change.judgement is Judgement.CANNOT_TELL
    assert change.followup_when == Moment(week=20)


def test_unable_is_a_value() -> None:
    worse = judged(value("dlco", 7.0, -1), value("dlco", 12.0, 10), value("dlco", Absence.UNABLE, 20))
    assert only(worse.changes).judgement is Judgement.WORSE


def test_an_old_baseline_is_used_and_said() -> None:
    change = only(judged(value("dlco", 7.0, -40), value("dlco", 12.0, 20)).changes)
    assert change.judgement is Judgement.BETTER
    assert change.reason.endswith("The baseline is 40 weeks older than the treatment.")


@pytest.mark.parametrize(("week", "said"), [(-26.0, False), (-26.01, True)])
def test_a_baseline_of_half_a_year_is_not_old(week: float, said: bool) -> None:
    change = only(judged(value("dlco", 7.0, week), value("dlco", 12.0, 20)).changes)
    assert ("weeks older than the treatment" in change.reason) is said


def test_before_treatment_looks_two_years_back() -> None:
    found = judged(value("dlco", 20.0, -120), value("dlco", 12.0, -104), value("dlco", 7.0, -1))
    assert only(found.before).baseline == 12.0
    assert judged(value("dlco", 12.0, -104.01), value("dlco", 7.0, -1)).before == ()


def test_without_a_treatment_start_first_against_last() -> None:
    found = judged(
        Measurement(measure="dlco", value=7.0, unit="mL/min/mmHg", when=Moment(date=date(2020, 1, 1))),
        Measurement(measure="dlco", value=9.0, unit="mL/min/mmHg", when=Moment(date=date(2020, 3, 1))),
        Measurement(measure="dlco", value=12.0, unit="mL/min/mmHg", when=Moment(date=date(2020, 6, 1))),
        start=None,
        stop=None,
    )
    main = only(found.changes)
    assert (main.baseline, main.followup) == (7.0, 12.0)
    assert main.reason.endswith(
        "No start of treatment is recorded; the first value is held against the last."
    )
    assert len(found.course) == 2
    assert found.before == ()


def test_without_a_treatment_start_the_last_test_that_was_done_counts() -> None:
    rows = [value("dlco", 7.0, 0), value("dlco", 12.0, 10), value("dlco", Absence.NOT_DONE, 20)]
    assert only(judged(*rows, start=None, stop=None).changes).followup == 12.0
    lost = only(judged(*rows[2:], start=None, stop=None).changes)
    assert lost.reason == "DLCO: there is only one value, so a change cannot be told."


def test_without_a_treatment_start_one_value_says_so() -> None:
    change = only(judged(value("dlco", 7.0, 3), start=None, stop=None).changes)
    assert change.reason == "DLCO: there is only one value, so a change cannot be told."


def test_values_only_long_after_treatment() -> None:
    change = only(judged(value("dlco", 7.0, 60)).changes)
    assert (
        change.reason
        == "DLCO: there is no value before treatment and none on it, so a change cannot be told."
    )
    assert change.baseline is change.followup is Absence.NOT_RECORDED


def test_an_undated_value_beside_one_long_after_treatment() -> None:
    change = only(judged(value("dlco", 7.0), value("dlco", 7.0, 60)).changes)
    assert change.reason.startswith("DLCO: there is no value before treatment and none on it")


def test_an_undated_scan_cannot_be_placed() -> None:
    change = only(judged(value("ct_ground_glass", 20.0, region="lungs")).changes)
    assert change.judgement is Judgement.CANNOT_TELL
    assert change.reason == "Ground-glass on CT: its date is not known, so a change cannot be told."


def test_one_entry_a_measure_and_the_whole_lung_only() -> None:
    def scan(percent: float, week: float, region: str) -> Measurement:
        return value("ct_ground_glass", percent, week, region=region, low=percent - 1, high=percent + 1)

    found = judged(
        scan(30.0, -1, "lungs"),
        scan(60.0, -1, "right_lung"),
        scan(10.0, 20, "lungs"),
        scan(90.0, 20, "right_lung"),
        value("hb", 12.0, -1),
        value("hb", 13.0, 20),
    )
    assert only(found.changes).judgement is Judgement.BETTER


def pao2(before: float | None, after: float | None, **more: str) -> Change:
    rows = [value("pao2", 58.0, -1, **more), value("pao2", 75.0, 20, **more)]
    rows += [value("fio2", f, week) for f, week in ((before, -1), (after, 20)) if f is not None]
    return only(judged(*rows).changes)


def test_oxygen_pressure_only_at_the_same_oxygen() -> None:
    assert pao2(21.0, 20.9).judgement is Judgement.BETTER
    oxygen = pao2(21.0, 28.0)
    assert oxygen.judgement is Judgement.CANNOT_TELL
    assert oxygen.reason == (
        "PaO2 was measured at a FiO2 of 21 % at baseline and 28 % at follow-up, and room air and oxygen "
        "cannot be compared."
    )
    assert pao2(21.0, None).reason == "FiO2 is not recorded at follow-up, so PaO2 cannot be compared."
    unknown = pao2(None, None)
    assert unknown.judgement is Judgement.BETTER
    assert unknown.reason.endswith("FiO2 is not recorded; it is taken as the same at both dates.")
    assert "taken as the same" not in pao2(None, None, method="room air").reason


def readings(*values: tuple[float, float]) -> Change:
    return only(judged(*(value("hrct_reading", v, week) for v, week in values)).changes)


def test_a_reader_s_comparisons_are_put_together() -> None:
    assert readings((-1.0, -1), (1.0, 8), (0.0, 20)).judgement is Judgement.BETTER
    assert readings((-1.0, -1), (0.0, 8), (-1.0, 20)).judgement is Judgement.WORSE
    assert readings((-1.0, -1), (0.0, 8), (-1.0, 20)).reason == (
        "HRCT reading was read as worse than at the previous visit at 1 of 2 visits, and never as the opposite."
    )
    assert (
        "was read as better than at the previous visit at 2 of 2 visits"
        in readings((1.0, 8), (1.0, 20)).reason
    )
    assert readings((-1.0, -1), (0.0, 20)).judgement is Judgement.NO_CHANGE
    both_ways = readings((0.0, -1), (1.0, 8), (-1.0, 20))
    assert both_ways.judgement is Judgement.CANNOT_TELL
    assert both_ways.reason.startswith("HRCT reading was read as better at one visit and worse at another")


def test_a_comparison_needs_no_value_before_treatment() -> None:
    assert readings((1.0, 20)).judgement is Judgement.BETTER


def test_standardise_uses_the_age_of_the_day_and_the_own_unit() -> None:
    first, later = standardise([value("fvc", 2.0, 0), value("fvc", 2000.0, 520, unit="mL")], WOMAN)
    assert later.measurement.value == 2.0 and later.measurement.unit == "L"
    assert first.standardised is not None and later.standardised is not None
    # Oracle: gli.csv, a woman of 64 years and 162 cm.
    assert first.standardised.predicted == pytest.approx(2.861, abs=5e-4)
    # Oracle: the equation itself at the age of the day, 64 + 520·7/365.25 years.
    of_the_day = {"age_years": 64.0 + 520.0 * 7.0 / 365.25, "height_cm": 162.0}
    direct = predict(EQUATIONS["gli_2022_fvc"], 2.0, unit="L", sex=Sex.FEMALE, **of_the_day)
    assert later.standardised.predicted == pytest.approx(direct.predicted, rel=1e-12)
    assert first.label == "FVC"


@pytest.mark.parametrize(
    ("person", "why"),
    [
        (Person(id="P1", sex=Sex.MALE, age_years=64.0), "the record does not give height."),
        (Person(id="P1", age_years=64.0, height_cm=162.0), "the record does not give sex."),
        (Person(id="P1", age_years=64.0), "the record does not give sex, height"),
        (Person(id="P1", sex=Sex.MALE, age_years=99.0, height_cm=170.0), "from 3 to 95 years; found 99"),
    ],
)
def test_why_there_is_no_expected_value(person: Person, why: str) -> None:
    (standing,) = standardise([value("fvc", 2.0, 0)], person)
    assert standing.standardised is None
    assert why in standing.not_standardised


def test_what_is_expected_whatever_was_measured() -> None:
    # Oracle: gli.csv, a woman of 64 years and 162 cm; 9 L would be too much to be true.
    assert predicted_value(value("fvc", 9.0, 0), WOMAN) == pytest.approx(2.861, abs=5e-4)
    assert predicted_value(value("fvc", 2000.0, 0, unit="mL"), WOMAN) == pytest.approx(2861.0, abs=0.5)
    for nobody in (replace(WOMAN, sex=None), replace(WOMAN, height_cm=None), replace(WOMAN, age_years=120.0)):
        assert predicted_value(value("fvc", 2.0, 0), nobody) is None
    assert predicted_value(value("nyha_class", 2.0, 0), WOMAN) is None
    assert predicted_value(Measurement(measure="unheard_of", value=1.0, unit="L"), WOMAN) is None


def test_expected_oxygen_pressure_takes_the_carbon_dioxide_of_the_day() -> None:
    rows = [value("pao2", 70.0, 0), value("paco2", 5.0, 0, unit="kPa"), value("paco2", 60.0, 8)]
    found = standardise(rows, WOMAN)[0].standardised
    # 143.6 − 0.39·64 − 0.56·(60/1.62²) − 0.57·(5.0·7.50062) = 84.4605
    assert found is not None and found.predicted == pytest.approx(84.4605, abs=5e-4)
    assert "paco2" in standardise(rows[:1], WOMAN)[0].not_standardised


def test_nothing_recorded_nothing_judged() -> None:
    assert judged() == RecordChanges(changes=(), course=(), before=())
    assert START.order < STOP.order


def test_dates_serve_where_weeks_are_not_given() -> None:
    def on(day: date, number: float) -> Measurement:
        return Measurement(measure="dlco", value=number, unit="mL/min/mmHg", when=Moment(date=day))

    rows = (on(date(2020, 1, 1), 12.0), on(date(2020, 3, 1), 7.0), on(date(2020, 6, 1), 12.0))
    found = judged(*rows, start=Moment(date=date(2020, 3, 1)), stop=None)
    assert (only(found.changes).baseline, only(found.changes).followup) == (7.0, 12.0)
    assert len(found.before) == 1


def test_weeks_count_from_the_start_wherever_it_stands() -> None:
    rows = [value("dlco", 12.0, 5), value("dlco", 7.0, 9), value("dlco", 12.0, 20)]
    found = judged(*rows, start=Moment(week=10.0), stop=Moment(week=16.0))
    assert (only(found.changes).baseline, only(found.changes).followup) == (7.0, 12.0)
    assert "weeks older" not in only(found.changes).reason


def test_a_comparison_is_part_of_the_course_without_a_baseline() -> None:
    found = judged(value("hrct_reading", 1.0, 8), value("hrct_reading", 0.0, 20))
    assert [c.judgement for c in found.course] == [Judgement.BETTER, Judgement.NO_CHANGE]
    assert judged(value("dlco", 9.0, 8)).course == ()


def test_half_a_point_of_oxygen_is_the_same_oxygen() -> None:
    assert pao2(21.0, 21.5).judgement is Judgement.BETTER
    assert pao2(21.0, 21.6).judgement is Judgement.CANNOT_TELL
