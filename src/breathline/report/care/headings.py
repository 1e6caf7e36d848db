"""Medical Subject Headings (MeSH) proposed from coded facts; nothing is guessed from free words.

Names and unique identifiers are those of MeSH 2025 (National Library of Medicine). Which heading stands for which
code of ICD-10 is our choice: the longest code that fits decides. An identifier that begins with C is a
supplementary concept, which PubMed lists as a substance.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from breathline.drugs import drug_key
from breathline.model.assessment import Assessment
from breathline.model.exposure import Role
from breathline.model.patient import Diagnosis
from breathline.model.safety import EventsStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of MeSH, and the fact it was proposed from.

    Parameters
    ----------
    why
        Kind of the fact: ``icd10``, ``drug``, ``measure``, ``scan``, ``events``, ``sex``, ``age``, ``always``.
    fact
        The fact itself: the code, the drug, the measure.
    verified
        False while nobody has held name and identifier against MeSH.
    """

    name: str
    unique_id: str
    why: str
    fact: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    kind: str
    match: str
    heading: str
    unique_id: str
    verified: str


@cache
def _table() -> tuple[_Row, ...]:
    text = files("breathline.report.care").joinpath("headings.csv").read_text(encoding="utf-8")
    return tuple(_Row(**row) for row in csv.DictReader(text.splitlines()))


def propose_headings(assessment: Assessment) -> tuple[Heading, ...]:
    """Propose headings, each once: diagnoses, the treatment, other drugs, what was measured, then check tags."""
    found: dict[str, Heading] = {}
    for heading in _all(assessment):
        found.setdefault(heading.unique_id, heading)
    return tuple(found.values())


def uncoded(assessment: Assessment) -> tuple[Diagnosis, ...]:
    """Give the diagnoses for which no heading can be proposed: no code, or one that the table lacks."""
    return tuple(one for one in assessment.patient.diagnoses if _of_diagnosis(one) is None)


def _all(assessment: Assessment) -> Iterator[Heading]:
    yield from (row for one in assessment.patient.diagnoses if (row := _of_diagnosis(one)) is not None)
    courses = sorted(assessment.exposure.courses, key=lambda course: course.role is not Role.TREATMENT)
    for course in courses:
        yield from _named("drug", course.key or drug_key(course.drug), course.drug)
    for measure, label in {item.measurement.measure: item.label for item in assessment.measurements}.items():
        yield from _named("measure", measure, label)
    if assessment.scans:
        yield from _named("scan", "", "")
    if assessment.safety.status is EventsStatus.OCCURRED and assessment.safety.on_treatment:
        yield from _named("events", "", "")
    yield from _named("always", "", "")
    if assessment.patient.sex is not None:
        yield from _named("sex", assessment.patient.sex.value, assessment.patient.sex.value)
    yield from _of_age(assessment.patient.age_years)


def _heading(row: _Row, fact: str) -> Heading:
    return Heading(
        name=row.heading, unique_id=row.unique_id, why=row.kind, fact=fact, verified=row.verified == "yes"
    )


def _named(kind: str, match: str, fact: str) -> Iterator[Heading]:
    yield from (_heading(row, fact) for row in _table() if row.kind == kind and row.match == match)


def _of_diagnosis(diagnosis: Diagnosis) -> Heading | None:
    system, _, code = diagnosis.code.partition(":")
    if not system.strip().upper().startswith("ICD-10"):
        return None
    code = code.strip().upper()
    rows = [row for row in _table() if row.kind == "icd10" and code.startswith(row.match)]
    best = max(rows, key=lambda row: len(row.match), default=None)
    return None if best is None else _heading(best, diagnosis.code)


def _of_age(age_years: float | None) -> Iterator[Heading]:
    if age_years is None:
        return
    for row in _table():
        if row.kind == "age":
            first, last = map(int, row.match.split("-"))
            if first <= int(age_years) <= last:
                yield _heading(row, row.match)
