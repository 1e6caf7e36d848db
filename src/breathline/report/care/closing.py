"""Items 11 to 13, and the appendix: what it means, what the patient says, where the numbers come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from breathline.model.assessment import Standing
from breathline.model.exposure import Role
from breathline.report.care.case import Case, courses_of, drug_names, listed
from breathline.report.care.content import Block, Fact, Grid, ToWrite
from breathline.report.sections.front import OVERALL
from breathline.report.sections.methods import write_limitations, write_methods
from breathline.report.sections.quality import view_warnings


def strengths(case: Case) -> Iterator[Block]:
    """Item 11a: what the record and its measurement cannot carry."""
    say = case.say
    limitations = write_limitations(case.assessment, say, unverified=case.citations.unverified)
    yield from (Fact(text) for text in limitations)
    warned = [f"{one.where}: {one.message}" for one in view_warnings(case.assessment, say)]
    if warned:
        yield Fact(say("care.discussion.warnings", words=listed(warned, " ")))
    yield ToWrite(say("care.discussion.strengths"))


def literature(case: Case) -> Iterator[Block]:
    """Item 11b."""
    yield ToWrite(case.say("care.discussion.literature"))


def conclusions(case: Case) -> Iterator[Block]:
    """Item 11c: the answer, domain by domain, and the causes for a person to weigh."""
    say, assessment = case.say, case.assessment
    overall = next((v for v in assessment.verdicts if v.criterion == OVERALL), None)
    if overall is not None:
        yield Fact(say("care.discussion.answer", statement=overall.statement))
    if assessment.domains:
        words = listed(
            say("care.discussion.domain", name=one.name, state=say(f"domain_state.{one.state}"))
            for one in assessment.domains
        )
        yield Fact(say("care.discussion.disagree", words=words))
    beside = drug_names(courses_of(case, Role.CONCOMITANT, Role.ADDED))
    cause = say("care.discussion.cause")
    if beside:
        yield ToWrite(say("care.discussion.cause_beside", cause=cause, words=beside))
    else:
        yield ToWrite(say("care.discussion.cause_bare", cause=cause))


def lessons(case: Case) -> Iterator[Block]:
    """Item 11d."""
    yield ToWrite(case.say("care.discussion.lessons"))


def perspective(case: Case) -> Iterator[Block]:
    """Item 12."""
    yield ToWrite(case.say("care.perspective.write"))


def consent(case: Case) -> Iterator[Block]:
    """Item 13."""
    yield ToWrite(case.say("care.consent.write"))


def measuring(case: Case) -> Iterator[Block]:
    """Give the steps that were run, as the report tells them."""
    yield from (
        Fact(text) for text in (*write_methods(case.assessment, case.say), case.say("methods.judging"))
    )


def trace(case: Case) -> Iterator[Block]:
    """Say in which file and line every value was read, or how it was computed."""
    say = case.say
    by_measure: dict[str, list[Standing]] = {}
    for item in case.assessment.measurements:
        by_measure.setdefault(item.measurement.measure, []).append(item)
    rows = tuple(
        (items[0].label, str(len(items)), listed(_origins(case, items))) for items in by_measure.values()
    )
    head = tuple(say(f"care.trace.{name}") for name in ("measure", "values", "read"))
    if rows:
        yield Grid(
            caption=say("care.trace.caption"), head=head, rows=rows, notes=(say("care.trace.changes"),)
        )
    assessment = case.assessment
    numbered = {
        "doses": [one.row for one in assessment.exposure.log],
        "events": [one.row for one in assessment.safety.events],
        "labs": [one.lab.row for one in assessment.safety.labs or ()],
    }
    for name, lines in numbered.items():
        known = [line for line in lines if line is not None]
        if known:
            yield Fact(say(f"care.trace.{name}", rows=spans(known)))


def _origins(case: Case, items: Iterable[Standing]) -> Iterator[str]:
    say = case.say
    lines: dict[str, list[int]] = {}
    scans: dict[str, None] = {}
    computed: dict[str, None] = {}
    for item in items:
        origin = item.measurement.origin
        if origin.computed:
            computed[origin.computed] = None
        elif origin.scan:
            scans[origin.scan] = None
        elif origin.file:
            lines.setdefault(origin.file, []).extend([] if origin.row is None else [origin.row])
    for file, rows in lines.items():
        key = "lines" if len(rows) > 1 else "line"
        yield say(f"care.trace.{key}", file=file, rows=spans(rows)) if rows else file
    if scans:
        yield say("care.trace.scans", names=", ".join(scans))
    if computed:
        yield say("care.trace.computed", how=listed(computed))


def spans(rows: Iterable[int]) -> str:
    """Write lines of a file, those in a row as a span.

    >>> spans([5, 2, 3, 4, 9])
    '2–5, 9'
    """
    found: list[list[int]] = []
    for row in sorted(set(rows)):
        if found and row == found[-1][1] + 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    return ", ".join(f"{a}" if a == b else f"{a}\N{EN DASH}{b}" for a, b in found)
