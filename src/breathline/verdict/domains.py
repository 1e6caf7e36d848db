"""What each side of the disease did: its measures put together, by one rule, before treatment and on it."""

from __future__ import annotations

from collections.abc import Sequence

from breathline.model.change import Change, Domain, Judgement
from breathline.model.course import Confirmation, DomainFinding, Response, Spell

DOMAIN_NAMES = {
    Domain.FUNCTION: "Lung function",
    Domain.GAS_EXCHANGE: "Gas exchange",
    Domain.EXERCISE: "Exercise capacity",
    Domain.SYMPTOMS: "Symptoms",
    Domain.IMAGING: "Imaging",
    Domain.SKIN: "Skin",
    Domain.KIDNEY: "Kidney",
}

JUDGEMENT_WORDS = {
    Judgement.BETTER: "better",
    Judgement.WORSE: "worse",
    Judgement.NO_CHANGE: "no change beyond error",
    Judgement.CANNOT_TELL: "cannot be told",
}

MIXED = "mixed"


def find_domains(changes: Sequence[Change], responses: Sequence[Response]) -> tuple[DomainFinding, ...]:
    """Put the measures of each domain together.

    Parameters
    ----------
    changes
        One a measure.
    responses
        The courses of the same measures, as far as there are any.

    Returns
    -------
    tuple of DomainFinding
        One a domain that has a measure, in the order of `Domain`.
    """
    by_domain = {domain: [c for c in changes if c.domain is domain] for domain in Domain}
    return tuple(_finding(domain, own, responses) for domain, own in by_domain.items() if own)


def domain_state(changes: Sequence[Change]) -> str:
    """Give ``better``, ``worse``, ``mixed``, ``no_change`` or ``cannot_tell`` for the measures of a domain."""
    seen = {change.judgement for change in changes}
    if {Judgement.BETTER, Judgement.WORSE} <= seen:
        return MIXED
    for judgement in (Judgement.BETTER, Judgement.WORSE, Judgement.NO_CHANGE):
        if judgement in seen:
            return judgement.value
    return Judgement.CANNOT_TELL.value


def _finding(domain: Domain, changes: Sequence[Change], responses: Sequence[Response]) -> DomainFinding:
    counted = [change for change in changes if not change.made_of]
    state = domain_state(counted)
    carrying = [change for change in counted if change.judgement.value == state]
    courses = {response.measure: response for response in responses}
    own = [courses[change.measure] for change in carrying if change.measure in courses]
    return DomainFinding(
        domain=domain,
        name=DOMAIN_NAMES[domain],
        state=state,
        measured=any(not change.reported for change in carrying),
        confirmation=_confirmation(state, own),
        better=_labels(counted, Judgement.BETTER),
        worse=_labels(counted, Judgement.WORSE),
        no_change=_labels(counted, Judgement.NO_CHANGE),
        cannot_tell=_labels(counted, Judgement.CANNOT_TELL),
        weeks_to_first=min((s.weeks_to_first for r in own if (s := _spell(r, state))), default=None),
        composites=tuple(
            f"{change.label} {JUDGEMENT_WORDS[change.judgement]}" for change in changes if change.made_of
        ),
    )


def _labels(changes: Sequence[Change], judgement: Judgement) -> tuple[str, ...]:
    return tuple(change.label for change in changes if change.judgement is judgement)


def _spell(response: Response, state: str) -> Spell | None:
    return {"better": response.better, "worse": response.worse}.get(state)


def _confirmation(state: str, own: Sequence[Response]) -> Confirmation:
    if state not in ("better", "worse"):
        return Confirmation.NOT_ASKED
    confirmed = any(response.confirmation is Confirmation.CONFIRMED for response in own)
    return Confirmation.CONFIRMED if confirmed else Confirmation.UNCONFIRMED
