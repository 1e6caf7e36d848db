"""The head of the report: who, what was asked, what the answer is."""

from __future__ import annotations

from dataclasses import dataclass

from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment, Subject, Verdict
from breathline.report.sections.citations import Citations

OVERALL = "overall"

TONES = {
    "improved": "better",
    "partly_improved": "better",
    "worse": "worse",
    "partly_worse": "worse",
    "cannot_tell": "cannot_tell",
}
"""Which judgement's colour and symbol a label of the overall verdict takes; any other stays neutral."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictView:
    """A verdict in words."""

    title: str
    label: str
    tone: str
    statement: str
    reasons: tuple[str, ...]
    missing: tuple[str, ...]
    cites: tuple[int, ...]


def patient_line(patient: Subject, say: Wording) -> tuple[str, ...]:
    """Give the facts about the patient that a reader needs first; no name is known here."""
    facts = [say("patient.id", id=patient.id)]
    if patient.sex is not None:
        facts.append(say(f"patient.{patient.sex.value}"))
    if patient.age_years is not None:
        facts.append(say("patient.age", age=int(patient.age_years)))
    if patient.height_cm is not None:
        facts.append(say("patient.height", value=say.number(patient.height_cm, 0)))
    if patient.weight_kg is not None:
        facts.append(say("patient.weight", value=say.number(patient.weight_kg, 0)))
    if patient.smoking:
        facts.append(say.optional(f"smoking.{patient.smoking.casefold()}", patient.smoking))
    return tuple(facts)


def view_verdict(verdict: Verdict, say: Wording, citations: Citations) -> VerdictView:
    """Put a verdict into words; a label the catalogue does not know stands as it is, as a score does."""
    label = say.optional(f"verdict_label.{verdict.label}", verdict.label.replace("_", " "))
    return VerdictView(
        title=verdict.title,
        label=label,
        tone=TONES.get(verdict.label, "no_change"),
        statement=verdict.statement,
        reasons=verdict.reasons,
        missing=verdict.missing,
        cites=citations.cite(verdict.source),
    )


def overall_verdict(assessment: Assessment, say: Wording, citations: Citations) -> VerdictView | None:
    """Give the answer to the question of the report, or None where no criterion gave one."""
    for verdict in assessment.verdicts:
        if verdict.criterion == OVERALL:
            return view_verdict(verdict, say, citations)
    return None
