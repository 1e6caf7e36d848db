"""Items 9 and 10: the treatment, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from breathline.figures.wording import Wording
from breathline.model.assessment import Standing
from breathline.model.change import Change, Direction
from breathline.model.exposure import Role
from breathline.model.measurement import Absence
from breathline.model.safety import EventsStatus
from breathline.report.care.case import (
    Case,
    cite,
    courses_of,
    drug_names,
    listed,
    standardised_words,
)
from breathline.report.care.content import Block, Fact, Grid, Picture, ToWrite
from breathline.report.care.deidentified import counted_from_start
from breathline.report.care.doses import alterations, doses_grid, treatment_words
from breathline.report.sections.course import view_values
from breathline.report.sections.front import OVERALL
from breathline.report.sections.harm import view_safety
from breathline.report.sections.labs import view_labs
from breathline.report.sections.outcomes import view_change

JUDGED = (Role.TREATMENT, Role.UNKNOWN)


def kind(case: Case) -> Iterator[Block]:
    """Item 9a."""
    if case.assessment.exposure.recorded:
        yield from (Fact(text) for text in treatment_words(case))
    else:
        yield ToWrite(case.say("care.treatment.no_log"))
    yield ToWrite(case.say("care.treatment.other"))


def administration(case: Case) -> Iterator[Block]:
    """Item 9b: dose, strength, duration of every drug."""
    courses = case.assessment.exposure.courses
    if courses:
        yield doses_grid(case, courses, case.say("care.treatment.caption"))
    else:
        yield ToWrite(case.say("care.treatment.no_log"))
    yield ToWrite(case.say("care.treatment.label"))


def changes_of_treatment(case: Case) -> Iterator[Block]:
    """Item 9c: changes of dose and interruptions of the judged treatment."""
    judged = courses_of(case, *JUDGED)
    found = alterations(case, judged)
    if found:
        yield Fact(case.say("care.treatment.changes", words=listed(found)))
        yield ToWrite(case.say("care.treatment.rationale"))
    elif judged:
        yield Fact(case.say("care.treatment.no_changes", drugs=drug_names(judged)))
    else:
        yield ToWrite(case.say("care.treatment.no_log"))


def outcomes(case: Case) -> Iterator[Block]:
    """Item 10a: the answer with its reasons, and every change with its interval, error and judgement."""
    say, assessment = case.say, case.assessment
    overall = next((v for v in assessment.verdicts if v.criterion == OVERALL), None)
    if overall is not None:
        yield Fact(listed((overall.statement, *overall.reasons), " "))
    if not assessment.changes:
        yield Fact(say("care.outcomes.none"))
    else:
        yield _outcome_grid(case)
        yield Picture(name="forest", caption=say("care.outcomes.figure"), alt=_alt(case, "forest_alt"))
        yield Picture(
            name="outcomes", caption=say("care.outcomes.series_figure"), alt=_alt(case, "series_alt")
        )
    yield ToWrite(say("care.outcomes.reported"))


def _outcome_grid(case: Case) -> Grid:
    say = case.say
    started = counted_from_start(case.assessment)
    ends = ("before", "after") if started else ("before_first", "after_last")
    names = ("measure", *ends, "change", "error", "important", "judgement")
    return Grid(
        caption=say("care.outcomes.caption"),
        head=tuple(say(f"care.outcomes.{name}") for name in names),
        rows=tuple(_outcome(case, change) for change in case.assessment.changes),
        notes=(
            say(f"care.outcomes.{'before_on' if started else 'first_last'}"),
            say("care.outcomes.note_error"),
        ),
    )


def _outcome(case: Case, change: Change) -> tuple[str, ...]:
    say = case.say
    row = view_change(case.assessment, change, say, case.citations)
    label = say("care.outcomes.unit", label=row.label, unit=row.unit) if row.unit else row.label
    if change.direction is Direction.LOWER:
        label = say("care.outcomes.lower", label=label)
    interval = f"({row.interval})" if row.interval else ""
    return (
        label,
        _end(change, 0, say),
        _end(change, 1, say),
        listed((row.delta, interval), " "),
        _limit(case, row.error, change.error, change.error_source),
        _limit(case, row.important, change.important_difference, change.important_difference_source),
        row.judgement_word,
    )


def _limit(case: Case, written: str, limit: float | None, source: str) -> str:
    return written if limit is None else listed((written, cite(case, [source])), " ")


def _end(change: Change, which: int, say: Wording) -> str:
    value = (change.baseline, change.followup)[which]
    standardised = (change.baseline_standardised, change.followup_standardised)[which]
    when = (change.baseline_when, change.followup_when)[which]
    text = say.value(value, change.measure, change.decimals)
    details = [standardised_words(standardised, say), say.short_moment(when) if when else ""]
    shown = listed(details, ", ") if not isinstance(value, Absence) else listed(details[1:])
    return f"{text} ({shown})" if shown else text


def _alt(case: Case, key: str) -> str:
    return case.say(f"care.outcomes.{key}", measures=len(case.assessment.changes))


def results(case: Case) -> Iterator[Block]:
    """Item 10b: every value of every visit, laboratory values, CT."""
    say, assessment = case.say, case.assessment
    named = replace(assessment, measurements=tuple(_named(assessment.measurements)))
    for table in view_values(named, say):
        head = (say("care.outcomes.measure"), *(week for week, _ in table.visits))
        rows = tuple(
            (
                say("care.outcomes.unit", label=row.label, unit=row.unit) if row.unit else row.label,
                *("" if cell is None else listed((cell.value, f"({cell.detail})" if cell.detail else ""), " ")
                  for cell in row.cells),
            )
            for row in table.rows
        )  # fmt: skip
        yield Grid(
            caption=say("care.outcomes.values_caption"),
            head=head,
            rows=rows,
            notes=(say("care.outcomes.note_values"),),
        )
    if assessment.safety.labs:
        yield _labs(case)
    if assessment.scans:
        for name, key in (("ct", "ct_figure"), ("regions", "regions_figure")):
            words = say(f"care.outcomes.{key}")
            yield Picture(name=name, caption=words, alt=words)
    yield ToWrite(say("care.outcomes.other_tests"))


def _named(standings: Iterable[Standing]) -> Iterator[Standing]:
    """Leave out what is no outcome measure, such as percentiles of density: it has no name but its key."""
    yield from (item for item in standings if item.label != item.measurement.measure)


def _labs(case: Case) -> Grid:
    say = case.say
    view = view_labs(case.assessment, say)
    rows = tuple(
        (
            test.label,
            listed((test.baseline, test.baseline_when), ", "),
            listed((test.worst, test.worst_when), ", "),
            test.grade,
            listed((test.last, test.last_when), ", "),
        )
        for test in view.tests
    )
    names = ("test", "before", "worst", "grade", "last")
    notes = (view.hys_law,) if view.hys_law else ()
    head = tuple(say(f"care.outcomes.{name}") for name in names)
    return Grid(caption=say("care.outcomes.labs_caption"), head=head, rows=rows, notes=notes)


def adherence(case: Case) -> Iterator[Block]:
    """Item 10c: days covered by the log, interruptions, measured concentrations."""
    say, exposure = case.say, case.assessment.exposure
    judged = courses_of(case, *JUDGED)
    for course in judged:
        if course.adherence is None or course.weeks is None:
            yield Fact(say("care.outcomes.covered_unknown", drug=course.drug))
            continue
        percent, days = say.number(100 * course.adherence, 0), say.amount(round(7 * course.weeks))
        yield Fact(say("care.outcomes.covered", drug=course.drug, percent=percent, days=days))
    found = alterations(case, judged)
    if found:
        yield Fact(say("care.outcomes.tolerability", words=listed(found)))
    elif judged:
        yield Fact(say("care.outcomes.no_interruption"))
    levels = [level for drug in exposure.drugs for level in drug.levels]
    if levels:
        yield Fact(say("care.outcomes.levels", count=len(levels), used=sum(level.used for level in levels)))
    yield ToWrite(say("care.outcomes.adherence"))


def events(case: Case) -> Iterator[Block]:
    """Item 10d: every adverse event; "none occurred" and "not recorded" stay different answers."""
    say, safety = case.say, case.assessment.safety
    if safety.status is EventsStatus.NOT_RECORDED:
        yield ToWrite(say("care.outcomes.events_none_write"))
        return
    view = view_safety(case.assessment, say, case.citations)
    yield Fact(listed((view.sentence, view.incidence), " "))
    if view.events:
        names = ("event", "start", "end", "grade", "serious", "outcome", "action", "cause")
        yield Grid(
            caption=say("care.outcomes.events_caption"),
            head=tuple(say(f"care.outcomes.{name}") for name in names),
            rows=tuple(
                (e.term, e.start, e.stop, e.grade, e.serious, e.outcome, e.action, e.relation)
                for e in view.events
            ),
            notes=(say("care.outcomes.events_note", version=safety.version.value),),
        )
