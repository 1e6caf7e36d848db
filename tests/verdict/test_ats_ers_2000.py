"""Response and failure by the statement of 2000: two or more of symptoms, imaging and physiology."""

from __future__ import annotations

import pytest

from breathline.testing import check_criterion
from breathline.verdict import CRITERIA
from tests.verdict.vignettes import MET, NOT_MET, ON, UNABLE, ct, find, judge, label, patient

UP, DOWN = "ats_ers_2000", "ats_ers_2000_failure"


def pair(first, last):
    return {-1: first, 20: last}


def mirrored(pairs, name):
    """Give values that got better; for failure, the same values in the other order."""
    order = 1 if name == UP else -1
    return {key: pair(*found[::order]) for key, found in pairs.items()}


SAID = {UP: {"symptoms": {20: 1.0}}, DOWN: {"symptoms": {20: -1.0}}}
READ = {UP: {"hrct_reading": {20: 1.0}}, DOWN: {"hrct_reading": {20: -1.0}}}
SAME = {"symptoms": {20: 0.0}}
READ_SAME = {"hrct_reading": {20: 0.0}}
PHYSIOLOGY = {"fvc": (2.0, 2.3), "dlco": (10.0, 14.0)}
NO_PHYSIOLOGY = {"fvc": (2.0, 2.1), "dlco": (10.0, 11.0)}
NYHA = {"nyha_class": (3.0, 3.0)}


def vignettes(name):
    said, read = SAID[name], READ[name]
    good, none = mirrored(PHYSIOLOGY, name), mirrored(NO_PHYSIOLOGY, name)
    return {
        "symptoms and imaging": (patient(ON, **said, **read), "met"),
        "symptoms and physiology": (patient(ON, **said, **good), "met"),
        "imaging and physiology": (patient(ON, **read, **good), "met"),
        "symptoms alone": (patient(ON, **said, **READ_SAME, **none), "not_met"),
        "imaging alone": (patient(ON, **SAME, **read, **none), "not_met"),
        "physiology alone": (patient(ON, **SAME, **READ_SAME, **good), "not_met"),
        "two not met": (patient(ON, **SAME, **READ_SAME), "not_met"),
        "symptoms alone, the rest unknown": (patient(ON, **said), "cannot_tell"),
        "imaging alone, the rest unknown": (patient(ON, **read), "cannot_tell"),
        "physiology alone, the rest unknown": (patient(ON, **good), "cannot_tell"),
        "one part of physiology, the others unknown": (
            patient(ON, **said, **READ_SAME, **mirrored({"fvc": (2.0, 2.3)}, name)),
            "cannot_tell",
        ),
        "one part of physiology met, two not": (
            patient(
                ON,
                **said,
                **READ_SAME,
                **mirrored({"fvc": (2.0, 2.3), "dlco": (10.0, 10.0), "spo2_nadir": (90.0, 90.0)}, name),
            ),
            "not_met",
        ),
        "saturation and DLCO": (
            patient(ON, **said, **mirrored({"dlco": (10.0, 13.0), "spo2_nadir": (84.0, 88.0)}, name)),
            "met",
        ),
        "TLC and saturation": (
            patient(ON, **said, **mirrored({"tlc": (3.0, 3.6), "spo2_nadir": (84.0, 88.0)}, name)),
            "met",
        ),
        "TLC not": (patient(ON, **SAME, **READ_SAME, **mirrored({"tlc": (3.0, 3.1)}, name)), "not_met"),
        "mMRC and NYHA": (patient(ON, **mirrored({"mmrc": (3.0, 2.0), **NYHA}, name), **read), "met"),
        "mMRC the same and NYHA": (
            patient(ON, **mirrored({"mmrc": (2.0, 2.0), "nyha_class": (3.0, 2.0)}, name), **read),
            "met",
        ),
        "imaging measured": (
            patient(ON, **said, **{"ct_ild": mirrored({"ct_ild": (ct(30), ct(20))}, name)["ct_ild"]}),
            "met",
        ),
        "imaging measured, the same": (
            patient(ON, **SAME, **{"ct_ild": mirrored({"ct_ild": (ct(30), ct(29))}, name)["ct_ild"]}),
            "not_met",
        ),
    }


@pytest.mark.parametrize("name", [UP, DOWN])
@pytest.mark.parametrize("case", vignettes(UP))
def test_label(case, name):
    evidence, expected = vignettes(name)[case]
    assert judge(name, evidence).label == expected


