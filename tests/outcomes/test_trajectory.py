"""Slopes before treatment and on it; every expected number is exact arithmetic or the textbook's formula."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breathline.model.change import Judgement
from breathline.model.course import Slope, Trajectory
from breathline.model.measurement import Absence, Moment, Value
from breathline.outcomes.trajectory import fit_lines
from tests.outcomes.records import judged, value

SD_DLCO = 4.0 / (1.96 * sqrt(2.0))


def drawn(measure: str, values: dict[float, Value], **more: object) -> Trajectory | None:
    found = judged(*(value(measure, v, week, **more) for week, v in values.items()), stop=None).trajectories
    assert len(found) <= 1
    return found[0] if found else None


def sure(measure: str, values: dict[float, Value], **more: object) -> Trajectory:
    found = drawn(measure, values, **more)
    assert found is not None
    return found


def years(weeks: float) -> float:
    return 7.0 * weeks / 365.25


def parts(slope: Slope | None) -> tuple[float, float, float]:
    assert slope is not None
    return slope.per_year, slope.low, slope.high


def test_three_values_are_two_lines_through_them() -> None:
    # The lines meet at the start (week 0, a value stands there), so each slope is a difference over its time.
    found = sure("dlco", {-26: 12.0, 0: 9.0, 20: 11.0})
    assert found.values == 3 and found.sd == pytest.approx(SD_DLCO) and found.widening == 1.0
    before = -3.0 / years(26)
    on = 2.0 / years(20)
    assert parts(found.before)[0] == pytest.approx(before)
    assert parts(found.on)[0] == pytest.approx(on)
    assert parts(found.difference)[0] == pytest.approx(on - before)
    # Standard error of a difference of two values over its time; of the two slopes, by the shared value too.
    half = 1.96 * SD_DLCO * sqrt(2.0) / years(26)
    assert parts(found.before)[1:] == pytest.approx((before - half, before + half))
    a, b = 1.0 / years(26), 1.0 / years(20)
    half = 1.96 * SD_DLCO * sqrt(a**2 + (a + b) ** 2 + b**2)
    assert parts(found.difference)[1:] == pytest.approx((on - before - half, on - before + half))
    assert found.judgement is Judgement.NO_CHANGE


def test_what_was_expected_had_the_course_gone_on() -> None:
    found = sure("dlco", {-26: 12.0, 0: 9.0, 26: 11.0}).projection
    assert found is not None
    # The line through 12 and 9 goes on to 6; variance of the extrapolation 1 + 4, and 1 for the value itself.
    assert found.when == Moment(week=26)
    assert (found.expected, found.observed) == (pytest.approx(6.0), 11.0)
    half = 1.96 * SD_DLCO * sqrt(1.0 + 4.0 + 1.0)
    assert found.high == pytest.approx(6.0 + half)
    assert found.low == 0.5  # the least a DLCO can be, where the interval would go below nothing


def test_the_sentence() -> None:
    # By hand: slopes −3.0 over 0.498 and +2.0 over 0.383 years; half-width of the difference 1.96·1.443·√32.14 = 16.0,
    # of the expected value, at r = 20/26, 1.96·1.443·√(r² + (1 + r)² + 1) = 6.1.
    assert sure("dlco", {-26: 12.0, 0: 9.0, 20: 11.0}).sentence == (
        "DLCO fell by 6.0 mL/min/mmHg a year (95 % interval −2.0 to 14.0) before treatment and rose by 5.2 mL/min/mmHg "
        "a year (95 % interval −5.2 to 15.7) on treatment; the difference, +11.2 mL/min/mmHg (95 % interval −4.8 to "
        "27.3) a year, is not more than chance can do. Had the course before treatment gone on, 6.7 (95 % interval 0.5 "
        "to 12.8) would have been expected; 11.0 was measured, which is within it."
    )


def test_the_line_before_is_not_drawn_through_values_on_treatment() -> None:
    one, other = (sure("dlco", {-26: 12.0, 0: 9.0, 26: v}).projection for v in (11.0, 20.0))
    assert one is not None and other is not None
    assert (one.expected, one.high) == (other.expected, other.high)


def test_values_that_scatter_more_than_their_error_widen_the_intervals() -> None:
    design = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
    values = np.array([0.0, 4.0, 0.0, 4.0])
    # By hand: slope 0.8, residuals −0.8, 2.4, −2.4, 0.8; sum of squares 12.8, two degrees of freedom, χ²/ν = 6.4.
    fit = fit_lines(design, values, 1.0)
    assert fit.parameters == pytest.approx([0.8, 0.8])
    assert fit.widening == pytest.approx(sqrt(6.4))
    slope = fit.slope([0.0, 1.0])
    assert slope.high - slope.per_year == pytest.approx(1.96 * sqrt(6.4) / sqrt(5.0))  # Sxx = 5
    double = fit_lines(design, values, 2.0)
    assert double.widening == pytest.approx(sqrt(6.4 / 4.0))
    assert double.slope([0.0, 1.0]).high == pytest.approx(
        slope.high
    )  # the scatter decides, whatever was published
    quiet = fit_lines(design, values / 10.0, 1.0)
    assert quiet.widening == 1.0  # never narrower than the published error


def test_scatter_before_treatment_widens_what_is_expected() -> None:
    found = sure("dlco", {-52: 10.0, -26: 20.0, 0: 10.0, 26: 12.0})
    # By hand, in half-years: level 40/3, no slope; squares 2·(10/3)² + (20/3)² = 200/3, one degree of freedom.
    widening = sqrt(200.0 / 3.0) / SD_DLCO
    assert found.projection is not None
    assert found.projection.expected == pytest.approx(40.0 / 3.0)
    # The line at +26 weeks, two steps from the middle of three values a step apart: 1/3 + 2²/2.
    half = 1.96 * SD_DLCO * widening * sqrt(1.0 / 3.0 + 2.0 + 1.0)
    assert found.projection.high == pytest.approx(40.0 / 3.0 + half)
    assert "Its values scatter more than their published error, and the intervals are" in found.sentence


def test_least_squares_agree_with_numpy() -> None:
    rng = np.random.default_rng(3)
    times, values = rng.uniform(-2, 2, 9), rng.normal(size=9)
    fit = fit_lines(np.column_stack([np.ones(9), times]), values, 0.7)
    # Oracle: numpy.polyfit(times, values, 1), highest power first.
    assert fit.parameters[::-1] == pytest.approx(np.polyfit(times, values, 1))


def test_a_turn_beyond_chance_is_judged_and_told() -> None:
    found = sure("six_minute_walk", {-52: 402.0, -26: 338.0, -1: 255.0, 4: 291.0, 12: 352.0, 20: 410.0})
    assert found.judgement is Judgement.BETTER
    assert found.sd == pytest.approx(
        11.6 / (1.96 * sqrt(2.0)) / 100.0 * (402 + 338 + 255 + 291 + 352 + 410) / 6
    )
    assert found.sentence.startswith("Six-minute walk distance fell by ")
    assert "is more than chance, for the better." in found.sentence
    assert "which is outside it." in found.sentence
    turned = sure("six_minute_walk", {-52: 255.0, -26: 338.0, -1: 402.0, 4: 352.0, 12: 291.0, 20: 255.0})
    assert turned.judgement is Judgement.WORSE
    assert "is more than chance, for the worse." in turned.sentence


@pytest.mark.parametrize(
    ("last", "judgement"),
    [
        # The half-width of the difference is 16.04 a year (see above), the slope before −6.02 a year.
        (13.02, Judgement.BETTER),  # difference 16.51
        (12.80, Judgement.NO_CHANGE),  # 15.93
    ],
)
def test_a_turn_at_the_limit_of_chance(last: float, judgement: Judgement) -> None:
    assert sure("dlco", {-26: 12.0, 0: 9.0, 20: last}).judgement is judgement
    mirror = {Judgement.BETTER: Judgement.WORSE}
    mirrored = sure("dlco", {-26: 20.0 - 12.0, 0: 20.0 - 9.0, 20: 20.0 - last})
    assert mirrored.judgement is mirror.get(judgement, judgement)


def test_lower_is_better_turns_the_judgement() -> None:
    values: dict[float, Value] = {-52: 10.0, -1: 35.0, 10: 20.0, 30: 8.0}
    assert sure("mrss", values).judgement is Judgement.BETTER


def test_one_value_before_gives_the_slope_on_treatment_only() -> None:
    found = sure("dlco", {0: 9.0, 10: 10.0, 20: 11.0})
    assert found.before is found.difference is found.projection is None
    assert parts(found.on)[0] == pytest.approx(1.0 / years(10))
    assert found.judgement is Judgement.CANNOT_TELL
    assert found.sentence.startswith("DLCO rose by 5.2 mL/min/mmHg a year")


def test_no_value_on_treatment_gives_the_slope_before_only() -> None:
    found = sure("dlco", {-52: 12.0, -26: 11.0, 0: 10.0})
    assert found.on is found.difference is found.projection is None
    assert parts(found.before)[0] == pytest.approx(-1.0 / years(26))


def test_values_too_close_together_give_no_slope() -> None:
    found = sure("dlco", {-1: 12.0, 0: 11.0, 1: 10.0})
    assert found.before is found.on is found.difference is None
    assert found.sentence == "DLCO: its values lie too close together for a slope."
    assert sure("dlco", {-4: 12.0, 0: 11.0, 4: 10.0}).difference is not None  # 28 days on either side
    assert sure("dlco", {-4: 12.0, 0: 11.0, 3.9: 10.0}).difference is None


def test_what_has_no_slope() -> None:
    assert drawn("dlco", {-26: 12.0, 20: 11.0}) is None  # two values
    assert drawn("nyha_class", {-26: 2.0, 0: 3.0, 20: 2.0}) is None
    assert drawn("symptoms", {-26: 1.0, 0: -1.0, 20: 1.0}) is None
    assert drawn("ct_fibrosis", {-26: 12.0, 0: 14.0, 20: 15.0}, region="lungs") is None  # no interval
    assert judged(*(value("dlco", 9.0, w) for w in (0, 10, 20)), start=None).trajectories == ()


def test_the_error_of_a_scan_is_its_own() -> None:
    rows = [
        value("ct_fibrosis", v, week, region="lungs", low=v - half, high=v + half)
        for week, v, half in ((-26, 10.0, 1.0), (0, 14.0, 2.0), (26, 15.0, 2.0))
    ]
    (found,) = judged(*rows, stop=None).trajectories
    assert found.sd == pytest.approx(sqrt((1.0 + 4.0 + 4.0) / 3.0) / 1.96)


def test_what_was_left_out_is_told() -> None:
    unable = sure("dlco", {-52: 12.0, -26: 11.0, 0: 10.0, 20: Absence.UNABLE})
    assert unable.values == 3
    assert unable.sentence.endswith(
        "Left out: a test that the disease made impossible, so that the slope may look too good."
    )
    rows = [
        value("spo2_rest", v, w) for w, v in ((-52, 95.0), (-26, 93.0), (0, 92.0), (20, 96.0), (30, 90.0))
    ]
    rows += [value("fio2", 28.0 if week == 20 else 21.0, week) for week in (-52, -26, 0, 20, 30)]
    (found,) = judged(*rows, stop=None).trajectories
    assert found.values == 4
    assert found.sentence.endswith("Left out: 1 taken on other oxygen or at another altitude.")


def test_a_first_walk_among_the_values_is_told() -> None:
    walks: dict[float, Value] = {-26: 300.0, -1: 290.0, 20: 330.0}
    first = " The first test on record is among the values; want of practice may have made it short."
    assert sure("six_minute_walk", walks).sentence.endswith(first)
    assert first not in sure("six_minute_walk", {-110: 300.0, **walks}).sentence  # it is older than two years
    assert first not in sure("dlco", {-26: 12.0, 0: 9.0, 20: 11.0}).sentence


def test_only_the_two_years_before_treatment_count() -> None:
    near = sure("dlco", {-104: 14.0, 0: 10.0, 26: 10.0})
    far = sure("dlco", {-150: 30.0, -104: 14.0, 0: 10.0, 26: 10.0})
    assert near.before == far.before


NUMBERS = st.floats(5.0, 30.0, allow_subnormal=False)
COURSES = st.lists(NUMBERS, min_size=6, max_size=6)
WEEKS = (-52, -26, -1, 4, 12, 20)


@settings(max_examples=40, deadline=None)
@given(COURSES)
def test_the_mirror_course_has_the_mirror_slopes(values: list[float]) -> None:
    there = sure("dlco", dict(zip(WEEKS, values, strict=True)))
    back = sure("dlco", dict(zip(WEEKS, [35.0 - v for v in values], strict=True)))
    for one, other in ((there.before, back.before), (there.on, back.on), (there.difference, back.difference)):
        middle, low, high = parts(one)
        assert parts(other) == pytest.approx((-middle, -high, -low), abs=1e-6)
    mirror = {Judgement.BETTER: Judgement.WORSE, Judgement.WORSE: Judgement.BETTER}
    assert back.judgement is mirror.get(there.judgement, there.judgement)


@settings(max_examples=40, deadline=None)
@given(COURSES, st.floats(0.1, 10.0))
def test_a_better_last_value_never_gives_a_worse_slope(values: list[float], more: float) -> None:
    course: dict[float, Value] = dict(zip(WEEKS, values, strict=True))
    plain, lifted = sure("dlco", course), sure("dlco", {**course, 20: values[-1] + more})
    assert parts(lifted.on)[0] > parts(plain.on)[0]
    assert parts(lifted.difference)[0] > parts(plain.difference)[0]
