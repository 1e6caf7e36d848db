"""The pipeline, to be read aloud."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from breathline import __version__
from breathline.exposure import (
    describe_steps,
    estimate_exposure,
    judged_treatment,
    relate_course,
    summarise_exposure,
    tell_problems,
)
from breathline.model.assessment import SCHEMA, Assessment, Subject, Timeline, Verdict
from breathline.model.criterion import Period
from breathline.model.exposure import ExposureSummary
from breathline.model.measurement import Measurement, Moment
from breathline.model.patient import PatientRecord, Person
from breathline.model.safety import CtcaeVersion
from breathline.outcomes import derive, judge_record, standardise
from breathline.progress import Progress, silent
from breathline.safety import summarise_safety
from breathline.scans import measure_scans
from breathline.summary import tell_summary
from breathline.verdict import CRITERIA, Criterion, Evidence, find_domains


def assess(
    record: PatientRecord,
    *,
    folder: Path,
    criteria: Sequence[str] | None = None,
    ctcae: CtcaeVersion = CtcaeVersion.V5,
    progress: Progress = silent,
) -> Assessment:
    """Judge whether a patient responded: scans measured, measures compared, harm added, a verdict given.

    Parameters
    ----------
    record
        The patient record, as `breathline.read_patient` gives it.
    folder
        Where the label maps of the scans are written, as ``ct/<scan>/``, and their comparisons, as ``ct/change/``.
    criteria
        Names of the criteria to apply beside the overall one; None means all.
    ctcae
        Version of CTCAE by which laboratory values are graded and events named.
    progress
        Told how far the long steps are.

    Returns
    -------
    Assessment
        Self-contained: a report or an export needs nothing else.
    """
    scans = measure_scans(record.scans, record.treatment_start, folder, progress)
    measured = (*record.measurements, *scans.measurements)
    derived = derive(standardise(measured, record.person), record.person, record.labs)
    standings = standardise((*measured, *derived.measurements), record.person)
    exposure = estimate_exposure(summarise_exposure(record.doses, record.treatment_start), record)
    timeline = draw_timeline(record, exposure, scans.measurements)
    judged = judge_record(
        standings, timeline.treatment_start, timeline.treatment_stop, ct_changes=scans.changes
    )
    exposure = relate_course(exposure, judged.course)
    safety = summarise_safety(
        record.events,
        timeline.treatment_start,
        labs=record.labs,
        answers=record.causality,
        treatment_stop=timeline.treatment_stop,
        last_day=last_day(record, timeline),
        version=ctcae,
    )
    verdicts = judge_criteria(
        Evidence(
            person=record.person,
            timeline=timeline,
            standings=standings,
            changes=judged.changes,
            before=judged.before,
            safety=safety,
            against_best=judged.against_best,
            responses=judged.responses,
            responses_before=judged.responses_before,
            trajectories=judged.trajectories,
        ),
        criteria,
    )
    return Assessment(
        schema=SCHEMA,
        patient=show_subject(record.person),
        timeline=timeline,
        measurements=standings,
        scans=tuple(scans.summaries),
        changes=judged.changes,
        course=judged.course,
        before=judged.before,
        safety=safety,
        exposure=exposure,
        verdicts=verdicts,
        summary=tell_summary(
            record.person,
            exposure,
            judged.before,
            judged.changes,
            safety,
            verdicts[0],
            started=timeline.treatment_start is not None,
        ),
        warnings=(*record.warnings, *scans.problems, *derived.problems, *tell_problems(exposure)),
        steps=(*scans.steps, *describe_steps(exposure)),
        inputs=record.inputs,
        version=__version__,
        against_best=judged.against_best,
        responses=judged.responses,
        responses_before=judged.responses_before,
        trajectories=judged.trajectories,
        domains=find_domains(judged.changes, judged.responses),
        domains_before=find_domains(judged.before, judged.responses_before),
        ct_changes=tuple(scans.changes),
    )


def draw_timeline(
    record: PatientRecord, exposure: ExposureSummary, from_scans: Sequence[Measurement]
) -> Timeline:
    """Find the start and end of the judged treatment and every day on which something was measured."""
    treatments = judged_treatment(exposure)
    stops = [course.stop for course in treatments if course.stop is not None]
    stop = max(stops, key=lambda moment: moment.order) if stops and len(stops) == len(treatments) else None
    moments: dict[float, Moment] = {}
    for measurement in (*record.measurements, *from_scans):
        if measurement.when is not None:
            moments.setdefault(measurement.when.order, measurement.when)
    return Timeline(
        treatment_start=record.treatment_start,
        treatment_stop=stop,
        visits=tuple(moments[order] for order in sorted(moments)),
    )


def judge_criteria(evidence: Evidence, names: Sequence[str] | None = None) -> tuple[Verdict, ...]:
    """Ask the overall criterion first, then those that are named, or all, each over every time it is read over."""
    chosen = [name for name in CRITERIA if name != "overall"] if names is None else dict.fromkeys(names)
    return tuple(
        CRITERIA[name].judge(replace(evidence, period=period))
        for name in dict.fromkeys(["overall", *chosen])
        for period in periods_read(CRITERIA[name], evidence)
    )


def periods_read(criterion: Criterion, evidence: Evidence) -> tuple[Period, ...]:
    """Give the times a criterion is read over; without a start of treatment the record cannot be divided."""
    if evidence.timeline.treatment_start is None and Period.BEFORE in criterion.periods:
        return (Period.RECORD,)
    return criterion.periods


def last_day(record: PatientRecord, timeline: Timeline) -> Moment | None:
    """Give the last day on which something was recorded of the patient."""
    days = [
        *timeline.visits,
        *(lab.when for lab in record.labs or ()),
        *(event.start for event in record.events or ()),
    ]
    return max((day for day in days if day is not None), key=lambda day: day.order, default=None)


def show_subject(person: Person) -> Subject:
    """Give what outputs may show of a person."""
    return Subject(
        id=person.id,
        sex=person.sex,
        age_years=person.age_years,
        height_cm=person.height_cm,
        weight_kg=person.weight_kg,
        smoking=person.smoking,
        diagnoses=person.diagnoses,
        history=person.history,
        example=person.example,
    )


def run_facts(started: str, seconds: float) -> dict[str, str | float]:
    """Give what ``run.json`` keeps beside the assessment: times and versions, which change from run to run."""
    return {
        "started": started,
        "seconds": round(seconds, 1),
        "version": __version__,
        "python": platform.python_version(),
        "system": platform.system(),
    }
