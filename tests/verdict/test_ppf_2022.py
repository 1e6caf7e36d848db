"""Progressive pulmonary fibrosis, table 4 of the guideline: at least two of three within the past year."""

from __future__ import annotations

import pytest

from breathline.testing import check_criterion
from breathline.verdict import CRITERIA
from tests.verdict.vignettes import (
    BEFORE,
    IPF,
    MET,
    NOT_MET,
    ON,
    UNABLE,
    V,
    ct,
    find,
    judge,
    patient,
)

NAME = "ppf_2022"
HB = "Hb-corrected"

WORSE = {"symptoms": {-1: -1.0}}
SAME = {"symptoms": {-1: 0.0}}
FVC_FALLS = {"fvc": {-50: 3.0, -1: 2.8}}  # exactly 5 points of 4 L
FVC_STAYS = {"fvc": {-50: 3.0, -1: 2.9}}
DLCO_STAYS = {"dlco": {-50: V(value=15.0, method=HB), -1: V(value=14.0, method=HB)}}
READ_WORSE = {"hrct_reading": {-1: -1.0}}
READ_SAME = {"hrct_reading": {-1: 0.0}}

VIGNETTES = {
    "symptoms and FVC": (patient(**WORSE, **FVC_FALLS), "met"),
    "symptoms and imaging": (patient(**WORSE, **READ_WORSE), "met"),
    "FVC and imaging": (patient(**FVC_FALLS, **READ_WORSE), "met"),
    "all three": (patient(**WORSE, **FVC_FALLS, **READ_WORSE), "met"),
    "symptoms alone, the rest known": (patient(**WORSE, **FVC_STAYS, **DLCO_STAYS, **READ_SAME), "not_met"),
    "FVC alone, the rest known": (patient(**SAME, **FVC_FALLS, **READ_SAME), "not_met"),
    "imaging alone, the rest known": (patient(**SAME, **FVC_STAYS, **DLCO_STAYS, **READ_WORSE), "not_met"),
    "none": (patient(**SAME, **FVC_STAYS, **DLCO_STAYS, **READ_SAME), "not_met"),
    "two not met decide without the third": (patient(**SAME, **FVC_STAYS, **DLCO_STAYS), "not_met"),
    "symptoms alone, the rest unknown": (patient(**WORSE), "cannot_tell"),
    "FVC alone, the rest unknown": (patient(**FVC_FALLS), "cannot_tell"),
    "imaging alone, the rest unknown": (patient(**READ_WORSE), "cannot_tell"),
    "FVC stays and DLCO is unknown": (patient(**WORSE, **FVC_STAYS, **READ_SAME), "cannot_tell"),
    "symptoms, and no sign on CT that CT can show": (
        patient(
            **WORSE,
            **FVC_STAYS,
            **DLCO_STAYS,
            ct_ground_glass={-50: ct(10), -1: ct(10)},
            ct_reticulation={-50: ct(5), -1: ct(5)},
            ct_honeycombing={-50: ct(1), -1: ct(1)},
        ),
        "cannot_tell",
    ),
    "symptoms and reticulation": (
        patient(**WORSE, ct_reticulation={-50: ct(5), -1: ct(9)}),
        "met",
    ),
    "symptoms and honeycombing": (
        patient(**WORSE, ct_honeycombing={-50: ct(1), -1: ct(5)}),
        "met",
    ),
    "symptoms and ground-glass, traction bronchiectasis unknown": (
        patient(**WORSE, **FVC_STAYS, **DLCO_STAYS, ct_ground_glass={-50: ct(10), -1: ct(20)}),
        "cannot_tell",
    ),
    "mMRC and FVC": (patient(mmrc={-50: 1, -1: 2}, **FVC_FALLS), "met"),
    "NYHA and FVC": (patient(nyha_class={-50: 2, -1: 3}, **FVC_FALLS), "met"),
    "mMRC and NYHA the same": (
        patient(mmrc={-50: 2, -1: 2}, nyha_class={-50: 2, -1: 2}, **FVC_FALLS, **READ_SAME),
        "not_met",
    ),
    "DLCO and symptoms": (
        patient(**WORSE, dlco={-50: V(value=15.0, method=HB), -1: V(value=12.5, method=HB)}),
        "met",
    ),
    "DLCO not corrected for haemoglobin": (
        patient(**WORSE, **FVC_STAYS, **READ_SAME, dlco={-50: 15.0, -1: 10.0}),
        "cannot_tell",
    ),
    "IPF, of which the definition does not speak": (
        patient(person={"diagnoses": (IPF,)}, **WORSE, **FVC_FALLS),
        "not_met",
    ),
}


