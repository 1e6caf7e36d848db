"""A case report as far as the record can write it, item by item of the CARE checklist of 2013."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from breathline.model.assessment import Assessment
from breathline.report.care import closing, outcome, story, workup
from breathline.report.care.case import Case, case_wording
from breathline.report.care.content import Block, Draft, Item
from breathline.report.care.deidentified import counted_from_start, deidentify
from breathline.sources import Source

CARE = Source("gagnier_2013", "Table 1 and the checklist of 2013")

WRITERS: Mapping[str, Callable[[Case], Iterator[Block]]] = {
    "1": story.title,
    "2": story.key_words,
    "3a": story.what_is_new,
    "3b": story.abstract_findings,
    "3c": story.abstract_outcomes,
    "3d": story.abstract_lessons,
    "4": story.introduction,
    "5a": story.demographics,
    "5b": story.complaints,
    "5c": story.history,
    "5d": story.earlier_treatment,
    "6": story.findings,
    "7": workup.timeline,
    "8a": workup.methods,
    "8b": workup.challenges,
    "8c": workup.reasoning,
    "8d": workup.prognosis,
    "9a": outcome.kind,
    "9b": outcome.administration,
    "9c": outcome.changes_of_treatment,
    "10a": outcome.outcomes,
    "10b": outcome.results,
    "10c": outcome.adherence,
    "10d": outcome.events,
    "11a": closing.strengths,
    "11b": closing.literature,
    "11c": closing.conclusions,
    "11d": closing.lessons,
    "12": closing.perspective,
    "13": closing.consent,
}
"""Who writes which item of the checklist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An item of the checklist: its number, its topic, and what it asks in our words."""

    item: str
    topic: str
    asks: str


@cache
def read_checklist() -> tuple[Asked, ...]:
    """Read the thirty items of the CARE checklist of 2013."""
    text = files("breathline.report.care").joinpath("checklist.csv").read_text(encoding="utf-8")
    return tuple(Asked(**row) for row in csv.DictReader(text.splitlines()))


def write_draft(assessment: Assessment) -> Draft:
    """Write what the record can write; everything else is marked for a person.

    Parameters
    ----------
    assessment
        The whole result; dates become weeks and the pseudonym goes before anything is written.
    """
    shown = deidentify(assessment)
    case = Case(assessment=shown, say=case_wording(counted_from_start=counted_from_start(assessment)))
    say = case.say
    items = tuple(Item(key=asked.item, blocks=tuple(WRITERS[asked.item](case))) for asked in read_checklist())
    appendix = tuple(
        (say(f"care.appendix.{name}"), tuple(write(case)))
        for name, write in (("methods", closing.measuring), ("trace", closing.trace))
    )
    notices = [say("care.draft", version=shown.version)]
    if shown.patient.example:
        notices.insert(0, say("example.banner"))
    return Draft(
        title=story.write_title(case),
        notices=tuple(notices),
        items=items,
        appendix=appendix,
        sources=tuple(case.citations.texts),
    )
