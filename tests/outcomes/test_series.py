"""Several tests a day, several methods, the first walk ever, unscheduled visits, the best before treatment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from breathline.model.change import Change, Judgement
from breathline.model.measurement import Absence, Moment, Value
from breathline.outcomes import OUTCOMES, judge_change, judge_record, standardise
from breathline.outcomes.learning import allow_for_learning
from tests.outcomes.records import START, WOMAN, judged, value
from tests.outcomes.test_record import only


def changed(measure: str, *rows: tuple[float, Value], **more: object) -> Change:
    return only(judged(*(value(measure, v, week, **more) for week, v in rows), stop=None).changes)


# ---- several tests of one day -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "counted", "word"),
    [
        ("six_minute_walk", 320.0, "Best"),  # maximal effort: the longest
        ("fvc", 320.0, "Best"),
        ("spo2_nadir", 300.0, "Worst"),  # the lowest is what the measure is
        ("nyha_class", 320.0, "Worst"),  # classes have no mean, and a higher class is worse
        ("mmrc", 320.0, "Worst"),
        ("pao2", 310.0, "Mean"),
        ("sgrq", 310.0, "Mean"),
    ],
)
def test_which_value_of_a_day_counts(measure: str, counted: float, word: str) -> None:
    # The numbers are beyond the range of some measures; the rule asks for their order alone.
    change = changed(measure, (-1, 300.0), (-1, 320.0), (20, 350.0))
    assert change.baseline == counted
    assert f"{word} of 2 tests at baseline." in change.reason
    other_way = changed(measure, (-1, 350.0), (20, 320.0), (20, 300.0))
    assert other_way.followup == counted
    assert f"{word} of 2 tests at follow-up." in other_way.reason


def test_the_mean_of_a_day_carries_what_was_expected() -> None:
    rows = [value("tlc", 4.0, -1), value("tlc", 4.4, -1), value("tlc", 5.0, 20)]
    single = [s.standardised for s in standardise(rows, WOMAN)]
    change = only(judged(*rows, stop=None).changes)
    assert change.baseline == pytest.approx(4.2)
    found, (one, other, _) = change.baseline_standardised, single
    assert found is not None and one is not None and other is not None
    assert found.predicted == one.predicted
    assert found.percent_predicted == pytest.approx((one.percent_predicted + other.percent_predicted) / 2)
    assert found.z is not None and one.z is not None and other.z is not None
    assert found.z == pytest.approx((one.z + other.z) / 2)
    assert change.delta_z == pytest.approx((change.followup_standardised.z or 0) - found.z)  # type: ignore[union-attr]
    percent = change.followup_standardised.percent_predicted  # type: ignore[union-attr]
    assert change.delta_percent_predicted == pytest.approx(percent - found.percent_predicted)


def test_intervals_of_a_day_are_averaged_or_dropped() -> None:
    def scan(v: float, week: float, half: float | None) -> object:
        ends = {} if half is None else {"low": v - half, "high": v + half}
        return value("ct_fibrosis", v, week, region="lungs", **ends)

    both = only(judged(scan(10.0, -1, 1.0), scan(12.0, -1, 3.0), scan(30.0, 20, 1.0)).changes)  # type: ignore[arg-type]
    assert both.baseline == 11.0 and both.error is not None
    one = only(judged(scan(10.0, -1, 1.0), scan(12.0, -1, None), scan(30.0, 20, 1.0)).changes)  # type: ignore[arg-type]
    assert one.baseline == 11.0 and one.error is None


def test_a_test_that_failed_gives_way_to_one_that_did_not() -> None:
    assert changed("dlco", (-1, 9.0), (20, Absence.UNABLE), (20, 9.5)).followup == 9.5
    assert changed("dlco", (-1, 9.0), (20, Absence.NOT_DONE), (20, Absence.UNABLE)).followup is Absence.UNABLE


def test_hours_of_one_day_are_one_day() -> None:
    rows = [value("six_minute_walk", 300.0, -1), value("six_minute_walk", 320.0, -0.99)]
    assert only(judged(*rows, value("six_minute_walk", 400.0, 20)).changes).baseline == 320.0


# ---- several methods ----------------------------------------------------------------------------------------


def test_the_method_that_both_sides_have_is_compared() -> None:
    rows = [
        value("fvc", 2.0, -1, method="before bronchodilator"),
        value("fvc", 2.2, -1, method="after bronchodilator"),
        value("fvc", 2.6, 20, method="Before bronchodilator"),
    ]
    change = only(judged(*rows).changes)
    assert (change.baseline, change.followup) == (2.0, 2.6)
    assert change.reason.endswith(
        "Values by another method are not compared with these (after bronchodilator)."
    )


def test_of_two_methods_on_both_sides_the_later_value_decides() -> None:
    rows = [value("dlco", 8.0, -1, method=m) for m in ("a", "b")]
    rows += [value("dlco", 13.0, 20, method="a"), value("dlco", 9.0, 12, method="b")]
    assert only(judged(*rows).changes).followup == 13.0
    rows = [value("dlco", 8.0, -9, method="a"), value("dlco", 7.0, -1, method="b")]
    rows += [value("dlco", 13.0, 20, method=m) for m in ("a", "b")]
    assert only(judged(*rows).changes).baseline == 7.0  # then the later baseline


def test_what_the_disease_made_impossible_belongs_to_every_method() -> None:
    rows = [value("fvc", 2.0, -1, method=m) for m in ("before bronchodilator", "after bronchodilator")]
    rows += [value("fvc", 2.1, 8, method="before bronchodilator"), value("fvc", Absence.UNABLE, 20)]
    change = only(judged(*rows).changes)
    assert (change.baseline, change.followup) == (2.0, Absence.UNABLE)
    assert change.judgement is Judgement.WORSE
    alone = only(judged(*rows[:2], value("fvc", Absence.UNABLE, 20)).changes)
    assert alone.judgement is Judgement.WORSE


def test_without_a_common_method_the_comparison_is_refused() -> None:
    change = only(judged(value("dlco", 8.0, -1, method="a"), value("dlco", 13.0, 20, method="b")).changes)
    assert change.judgement is Judgement.CANNOT_TELL
    assert "different methods (a at baseline, b at follow-up)" in change.reason


def test_without_a_start_the_method_with_two_values_is_compared() -> None:
    rows = [value("dlco", 8.0, 0, method="a"), value("dlco", 9.0, 5), value("dlco", 14.0, 20, method="a")]
    change = only(judged(*rows, start=None, stop=None).changes)
    assert (change.baseline, change.followup) == (8.0, 14.0)
    assert "(method not stated)" in change.reason


def test_without_a_start_the_method_that_reaches_furthest_is_compared() -> None:
    rows = [value("dlco", 8.0, 5, method="a"), value("dlco", 7.0, 0, method="b")]
    rows += [value("dlco", v, 20, method=m) for v, m in ((13.0, "a"), (14.0, "b"))]
    rows += [value("dlco", 9.0, 12, method="a"), value("dlco", 20.0, 30, method="once")]
    change = only(judged(*rows, start=None, stop=None).changes)
    assert (change.baseline, change.followup) == (7.0, 14.0)
    assert "(a, once)" in change.reason


def test_values_after_treatment_do_not_choose_the_method() -> None:
    rows = [value("dlco", 8.0, -1, method=m) for m in ("a", "b")]
    rows += [value("dlco", 13.0, 20, method="a"), value("dlco", 9.0, 60, method="b")]
    assert only(judged(*rows).changes).followup == 13.0


# ---- the first walk ever ------------------------------------------------------------------------------------

FIRST = "The baseline is the first test on record, which falls about 21 m short for want of practice"


@pytest.mark.parametrize(
    ("after", "judgement", "words"),
    [
        # From 300 m: error 11.6 % of the root mean square, and 30 m; 21 m may be practice.
        (380.0, Judgement.BETTER, f"{FIRST}; the rest is still beyond error and importance."),
        (345.0, Judgement.NO_CHANGE, f"{FIRST}; the rest is not beyond error and importance."),
        (310.0, Judgement.NO_CHANGE, f"{FIRST}."),
        (240.0, Judgement.WORSE, f"{FIRST}."),
    ],
)
def test_a_rise_from_the_first_walk_ever(after: float, judgement: Judgement, words: str) -> None:
    change = changed("six_minute_walk", (-1, 300.0), (20, after))
    assert change.judgement is judgement
    assert change.reason.endswith(words)


def test_the_learning_effect_stands_at_its_limit() -> None:
    # Without practice 345 m would be better: 45 > 37.5 (error at 300 and 345), 45 ≥ 30.
    assert changed("six_minute_walk", (-9, 300.0), (-1, 300.0), (20, 345.0)).judgement is Judgement.BETTER
    assert changed("six_minute_walk", (-1, 300.0), (20, 345.0)).judgement is Judgement.NO_CHANGE


@pytest.mark.parametrize(
    "rows",
    [
        [(-9, 290.0, ""), (-1, 300.0, ""), (20, 345.0, "")],  # not the first
        [(-1, 290.0, ""), (-1, 300.0, ""), (20, 345.0, "")],  # two on the day
        [(-1, 300.0, "after a practice walk"), (20, 345.0, "")],
    ],
)
def test_where_practice_was_had(rows: list[tuple[float, float, str]]) -> None:
    found = judged(*(value("six_minute_walk", v, week, note=note) for week, v, note in rows))
    change = only(found.changes)
    assert change.judgement is Judgement.BETTER
    assert FIRST not in change.reason


@pytest.mark.parametrize(("effect", "judgement"), [(4.0, Judgement.BETTER), (6.0, Judgement.NO_CHANGE)])
def test_a_learning_effect_where_lower_is_better(effect: float, judgement: Judgement) -> None:
    # A made-up one: the SGRQ falls by 20, its error is 15; 20 − 4 is beyond it and 20 − 6 is not.
    sgrq = OUTCOMES["sgrq"]
    assert sgrq.error is not None
    learnt = replace(sgrq, learning=replace(sgrq.error, value=effect))
    change = judge_change(learnt, value("sgrq", 60.0), value("sgrq", 40.0))
    assert change.judgement is Judgement.BETTER
    assert allow_for_learning(learnt, change).judgement is judgement
    untold = replace(change, judgement=Judgement.CANNOT_TELL)
    assert allow_for_learning(learnt, untold) is untold
    assert allow_for_learning(sgrq, change) is change


def test_other_measures_have_no_learning_effect() -> None:
    assert {key for key, measure in OUTCOMES.items() if measure.learning} == {"six_minute_walk"}
    assert FIRST not in changed("dlco", (-1, 8.0), (20, 13.0)).reason


# ---- oxygen, altitude, posture ------------------------------------------------------------------------------


def oxygen(
    measure: str, before: Value, after: Value, **conditions: tuple[float | None, float | None]
) -> Change:
    rows = [value(measure, before, -1), value(measure, after, 20)]
    for key, pair in conditions.items():
        rows += [value(key, v, week) for v, week in zip(pair, (-1, 20), strict=True) if v is not None]
    return only(judged(*rows).changes)


def test_room_air_and_oxygen_are_not_compared() -> None:
    flow = oxygen("six_minute_walk", 250.0, 400.0, oxygen_flow=(0.0, 2.0))
    assert flow.judgement is Judgement.CANNOT_TELL
    assert flow.reason == (
        "Six-minute walk distance was measured at an oxygen flow of 0 L/min at baseline and 2 L/min at follow-up, "
        "and room air and oxygen cannot be compared."
    )
    assert oxygen("six_minute_walk", 250.0, 400.0, oxygen_flow=(2.0, 2.0)).judgement is Judgement.BETTER
    more = oxygen("spo2_nadir", 80.0, 90.0, oxygen_flow=(2.0, 4.0))
    assert more.reason.endswith("2 L/min at baseline and 4 L/min at follow-up, which cannot be compared.")
    assert oxygen("spo2_nadir", 80.0, 90.0, oxygen_flow=(None, 4.0)).reason == (
        "Oxygen flow is not recorded at baseline, so Lowest SpO2 on walking cannot be compared."
    )


@pytest.mark.parametrize(
    ("key", "before", "after", "air"),
    [
        ("oxygen_flow", 0.25, 2.0, True),
        ("oxygen_flow", 0.26, 2.0, False),
        ("fio2", 21.5, 28.0, True),
        ("fio2", 21.6, 28.0, False),
        ("fio2", 28.0, 21.5, True),
    ],
)
def test_up_to_where_it_is_room_air(key: str, before: float, after: float, air: bool) -> None:
    change = oxygen("pao2", 55.0, 75.0, **{key: (before, after)})
    assert change.judgement is Judgement.CANNOT_TELL
    assert ("room air and oxygen" in change.reason) is air


@pytest.mark.parametrize(
    ("key", "pair", "told"),
    [
        ("oxygen_flow", (2.0, 2.25), True),
        ("oxygen_flow", (2.0, 2.26), False),
        ("fio2", (21.0, 21.5), True),
        ("fio2", (21.0, 21.51), False),
        ("altitude", (0.0, 150.0), True),
        ("altitude", (0.0, 150.5), False),
    ],
)
def test_how_far_conditions_may_differ(key: str, pair: tuple[float, float], told: bool) -> None:
    assert (oxygen("pao2", 55.0, 75.0, **{key: pair}).judgement is Judgement.BETTER) is told


def test_where_the_fraction_is_known_the_flow_need_not_be() -> None:
    assert (
        oxygen("pao2", 55.0, 75.0, fio2=(21.0, 21.0), oxygen_flow=(None, 0.0)).judgement is Judgement.BETTER
    )
    both = oxygen("pao2", 55.0, 75.0, fio2=(21.0, 21.0), oxygen_flow=(0.0, 2.0))
    assert both.judgement is Judgement.CANNOT_TELL  # they contradict each other


def test_altitude() -> None:
    assert oxygen("pao2", 55.0, 75.0, altitude=(0.0, 150.0)).judgement is Judgement.BETTER
    high = oxygen("pao2", 55.0, 75.0, altitude=(1600.0, 100.0))
    assert high.reason == (
        "PaO2 was measured at an altitude of 1600 m at baseline and 100 m at follow-up, which cannot be compared."
    )


def test_posture_is_a_method() -> None:
    rows = [value("pao2", 55.0, -1, method="supine"), value("pao2", 75.0, 20, method="sitting")]
    assert only(judged(*rows).changes).judgement is Judgement.CANNOT_TELL


def test_a_corrected_dlco_is_a_measure_of_its_own() -> None:
    found = judged(value("dlco", 7.0, -1), value("dlco_hb", 14.0, 20))
    assert {change.judgement for change in found.changes} == {Judgement.CANNOT_TELL}


# ---- unscheduled visits, the best before treatment ------------------------------------------------------------


def test_an_unscheduled_visit_counts_and_is_said() -> None:
    rows = [value("dlco", 12.0, -1), value("dlco", 7.0, 9, note="Unscheduled: infection")]
    change = only(judged(*rows).changes)
    assert change.judgement is Judgement.WORSE
    assert change.reason.endswith("The value at follow-up is from an unscheduled visit.")


def best(*rows: tuple[float, Value], measure: str = "dlco") -> tuple[Change, ...]:
    return judged(*(value(measure, v, week) for week, v in rows), stop=None).against_best


def test_against_the_best_before_treatment() -> None:
    change = only(best((-80, 10.0), (-40, 14.0), (-1, 8.0), (20, 13.0)))
    assert (change.baseline, change.baseline_when, change.followup) == (14.0, Moment(week=-40), 13.0)
    assert change.judgement is Judgement.NO_CHANGE  # better than the last before it, not than the best
    assert change.reason.endswith(
        "This is the best of 3 values before treatment, which chance alone sets high."
    )


def test_the_best_of_what_is_lower_and_of_what_was_impossible() -> None:
    assert only(best((-40, 30.0), (-1, 20.0), (20, 25.0), measure="mrss")).baseline == 20.0
    assert only(best((-40, Absence.UNABLE), (-1, 6.0), (20, 7.0))).baseline == 6.0
    assert only(best((-40, 9.0), (-20, 9.0), (20, 7.0))).baseline_when == Moment(
        week=-20
    )  # the later of equals


def test_one_value_before_treatment_has_no_best() -> None:
    assert best((-1, 8.0), (20, 13.0)) == ()
    assert best((-120, 20.0), (-1, 8.0), (20, 13.0)) == ()  # more than two years ago
    assert best((-40, 9.0), (-1, 8.0)) == ()  # nothing on treatment


def test_the_best_is_sought_among_comparable_values() -> None:
    rows = [value("spo2_rest", v, week) for week, v in ((-40, 99.0), (-20, 93.0), (-1, 90.0), (20, 92.0))]
    rows += [value("fio2", 40.0 if week == -40 else 21.0, week) for week in (-40, -20, -1, 20)]
    found = judge_record(standardise(rows, WOMAN), START).against_best
    assert only(found).baseline == 93.0
    assert "best of 2 values" in only(found).reason