@pytest.mark.parametrize("name", VIGNETTES)
def test_label(name):
    evidence, expected = VIGNETTES[name]
    assert judge(NAME, evidence).label == expected


def test_contract():
    check_criterion(CRITERIA[NAME], [evidence for evidence, _ in VIGNETTES.values()])


FVC = "Absolute decline in FVC"
DLCO = "Absolute decline in DLCO"


@pytest.mark.parametrize(
    ("last", "answer"),
    # 3.0 L is 75 %; 2.8 L is 70 %, a fall of exactly 5 points of % predicted.
    [(2.796, MET), (2.8, MET), (2.804, NOT_MET), (3.2, NOT_MET), (UNABLE, MET)],
)
def test_fvc_at_and_about_its_limit(last, answer):
    verdict = judge(NAME, patient(**SAME, fvc={-50: 3.0, -1: last}))
    assert find(verdict.conditions, FVC).answer is answer


@pytest.mark.parametrize(
    ("last", "answer"),
    # 15 is 60 %; 12.5 is 50 %, a fall of exactly 10 points.
    [(12.49, MET), (12.5, MET), (12.51, NOT_MET), (UNABLE, MET)],
)
def test_dlco_at_and_about_its_limit(last, answer):
    verdict = judge(NAME, patient(**SAME, dlco={-50: V(value=15.0, method=HB), -1: V(value=last, method=HB)}))
    assert find(verdict.conditions, DLCO).answer is answer


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [(52.0, "met"), (366 / 7, "met"), (367 / 7, "cannot_tell")],
)
def test_only_tests_within_a_year_count(weeks, expected):
    evidence = patient(**WORSE, **READ_SAME, **DLCO_STAYS, fvc={-1 - weeks: 3.0, -1: 2.7})
    assert judge(NAME, evidence).label == expected


def test_the_year_ends_at_the_last_visit_before_treatment():
    # The fall lies within a year, but more than a year before the last visit.
    evidence = patient(**SAME, **READ_WORSE, fvc={-120: 3.2, -80: 2.8, -40: 2.8, -1: 2.8}, **DLCO_STAYS)
    assert judge(NAME, evidence).label == "not_met"


def test_the_baseline_counts_before_treatment_and_what_follows_does_not():
    evidence = patient(**WORSE, **READ_SAME, fvc={-50: 3.0, 0: 2.8, 10: 3.0})
    assert judge(NAME, evidence).label == "met"
    later = patient(**SAME, **READ_SAME, **DLCO_STAYS, fvc={-50: 3.0, -1: 3.0, 10: 2.0})
    assert judge(NAME, later).label == "not_met"


def on(**values):
    return judge(NAME, patient(ON, **values))


def test_progression_on_treatment_starts_from_the_baseline():
    verdict = on(symptoms={20: -1.0}, fvc={-60: 3.4, -1: 3.0, 20: 2.8}, hrct_reading={20: 0.0})
    assert verdict.label == "met"
    assert verdict.read_at.week == 20
    # A fall before treatment is not one on treatment.
    still = on(symptoms={20: -1.0}, fvc={-40: 3.4, -1: 2.8, 20: 2.8}, dlco=DLCO_ON, hrct_reading={20: 0.0})
    assert still.label == "not_met"


DLCO_ON = {-1: V(value=15.0, method=HB), 20: V(value=15.0, method=HB)}


def test_progression_at_any_visit_on_treatment_is_progression():
    # Both in the first half year; recovered by the end.
    verdict = on(symptoms={20: -1.0, 100: 1.0}, fvc={-1: 3.0, 20: 2.7, 80: 3.0, 100: 3.0})
    assert verdict.label == "met"
    assert verdict.read_at.week == 20


def test_two_signs_more_than_a_year_apart_are_not_within_a_year():
    verdict = on(
        symptoms={20: 0.0, 100: -1.0},
        fvc={-1: 3.0, 20: 2.7, 80: 2.7, 100: 2.7},
        dlco={week: V(value=15.0, method=HB) for week in (-1, 20, 80, 100)},
        hrct_reading={20: 0.0, 100: 0.0},
    )
    assert verdict.label == "not_met"


