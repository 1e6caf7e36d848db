"""Items 7 and 8: the timeline, and how the diagnosis was made."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breathline.figures.wording import HARD
from breathline.model.assessment import ScanSummary, Verdict
from breathline.model.criterion import Period
from breathline.model.measurement import Moment
from breathline.report.care.case import Case, capital, cite, listed
from breathline.report.care.content import Block, Fact, Grid, Picture, ToWrite
from breathline.report.care.deidentified import counted_from_start
from breathline.report.care.doses import first_dose, reason_words
from breathline.report.sections.front import OVERALL

Happening = tuple[Moment | None, str]


def timeline(case: Case) -> Iterator[Block]:
    """Item 7: everything that has a date, in order, as a table and as a figure."""
    say = case.say
    found = [*_visits(case), *_scans(case), *_drugs(case), *_events(case)]
    if not found:
        yield ToWrite(say("care.timeline.none"))
        return
    dated = sorted((one for one in found if one[0] is not None), key=_order)
    rows: list[tuple[str, str]] = []
    for when, what in dated:
        week = say.week(when.week) if when is not None and when.week is not None else ""
        if rows and rows[-1][0] == week:
            rows[-1] = (week, f"{rows[-1][1]}. {what}")
        else:
            rows.append((week, what))
    rows += [(say("care.timeline.undated"), what) for when, what in found if when is None]
    counted = "counted" if counted_from_start(case.assessment) else "counted_visit"
    head = (say("care.timeline.week"), say("care.timeline.what"))
    caption = say("care.timeline.caption")
    yield Grid(caption=caption, head=head, rows=tuple(rows), notes=(say(f"care.timeline.{counted}"),))
    alt = say("timeline.alt", measures=len(case.assessment.changes))
    yield Picture(name="timeline", caption=say("care.timeline.figure"), alt=alt)


def _order(happening: Happening) -> float:
    return happening[0].order if happening[0] is not None else 0.0


def _visits(case: Case) -> Iterator[Happening]:
    labels: dict[Moment, list[str]] = {}
    for item in case.assessment.measurements:
        own = item.measurement
        if own.when is not None and not own.origin.scan and not own.origin.computed:
            labels.setdefault(own.when, []).append(item.label)
    for when, found in labels.items():
        words = ", ".join(_short(label) for label in dict.fromkeys(found))
        yield when, case.say("care.timeline.visit", words=words)


def _short(label: str) -> str:
    """Give the abbreviation that a label ends with, else the label.

    >>> _short("Forced vital capacity (FVC)"), _short("NYHA class")
    ('FVC', 'NYHA class')
    """
    found = re.search(r"\(([A-Z]\w+)\)$", label)
    return found[1] if found else label


def _scans(case: Case) -> Iterator[Happening]:
    for scan in case.assessment.scans:
        yield scan.when, case.say("care.timeline.scan")


def _drugs(case: Case) -> Iterator[Happening]:
    say = case.say
    for course in case.assessment.exposure.courses:
        given = first_dose(case, course)
        dose = say("care.timeline.dose", dose=given) if given else ""
        yield course.start, capital(say("care.timeline.start", drug=course.drug, dose=dose))
        for change in course.changes:
            before, after = say.amount(change.before), say.amount(change.after)
            words = say("care.timeline.change", drug=course.drug, before=before, after=after, unit=course.unit,
                        reason=reason_words(change.reason, say))  # fmt: skip
            yield change.when, capital(words)
        for gap in course.interruptions:
            words = say("care.timeline.pause", drug=course.drug, days=say.amount(gap.days),
                        reason=reason_words(gap.reason, say))  # fmt: skip
            yield gap.start, capital(words)
        if course.stop is not None:
            reason = reason_words(course.reason, say)
            yield course.stop, capital(say("care.timeline.stop", drug=course.drug, reason=reason))


def _events(case: Case) -> Iterator[Happening]:
    say = case.say
    for event in case.assessment.safety.events:
        grade = "" if event.grade is None else say("care.timeline.grade", grade=event.grade)
        yield event.start, say("care.timeline.event", term=event.term, grade=grade)
        if event.stop is not None:
            yield event.stop, say("care.timeline.event_end", term=event.term)


def methods(case: Case) -> Iterator[Block]:
    """Item 8a: what was measured, and how."""
    say, assessment = case.say, case.assessment
    own = [item for item in assessment.measurements if not item.measurement.origin.scan]
    labels = dict.fromkeys(item.label for item in own)
    yield Fact(
        say("care.diagnostics.measured", words=listed(labels)) if labels else say("care.diagnostics.nothing")
    )
    equations = {one.equation: one.source for item in own if (one := item.standardised) is not None}
    if equations:
        words = listed(f"{key} {cite(case, [source])}" for key, source in equations.items())
        yield Fact(say("care.diagnostics.expected", words=words))
    scans = listed(_scan_words(case, scan) for scan in assessment.scans)
    yield Fact(say("care.diagnostics.scans", words=scans) if scans else say("care.diagnostics.no_scan"))
    labs = assessment.safety.labs
    if labs is None:
        yield Fact(say("care.diagnostics.no_labs"))
    elif labs:
        tests = listed(dict.fromkeys(lab.label or lab.lab.test for lab in labs), ", ")
        count = "one" if len(labs) == 1 else "many"
        yield Fact(say(f"care.diagnostics.labs.{count}", count=len(labs), tests=tests))
    yield Fact(say("care.diagnostics.software", version=assessment.version))
    yield ToWrite(say("care.diagnostics.more"))


def _scan_words(case: Case, scan: ScanSummary) -> str:
    say, facts = case.say, []
    for name, key in (("slice_thickness_mm", "thickness"), ("kvp", "kvp"), ("kernel", "kernel")):
        value = scan.facts.get(name)
        if value not in (None, "", False):
            text = f"{value:g}" if isinstance(value, float | int) else str(value)
            facts.append(say(f"care.diagnostics.{key}", value=text))
    when = say.short_moment(scan.when)
    if not facts:
        return say("care.diagnostics.scan_bare", when=when)
    return say("care.diagnostics.scan", when=when, facts=", ".join(facts))


def challenges(case: Case) -> Iterator[Block]:
    """Item 8b."""
    yield ToWrite(case.say("care.diagnostics.challenges"))


def reasoning(case: Case) -> Iterator[Block]:
    """Item 8c: the diagnoses with their codes, and the reasoning for a person to write."""
    found = case.assessment.patient.diagnoses
    if found:
        words = listed(f"{one.text} ({one.code})" if one.code else one.text for one in found)
        yield Fact(case.say("care.diagnostics.coded", words=words))
    yield ToWrite(case.say("care.diagnostics.reasoning"))


def prognosis(case: Case) -> Iterator[Block]:
    """Item 8d: every named criterion with its answer."""
    say = case.say
    verdicts = [verdict for verdict in case.assessment.verdicts if verdict.criterion != OVERALL]
    if verdicts:
        head = tuple(say(f"care.diagnostics.{name}") for name in ("criterion", "period", "answer", "because"))
        rows = tuple(_criterion(case, verdict) for verdict in verdicts)
        yield Grid(caption=say("care.diagnostics.prognosis_caption"), head=head, rows=rows)
    else:
        yield Fact(say("care.diagnostics.no_prognosis"))
    yield ToWrite(say("care.diagnostics.prognosis"))


def _criterion(case: Case, verdict: Verdict) -> tuple[str, str, str, str]:
    say = case.say
    period = "" if verdict.period is None else say(f"criteria.period.{Period(verdict.period).value}")
    when = "" if verdict.read_at is None else say.short_moment(verdict.read_at)
    label = say.optional(f"verdict_label.{verdict.label}", verdict.label.replace("_", " "))
    if verdict.score is not None and f"{verdict.score:g}" not in label:
        label = f"{label}{HARD}({verdict.score:g})"
    because = verdict.statement
    if verdict.missing:
        because = f"{because} ({say('care.diagnostics.lacking', words=listed(verdict.missing))})"
    title = listed((verdict.title, cite(case, verdict.source)), " ")
    return title, listed((period, when), ", "), label, because
