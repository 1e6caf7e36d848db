"""OMERACT progression of CTD-ILD, and its mirror image."""

from __future__ import annotations

import pytest

from breathline.model.patient import Diagnosis
from breathline.testing import check_criterion
from breathline.verdict import CRITERIA
from tests.verdict.vignettes import (
    BEFORE,
    FALLS_FROM_3_L,
    MET,
    NOT_MET,
    ON,
    UNABLE,
    V,
    find,
    judge,
    label,
    patient,
)

DOWN, UP = "omeract_ctd_ild", "omeract_ctd_ild_improvement"


def pair(first, last):
    return {-1: first, 20: last}


# The mirror images share their answers; values are chosen so that the printed percent of the earlier value is exact.
CASES = {
    "FVC by 10 %": ((3.0, 2.7), (3.0, 3.3), (16.0, 16.0), (16.0, 16.0), "met"),
    "FVC by 5 %, DLCO by 15 %": ((3.0, 2.85), (3.0, 3.15), (20.0, 17.0), (20.0, 23.0), "met"),
    "FVC by 5 %, DLCO by less": ((3.0, 2.85), (3.0, 3.15), (20.0, 17.1), (20.0, 22.9), "not_met"),
    "FVC by less, DLCO by 15 %": ((3.0, 2.86), (3.0, 3.14), (20.0, 17.0), (20.0, 23.0), "not_met"),
    "the other way": ((3.0, 3.5), (3.0, 2.5), (20.0, 25.0), (20.0, 15.0), "not_met"),
    "DLCO unknown, FVC by 10 %": ((3.0, 2.7), (3.0, 3.3), None, None, "met"),
    "DLCO unknown, FVC by 5 %": ((3.0, 2.85), (3.0, 3.15), None, None, "cannot_tell"),
    "DLCO unknown, FVC by less": ((3.0, 2.9), (3.0, 3.1), None, None, "not_met"),
    "FVC unknown, DLCO by 15 %": (None, None, (20.0, 17.0), (20.0, 23.0), "cannot_tell"),
    "FVC unknown, DLCO by less": (None, None, (20.0, 20.0), (20.0, 20.0), "cannot_tell"),
}


def evidence(case: str, name: str):
    fvc_down, fvc_up, dlco_down, dlco_up, _ = CASES[case]
    fvc, dlco = (fvc_down, dlco_down) if name == DOWN else (fvc_up, dlco_up)
    values = {"fvc": fvc, "dlco": dlco, "nyha_class": (2.0, 2.0)}
    return patient(ON, **{key: pair(*found) for key, found in values.items() if found})


@pytest.mark.parametrize("name", [DOWN, UP])
@pytest.mark.parametrize("case", CASES)
def test_label(case, name):
    assert judge(name, evidence(case, name)).label == CASES[case][-1]


@pytest.mark.parametrize("name", [DOWN, UP])
def test_contract(name):
    check_criterion(CRITERIA[name], [evidence(case, name) for case in CASES])


@pytest.mark.parametrize(("last", "ten", "five"), FALLS_FROM_3_L)
def test_fvc_at_and_about_its_limits(last, ten, five):
    conditions = judge(DOWN, patient(ON, fvc=pair(3.0, last))).conditions
    assert find(conditions, "≥ 10 % relative decline in FVC").answer is ten
    assert find(find(conditions, "≥ 5 % to < 10 %").parts, "≥ 5 %").answer is five
    # The mirror image, about 3.0 L.
    if last is not UNABLE:
        conditions = judge(UP, patient(ON, fvc=pair(3.0, 6.0 - last))).conditions
        assert find(conditions, "≥ 10 % relative increase in FVC").answer is ten
        assert find(find(conditions, "≥ 5 % to < 10 %").parts, "≥ 5 %").answer is five


@pytest.mark.parametrize(("last", "answer"), [(16.99, MET), (17.0, MET), (17.01, NOT_MET), (UNABLE, MET)])
def test_dlco_at_and_about_its_limit(last, answer):
    conditions = judge(DOWN, patient(ON, fvc=pair(3.0, 2.85), dlco=pair(20.0, last))).conditions
    assert find(conditions, "≥ 15 % relative decline in DLCO").answer is answer
    if last is not UNABLE:
        conditions = judge(UP, patient(ON, fvc=pair(3.0, 3.15), dlco=pair(20.0, 40.0 - last))).conditions
        assert find(conditions, "≥ 15 % relative increase in DLCO").answer is answer


def test_able_again_is_beyond_any_rise():
    assert label(UP, ON, fvc=pair(UNABLE, 1.0)) == "met"
    assert label(DOWN, ON, fvc=pair(UNABLE, 1.0)) == "not_met"
    assert label(UP, ON, fvc=pair(UNABLE, UNABLE)) == "not_met"


def test_improvement_asks_the_last_value_against_the_baseline_and_not_any_two():
    # Up by 10 % at week 10 and back at week 20: a rise once is no improvement at the end.
    assert label(UP, ON, fvc={-1: 3.0, 10: 3.4, 20: 3.0}) == "not_met"
    assert label(DOWN, ON, fvc={-1: 3.0, 10: 2.6, 20: 3.0}) == "met"


def test_an_old_baseline_is_still_the_baseline_of_improvement():
    assert label(UP, ON, fvc={-150: 3.0, 20: 3.3}) == "met"
    # Any two tests of progression lie within 24 months.
    assert label(DOWN, ON, fvc={-150: 3.0, 20: 2.7}) == "cannot_tell"


@pytest.mark.parametrize(("weeks", "expected"), [(732 / 7, "met"), (733 / 7, "cannot_tell")])
def test_the_window_is_24_months(weeks, expected):
    assert label(DOWN, BEFORE, fvc={-1 - weeks: 3.0, -1: 2.7}) == expected


def test_methods_that_differ_are_not_compared():
    verdict = judge(
        DOWN, patient(ON, fvc=pair(3.0, 2.85), dlco=pair(20.0, V(value=10.0, method="rebreathing")))
    )
    assert verdict.label == "cannot_tell"
    assert verdict.missing == (
        "DLCO was measured by different methods (not stated at baseline, rebreathing at follow-up), so a change "
        "cannot be told",
    )


def test_the_mirror_image_is_marked():
    criterion = CRITERIA[UP]
    assert criterion.source.verified is False
    assert criterion.printed.startswith("Not printed: the mirror image")
    assert "not endorsed" in criterion.title


def test_another_disease_is_said():
    hp = Diagnosis(text="chronic hypersensitivity pneumonitis")
    verdict = judge(DOWN, patient(ON, person={"diagnoses": (hp,)}, fvc=pair(3.0, 2.7)))
    assert verdict.label == "met"
    assert verdict.presumed == (
        "ILD of a connective tissue disease. But: The record names chronic hypersensitivity pneumonitis.",
    )


def test_a_first_value_on_treatment_is_no_baseline_of_improvement():
    verdict = judge(UP, patient(ON, fvc={4: 3.0, 20: 3.3}, dlco={-1: 10.0}))
    assert verdict.label == "cannot_tell"
    assert verdict.missing == (
        "FVC: no value before treatment (read at week 20: the last value before treatment against the last on it)",
        "DLCO: no value on treatment (read at week 20: the last value before treatment against the last on it)",
    )
    # Of progression any two values on treatment count.
    assert label(DOWN, ON, fvc={4: 3.0, 20: 2.7}) == "met"
