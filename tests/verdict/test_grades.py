"""Criteria that grade: FVC over 12 months, extent of disease, severity by z-score, change of class."""

from __future__ import annotations

import pytest

from breathline.testing import check_criterion
from breathline.verdict import CRITERIA
from tests.verdict.vignettes import BEFORE, ON, RECORD, UNABLE, V, ct, judge, label, patient

# --- EUSTAR: 4 L are 100 %, so that 0.2 L are 5 points and 0.4 L are 10 points.

EUSTAR = {
    "> 10": (2.59, "significant_decline"),
    "10 exactly": (2.6, "moderate_decline"),
    "< 10": (2.61, "moderate_decline"),
    "> 5": (2.79, "moderate_decline"),
    "5 exactly": (2.8, "moderate_decline"),
    "< 5": (2.81, "stable"),
    "0": (3.0, "stable"),
    "up by < 5": (3.19, "stable"),
    "up by 5 exactly": (3.2, "improvement"),
    "up by > 5": (3.21, "improvement"),
    "unable": (UNABLE, "significant_decline"),
    "no % predicted": (V(value=2.0, standardised=False), "cannot_tell"),
}


@pytest.mark.parametrize("case", EUSTAR)
@pytest.mark.parametrize(("period", "weeks"), [(BEFORE, (-53, -1)), (ON, (-1, 51)), (RECORD, (-1, 51))])
def test_eustar(case, period, weeks):
    last, expected = EUSTAR[case]
    start = {} if period is not RECORD else {"start": None}
    assert label("eustar_12mo", period, fvc={weeks[0]: 3.0, weeks[1]: last}, **start) == expected


def test_eustar_contract():
    check_criterion(
        CRITERIA["eustar_12mo"], [patient(fvc={-53: 3.0, -1: last}) for last, _ in EUSTAR.values()]
    )


@pytest.mark.parametrize(
    ("days", "expected"),
    # 9 months are 273.9 days, 15 months 456.6.
    [(273, "cannot_tell"), (274, "significant_decline"), (456, "significant_decline"), (457, "cannot_tell")],
)
def test_eustar_asks_tests_12_months_apart_give_or_take_three(days, expected):
    assert label("eustar_12mo", fvc={-1 - days / 7: 3.0, -1: 2.0}) == expected


def test_eustar_takes_the_last_test_and_the_one_nearest_to_a_year_before_it():
    verdict = judge("eustar_12mo", patient(fvc={-60: 3.6, -54: 3.0, -45: 2.0, -1: 2.9}))
    assert verdict.label == "stable"
    assert "from 3.00 L at week −54 to 2.90 L at week −1" in verdict.reasons[0]


def test_eustar_reads_the_last_year_on_treatment():
    # From the baseline to week 51 down, from week 51 to week 103 stable.
    assert label("eustar_12mo", ON, fvc={-1: 3.4, 51: 2.8, 103: 2.8}) == "stable"


# --- Goh: extent of interstitial abnormality on CT, and FVC where the extent does not decide.

GOH = {
    "31 %": (ct(31), None, "extensive"),
    "30.1 %": (ct(30.1), None, "extensive"),
    "30 %, FVC 69.9 %": (ct(30), 2.796, "extensive"),
    "30 %, FVC 70 %": (ct(30), 2.8, "limited"),
    "20 %, FVC 70.1 %": (ct(20), 2.804, "limited"),
    "20 %, FVC 60 %": (ct(20), 2.4, "extensive"),
    "10 %, FVC 69 %": (ct(10), 2.76, "extensive"),
    "10 %, FVC 90 %": (ct(10), 3.6, "limited"),
    "9.9 %": (ct(9.9), None, "limited"),
    "9.9 %, FVC 60 %": (ct(9.9), 2.4, "limited"),
    "31 %, FVC 90 %": (ct(31), 3.6, "extensive"),
    "10 %, FVC unknown": (ct(10), None, "cannot_tell"),
    "30 %, FVC unknown": (ct(30), None, "cannot_tell"),
    "20 %, FVC unable": (ct(20), UNABLE, "extensive"),
    "20 %, no % predicted": (ct(20), V(value=2.0, standardised=False), "cannot_tell"),
    "extent unknown, FVC 60 %": (None, 2.4, "cannot_tell"),
    "extent unknown, FVC 90 %": (None, 3.6, "cannot_tell"),
}


def goh(case, week=-1):
    extent, fvc, _ = GOH[case]
    values = {"ct_ild": extent, "fvc": fvc, "nyha_class": 2.0}
    return {key: {week: value} for key, value in values.items() if value is not None}


@pytest.mark.parametrize("case", GOH)
@pytest.mark.parametrize(("period", "week"), [(BEFORE, -1), (ON, 20)])
def test_goh(case, period, week):
    assert label("goh_2008", period, **goh(case, week)) == GOH[case][-1]


def test_goh_contract():
    check_criterion(CRITERIA["goh_2008"], [patient(**goh(case)) for case in GOH])


