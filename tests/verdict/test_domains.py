"""The sides of the disease, what founds and confirms the answer, and the words for a disagreement."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.verdict.test_overall import IMG, B, C, E, F, G, N, W, change, evidence_of

from breathline.model.change import Domain, Judgement
from breathline.model.course import Confirmation, Response, Spell
from breathline.model.measurement import Moment
from breathline.verdict import CRITERIA, find_domains
from breathline.verdict.overall import REPORTED_ONLY, overall_label

S = Domain.SYMPTOMS


def reported(domain: Domain, judgement: Judgement):
    return replace(change(domain, judgement), reported=True)


def course(domain: Domain, judgement: Judgement, confirmation: Confirmation, weeks: float = 12.0) -> Response:
    spell = Spell(
        first=Moment(week=weeks), last=Moment(week=20), visits=2, weeks_to_first=weeks, held_weeks=8.0
    )
    return Response(
        measure=f"m_{domain}",
        label=f"Measure of {domain}",
        domain=domain,
        judgement=judgement,
        confirmation=confirmation,
        better=spell if judgement is B else None,
        worse=spell if judgement is W else None,
    )


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ([reported(S, B), reported(IMG, B)], "partly_improved"),
        ([reported(S, B), change(F, B)], "improved"),
        ([reported(S, W), reported(IMG, W)], "partly_worse"),
        ([reported(S, W), change(F, W)], "worse"),
        ([reported(S, B), reported(IMG, B), reported(E, B)], "partly_improved"),
        ([reported(S, B), change(F, W)], "mixed"),
    ],
)
def test_judgements_of_persons_alone_never_found_the_answer(changes, label) -> None:
    assert overall_label(find_domains(changes, ())) == label


def test_a_measured_change_beside_a_reported_one_makes_the_domain_measured() -> None:
    both = [reported(S, B), change(S, B), reported(IMG, B)]
    assert overall_label(find_domains(both, ())) == "improved"
    (only_reported_moved, _) = find_domains([reported(S, B), change(S, N), reported(IMG, B)], ())
    assert not only_reported_moved.measured


def test_reported_only_is_said() -> None:
    found = CRITERIA["overall"].judge(evidence_of((reported(S, B), reported(IMG, B))))
    assert found.statement == (
        "The disease improved in 2 domains on treatment; nothing else could be shown to change. "
        f"{REPORTED_ONLY} It is not yet confirmed by a second visit."
    )
    one = CRITERIA["overall"].judge(evidence_of((reported(S, W),)))
    assert one.statement.startswith("The disease worsened in one domain on treatment;")
    assert REPORTED_ONLY in one.statement


def test_a_composite_carries_no_domain() -> None:
    cpi = replace(change(F, B), label="CPI", measure="cpi", made_of=("fvc", "dlco"))
    (function, gas) = find_domains([change(F, N), cpi, change(G, B)], ())
    assert (function.state, function.composites) == ("no_change", ("CPI better",))
    assert overall_label((function, gas)) == "partly_improved"
    found = CRITERIA["overall"].judge(evidence_of((change(F, N), cpi, change(G, B))))
    assert (
        "Lung function: no change beyond error (Measure of function). Beside it, as a composite: CPI better."
        in found.reasons
    )
    (alone,) = find_domains([cpi], ())
    assert alone.state == "cannot_tell"


@pytest.mark.parametrize(
    ("confirmed", "words"),
    [
        ((True, True), "The disease improved on treatment. A second visit confirms it."),
        (
            (True, False),
            "The disease improved on treatment. A second visit confirms it in lung function.",
        ),
        ((False, False), "The disease improved on treatment. It is not yet confirmed by a second visit."),
    ],
)
def test_confirmation_is_said(confirmed: tuple[bool, bool], words: str) -> None:
    states = {True: Confirmation.CONFIRMED, False: Confirmation.UNCONFIRMED}
    responses = tuple(course(domain, B, states[yes]) for domain, yes in zip((F, G), confirmed, strict=True))
    evidence = replace(evidence_of((change(F, B), change(G, B))), responses=responses)
    assert CRITERIA["overall"].judge(evidence).statement == words


def test_only_the_courses_that_carry_the_state_count() -> None:
    other = replace(course(F, B, Confirmation.CONFIRMED), measure="another")
    (found,) = find_domains([change(F, B)], [other])
    assert (found.confirmation, found.weeks_to_first) == (Confirmation.UNCONFIRMED, None)
    (found,) = find_domains([change(F, W)], [course(F, W, Confirmation.CONFIRMED, weeks=4.0)])
    assert (found.confirmation, found.weeks_to_first) == (Confirmation.CONFIRMED, 4.0)
    (found,) = find_domains([change(F, N)], [course(F, B, Confirmation.CONFIRMED)])
    assert (found.confirmation, found.weeks_to_first) == (Confirmation.NOT_ASKED, None)


def test_the_first_measure_to_move_dates_the_domain() -> None:
    fvc, tlc = (replace(change(F, B), measure=key) for key in ("fvc", "tlc"))
    courses = [
        replace(course(F, B, Confirmation.UNCONFIRMED, weeks=weeks), measure=key)
        for key, weeks in (("fvc", 20.0), ("tlc", 8.0))
    ]
    (found,) = find_domains([fvc, tlc], courses)
    assert found.weeks_to_first == 8.0


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (
            [(IMG, B), (G, W)],
            "The domains of the disease disagree. Imaging is better, while gas exchange is worse; this is reported "
            "as found and not averaged.",
        ),
        (
            [(IMG, B), (F, B), (G, W)],
            "The domains of the disease disagree. Lung function and imaging are better, while gas exchange is "
            "worse; this is reported as found and not averaged.",
        ),
        (
            [(F, B), (F, W)],
            "The domains of the disease disagree. Within lung function measures disagree; this is reported as found "
            "and not averaged.",
        ),
        (
            [(F, B), (F, W), (G, B), (E, B), (IMG, B)],
            "The domains of the disease disagree. Gas exchange, exercise capacity and imaging are better, while "
            "within lung function measures disagree; this is reported as found and not averaged.",
        ),
    ],
)
def test_a_disagreement_in_words(pairs, words) -> None:
    assert CRITERIA["overall"].judge(evidence_of(tuple(change(*pair) for pair in pairs))).statement == words


def test_labels_stand_by_their_judgement() -> None:
    (found,) = find_domains([replace(change(F, j), label=str(j)) for j in (B, N, C)], ())
    assert (found.better, found.worse, found.no_change, found.cannot_tell) == (
        ("better",),
        (),
        ("no_change",),
        ("cannot_tell",),
    )
    assert (found.domain, found.name, found.state, found.measured) == (F, "Lung function", "better", True)


def test_the_time_before_treatment_is_judged_by_the_same_rule() -> None:
    for pairs in ([(F, W), (G, W)], [(F, B)], [(F, N)], [(IMG, B), (F, W)], []):
        changes = tuple(change(*pair) for pair in pairs)
        before = CRITERIA["before_treatment"].judge(replace(evidence_of(()), before=changes))
        assert before.label == CRITERIA["overall"].judge(evidence_of(changes)).label
        assert before.criterion == "before_treatment"
    assert before.missing == ("Two values of any measure before treatment",)
    untold = CRITERIA["before_treatment"].judge(replace(evidence_of(()), before=(change(F, C),)))
    assert untold.missing == ("Measure of function: because.",)
    worse = CRITERIA["before_treatment"].judge(
        replace(
            evidence_of(()),
            before=(change(F, W), change(G, W)),
            responses_before=(course(F, W, Confirmation.CONFIRMED),),
        )
    )
    assert worse.statement == (
        "The disease was worsening before treatment. A second visit confirms it in lung function."
    )
    assert worse.reasons == (
        "Lung function: worse (Measure of function).",
        "Gas exchange: worse (Measure of gas_exchange).",
    )
