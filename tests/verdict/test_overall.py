"""The overall rule, every branch; the expected labels are the words of the rule."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breathline.model.assessment import Timeline
from breathline.model.change import Change, Direction, Domain, Judgement
from breathline.model.measurement import Moment
from breathline.model.patient import Person
from breathline.model.safety import EventsStatus, SafetySummary
from breathline.verdict import CRITERIA, Evidence
from breathline.verdict.domains import find_domains
from breathline.verdict.overall import STATEMENTS, overall_label

B, W, N, C = Judgement.BETTER, Judgement.WORSE, Judgement.NO_CHANGE, Judgement.CANNOT_TELL
START = Moment(week=0)
MIRROR = {B: W, W: B, N: N, C: C}


def change(domain: Domain, judgement: Judgement) -> Change:
    return Change(
        measure=f"m_{domain}",
        label=f"Measure of {domain}",
        unit="1",
        domain=domain,
        direction=Direction.HIGHER,
        judgement=judgement,
        reason="because.",
        baseline=1.0,
        followup=2.0,
    )


def verdict(*pairs: tuple[Domain, Judgement], start: Moment | None = START):
    return judged(tuple(change(*pair) for pair in pairs), start)


def judged(changes: tuple[Change, ...], start: Moment | None = START):
    return CRITERIA["overall"].judge(evidence_of(changes, start))


def evidence_of(changes: tuple[Change, ...], start: Moment | None = START) -> Evidence:
    return Evidence(
        person=Person(id="P"),
        timeline=Timeline(treatment_start=start, treatment_stop=None),
        standings=(),
        changes=changes,
        before=(),
        safety=SafetySummary(status=EventsStatus.NOT_RECORDED),
    )


F, G, E, IMG = Domain.FUNCTION, Domain.GAS_EXCHANGE, Domain.EXERCISE, Domain.IMAGING


@pytest.mark.parametrize(
    ("pairs", "label"),
    [
        ([(F, B), (G, B)], "improved"),
        ([(F, B), (G, B), (E, N)], "improved"),
        ([(F, B), (F, B), (G, N)], "partly_improved"),
        ([(F, W), (G, W)], "worse"),
        ([(F, W), (G, N)], "partly_worse"),
        ([(IMG, B), (F, W)], "mixed"),
        ([(F, B), (F, W)], "mixed"),
        ([(F, N), (G, C)], "no_change"),
        ([(F, C)], "cannot_tell"),
        ([], "cannot_tell"),
    ],
)
def test_label(pairs, label):
    found = verdict(*pairs)
    assert found.label == label
    assert found.statement.startswith(STATEMENTS[label])


def test_without_a_treatment_start_no_response_is_claimed():
    found = verdict((F, B), (G, B), start=None)
    assert found.label == "cannot_tell"
    assert found.missing[0] == "Start of treatment: not recorded"


def test_a_conflict_is_said_in_words():
    found = verdict((IMG, B), (F, W))
    assert "Imaging: better (Measure of imaging)." in found.reasons
    assert "Lung function: worse (Measure of function)." in found.reasons


def test_a_conflict_within_a_domain_is_said_too():
    reason = (
        "Lung function: its measures disagree: better (Measure of function); worse (Measure of function)."
    )
    assert reason in verdict((F, B), (F, W)).reasons


def test_what_was_not_recorded_is_named():
    assert "Exercise capacity: no measure recorded" in verdict((F, B)).missing


JUDGED = st.lists(st.tuples(st.sampled_from(list(Judgement)), st.booleans()), min_size=1, max_size=4)


@settings(deadline=None)
@given(st.lists(JUDGED, min_size=1, max_size=5))
def test_swapping_better_and_worse_mirrors_the_label(domains):
    def label(swapped: bool) -> str:
        changes = [
            replace(change(domain, MIRROR[j] if swapped else j), reported=reported)
            for domain, judgements in zip(Domain, domains, strict=False)
            for j, reported in judgements
        ]
        return overall_label(find_domains(changes, ()))

    mirror = {"improved": "worse", "partly_improved": "partly_worse", "worse": "improved"}
    mirror |= {"partly_worse": "partly_improved"}
    plain = label(False)
    assert label(True) == mirror.get(plain, plain)


def test_the_order_of_measures_does_not_matter():
    pairs = [(F, B), (G, N), (E, W)]
    assert {verdict(*order).label for order in itertools.permutations(pairs)} == {"mixed"}


def test_what_could_not_be_judged_is_named_once():
    unknown = replace(change(F, C), label="FVC", reason="FVC: there is no value on treatment.")
    other = replace(unknown, reason="A condition differs.")
    assert judged((unknown, other)).missing[-2:] == (
        "FVC: there is no value on treatment.",
        "FVC: A condition differs.",
    )
