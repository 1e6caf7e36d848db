"""The overall answer: what each domain of the disease did, and whether they agree.

A single measure that moves beyond error by chance is to be expected now and then when several are judged, each
at 95 %. So "improved" asks for two domains that agree, with none against; one alone is "partly improved".
Domains that disagree are a finding, said as such, and never averaged.
"""

from __future__ import annotations

from collections.abc import Sequence

from breathline.model.assessment import Verdict
from breathline.model.change import Change, Domain, Judgement
from breathline.verdict.criterion import Criterion, Evidence

AGREEING_DOMAINS = 2

PRINTED = (
    "A domain is better if at least one of its measures is better and none worse, and the mirror image for "
    "worse; both at once is mixed. Overall: improved if at least two domains are better and none is worse or "
    "mixed; partly improved if one is; worse and partly worse likewise; mixed if domains disagree; no change "
    "if no domain changed beyond error; cannot tell if no measure could be judged or the start of treatment "
    "is not recorded."
)

STATEMENTS = {
    "improved": "The disease improved on treatment.",
    "partly_improved": "The disease improved in one domain on treatment; nothing else could be shown to change.",
    "no_change": "Neither improvement nor worsening beyond error could be shown on treatment.",
    "mixed": "The domains of the disease disagree.",
    "partly_worse": "The disease worsened in one domain on treatment; nothing else could be shown to change.",
    "worse": "The disease worsened on treatment.",
    "cannot_tell": "Whether the disease responded cannot be told from this record.",
}

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


def judge(evidence: Evidence) -> Verdict:
    """Give the overall verdict with what each domain did."""
    by_domain = {
        domain: [change for change in evidence.changes if change.domain is domain] for domain in Domain
    }
    states = {domain: domain_state(found) for domain, found in by_domain.items() if found}
    missing = [
        f"{DOMAIN_NAMES[domain]}: no measure recorded" for domain in _expected() if domain not in states
    ]
    missing += [_why_not(c) for c in evidence.changes if c.judgement is Judgement.CANNOT_TELL]
    label = overall_label(list(states.values()))
    if evidence.timeline.treatment_start is None:
        label = "cannot_tell"
        missing.insert(0, "Start of treatment: not recorded")
    return Verdict(
        criterion="overall",
        title="Overall response",
        label=label,
        statement=STATEMENTS[label],
        reasons=tuple(_reason(domain, state, by_domain[domain]) for domain, state in states.items()),
        missing=tuple(missing),
    )


def domain_state(changes: Sequence[Change]) -> str:
    """Give ``better``, ``worse``, ``mixed``, ``no_change`` or ``cannot_tell`` for the measures of a domain."""
    seen = {change.judgement for change in changes}
    if {Judgement.BETTER, Judgement.WORSE} <= seen:
        return "mixed"
    for judgement in (Judgement.BETTER, Judgement.WORSE, Judgement.NO_CHANGE):
        if judgement in seen:
            return judgement.value
    return "cannot_tell"


def overall_label(states: Sequence[str]) -> str:
    """Give the overall label from the states of the domains."""
    better, worse = states.count("better"), states.count("worse")
    if "mixed" in states or (better and worse):
        return "mixed"
    if better:
        return "improved" if better >= AGREEING_DOMAINS else "partly_improved"
    if worse:
        return "worse" if worse >= AGREEING_DOMAINS else "partly_worse"
    return "no_change" if "no_change" in states else "cannot_tell"


def _why_not(change: Change) -> str:
    return change.reason if change.reason.startswith(change.label) else f"{change.label}: {change.reason}"


def _expected() -> tuple[Domain, ...]:
    return (Domain.FUNCTION, Domain.GAS_EXCHANGE, Domain.EXERCISE, Domain.SYMPTOMS, Domain.IMAGING)


def _reason(domain: Domain, state: str, changes: Sequence[Change]) -> str:
    groups = [
        f"{JUDGEMENT_WORDS[judgement]} ({', '.join(found)})"
        for judgement in Judgement
        if (found := [change.label for change in changes if change.judgement is judgement])
    ]
    disagree = "its measures disagree: " if state == "mixed" else ""
    return f"{DOMAIN_NAMES[domain]}: {disagree}{'; '.join(groups)}."


CRITERION = Criterion(key="overall", title="Overall response", printed=PRINTED, judge=judge)
