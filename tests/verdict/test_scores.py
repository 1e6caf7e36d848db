"""GAP, ILD-GAP and CPI of a record; the tables of points are tested beside their equations."""

from __future__ import annotations

import pytest

from breathline.model.patient import Diagnosis, Sex
from breathline.testing import check_criterion
from breathline.verdict import CRITERIA
from tests.verdict.vignettes import BEFORE, IPF, ON, RECORD, UNABLE, V, judge, patient

# 2.4 of 4 L are 60 %; 10 of 25 are 40 %; 2.1 of 3 L are 70 %.
TESTS = {"fvc": {-1: 2.4}, "dlco": {-1: 10.0}, "fev1": {-1: 2.1}}
MAN = {"sex": Sex.MALE, "diagnoses": (IPF,)}


def test_gap_by_the_printed_table():
    # male 1, 63 years 1, FVC 60 % 1, DLCO 40 % 1.
    verdict = judge("gap_2012", patient(person=MAN | {"age_years": 63.0}, **TESTS))
    assert (verdict.label, verdict.score) == ("stage_II", 4.0)
    assert verdict.statement == (
        "4 of 8 points; mortality printed for it: 16.2 % after one year, 29.9 % after two, 42.1 % after three."
    )
    assert verdict.reasons == (
        "Male: 1 point.",
        "61–65 years: 1 point.",
        "FVC 50–75 %: 1 point.",
        "DLCO 36–55 %: 1 point.",
    )
    assert verdict.presumed == ("Idiopathic pulmonary fibrosis.",)
    assert verdict.missing == ()


@pytest.mark.parametrize(
    ("values", "stage", "points"),
    [
        ({"fvc": {-1: 3.2}, "dlco": {-1: 20.0}}, "stage_I", 2.0),
        ({"fvc": {-1: 1.6}, "dlco": {-1: UNABLE}}, "stage_III", 7.0),
    ],
)
def test_gap_stages(values, stage, points):
    verdict = judge("gap_2012", patient(person=MAN | {"age_years": 63.0}, **values))
    assert (verdict.label, verdict.score) == (stage, points)


def test_gap_names_what_is_missing_unless_the_rest_decides():
    open_ = judge("gap_2012", patient(person=MAN | {"age_years": 63.0}, dlco={-1: 10.0}))
    assert (open_.label, open_.missing) == ("cannot_tell", ("FVC: not recorded",))
    # male 1, 50 years 0, DLCO 80 % 0: 1 to 3 points, stage I whatever FVC is.
    decided = judge("gap_2012", patient(person=MAN | {"age_years": 50.0}, dlco={-1: 20.0}))
    assert (decided.label, decided.score, decided.missing) == ("stage_I", None, ())
    assert decided.statement.startswith("1–3 of 8 points")
    assert "FVC % of predicted: not known, 0 to 2 points." in decided.reasons


def test_gap_without_sex_or_age_or_percent_says_so():
    nobody = patient(person={"sex": None, "age_years": None, "diagnoses": (IPF,)}, **TESTS)
    assert judge("gap_2012", nobody).missing == ("Sex: not recorded", "Age: not recorded")
    lacking = patient(person=MAN, fvc={-1: V(value=2.4, standardised=False)}, dlco={-1: 10.0})
    assert judge("gap_2012", lacking).missing == ("FVC: No expected value: the record does not give height",)


def test_gap_of_a_child_is_refused_in_words():
    verdict = judge("gap_2012", patient(person=MAN | {"age_years": 12.0}, **TESTS))
    assert verdict.label == "cannot_tell"
    assert verdict.missing == ("The GAP index holds for adults (18 to 115 years); found an age of 11.9808.",)


def test_the_age_is_that_at_the_visit():
    # 60 at the start; 61 at week 60. Completed years count: 60 scores 0, 61 scores 1.
    person = MAN | {"age_years": 60.0}
    early = judge("gap_2012", patient(ON, person=person, fvc={4: 2.4}, dlco={4: 10.0}))
    late = judge("gap_2012", patient(ON, person=person, fvc={60: 2.4}, dlco={60: 10.0}))
    assert (early.score, late.score) == (3.0, 4.0)
    # Without a start the age is that of the first visit.
    whole = patient(RECORD, start=None, person=person, fvc={-60: 2.4, 0: 2.4}, dlco={0: 10.0})
    assert judge("gap_2012", whole).score == 4.0


@pytest.mark.parametrize(
    ("diagnosis", "label"),
    [
        (IPF, "4"),
        (Diagnosis(text="unclassifiable interstitial lung disease"), "4"),
        (Diagnosis(text="systemic sclerosis"), "2"),
        (Diagnosis(text="chronic hypersensitivity pneumonitis"), "2"),
        (Diagnosis(text="idiopathic NSIP"), "2"),
    ],
)
def test_ild_gap_by_disease(diagnosis, label):
    person = MAN | {"age_years": 63.0, "diagnoses": (diagnosis,)}
    verdict = judge("ild_gap_2014", patient(person=person, **TESTS))
    assert (verdict.label, verdict.score) == (label, float(label))
    assert "points." in verdict.reasons[0]


