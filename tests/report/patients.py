"""Patients that are hard to get onto one page: much of everything, hardly anything, and names without end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from breathline.errors import Problem, Severity
from breathline.model.assessment import Assessment
from breathline.model.change import Judgement
from breathline.model.patient import Diagnosis
from breathline.model.safety import EventsStatus, SafetySummary
from tests.report.example import _scan, at, example, hostile, many_events, no_scans

LONG = "A name that somebody wrote without ever thinking of the width of a page "


def many_visits() -> Assessment:
    """Twenty visits on treatment, each with every measure."""
    full = example()
    weeks = tuple(at(float(week)) for week in range(2, 42, 2))
    course = tuple(
        replace(change, followup_when=when)
        for change in full.changes
        for when in weeks
        if not change.measure.startswith("ct_")
    )
    values = tuple(
        replace(item, measurement=replace(item.measurement, when=when))
        for item in full.measurements
        if item.measurement.when == at(20) and not item.measurement.measure.startswith("ct_")
        for when in weeks
    )
    return replace(
        full,
        course=course,
        measurements=(*full.measurements, *values),
        timeline=replace(full.timeline, visits=(*full.timeline.visits, *weeks)),
    )


def many_measures() -> Assessment:
    """Forty measures, half of them changed, at dates of their own."""
    full = example()
    changes = tuple(
        replace(
            change,
            measure=f"{change.measure}_{n}" if n else change.measure,
            label=f"{change.label}, measured {n} times over" if n else change.label,
            followup_when=at(20 - n % 3),
        )
        for n in range(6)
        for change in full.changes
    )
    return replace(full, changes=changes)


def three_scans() -> Assessment:
    return replace(example(), scans=(*example().scans, _scan(60)))


def zeros() -> Assessment:
    """Extents of zero at both dates, which fold into one line."""
    changes = tuple(
        replace(
            change,
            label=f"Empty pattern {n}",
            baseline=0.0,
            followup=0.04,
            delta=0.04,
            judgement=Judgement.NO_CHANGE,
        )
        for n, change in enumerate(c for c in example().changes if c.measure.startswith("ct_"))
    )
    kept = tuple(c for c in example().changes if not c.measure.startswith("ct_"))
    return replace(example(), changes=(*kept, *changes))


def hardly_anything() -> Assessment:
    """One patient, no value, no verdict."""
    return replace(
        no_scans(), measurements=(), changes=(), course=(), before=(), against_best=(), responses=(),
        trajectories=(), domains=(), domains_before=(), verdicts=(), summary="", warnings=(), steps=(),
        inputs=(), timeline=replace(no_scans().timeline, visits=()),
        safety=SafetySummary(status=EventsStatus.NOT_RECORDED, sentence=""),
    )  # fmt: skip


def long_words() -> Assessment:
    """Every text as long as it will get, and many of each."""
    full = many_events()
    verdict = replace(
        full.verdicts[0],
        statement=LONG * 8,
        reasons=tuple(f"{n}. {LONG * 6}" for n in range(15)),
        missing=tuple(f"{n}. {LONG * 6}" for n in range(15)),
    )
    warning = Problem(
        code="long", message=LONG * 12, mend=LONG, severity=Severity.WARNING, file="visits.csv", row=7
    )
    return replace(
        full,
        patient=replace(
            full.patient,
            id="W" * 200,
            smoking=LONG * 3,
            diagnoses=tuple(Diagnosis(text=LONG * 3, code="ICD-10:J84.1" * 9) for _ in range(12)),
            history=LONG * 900,
        ),
        verdicts=(verdict, *full.verdicts[1:]),
        warnings=tuple(replace(warning, row=n, message=f"{n} {LONG * 12}") for n in range(30)),
        safety=replace(
            full.safety,
            events=tuple(replace(event, term=LONG * 6, note=LONG * 60) for event in full.safety.events),
            sentence=LONG * 9,
        ),
    )


PATIENTS: dict[str, Callable[[], Assessment]] = {
    "example": example,
    "tables_only": no_scans,
    "many_visits": many_visits,
    "many_measures": many_measures,
    "many_events": many_events,
    "three_scans": three_scans,
    "zeros": zeros,
    "hardly_anything": hardly_anything,
    "long_words": long_words,
    "hostile": hostile,
}
