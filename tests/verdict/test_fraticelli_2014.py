"""Good response: FVC and/or DLCO up by more than 15 %, PaO2 above 90 % of its first value, HRCT no worse."""

from __future__ import annotations

import pytest

from breathline.model.patient import Diagnosis
from breathline.testing import check_criterion
from breathline.verdict import CRITERIA
from tests.verdict.vignettes import CANNOT_TELL, MET, NOT_MET, ON, UNABLE, ct, find, judge, patient

NAME = "fraticelli_2014"


def pair(first, last):
    return {-1: first, 24: last}


FVC = {"fvc": pair(2.0, 2.4)}
NO_FVC = {"fvc": pair(2.0, 2.2)}
DLCO = {"dlco": pair(10.0, 12.0)}
NO_DLCO = {"dlco": pair(10.0, 11.0)}
PAO2 = {"pao2": pair(80.0, 80.0)}
NO_PAO2 = {"pao2": pair(80.0, 70.0)}
SAME = {"hrct_reading": {24: 0.0}}
BETTER = {"hrct_reading": {24: 1.0}}
WORSE = {"hrct_reading": {24: -1.0}}

VIGNETTES = {
    "FVC": (patient(ON, **FVC, **NO_DLCO, **PAO2, **SAME), "met"),
    "DLCO": (patient(ON, **NO_FVC, **DLCO, **PAO2, **BETTER), "met"),
    "both": (patient(ON, **FVC, **DLCO, **PAO2, **SAME), "met"),
    "FVC, DLCO unknown": (patient(ON, **FVC, **PAO2, **SAME), "met"),
    "DLCO, FVC unknown": (patient(ON, **DLCO, **PAO2, **SAME), "met"),
    "neither": (patient(ON, **NO_FVC, **NO_DLCO, **PAO2, **SAME), "not_met"),
    "PaO2 fell": (patient(ON, **FVC, **DLCO, **NO_PAO2, **SAME), "not_met"),
    "HRCT worse": (patient(ON, **FVC, **DLCO, **PAO2, **WORSE), "not_met"),
    "HRCT worse as measured": (
        patient(ON, **FVC, **PAO2, ct_ild=pair(ct(20), ct(30))),
        "not_met",
    ),
    "HRCT the same as measured": (patient(ON, **FVC, **PAO2, ct_ild=pair(ct(20), ct(21))), "met"),
    "PaO2 fell, the rest unknown": (patient(ON, **NO_PAO2), "not_met"),
    "neither FVC nor DLCO, the rest unknown": (patient(ON, **NO_FVC, **NO_DLCO), "not_met"),
    "PaO2 unknown": (patient(ON, **FVC, **DLCO, **SAME), "cannot_tell"),
    "HRCT unknown": (patient(ON, **FVC, **DLCO, **PAO2), "cannot_tell"),
    "FVC not, DLCO unknown": (patient(ON, **NO_FVC, **PAO2, **SAME), "cannot_tell"),
    "FVC and DLCO unknown": (patient(ON, **PAO2, **SAME), "cannot_tell"),
}


@pytest.mark.parametrize("name", VIGNETTES)
def test_label(name):
    evidence, expected = VIGNETTES[name]
    assert judge(NAME, evidence).label == expected


def test_contract():
    check_criterion(CRITERIA[NAME], [evidence for evidence, _ in VIGNETTES.values()])


@pytest.mark.parametrize(
    ("printed", "measure", "first", "last", "answer"),
    [
        ("Increase of FVC", "fvc", 2.0, 2.302, MET),
        ("Increase of FVC", "fvc", 2.0, 2.3, NOT_MET),  # exactly 15 %, and more than 15 % is printed
        ("Increase of FVC", "fvc", 2.0, 2.298, NOT_MET),
        ("Increase of DLCO", "dlco", 10.0, 11.51, MET),
        ("Increase of DLCO", "dlco", 10.0, 11.5, NOT_MET),
        ("Increase of DLCO", "dlco", 10.0, 11.49, NOT_MET),
        ("Increase of DLCO", "dlco", UNABLE, 5.0, MET),
        ("PaO2 > 90 %", "pao2", 80.0, 72.01, MET),
        ("PaO2 > 90 %", "pao2", 80.0, 72.0, NOT_MET),  # exactly 90 %, and more is printed
        ("PaO2 > 90 %", "pao2", 80.0, 71.99, NOT_MET),
        ("PaO2 > 90 %", "pao2", 80.0, 90.0, MET),
    ],
)
def test_at_and_about_the_limits(printed, measure, first, last, answer):
    conditions = judge(NAME, patient(ON, **{measure: pair(first, last)})).conditions
    assert find(conditions, printed).answer is answer


def test_the_reason_for_a_scan_that_is_no_worse_is_kept():
    conditions = judge(NAME, patient(ON, **FVC, **PAO2, ct_ild=pair(ct(20), ct(21)))).conditions
    found = find(conditions, "HRCT-scan pattern")
    assert found.answer is MET
    assert found.reason == (
        "Interstitial abnormality on CT from 20.0 % at week −1 to 21.0 % at week 24: rise not beyond the error of the "
        "two scans."
    )
    assert find(judge(NAME, patient(ON, **FVC)).conditions, "HRCT-scan").answer is CANNOT_TELL


def test_room_air_is_not_compared_with_oxygen():
    evidence = patient(ON, **FVC, **SAME, pao2=pair(60.0, 90.0), fio2=pair(21.0, 40.0))
    verdict = judge(NAME, evidence)
    assert verdict.label == "cannot_tell"
    assert verdict.missing == ("PaO2 cannot be compared: FiO2 was 21 % at week −1 and 40 % at week 24",)
    lacking = patient(ON, **FVC, **SAME, pao2=pair(60.0, 90.0), fio2={24: 21.0})
    assert judge(NAME, lacking).missing == ("PaO2 cannot be compared: FiO2 is not recorded at week −1",)
    later = patient(ON, **FVC, **SAME, pao2=pair(60.0, 90.0), fio2={-1: 21.0})
    assert judge(NAME, later).missing == ("PaO2 cannot be compared: FiO2 is not recorded at week 24",)


def test_it_is_read_on_treatment_alone():
    assert CRITERIA[NAME].periods == (ON,)
    before = patient(ON, fvc={-50: 2.0, -1: 2.4})
    assert judge(NAME, before).missing == ("Tests on treatment: none recorded",)


def test_another_disease_is_said():
    rare = Diagnosis(text="idiopathic NSIP")
    verdict = judge(NAME, patient(ON, person={"diagnoses": (rare,)}, **FVC, **PAO2, **SAME))
    assert verdict.label == "met"
    assert verdict.presumed[0].endswith(
        "But: The record names idiopathic nonspecific interstitial pneumonia."
    )
