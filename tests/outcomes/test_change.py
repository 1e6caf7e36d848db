"""The rule of change: beyond error and enough to matter, else no change; and the sentences that say so."""

from __future__ import annotations

from dataclasses import replace
from math import hypot, sqrt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from breathline.errors import UnitError
from breathline.model.change import Change, Direction, Judgement
from breathline.model.measurement import Absence, Standardised, Value
from breathline.outcomes import OUTCOMES, judge_change
from breathline.sources import Source
from tests.outcomes.records import value

JUDGED = [key for key, m in OUTCOMES.items() if m.direction is not None and not m.comparative]


def judge(measure: str, before: Value, after: Value, **more: object) -> Change:
    return judge_change(OUTCOMES[measure], value(measure, before), value(measure, after), **more)  # type: ignore[arg-type]


def expected_of(litres: float, equation: str = "gli_2022_fvc") -> Standardised:
    return Standardised(
        predicted=litres, percent_predicted=100.0, equation=equation, source=Source("bowerman_2023")
    )


@pytest.mark.parametrize(
    ("before", "after", "judgement"),
    [
        # DLCO: error 4.0 must be exceeded, 15 % of the larger value must be reached.
        (7.0, 11.1, Judgement.BETTER),
        (11.1, 7.0, Judgement.WORSE),
        (7.0, 11.0, Judgement.NO_CHANGE),  # 4.0 is not more than 4.0
        (0.4 + 4.4, 8.8, Judgement.NO_CHANGE),  # 4.0 but for binary rounding
        (28.0, 32.5, Judgement.NO_CHANGE),  # 4.5 > 4.0, but 15 % of 32.5 is 4.875
        (32.5, 27.625, Judgement.WORSE),  # 4.875 is 15 % of the baseline, as printed
        (32.5, 27.63, Judgement.NO_CHANGE),  # 4.87 is 14.98 %
        (27.625, 32.5, Judgement.BETTER),  # the mirror of the fall
        (9.0, 9.0, Judgement.NO_CHANGE),
    ],
)
def test_dlco_at_its_limits(before: float, after: float, judgement: Judgement) -> None:
    assert judge("dlco", before, after).judgement is judgement


def test_what_a_change_carries() -> None:
    change = judge("dlco", 8.2, 12.8)
    assert change.delta == pytest.approx(4.6)
    assert (change.low, change.high) == pytest.approx((0.6, 8.6))  # delta ± 4.0
    assert change.error == 4.0
    assert change.important_difference == pytest.approx(1.92)  # 15 % of 12.8
    assert change.relative_percent == pytest.approx(56.0976, abs=5e-5)  # 4.6 / 8.2
    assert "Zavorsky, Eur Respir J 2017" in change.error_source
    assert change.source == (change.error_source, change.important_difference_source)


@pytest.mark.parametrize(
    ("measure", "before", "after", "reason"),
    [
        (
            "dlco",
            8.2,
            12.8,
            "DLCO rose by 4.6 mL/min/mmHg (95 % interval 0.6 to 8.6), beyond the measurement "
            "error of 4.0 and "
            "the 1.9 that matters.",
        ),
        (
            "dlco",
            12.8,
            9.8,
            "DLCO fell by 3.0 mL/min/mmHg (95 % interval −1.0 to 7.0), more than the 1.9 "
            "that matters but within "
            "the measurement error of 4.0: it cannot be told from noise.",
        ),
        (
            "dlco",
            28.0,
            32.5,
            "DLCO rose by 4.5 mL/min/mmHg (95 % interval 0.5 to 8.5), beyond the measurement "
            "error of 4.0 but less "
            "than the 4.9 that matters.",
        ),
        (
            "dlco",
            12.8,
            12.0,
            "DLCO fell by 0.8 mL/min/mmHg (95 % interval −3.2 to 4.8), within the "
            "measurement error of 4.0 and "
            "less than the 1.9 that matters.",
        ),
        ("dlco", 9.0, 9.0, "DLCO did not change."),
        (
            "nyha_class",
            4.0,
            2.0,
            "NYHA class fell by 2 classes (from 4 to 2); 1 is taken to matter, and no "
            "measurement error is known "
            "for it.",
        ),
        ("dlco", 9.0, Absence.NOT_DONE, "DLCO was not done at follow-up, so a change cannot be told."),
        (
            "dlco",
            9.0,
            Absence.UNABLE,
            "DLCO was impossible because of the disease at follow-up after it had been "
            "possible at baseline, which "
            "counts as worse.",
        ),
        (
            "dlco",
            Absence.UNABLE,
            9.0,
            "DLCO was impossible because of the disease at baseline and was possible at "
            "follow-up, which counts "
            "as better.",
        ),
        (
            "dlco",
            Absence.UNABLE,
            Absence.UNABLE,
            "DLCO was impossible because of the disease at both dates.",
        ),
        (
            "dlco",
            Absence.UNABLE,
            Absence.NOT_RECORDED,
            "DLCO was impossible because of the disease at baseline and DLCO was not "
            "recorded at follow-up, so a "
            "change cannot be told.",
        ),
    ],
)
def test_reasons(measure: str, before: Value, after: Value, reason: str) -> None:
    assert judge(measure, before, after).reason == reason


