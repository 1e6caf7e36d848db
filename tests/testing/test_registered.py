"""Every registered pattern method and criterion keeps its contract."""

from __future__ import annotations

import pytest

from breathline.ct.align import align
from breathline.ct.patterns import PATTERN_METHODS
from breathline.model.assessment import Timeline
from breathline.model.patient import Person
from breathline.model.safety import EventsStatus, SafetySummary
from breathline.testing import check_alignment, check_pattern_method
from breathline.verdict import CRITERIA, Evidence


@pytest.mark.parametrize("name", PATTERN_METHODS)
def test_every_pattern_method_keeps_its_contract(name: str) -> None:
    method = PATTERN_METHODS[name]
    check_pattern_method(lambda volume, lungs: method.classify(volume, lungs).labels)


def test_the_alignment_keeps_its_contract() -> None:
    check_alignment(align)


@pytest.mark.parametrize("name", CRITERIA)
def test_every_criterion_says_what_an_empty_record_lacks(name: str) -> None:
    nothing = Evidence(
        person=Person(id="P"),
        timeline=Timeline(treatment_start=None, treatment_stop=None),
        standings=(),
        changes=(),
        before=(),
        safety=SafetySummary(status=EventsStatus.NOT_RECORDED),
    )
    verdict = CRITERIA[name].judge(nothing)
    assert verdict.criterion == name
    assert verdict.label == "cannot_tell"
    assert verdict.missing
    assert CRITERIA[name].printed