def test_goh_says_what_is_missing():
    verdict = judge("goh_2008", patient(**goh("20 %, no % predicted")))
    assert verdict.missing == ("FVC: No expected value: the record does not give height",)
    unable = judge("goh_2008", patient(**goh("20 %, FVC unable")))
    assert unable.reasons[1] == (
        "FVC could not be performed at week −1 because of the disease, which counts as worse than any number; "
        "asked: less than 70 % predicted."
    )
    lacking = judge("goh_2008", patient(**goh("extent unknown, FVC 60 %")))
    assert lacking.missing == ("Interstitial abnormality on CT: not recorded",)


@pytest.mark.parametrize(("weeks", "expected"), [(26, "extensive"), (27, "cannot_tell")])
def test_a_state_is_made_of_tests_of_26_weeks(weeks, expected):
    assert label("goh_2008", ct_ild={-1 - weeks: ct(40)}, fvc={-1: 3.0}) == expected


def test_on_treatment_the_baseline_is_no_state():
    assert label("goh_2008", ON, ct_ild={-1: ct(40)}, fvc={4: 3.0}) == "cannot_tell"


# --- ERS/ATS: z-scores; the printed ranges leave gaps, which are closed downwards.

SEVERITY = {
    "−1.645": (-1.645, "normal"),
    "0": (0.0, "normal"),
    "−1.65": (-1.65, "mild"),
    "−2.5": (-2.5, "mild"),
    "−2.51": (-2.51, "moderate"),
    "−4": (-4.0, "moderate"),
    "−4.01": (-4.01, "severe"),
}


@pytest.mark.parametrize("case", SEVERITY)
@pytest.mark.parametrize("measure", ["fvc", "tlc", "dlco"])
def test_severity(case, measure):
    z, expected = SEVERITY[case]
    assert label("ers_ats_2022", **{measure: {-1: V(value=2.0, z=z)}}) == expected


def z(**scores):
    return {key: {-1: V(value=2.0, z=score)} for key, score in scores.items()}


def test_the_most_severe_of_what_was_measured_counts():
    assert label("ers_ats_2022", **z(fvc=-1.0, dlco=-3.0)) == "moderate"
    assert label("ers_ats_2022", **z(fvc=-4.5, dlco=-3.0, tlc=-1.0)) == "severe"
    assert label("ers_ats_2022", **z(fvc=-1.0, dlco=-1.0, tlc=-2.0)) == "mild"


def test_severity_contract():
    vignettes = [
        patient(**{measure: {-1: V(value=2.0, z=score)}})
        for measure in ("fvc", "tlc", "dlco")
        for score, _ in SEVERITY.values()
    ]
    check_criterion(CRITERIA["ers_ats_2022"], [*vignettes, patient(mmrc={-1: 1})])


def test_a_score_is_never_made_up():
    verdict = judge("ers_ats_2022", patient(fvc={-1: 2.0}, dlco={-1: V(value=10.0, standardised=False)}))
    assert verdict.label == "cannot_tell"
    assert verdict.missing == (
        "One of: FVC: its reference equation gives no z-score; TLC: not recorded; DLCO: No expected value: the record "
        "does not give height",
    )


def test_unable_is_never_told_as_no_impairment():
    assert label("ers_ats_2022", **z(fvc=0.0), dlco={-1: UNABLE}) == "severe"


# --- NYHA class.

NYHA = {
    "worse by one": (2, 3, "worse"),
    "worse by two": (1, 3, "worse"),
    "the same": (3, 3, "unchanged"),
    "better by one": (3, 2, "improved"),
    "one value": (None, 2, "cannot_tell"),
}


@pytest.mark.parametrize("case", NYHA)
@pytest.mark.parametrize(("period", "weeks"), [(BEFORE, (-50, -1)), (ON, (-1, 20))])
def test_nyha(case, period, weeks):
    first, last, expected = NYHA[case]
    series = {week: value for week, value in zip(weeks, (first, last), strict=True) if value is not None}
    assert label("nyha_change", period, nyha_class=series) == expected


def test_nyha_contract():
    check_criterion(
        CRITERIA["nyha_change"],
        [
            patient(ON, nyha_class={w: v for w, v in ((-1, first), (20, last)) if v is not None})
            for first, last, _ in NYHA.values()
        ],
    )


def test_nyha_compares_the_ends_of_the_time():
    assert label("nyha_change", ON, nyha_class={-1: 3, 10: 2, 20: 3}) == "unchanged"
    assert label("nyha_change", BEFORE, nyha_class={-110: 1, -90: 3, -1: 3}) == "unchanged"


def test_classes_are_counted_in_classes():
    verdict = judge("nyha_change", patient(ON, nyha_class={-1: 4, 20: 3}))
    assert verdict.reasons == (
        "NYHA class fell by 1 class (from 4 at week −1 to 3 at week 20); asked: a fall of at least 1 class.",
    )