def test_ild_gap_without_a_disease_cannot_tell():
    person = MAN | {"age_years": 70.0, "diagnoses": (Diagnosis(text="sarcoidosis"),)}
    verdict = judge("ild_gap_2014", patient(person=person, **TESTS))
    assert (verdict.label, verdict.missing) == ("cannot_tell", ("Disease: not recorded",))
    assert verdict.presumed == ("One of the five diseases.",)


def test_ild_gap_gives_the_range_where_it_is_the_same_whatever_is_missing():
    # CTD-ILD −2, female 0, 50 years 0, DLCO 80 % 0: 0 to 0 after the floor, whatever FVC is.
    person = {"age_years": 50.0}
    verdict = judge("ild_gap_2014", patient(person=person, dlco={-1: 20.0}))
    assert (verdict.label, verdict.score) == ("0–1", None)


def test_cpi_by_the_printed_formula():
    # 91.0 − 0.65 × 40 − 0.53 × 60 + 0.34 × 70 = 57.0.
    verdict = judge("cpi_2003", patient(**TESTS))
    assert verdict.label == "57.0"
    assert verdict.score == pytest.approx(57.0)
    assert verdict.statement == "Composite physiologic index 57.0; higher is worse."
    assert verdict.reasons == (
        "FVC 60.0 % of predicted.",
        "FEV1 70.0 % of predicted.",
        "DLCO 40.0 % of predicted.",
    )


def test_cpi_below_zero_has_a_true_minus():
    # 91.0 − 0.65 × 120 − 0.53 × 110 + 0.34 × 80 = −18.1.
    verdict = judge("cpi_2003", patient(fvc={-1: 4.4}, dlco={-1: 30.0}, fev1={-1: 2.4}))
    assert verdict.label == "−18.1"


def test_cpi_names_all_that_is_missing():
    verdict = judge("cpi_2003", patient(fvc={-1: 2.4}, dlco={-1: UNABLE}))
    assert verdict.label == "cannot_tell"
    assert verdict.missing == ("FEV1: not recorded", "DLCO: could not be performed because of the disease")


def test_old_values_are_not_taken_for_the_present_state():
    verdict = judge("cpi_2003", patient(fvc={-40: 2.4, -1: 2.4}, dlco={-40: 10.0}, fev1={-1: 2.1}))
    assert verdict.missing == (
        "DLCO: no value (read at week −1: the last value within 26 weeks, as the publication prints none)",
    )


NAMES = ("gap_2012", "ild_gap_2014", "cpi_2003")


@pytest.mark.parametrize("name", NAMES)
def test_contract(name):
    many = [
        patient(person=MAN, **TESTS),
        patient(person=MAN, fvc={-1: 3.2}, dlco={-1: 20.0}, fev1={-1: 2.5}),
        patient(person=MAN | {"age_years": 80.0}, fvc={-1: 1.6}, dlco={-1: 5.0}, fev1={-1: 1.0}),
        patient(person=MAN, mmrc={-1: 1}),
    ]
    check_criterion(CRITERIA[name], many)


@pytest.mark.parametrize("name", NAMES)
def test_before_and_on_treatment(name):
    values = {"fvc": {-1: 2.4, 20: 3.2}, "dlco": {-1: 10.0, 20: 20.0}, "fev1": {-1: 2.1, 20: 2.7}}
    before, on = (judge(name, patient(period, person=MAN, **values)) for period in (BEFORE, ON))
    assert before.score > on.score
    assert (before.period, on.period) == (BEFORE, ON)
    assert (before.read_at.week, on.read_at.week) == (-1, 20)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_the_period_or_no_start(name):
    nothing = judge(name, patient(ON, **TESTS))
    assert (nothing.label, nothing.missing) == ("cannot_tell", ("Tests on treatment: none recorded",))
    unknown = judge(name, patient(ON, start=None, **TESTS))
    assert unknown.missing == ("Start of treatment: not recorded",)


def test_gap_says_of_whom_it_speaks():
    values = {"fvc": {-1: 2.4}, "dlco": {-1: 10.0}}
    told = judge("gap_2012", patient(BEFORE, **values))  # a mixed connective tissue disease
    assert told.presumed == (
        "Idiopathic pulmonary fibrosis. But: The record names connective tissue disease-associated interstitial lung "
        "disease.",
    )
    for diagnoses in ((IPF,), ()):
        meant = judge("gap_2012", patient(BEFORE, person={"diagnoses": diagnoses}, **values))
        assert meant.presumed == ("Idiopathic pulmonary fibrosis.",)
