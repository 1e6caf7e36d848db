"""The sides of the disease: what each did before treatment and on it, when, and whether a second visit agrees."""

from __future__ import annotations

from dataclasses import dataclass

from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.course import Confirmation, DomainFinding

STATE_ICONS = {"better": "better", "worse": "worse", "no_change": "no_change", "mixed": "worse"}
"""Which judgement's symbol a state takes; a domain whose measures disagree is not shown as good news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateView:
    """What a domain did over one stretch of time, in words."""

    icon: str
    word: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRow:
    """One domain before treatment and on it."""

    name: str
    before: StateView | None
    on: StateView
    measures: tuple[tuple[str, str], ...]


def view_domains(assessment: Assessment, say: Wording) -> tuple[DomainRow, ...]:
    """Put every domain that has a measure into words."""
    before = {found.domain: found for found in assessment.domains_before}
    return tuple(
        DomainRow(
            name=found.name,
            before=_state(before[found.domain], say) if found.domain in before else None,
            on=_state(found, say),
            measures=_measures(found, say),
        )
        for found in assessment.domains
    )


def view_courses_of_measures(assessment: Assessment) -> tuple[str, ...]:
    """Give when each measure was better or worse, and for how long, as sentences."""
    return tuple(response.sentence for response in assessment.responses if response.better or response.worse)


def _state(found: DomainFinding, say: Wording) -> StateView:
    notes = []
    if found.state in ("better", "worse"):
        if found.weeks_to_first is not None:
            notes.append(say("domains.first", weeks=say.number(found.weeks_to_first, 0)))
        confirmed = found.confirmation is Confirmation.CONFIRMED
        notes.append(say("domains.confirmed") if confirmed else say("domains.unconfirmed"))
        if not found.measured:
            notes.append(say("domains.reported"))
    return StateView(
        icon=STATE_ICONS.get(found.state, "cannot_tell"),
        word=say(f"domain_state.{found.state}"),
        note="; ".join(notes),
    )


def _measures(found: DomainFinding, say: Wording) -> tuple[tuple[str, str], ...]:
    groups = (
        ("better", found.better),
        ("worse", found.worse),
        ("no_change", found.no_change),
        ("cannot_tell", found.cannot_tell),
    )
    told = [(say(f"judgement.{key}"), ", ".join(labels)) for key, labels in groups if labels]
    if found.composites:
        told.append((say("domains.composites"), ", ".join(found.composites)))
    return tuple(told)
