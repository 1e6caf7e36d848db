"""The logic of three values, what a reading sees, and what is said of it; the oracle is exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breathline.model.criterion import Answer, ConditionAnswer
from breathline.model.measurement import Absence, Moment
from breathline.model.patient import Diagnosis, Person, Sex
from breathline.verdict.changes import BeyondError, Moved
from breathline.verdict.conditions import Opposite, SomeOf, Whichever, all_of, any_of
from breathline.verdict.disease import IldSubtype, subtype_of
from breathline.verdict.limits import Counted, Towards, at_least, at_most, less_than, more_than
from breathline.verdict.reading import Pairing, Window, days_from, read, told
from tests.verdict.vignettes import (
    BEFORE,
    CANNOT_TELL,
    MET,
    NOT_MET,
    ON,
    RECORD,
    UNABLE,
    V,
    ct,
    find,
    judge,
    patient,
)

YEAR = Window(printed="a year", days=366.0, pairing=Pairing.ANY_TWO)
READING = read(patient(fvc={-20: 3.0, -1: 2.5}), YEAR)[0]


@dataclass(frozen=True)
class Fixed:
    printed: str
    given: Answer

    def answer(self, reading) -> ConditionAnswer:
        missing = (f"{self.printed} is missing",) if self.given is CANNOT_TELL else ()
        return ConditionAnswer(printed=self.printed, answer=self.given, reason="So.", missing=missing)


def parts(answers):
    return tuple(Fixed(f"part {number}", answer) for number, answer in enumerate(answers))


ANSWERS = st.lists(st.sampled_from(list(Answer)), min_size=1, max_size=4)


@settings(deadline=None)
@given(ANSWERS, st.integers(1, 4))
def test_at_least_is_what_every_completion_agrees_on(answers, count):
    """The definition: fill what is unknown in every way; only what all ways agree on is told."""
    fillings = [[]]
    for answer in answers:
        options = [MET, NOT_MET] if answer is CANNOT_TELL else [answer]
        fillings = [[*filled, option] for filled in fillings for option in options]
    outcomes = {filled.count(MET) >= count for filled in fillings}
    expected = CANNOT_TELL if len(outcomes) == 2 else MET if outcomes == {True} else NOT_MET
    got = SomeOf(printed="so many", count=count, parts=parts(answers)).answer(READING)
    assert got.answer is expected
    assert bool(got.missing) == (expected is CANNOT_TELL)
    assert [part.answer for part in got.parts] == answers


@settings(deadline=None)
@given(ANSWERS)
def test_any_and_all_mirror_each_other(answers):
    turned = [Opposite(printed=part.printed, part=part) for part in parts(answers)]
    either = any_of("any", *parts(answers)).answer(READING).answer
    both = Opposite(printed="not", part=all_of("all", *turned)).answer(READING).answer
    assert either is both


@settings(deadline=None)
@given(ANSWERS)
def test_whichever_lets_what_is_known_decide(answers):
    known = [answer for answer in answers if answer is not CANNOT_TELL]
    expected = CANNOT_TELL if not known else MET if MET in known else NOT_MET
    got = Whichever(printed="one way or the other", parts=parts(answers)).answer(READING)
    assert got.answer is expected
    assert bool(got.missing) == (expected is CANNOT_TELL)


def test_the_tally_is_told():
    three = SomeOf(printed="x", count=2, parts=parts([MET, NOT_MET, CANNOT_TELL])).answer(READING)
    assert three.reason == "1 of 3 met, 1 cannot be told; at least 2 are asked."
    assert three.missing == ("part 2 is missing",)
    assert any_of("x", *parts([MET, NOT_MET])).answer(READING).reason == "1 of 2 met; at least 1 is asked."
    assert all_of("x", *parts([MET, MET])).answer(READING).reason == "2 of 2 met; all are asked."


@pytest.mark.parametrize(
    ("limit", "below", "at", "above"),
    [
        (at_least(10.0), False, True, True),
        (more_than(10.0), False, False, True),
        (at_most(10.0), True, True, False),
        (less_than(10.0), True, False, False),
        (at_least(-4.0), False, True, True),
        (less_than(-4.0), True, False, False),
    ],
)
def test_limits(limit, below, at, above):
    value = limit.value
    assert [limit.holds(value + step) for step in (-1e-6, 0.0, 1e-6)] == [below, at, above]


def test_binary_rounding_does_not_move_a_limit():
    assert at_least(0.3).holds(0.1 + 0.2)
    assert not more_than(0.3).holds(0.1 + 0.2)
    assert at_least(0.1).holds(0.8 - 0.7)
    assert not less_than(0.1).holds(0.8 - 0.7)


A_FIFTH = at_least(0.2)


def fall(measure="fvc", counted=Counted.ABSOLUTE, limit=A_FIFTH, towards=Towards.FALL):
    return Moved(printed="fall", measure=measure, counted=counted, towards=towards, limits=(limit,))


def answered(condition, window=YEAR, period=BEFORE, **values):
    return condition.answer(read(patient(period, **values), window)[-1])


def test_of_all_pairs_the_largest_movement_is_told():
    got = answered(fall(), fvc={-40: 3.0, -20: 2.4, -1: 2.5})
    assert got.reason == (
        "FVC fell by 0.60 L (from 3.00 L at week −40 to 2.40 L at week −20); asked: a fall of at least 0.2 L."
    )


def test_where_nothing_fell_the_longest_time_is_told():
    got = answered(fall(), fvc={-40: 2.0, -20: 2.1, -1: 3.0})
    assert got.reason == (
        "FVC rose by 1.00 L (from 2.00 L at week −40 to 3.00 L at week −1); asked: a fall of at least 0.2 L."
    )


def test_no_change_is_said():
    got = answered(fall(), fvc={-40: 2.0, -1: 2.0})
    assert got.reason == (
        "FVC did not change (from 2.00 L at week −40 to 2.00 L at week −1); asked: a fall of at least 0.2 L."
    )


def test_a_movement_is_never_told_as_the_limit_it_differs_from():
    got = answered(fall(counted=Counted.RELATIVE, limit=at_least(10.0)), fvc={-40: 3.0, -1: 2.701})
    assert got.answer is NOT_MET
    assert got.reason.startswith("FVC fell by 9.97 % of its value")


def test_unable_is_told_and_counts_as_worse_than_any_number():
    got = answered(fall(), fvc={-40: 3.0, -1: UNABLE})
    assert got.answer is MET
    assert got.reason == (
        "FVC could not be performed at week −1 because of the disease, which counts as worse than any number; "
        "asked: a fall of at least 0.2 L."
    )
    again = answered(fall(towards=Towards.RISE), fvc={-40: UNABLE, -1: 3.0})
    assert again.answer is MET
    assert "which counts as better afterwards than any number" in again.reason
    assert answered(fall(), fvc={-40: UNABLE, -1: UNABLE}).answer is NOT_MET
    lower_is_better = fall("mmrc", limit=at_least(1.0), towards=Towards.RISE)
    assert answered(lower_is_better, mmrc={-40: 1, -1: UNABLE}).answer is MET
    assert answered(lower_is_better, mmrc={-40: UNABLE, -1: 4}).answer is NOT_MET


def test_not_done_and_not_recorded_are_no_values():
    for absent in (Absence.NOT_DONE, Absence.NOT_RECORDED):
        got = answered(fall(), fvc={-40: 3.0, -1: absent}, mmrc={-1: 1})
        assert got.answer is CANNOT_TELL
        assert got.missing == ("FVC: one value only in the window (read at week −1: a year)",)


def test_a_relative_change_from_zero_has_no_meaning():
    got = answered(fall("ct_honeycombing", Counted.RELATIVE), ct_honeycombing={-40: ct(0.0), -1: ct(5.0)})
    assert got.missing == ("Honeycombing on CT was 0 at the earlier date: a relative change has no meaning",)


def test_two_values_of_one_day_are_no_change():
    evidence = patient(fvc={-1: 3.0})
    twice = patient(fvc={-1: 2.0})
    from dataclasses import replace

    both = replace(evidence, standings=(*evidence.standings, *twice.standings))
    assert fall().answer(read(both, YEAR)[-1]).answer is CANNOT_TELL


def test_beyond_the_error_in_both_directions():
    less = BeyondError(printed="less", measure="ct_ild", towards=Towards.FALL)
    assert answered(less, ct_ild={-40: ct(20), -1: ct(17)}).answer is MET
    assert answered(less, ct_ild={-40: ct(20), -1: ct(18)}).answer is NOT_MET
    assert answered(less, ct_ild={-40: ct(20), -1: ct(25)}).answer is NOT_MET
    told_ = answered(less, ct_ild={-40: ct(20), -1: ct(17)}).reason
    assert told_ == (
        "Interstitial abnormality on CT from 20.0 % at week −40 to 17.0 % at week −1: fall beyond the error of the "
        "two scans."
    )


def test_readings_before_treatment_are_one_and_on_it_one_a_visit():
    values = {"fvc": {-60: 3.0, -1: 3.0, 4: 3.0, 12: 3.0}, "mmrc": {8: 1.0}}
    assert [r.moment.week for r in read(patient(BEFORE, **values), YEAR)] == [-1]
    assert [r.moment.week for r in read(patient(ON, **values), YEAR)] == [4, 8, 12]
    last = Window(printed="", days=366.0, pairing=Pairing.BASELINE_TO_LAST)
    assert [r.moment.week for r in read(patient(ON, **values), last)] == [12]
    assert [r.moment.week for r in read(patient(RECORD, start=None, **values), YEAR)] == [-60, -1, 4, 8, 12]


def test_values_that_cannot_be_placed_are_left_out():
    from datetime import date

    start = Moment(date=date(2024, 1, 1))
    assert days_from(start, Moment(week=3.0)) is None
    assert days_from(start, Moment(date=date(2024, 1, 8))) == 7.0
    assert days_from(Moment(week=2.0), Moment(week=3.0)) == 7.0
    assert days_from(None, Moment(week=3.0)) == 21.0
    assert read(patient(start=start, fvc={-1: 3.0}), YEAR) == "Tests before treatment: none recorded"


def test_moments_are_told_by_week_or_date():
    from datetime import date

    assert told(Moment(week=-1.0)) == "week −1"
    assert told(Moment(week=4.4286)) == "week 4.4"
    assert told(Moment(date=date(2024, 3, 4))) == "2024-03-04"
    assert told(None) == "an unknown date"


HB = {"hb": {-50: 13.4, -1: 9.4}}


def test_dlco_is_corrected_for_the_haemoglobin_of_the_day():
    """Cotes, women: (9.38 + Hb) / (1.7 Hb) is 1.00 at 13.4 and 1.175 at 9.4 g/dL."""
    # 60 % before; 45 % measured is 52.9 % corrected: a fall of 7.1 points, where 15 were measured.
    evidence = patient(dlco={-50: 15.0, -1: 11.25}, **HB)
    got = find(judge("ppf_2022", evidence).conditions, "Absolute decline in DLCO")
    assert got.answer is NOT_MET
    assert got.reason.startswith("DLCO fell by 7.1 points of % predicted")
    # Men: (10.22 + Hb) / (1.7 Hb) is 1.037 and 1.228: 62.2 % and 55.2 %.
    man = patient(person={"sex": Sex.MALE}, dlco={-50: 15.0, -1: 11.25}, **HB)
    told_ = find(judge("ppf_2022", man).conditions, "Absolute decline in DLCO").reason
    assert told_.startswith("DLCO fell by 7.0 points")


@pytest.mark.parametrize(
    ("person", "values", "missing"),
    [
        ({}, {}, "DLCO corrected for haemoglobin: no haemoglobin at week −50"),
        ({}, {"hb": {-50: 13.4}}, "DLCO corrected for haemoglobin: no haemoglobin at week −1"),
        ({}, {"hb": {-50: 13.4, -1: UNABLE}}, "DLCO corrected for haemoglobin: no haemoglobin at week −1"),
        ({"sex": None}, HB, "DLCO corrected for haemoglobin: sex or age is not recorded"),
        ({"age_years": None}, HB, "DLCO corrected for haemoglobin: sex or age is not recorded"),
    ],
)
def test_what_is_missing_for_the_correction_is_said(person, values, missing):
    evidence = patient(person=person, dlco={-50: 15.0, -1: 11.0}, **values)
    assert find(judge("ppf_2022", evidence).conditions, "Absolute decline in DLCO").missing == (missing,)


def test_a_haemoglobin_that_cannot_be_is_refused_in_words():
    evidence = patient(dlco={-50: 15.0, -1: 11.0}, hb={-50: 13.4, -1: 1.2})
    got = find(judge("ppf_2022", evidence).conditions, "Absolute decline in DLCO")
    assert got.answer is CANNOT_TELL
    assert got.missing[0].startswith("DLCO corrected for haemoglobin: ")


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("Hb-corrected", MET),
        ("single breath, haemoglobin adjusted", MET),
        ("corrected_for_hb", MET),
        ("not corrected for Hb", CANNOT_TELL),
        ("Hb uncorrected", CANNOT_TELL),
        ("corrected", CANNOT_TELL),
        ("", CANNOT_TELL),
    ],
)
def test_what_the_laboratory_says_of_its_correction(method, answer):
    evidence = patient(dlco={-50: V(value=15.0, method=method), -1: V(value=11.0, method=method)})
    assert find(judge("ppf_2022", evidence).conditions, "Absolute decline in DLCO").answer is answer


@pytest.mark.parametrize(
    ("diagnoses", "subtype"),
    [
        ([("idiopathic pulmonary fibrosis", "")], IldSubtype.IPF),
        ([("IPF", "")], IldSubtype.IPF),
        ([("lung disease", "ICD-10-CM:J84.112")], IldSubtype.IPF),
        ([("lung disease", "J84.112")], IldSubtype.IPF),
        ([("non-IPF fibrotic ILD", "")], None),
        ([("possible IPF", "")], None),
        ([("IPF?", "")], None),
        ([("hypersensitivity pneumonitis, chronic", "")], IldSubtype.CHRONIC_HP),
        ([("farmer's lung", "ICD-10:J67.0")], IldSubtype.CHRONIC_HP),
        ([("idiopathic NSIP", "")], IldSubtype.IDIOPATHIC_NSIP),
        ([("unclassifiable ILD", "")], IldSubtype.UNCLASSIFIABLE),
        ([("Sjögren's disease", "")], IldSubtype.CTD_ILD),
        ([("", "ICD-10:M34.0")], IldSubtype.CTD_ILD),
        ([("mixed connective tissue disease", "M35.1"), ("pulmonary fibrosis", "J84.1")], IldSubtype.CTD_ILD),
        ([("rheumatoid arthritis", ""), ("IPF", "")], None),
        ([("sarcoidosis", "D86.0")], None),
        ([], None),
    ],
)
def test_the_disease_a_record_names(diagnoses, subtype):
    person = Person(id="P", diagnoses=tuple(Diagnosis(text=t, code=c) for t, c in diagnoses))
    assert subtype_of(person) is subtype


def test_the_measures_a_condition_looks_at():
    from breathline.verdict.conditions import measures_of
    from breathline.verdict.fraticelli_2014 import RULE

    assert measures_of(RULE.cases[0].condition) == {"fvc", "dlco", "pao2", "hrct_reading", "ct_ild"}