def test_a_change_never_reads_the_same_as_the_limit_it_misses() -> None:
    # 4.03 exceeds the error of 4.0 but would be printed alike with one decimal.
    assert judge("dlco", 8.0, 12.03).reason == (
        "DLCO rose by 4.03 mL/min/mmHg (95 % interval 0.03 to 8.03), beyond the measurement error of "
        "4.00 and the 1.80 that matters."
    )
    assert judge("dlco", 8.0, 12.0).reason.startswith("DLCO rose by 4.0 mL/min/mmHg")  # exactly the limit


def test_a_limit_never_prints_as_another_one() -> None:
    # 1.5 units matter for the TDI, which counts in whole ones.
    assert judge("tdi", 0.0, 3.0).reason == (
        "TDI rose by 3 points (from 0 to 3); 1.5 is taken to matter, and no measurement error is known for it."
    )
    assert "matters but within the measurement error of 12:" in judge("cpi", 40.0, 50.0).reason


def test_lower_is_better_where_it_is() -> None:
    assert judge("mrss", 20.0, 12.0).judgement is Judgement.BETTER  # 8 > 6.8 and ≥ 5
    assert judge("mrss", 20.0, 14.0).judgement is Judgement.NO_CHANGE  # 6 ≤ 6.8
    assert judge("nyha_class", 2.0, 3.0).judgement is Judgement.WORSE


def test_error_relative_to_both_values() -> None:
    # Exact arithmetic: 14.1 % of √((60² + 70²)/2) = 9.1924; 10 exceeds it, and 4 mmHg is reached.
    change = judge("pao2", 60.0, 70.0)
    assert change.error == pytest.approx(0.141 * sqrt((60.0**2 + 70.0**2) / 2))
    assert change.judgement is Judgement.BETTER
    assert judge("pao2", 60.0, 68.9).judgement is Judgement.NO_CHANGE


def test_importance_in_points_of_predicted() -> None:
    # 6 % of the mean of 2.90 and 2.86 L is 0.1728 L; the error 0.334 L decides.
    limits = {"baseline_standardised": expected_of(2.90), "followup_standardised": expected_of(2.86)}
    change = judge("fvc", 1.6, 1.95, **limits)
    assert change.important_difference == pytest.approx(0.1728)
    assert change.judgement is Judgement.BETTER
    assert judge("fvc", 1.6, 1.9, **limits).judgement is Judgement.NO_CHANGE


def test_without_an_expected_value_only_what_is_sure_is_said() -> None:
    small = judge("fvc", 1.6, 1.9)
    assert small.judgement is Judgement.NO_CHANGE  # within error, whatever matters
    assert (
        small.reason
        == "FVC rose by 0.30 L (95 % interval −0.03 to 0.63), within the measurement error of 0.33."
    )
    large = judge("fvc", 1.6, 2.6)
    assert large.judgement is Judgement.CANNOT_TELL
    assert large.reason == (
        "FVC rose by 1.00 L (95 % interval 0.67 to 1.33), beyond the measurement error of 0.33; whether it "
        "matters cannot be told, because no expected value could be computed for this patient."
    )


def test_ct_error_comes_from_the_intervals() -> None:
    # Half-widths towards each other in quadrature: fall of 6 from 20 (18–23) to 14 (13–16).
    measure = OUTCOMES["ct_ground_glass"]
    before = value("ct_ground_glass", 20.0, low=18.0, high=23.0)
    after = value("ct_ground_glass", 14.0, low=13.0, high=16.0)
    change = judge_change(measure, before, after)
    assert change.error == pytest.approx(hypot(2.0, 2.0))  # up from 14, down from 20
    assert (change.low, change.high) == pytest.approx((-6 - hypot(1.0, 3.0), -6 + hypot(2.0, 2.0)))
    assert change.judgement is Judgement.BETTER
    # The same fall with wide intervals is noise, and a fall of 3 is less than 3.4.
    wide = judge_change(measure, before, value("ct_ground_glass", 14.0, low=8.0, high=20.0))
    assert wide.judgement is Judgement.NO_CHANGE
    narrow = judge_change(
        measure,
        value("ct_ground_glass", 20.0, low=19.5, high=20.5),
        value("ct_ground_glass", 17.0, low=16.5, high=17.5),
    )
    assert narrow.judgement is Judgement.NO_CHANGE
    assert narrow.reason.endswith("beyond the measurement error of 0.7 but less than the 3.4 that matters.")


