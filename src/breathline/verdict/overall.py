"""The overall answer: what each domain of the disease did, whether they agree, and how well that is founded.

A single measure that moves beyond error by chance is to be expected now and then when several are judged, each
at 95 %. So "improved" asks for two domains that agree, with none against; one alone is "partly improved".
Domains that disagree are a finding, said as such, and never averaged.

A class, and a person's "better than before", have no published error and are given by somebody who knows of the
treatment. They count as a second domain beside a measured one. Alone, however many, they never make more than
"partly improved".
"""

from __future__ import annotations

from collections.abc import Sequence

from breathline.model.assessment import Verdict
from breathline.model.change import Change, Domain, Judgement
from breathline.model.course import Confirmation, DomainFinding
from breathline.verdict.criterion import Criterion, Evidence
from breathline.verdict.domains import DOMAIN_NAMES, JUDGEMENT_WORDS, MIXED, find_domains

AGREEING_DOMAINS = 2

PRINTED = (
    "A domain is better if at least one of its measures is better and none worse, and the mirror image for "
    "worse; both at once is mixed. Overall: improved if at least two domains are better, at least one of them by "
    "a measurement with a known error, and none is worse or mixed; partly improved if some are better but not "
    "so; worse and partly worse likewise; mixed if domains disagree; no change if no domain changed beyond error; "
    "cannot tell if no measure could be judged or the start of treatment is not recorded. Composites (CPI) carry "
    "no domain."
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

STATEMENTS_BEFORE = {
    "improved": "The disease was improving before treatment.",
    "partly_improved": "The disease was improving in one domain before treatment.",
    "no_change": "Neither improvement nor worsening beyond error could be shown before treatment.",
    "mixed": "The domains of the disease disagreed before treatment.",
    "partly_worse": "The disease was worsening in one domain before treatment.",
    "worse": "The disease was worsening before treatment.",
    "cannot_tell": "How the disease went before treatment cannot be told from this record.",
}

REPORTED_ONLY = (
    "It rests on persons' judgements alone (a class; better or worse than before), with no known error."
)

EXPECTED = (Domain.FUNCTION, Domain.GAS_EXCHANGE, Domain.EXERCISE, Domain.SYMPTOMS, Domain.IMAGING)


def judge(evidence: Evidence) -> Verdict:
    """Give the overall verdict with what each domain did."""
    domains = find_domains(evidence.changes, evidence.responses)
    label = overall_label(domains)
    missing = _missing(domains, evidence.changes)
    if evidence.timeline.treatment_start is None:
        label = "cannot_tell"
        missing.insert(0, "Start of treatment: not recorded")
    return Verdict(
        criterion="overall",
        title="Overall response",
        label=label,
        statement=_statement(label, STATEMENTS, domains),
        reasons=tuple(_reason(found) for found in domains),
        missing=tuple(missing),
    )


def judge_before(evidence: Evidence) -> Verdict:
    """Judge the time before treatment by the very same rule."""
    domains = find_domains(evidence.before, evidence.responses_before)
    label = overall_label(domains)
    missing = [] if domains else ["Two values of any measure before treatment"]
    return Verdict(
        criterion="before_treatment",
        title="Course before treatment",
        label=label,
        statement=_statement(label, STATEMENTS_BEFORE, domains),
        reasons=tuple(_reason(found) for found in domains),
        missing=(*missing, *(_why_not(c) for c in evidence.before if c.judgement is Judgement.CANNOT_TELL)),
    )


def overall_label(domains: Sequence[DomainFinding]) -> str:
    """Give the overall label from what the domains did."""
    states = [found.state for found in domains]
    better, worse = states.count("better"), states.count("worse")
    if MIXED in states or (better and worse):
        return "mixed"
    if better:
        return "improved" if _is_founded(domains, "better") else "partly_improved"
    if worse:
        return "worse" if _is_founded(domains, "worse") else "partly_worse"
    return "no_change" if "no_change" in states else "cannot_tell"


def _is_founded(domains: Sequence[DomainFinding], state: str) -> bool:
    """Tell whether enough domains agree, and at least one of them by a measurement."""
    agreeing = [found for found in domains if found.state == state]
    return len(agreeing) >= AGREEING_DOMAINS and any(found.measured for found in agreeing)


def _statement(label: str, statements: dict[str, str], domains: Sequence[DomainFinding]) -> str:
    text = statements[label]
    if label == "mixed":
        return f"{text} {_disagreement(domains)}"
    side = {"improved": "better", "partly_improved": "better", "worse": "worse", "partly_worse": "worse"}.get(
        label
    )
    agreeing = [found for found in domains if found.state == side]
    if side is None or not agreeing:
        return text
    if not any(found.measured for found in agreeing):
        if len(agreeing) > 1:
            text = text.replace("one domain", f"{len(agreeing)} domains")
        text += f" {REPORTED_ONLY}"
    confirmed = [found.name.lower() for found in agreeing if found.confirmation is Confirmation.CONFIRMED]
    if len(confirmed) == len(agreeing):
        return f"{text} A second visit confirms it."
    if confirmed:
        return f"{text} A second visit confirms it in {_listed(confirmed)}."
    return f"{text} It is not yet confirmed by a second visit."


def _disagreement(domains: Sequence[DomainFinding]) -> str:
    """Say which domains are better and which worse; a disagreement is a finding, not an average."""
    parts = []
    for state in ("better", "worse"):
        names = [found.name for found in domains if found.state == state]
        if names:
            parts.append(f"{_listed(_lowered(names))} {'is' if len(names) == 1 else 'are'} {state}")
    within = [found.name for found in domains if found.state == MIXED]
    if within:
        parts.append(f"within {_listed(_lowered(within))} measures disagree")
    text = ", while ".join(parts)
    return f"{text[:1].upper()}{text[1:]}; this is reported as found and not averaged."


def _lowered(names: Sequence[str]) -> list[str]:
    return [name.lower() for name in names]


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _missing(domains: Sequence[DomainFinding], changes: Sequence[Change]) -> list[str]:
    there = {found.domain for found in domains}
    missing = [f"{DOMAIN_NAMES[domain]}: no measure recorded" for domain in EXPECTED if domain not in there]
    return missing + [_why_not(c) for c in changes if c.judgement is Judgement.CANNOT_TELL]


def _why_not(change: Change) -> str:
    return change.reason if change.reason.startswith(change.label) else f"{change.label}: {change.reason}"


def _reason(found: DomainFinding) -> str:
    by_judgement = {
        Judgement.BETTER: found.better,
        Judgement.WORSE: found.worse,
        Judgement.NO_CHANGE: found.no_change,
        Judgement.CANNOT_TELL: found.cannot_tell,
    }
    groups = [
        f"{JUDGEMENT_WORDS[one]} ({', '.join(labels)})" for one, labels in by_judgement.items() if labels
    ]
    disagree = "its measures disagree: " if found.state == MIXED else ""
    text = f"{found.name}: {disagree}{'; '.join(groups)}."
    if found.composites:
        text += f" Beside it, as a composite: {', '.join(found.composites)}."
    return text


LABELS = tuple(label for label in STATEMENTS if label != "cannot_tell")

CRITERION = Criterion(key="overall", title="Overall response", printed=PRINTED, judge=judge, labels=LABELS)
BEFORE = Criterion(
    key="before_treatment",
    title="Course before treatment",
    printed=f"The first value of the two years before treatment against the last before it. {PRINTED}",
    judge=judge_before,
    labels=LABELS,
)
