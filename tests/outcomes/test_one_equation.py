"""A patient is followed with one equation: it is stored with each value, and two are not mixed."""

from __future__ import annotations

from dataclasses import replace

from breathline.equations import EQUATIONS, predict
from breathline.model.change import Judgement
from breathline.model.patient import Sex
from breathline.outcomes import OUTCOMES, judge_record
from tests.outcomes.records import START, STOP, standings, value

PERSON = {"age_years": 64.0, "height_cm": 162.0}


def test_every_value_carries_the_equation_of_its_measure() -> None:
    found = standings(value("fvc", 2.0, -1), value("fvc", 2.2, 12), value("dlco", 10.0, 12))
    stored = [one.standardised.equation for one in found if one.standardised]
    assert stored == ["gli_2022_fvc", "gli_2022_fvc", "gli_2017_dlco"]
    assert [OUTCOMES[one.measurement.measure].equation for one in found] == stored


def test_values_of_two_equations_are_not_compared() -> None:
    before, after = standings(value("fvc", 2.0, -1), value("fvc", 3.0, 12))
    alone = judge_record((before, after), START, STOP).changes[0]
    assert alone.judgement is Judgement.BETTER
    other = predict(EQUATIONS["gli_2012_fvc"], 3.0, unit="L", sex=Sex.FEMALE, **PERSON)
    mixed = judge_record((before, replace(after, standardised=other)), START, STOP).changes[0]
    assert mixed.judgement is Judgement.CANNOT_TELL
    assert mixed.reason == (
        "FVC was held against different reference equations (gli_2022_fvc and gli_2012_fvc), so a change "
        "cannot be told."
    )
