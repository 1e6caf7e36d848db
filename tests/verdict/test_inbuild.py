"""Progression as in INBUILD: four ways within 24 months."""

from __future__ import annotations

import pytest

from breathline.testing import check_criterion
from breathline.verdict import CRITERIA
from tests.verdict.vignettes import FALLS_FROM_3_L, IPF, MET, NOT_MET, ON, V, ct, find, judge, patient

NAME = "inbuild"

WORSE = {"symptoms": {-1: -1.0}}
SAME = {"symptoms": {-1: 0.0}}
READ_WORSE = {"hrct_reading": {-1: -1.0}}
READ_SAME = {"hrct_reading": {-1: 0.0}}
LARGE = {"fvc": {-80: 3.0, -1: 2.7}}  # exactly 10 %
SMALLER = {"fvc": {-80: 3.0, -1: 2.85}}  # exactly 5 %
STAYS = {"fvc": {-80: 3.0, -1: 2.9}}

VIGNETTES = {
    "FVC by 10 %": (patient(**LARGE, **SAME, **READ_SAME), "met"),
    "FVC by 10 %, the rest unknown": (patient(**LARGE), "met"),
    "FVC by 5 % and symptoms": (patient(**SMALLER, **WORSE), "met"),
    "FVC by 5 % and fibrosis read": (patient(**SMALLER, **READ_WORSE), "met"),
    "FVC by 5 % and fibrosis measured": (patient(**SMALLER, ct_fibrosis={-80: ct(5), -1: ct(9)}), "met"),
    "symptoms and fibrosis": (patient(**STAYS, **WORSE, **READ_WORSE), "met"),
    "symptoms and fibrosis, FVC unknown": (patient(**WORSE, **READ_WORSE), "met"),
    "FVC by 5 % alone": (patient(**SMALLER, **SAME, **READ_SAME), "not_met"),
    "symptoms alone": (patient(**STAYS, **WORSE, **READ_SAME), "not_met"),
    "fibrosis alone": (patient(**STAYS, **SAME, **READ_WORSE), "not_met"),
    "none": (patient(**STAYS, **SAME, **READ_SAME), "not_met"),
    "none, symptoms unknown": (patient(**STAYS, **READ_SAME), "not_met"),
    "FVC by 5 %, symptoms the same, fibrosis unknown": (patient(**SMALLER, **SAME), "cannot_tell"),
    "FVC by 5 %, fibrosis the same, symptoms unknown": (patient(**SMALLER, **READ_SAME), "cannot_tell"),
    "FVC unknown, symptoms alone": (patient(**WORSE, **READ_SAME), "cannot_tell"),
    "fibrosis the same on CT": (
        patient(**STAYS, **WORSE, ct_fibrosis={-80: ct(5), -1: ct(6)}),
        "not_met",
    ),
    "mMRC": (patient(**SMALLER, mmrc={-80: 1, -1: 2}, nyha_class={-80: 2, -1: 2}), "met"),
    "NYHA": (patient(**SMALLER, mmrc={-80: 1, -1: 1}, nyha_class={-80: 2, -1: 3}), "met"),
    "IPF": (patient(person={"diagnoses": (IPF,)}, **LARGE), "not_met"),
    "FVC unknown but for one test": (patient(fvc={-1: 3.0}, **SAME, **READ_SAME), "cannot_tell"),
}


@pytest.mark.parametrize("name", VIGNETTES)
def test_label(name):
    evidence, expected = VIGNETTES[name]
    assert judge(NAME, evidence).label == expected


def test_contract():
    check_criterion(CRITERIA[NAME], [evidence for evidence, _ in VIGNETTES.values()])


@pytest.mark.parametrize(("last", "ten", "five"), FALLS_FROM_3_L)
def test_fvc_at_and_about_its_limits(last, ten, five):
    # A symptom that stayed the same and a scan read as worse, so that every way is asked.
    conditions = judge(NAME, patient(fvc={-80: 3.0, -1: last}, **SAME, **READ_SAME)).conditions
    assert find(conditions, "Relative decline in FVC ≥ 10 %").answer is ten
    assert find(conditions, "Relative decline in FVC ≥ 5–< 10 %").answer is five