def test_ct_without_an_interval_cannot_be_told() -> None:
    change = judge("ct_ground_glass", 20.0, 10.0)
    assert change.judgement is Judgement.CANNOT_TELL
    assert "the measurement error is not known" in change.reason
    assert judge("ct_ground_glass", 20.0, 19.0).judgement is Judgement.NO_CHANGE  # too small to matter anyway


def test_where_nothing_is_published_on_importance_the_error_decides() -> None:
    # Mean density is not judged as shipped; a site that adjusts it for inspiration may give it a direction.
    change = judge_change(
        replace(OUTCOMES["ct_mean_density"], direction=Direction.LOWER),
        value("ct_mean_density", -700.0, low=-710.0, high=-690.0),
        value("ct_mean_density", -760.0, low=-770.0, high=-750.0),
    )
    assert change.judgement is Judgement.BETTER
    assert change.reason == (
        "Mean lung density on CT fell by 60 HU (95 % interval 46 to 74), beyond the "
        "measurement error of 14; how "
        "much matters to a patient is not published, so the error alone decides."
    )


def test_what_must_not_be_compared() -> None:
    methods = judge_change(OUTCOMES["dlco"], value("dlco", 7.0, method="Hb-corrected"), value("dlco", 13.0))
    assert methods.judgement is Judgement.CANNOT_TELL
    assert methods.reason == (
        "DLCO was measured by different methods (Hb-corrected at baseline, not stated at "
        "follow-up), so a change "
        "cannot be told."
    )
    equations = judge(
        "fvc",
        1.6,
        2.6,
        baseline_standardised=expected_of(2.9),
        followup_standardised=expected_of(3.0, "gli_2012_fvc"),
    )
    assert equations.judgement is Judgement.CANNOT_TELL
    assert "gli_2022_fvc and gli_2012_fvc" in equations.reason


def test_units_are_converted_and_strangers_refused() -> None:
    # 4.5 mmol/min/kPa = 13.437 mL/min/mmHg (factor 2.986, Graham 2017).
    change = judge_change(OUTCOMES["dlco"], value("dlco", 8.0), value("dlco", 4.5, unit="mmol/min/kPa"))
    assert change.followup == pytest.approx(13.437)
    with pytest.raises(UnitError):
        judge_change(OUTCOMES["dlco"], value("dlco", 8.0), value("dlco", 4.5, unit="L"))


def test_a_supporting_value_is_never_judged() -> None:
    with pytest.raises(ValueError, match="never judged"):
        judge("hb", 10.0, 14.0)
    with pytest.raises(ValueError, match="cannot be judged as"):
        judge_change(OUTCOMES["dlco"], value("dlco", 8.0), value("fvc", 2.0))


def numbers(measure: str) -> st.SearchStrategy[float]:
    low, high = OUTCOMES[measure].plausible
    return st.floats(low, high, allow_subnormal=False)


@settings(deadline=None)
@given(data=st.data(), measure=st.sampled_from(JUDGED))
def test_swapping_before_and_after_mirrors_the_judgement(data: st.DataObject, measure: str) -> None:
    before, after = data.draw(numbers(measure)), data.draw(numbers(measure))
    there = judge(measure, before, after, **both_expected(measure))
    back = judge(measure, after, before, **both_expected(measure))
    mirror = {Judgement.BETTER: Judgement.WORSE, Judgement.WORSE: Judgement.BETTER}
    assert back.judgement is mirror.get(there.judgement, there.judgement)


@settings(deadline=None)
@given(data=st.data(), measure=st.sampled_from([k for k in JUDGED if OUTCOMES[k].error]))
def test_a_larger_fall_is_never_judged_milder(data: st.DataObject, measure: str) -> None:
    high, middle, low = sorted((data.draw(numbers(measure)) for _ in range(3)), reverse=True)
    assume(high > 0)
    mild = judge(measure, high, middle, **both_expected(measure)).judgement
    strong = judge(measure, high, low, **both_expected(measure)).judgement
    assert mild is Judgement.NO_CHANGE or strong is mild


def both_expected(measure: str) -> dict[str, Standardised | None]:
    one = expected_of(3.0, OUTCOMES[measure].equation) if OUTCOMES[measure].equation else None
    return {"baseline_standardised": one, "followup_standardised": one}
