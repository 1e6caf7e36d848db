"""The head of the report: who, what was asked, what the answer is; at its end, what it was made from."""

from __future__ import annotations

from dataclasses import dataclass

from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment, Subject, Verdict
from breathline.report.sections.citations import Citations

OVERALL = "overall"

LONGEST_NAME = 60
"""Identifiers, diagnoses and drug names are cut after this many characters where they stand in a line."""

LONGEST_HISTORY = 4000
MOST_DIAGNOSES, LONGEST_CODE = 3, 16

TONES = {
    "improved": "better",
    "partly_improved": "better",
    "worse": "worse",
    "partly_worse": "worse",
    "cannot_tell": "cannot_tell",
}
"""Which judgement's colour and symbol a label of the overall verdict takes; any other stays neutral."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontView:
    """Who the report is about, and the paragraphs written of them."""

    id: str
    facts: tuple[str, ...]
    diagnoses: tuple[tuple[str, str], ...]
    example: bool
    treated: bool
    summary: str
    history: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceView:
    """Which version made the result, from which files."""

    version: str
    schema: str
    files: tuple[tuple[str, str, str], ...]


def view_front(assessment: Assessment, say: Wording) -> FrontView:
    """Put the patient into words; no name is known here, and texts of any length end somewhere."""
    patient = assessment.patient
    shown = patient.diagnoses[:MOST_DIAGNOSES]
    diagnoses = [
        (
            say.cut(one.text, LONGEST_NAME),
            one.code if len(one.code) <= LONGEST_CODE else f"{one.code[:LONGEST_CODE]}…",
        )
        for one in shown
    ]
    more = len(patient.diagnoses) - len(shown)
    if more:
        diagnoses.append((say("patient.more_diagnoses", count=more), ""))
    return FrontView(
        id=say.cut(patient.id, LONGEST_NAME),
        facts=patient_line(patient, say),
        diagnoses=tuple(diagnoses),
        example=patient.example,
        treated=assessment.timeline.treatment_start is not None,
        summary=say.cut(assessment.summary, LONGEST_HISTORY),
        history=say.cut(patient.history, LONGEST_HISTORY),
    )


def patient_line(patient: Subject, say: Wording) -> tuple[str, ...]:
    """Give the facts about the patient that a reader needs first; no name is known here."""
    facts = [say("patient.id", id=say.cut(patient.id, LONGEST_NAME))]
    if patient.sex is not None:
        facts.append(say(f"patient.{patient.sex.value}"))
    if patient.age_years is not None:
        facts.append(say("patient.age", age=int(patient.age_years)))
    if patient.height_cm is not None:
        facts.append(say("patient.height", value=say.number(patient.height_cm, 0)))
    if patient.weight_kg is not None:
        facts.append(say("patient.weight", value=say.number(patient.weight_kg, 0)))
    if patient.smoking:
        smoking = say.cut(patient.smoking, LONGEST_NAME)
        facts.append(say.optional(f"smoking.{patient.smoking.casefold()}", smoking))
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


def view_provenance(assessment: Assessment, say: Wording) -> ProvenanceView:
    """Give the version and every input file with its size and hash."""
    return ProvenanceView(
        version=assessment.version,
        schema=assessment.schema,
        files=tuple((item.file, say.amount(item.bytes), item.sha256) for item in assessment.inputs),
    )