@pytest.mark.parametrize(("weeks", "expected"), [(104.0, "met"), (732 / 7, "met"), (733 / 7, "cannot_tell")])
def test_only_tests_within_24_months_count(weeks, expected):
    evidence = patient(fvc={-1 - weeks: 3.0, -1: 2.7}, **SAME, **READ_SAME)
    assert judge(NAME, evidence).label == expected


def test_any_two_tests_within_the_window_count():
    # 3.0 to 2.7 in between, although first and last differ by less than 5 %.
    evidence = patient(fvc={-90: 2.8, -60: 3.0, -30: 2.7, -1: 2.75}, **SAME, **READ_SAME)
    verdict = judge(NAME, evidence)
    assert verdict.label == "met"
    assert verdict.reasons[0] == (
        "FVC fell by 10.0 % of its value (from 3.00 L at week −60 to 2.70 L at week −30); asked: a fall of at least "
        "10 % of its value."
    )


def test_a_rise_is_no_fall_whatever_the_order_of_the_rows():
    evidence = patient(fvc={-1: 3.0, -80: 2.0}, **SAME, **READ_SAME)
    assert judge(NAME, evidence).label == "not_met"


@pytest.mark.parametrize(
    ("before", "after", "answer"),
    [
        # Half-widths of 2 in quadrature: the interval of the change is ± 2.83 points.
        (5.0, 7.8, NOT_MET),
        (5.0, 7.9, MET),
        (9.0, 5.0, NOT_MET),
    ],
)
def test_fibrosis_beyond_the_error_of_two_scans(before, after, answer):
    evidence = patient(**STAYS, **SAME, ct_fibrosis={-80: ct(before), -1: ct(after)})
    assert find(judge(NAME, evidence).conditions, "Extent of fibrosis increased").answer is answer


def test_a_scan_without_an_interval_cannot_be_told():
    evidence = patient(**SMALLER, **SAME, ct_fibrosis={-80: V(value=5.0), -1: V(value=50.0)})
    verdict = judge(NAME, evidence)
    assert verdict.label == "cannot_tell"
    assert verdict.missing == (
        "One of: HRCT reading: not recorded; Fibrosis on CT: the error of a scan is not known",
    )


def test_scans_measured_by_different_methods_are_not_compared():
    evidence = patient(
        **SMALLER,
        **SAME,
        ct_fibrosis={
            -80: V(value=5.0, low=4.0, high=6.0, method="one"),
            -1: V(value=50.0, low=49.0, high=51.0, method="two"),
        },
    )
    assert judge(NAME, evidence).label == "cannot_tell"


def test_a_region_of_the_lung_is_not_the_lung():
    evidence = patient(
        **SMALLER,
        **SAME,
        ct_fibrosis={
            -80: V(value=5.0, low=4.0, high=6.0, region="upper"),
            -1: V(value=50.0, low=49.0, high=51.0, region="upper"),
        },
    )
    assert judge(NAME, evidence).label == "cannot_tell"


def test_on_treatment_the_baseline_counts_and_what_lies_before_it_does_not():
    falls_before = patient(ON, fvc={-60: 3.5, -1: 3.0, 20: 2.95}, symptoms={20: 0.0}, hrct_reading={20: 0.0})
    assert judge(NAME, falls_before).label == "not_met"
    falls_on = patient(ON, fvc={-60: 3.5, -1: 3.0, 20: 2.7}, symptoms={20: 0.0}, hrct_reading={20: 0.0})
    assert judge(NAME, falls_on).label == "met"


@pytest.mark.parametrize(("last", "answer"), [(25.0, NOT_MET), (25.005, MET)])
def test_an_interval_that_touches_zero_is_not_beyond(last, answer):
    # Half-widths of 3 and 4 make 5.
    first = V(value=20.0, low=16.0, high=23.0, region="lungs")
    evidence = patient(
        **STAYS,
        **SAME,
        ct_fibrosis={-80: first, -1: V(value=last, low=last - 4.0, high=last + 4.0, region="lungs")},
    )
    assert find(judge(NAME, evidence).conditions, "Extent of fibrosis increased").answer is answer