@pytest.mark.parametrize("name", [UP, DOWN])
def test_contract(name):
    check_criterion(CRITERIA[name], [evidence for evidence, _ in vignettes(name).values()])


@pytest.mark.parametrize(
    ("measure", "printed", "first", "at", "below"),
    [
        ("fvc", "VC ≥ 10 %", 1.0, 0.1, 0.099),
        ("fvc", "VC ≥ 200 mL", 3.0, 0.2, 0.199),
        ("tlc", "TLC ≥ 10 %", 1.0, 0.1, 0.099),
        ("tlc", "TLC ≥ 200 mL", 3.0, 0.2, 0.199),
        ("dlco", "≥ 15 %", 10.0, 1.5, 1.49),
        ("dlco", "≥ 3 mL/min/mmHg", 30.0, 3.0, 2.99),
        ("spo2_nadir", "≥ 4 points", 84.0, 4.0, 3.99),
    ],
)
@pytest.mark.parametrize("name", [UP, DOWN])
def test_physiology_at_and_about_its_limits(name, measure, printed, first, at, below):
    word = "increase" if name == UP else "decrease"
    sign = 1.0 if name == UP else -1.0
    for step, answer in ((1.01 * at, MET), (at, MET), (below, NOT_MET), (-at, NOT_MET)):
        evidence = patient(ON, **SAME, **{measure: pair(first, first + sign * step)})
        conditions = judge(name, evidence).conditions
        found = _innermost(conditions, f"{printed} {word}")
        assert found.answer is answer, (step, found.reason)


def _innermost(conditions, printed):
    found = find(conditions, printed)
    return _innermost(found.parts, printed) if found.parts else found


def test_unable_on_exercise_is_failure():
    evidence = patient(ON, **SAID[DOWN], **READ_SAME, fvc=pair(3.0, UNABLE), dlco=pair(10.0, UNABLE))
    assert judge(DOWN, evidence).label == "met"
    assert judge(UP, evidence).label == "not_met"


def test_better_once_and_worse_once_cannot_be_weighed():
    verdict = judge(UP, patient(ON, symptoms={10: 1.0, 20: -1.0}, **READ[UP]))
    assert verdict.label == "cannot_tell"
    assert "Symptoms: better at one visit and worse at another, which cannot be weighed" in verdict.missing[0]


def test_saturation_on_oxygen_is_not_compared_with_room_air():
    shared = {"dlco": pair(10.0, 14.0), **SAID[UP], **READ_SAME, "fvc": pair(3.0, 3.0)}
    apart = patient(ON, **shared, spo2_nadir=pair(84.0, 90.0), fio2=pair(21.0, 28.0))
    assert judge(UP, apart).label == "cannot_tell"
    one = patient(ON, **shared, spo2_nadir=pair(84.0, 90.0), fio2={20: 21.0})
    assert judge(UP, one).label == "cannot_tell"
    same = patient(ON, **shared, spo2_nadir=pair(84.0, 90.0), fio2=pair(21.0, 21.0))
    assert judge(UP, same).label == "met"
    nearly = patient(ON, **shared, spo2_nadir=pair(84.0, 90.0), fio2=pair(21.0, 21.5))
    assert judge(UP, nearly).label == "met"
    beyond = patient(ON, **shared, spo2_nadir=pair(84.0, 90.0), fio2=pair(21.0, 21.6))
    assert judge(UP, beyond).label == "cannot_tell"


def test_only_the_last_visit_on_treatment_counts():
    assert (
        label(
            UP,
            ON,
            symptoms={20: 1.0},
            fvc={-1: 2.0, 10: 2.5, 20: 2.0},
            dlco={-1: 10.0, 10: 14.0, 20: 10.0},
            **READ_SAME,
        )
        == "not_met"
    )


def test_what_the_statement_asks_and_is_not_asked_here_is_said():
    assert judge(UP, patient(ON, **SAME)).presumed[1] == (
        "Documented on two consecutive visits over 3 to 6 months, which is not asked here."
    )


def test_better_once_and_the_same_later_is_better():
    verdict = judge(UP, patient(ON, symptoms={10: 1.0, 20: 0.0}, **READ[UP]))
    assert verdict.label == "met"
    assert verdict.reasons == ("Symptoms: better at week 10.", "HRCT reading: better at week 20.")
    not_better = find(judge(UP, patient(ON, symptoms={10: 0.0, 20: 0.0})).conditions, "Symptoms said")
    assert not_better.reason == "Symptoms: not better at any of 2 visits."