def test_a_visit_at_which_one_of_two_is_met_and_the_rest_unknown_stays_open():
    verdict = on(
        fvc={-1: 3.0, 20: 2.7, 90: 2.7, 100: 2.7},
        symptoms={90: 0.0, 100: 0.0},
        dlco={week: V(value=15.0, method=HB) for week in (-1, 20, 90, 100)},
        hrct_reading={100: 0.0},
    )
    assert verdict.label == "cannot_tell"
    assert verdict.missing == (
        "One of: Symptoms: no value (read at week 20: within the past year); mMRC grade: not recorded; "
        "NYHA class: not recorded",
        "One of: HRCT reading: no value (read at week 20: within the past year); Increased extent or severity of "
        "traction bronchiectasis and bronchiolectasis: not assessed; Ground-glass on CT: not recorded; Traction "
        "bronchiectasis in it: not assessed; Reticulation on CT: not recorded; Increased coarseness of reticular "
        "abnormality: not assessed; Honeycombing on CT: not recorded; Increased lobar volume loss: not assessed",
    )


def test_values_after_the_end_of_treatment_do_not_count():
    inside = judge(NAME, patient(ON, stop=20, symptoms={24: -1.0}, fvc={-1: 3.0, 24: 2.7}))
    beyond = judge(NAME, patient(ON, stop=20, symptoms={25: -1.0}, fvc={-1: 3.0, 25: 2.7}))
    assert (inside.label, beyond.label) == ("met", "cannot_tell")
    assert beyond.missing == ("Tests on treatment: none recorded",)


def test_different_equations_are_never_mixed():
    evidence = patient(**WORSE, **READ_SAME, fvc={-50: 3.0, -1: V(value=2.0, equation="another")})
    verdict = judge(NAME, evidence)
    assert verdict.label == "cannot_tell"
    assert (
        "FVC was held against different reference equations (invented and another), so a change cannot be told"
    ) in verdict.missing


def test_what_is_missing_for_percent_predicted_is_said():
    evidence = patient(**WORSE, **READ_SAME, fvc={-50: 3.0, -1: V(value=2.0, standardised=False)})
    assert "FVC: No expected value: the record does not give height" in judge(NAME, evidence).missing


def test_a_fall_that_can_be_told_decides_beside_one_that_cannot():
    evidence = patient(**WORSE, **READ_SAME, fvc={-50: 3.0, -20: V(value=2.0, standardised=False), -1: 2.7})
    assert judge(NAME, evidence).label == "met"


def test_the_reasons_tell_values_dates_and_limits():
    verdict = judge(NAME, patient(**WORSE, **FVC_FALLS))
    assert verdict.reasons == (
        "Symptoms: worse at week −1.",
        "FVC fell by 5.0 points of % predicted (from 3.00 L at week −50 to 2.80 L at week −1); asked: a fall of at "
        "least 5 points of % predicted.",
    )
    assert verdict.presumed == (
        "ILD other than IPF.",
        "Radiological evidence of pulmonary fibrosis.",
        "No alternative explanation of the worsening, which a physician must exclude.",
    )


def test_an_excluded_disease_is_said():
    verdict = judge(NAME, patient(person={"diagnoses": (IPF,)}, **WORSE, **FVC_FALLS))
    words = "The recorded diagnosis is idiopathic pulmonary fibrosis, of which this criterion does not speak."
    assert verdict.statement == words
    assert verdict.presumed[0] == f"ILD other than IPF. But: {words}"


def test_without_a_start_of_treatment_the_record_is_one_time():
    from breathline.model.criterion import Period

    known = patient(Period.RECORD, start=None, symptoms={20: -1.0}, fvc={-10: 3.0, 20: 2.7})
    assert judge(NAME, known).label == "met"
    unknown = patient(BEFORE, start=None, symptoms={20: -1.0}, fvc={-10: 3.0, 20: 2.7})
    verdict = judge(NAME, unknown)
    assert (verdict.label, verdict.missing) == ("cannot_tell", ("Start of treatment: not recorded",))


def test_what_a_later_visit_of_the_same_year_tells_closes_an_open_one():
    # Worse symptoms at week 20, when nothing else was known; all else is known and unmet by week 24.
    verdict = on(
        symptoms={20: -1.0},
        fvc={-1: 3.0, 24: 3.0},
        dlco={-1: V(value=15.0, method=HB), 24: V(value=15.0, method=HB)},
        hrct_reading={24: 0.0},
        # An old value of a measure the rule does not ask for keeps nothing open.
        six_minute_walk={-40: 400.0},
    )
    assert (verdict.label, verdict.read_at.week) == ("not_met", 24)


def test_classes_of_breathlessness_are_counted_in_classes():
    verdict = judge(NAME, patient(nyha_class={-50: 2, -1: 3}, mmrc={-50: 1, -1: 2}, **FVC_FALLS))
    assert verdict.reasons[:2] == (
        "mMRC grade rose by 1 class (from 1 at week −50 to 2 at week −1); asked: a rise of at least 1 class.",
        "NYHA class rose by 1 class (from 2 at week −50 to 3 at week −1); asked: a rise of at least 1 class.",
    )
