"""The pipeline, to be read aloud."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from breathline import __version__
from breathline.errors import Problem, ScanError, Severity
from breathline.exposure import (
    describe_steps,
    estimate_exposure,
    judged_treatment,
    relate_course,
    summarise_exposure,
    tell_problems,
)
from breathline.model.assessment import SCHEMA, Assessment, ScanSummary, Subject, Timeline, Verdict
from breathline.model.criterion import Period
from breathline.model.exposure import ExposureSummary
from breathline.model.measurement import Measurement, Moment, Origin
from breathline.model.patient import PatientRecord, Person, ScanRef
from breathline.model.safety import CtcaeVersion
from breathline.model.volume import QualityFlag, ScanMeasurement, Step
from breathline.outcomes import OUTCOMES, derive, judge_record, standardise
from breathline.progress import Progress, silent
from breathline.safety import summarise_safety
from breathline.summary import tell_summary
from breathline.units import same_kind
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
        Where the label maps of the scans are written, as ``ct/<scan>/``.
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
    scans, from_scans, steps, refused = measure_scans(record.scans, folder, progress)
    measured = (*record.measurements, *from_scans)
    derived = derive(standardise(measured, record.person), record.person, record.labs)
    standings = standardise((*measured, *derived.measurements), record.person)
    exposure = estimate_exposure(summarise_exposure(record.doses, record.treatment_start), record)
    timeline = draw_timeline(record, exposure, from_scans)
    judged = judge_record(standings, timeline.treatment_start, timeline.treatment_stop)
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
        scans=scans,
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
        warnings=(*record.warnings, *refused, *derived.problems, *tell_problems(exposure)),
        steps=(*steps, *describe_steps(exposure)),
        inputs=record.inputs,
        version=__version__,
        against_best=judged.against_best,
        responses=judged.responses,
        responses_before=judged.responses_before,
        trajectories=judged.trajectories,
        domains=find_domains(judged.changes, judged.responses),
        domains_before=find_domains(judged.before, judged.responses_before),
    )


def measure_scans(
    scans: Sequence[ScanRef], folder: Path, progress: Progress
) -> tuple[tuple[ScanSummary, ...], tuple[Measurement, ...], tuple[Step, ...], tuple[Problem, ...]]:
    """Measure every scan, one after the other, so that only one is in memory; a refused one is said to be so."""
    summaries, measurements, steps, problems = [], [], [], []
    for ref in scans:
        try:
            result = _measure_one(ref, folder / "ct" / ref.name, progress)
        except ScanError as error:
            summaries.append(_refused(ref, error))
            problems += [_as_warning(problem, ref) for problem in error.problems]
            continue
        summaries.append(_summarised(ref, result))
        measurements += [
            _dated(measurement, ref) for measurement in result.measurements if is_judged_unit(measurement)
        ]
        steps += [step for step in result.steps if step not in steps]
    return tuple(summaries), tuple(measurements), tuple(steps), tuple(problems)


def check_scans(
    scans: Sequence[ScanRef], progress: Progress = silent
) -> tuple[tuple[ScanRef, ...], tuple[Problem, ...]]:
    """Read every picture of every scan without measuring it; give the scans that can be read, and what is wrong."""
    # Loaded here for the same reason as in `_measure_one`.
    from breathline.ct.read import read_scan  # noqa: PLC0415

    usable: list[ScanRef] = []
    problems: list[Problem] = []
    for ref in scans:
        try:
            read_scan(ref.files or ref.path, progress=_naming(ref, progress))
        except ScanError as error:
            problems += [_as_warning(problem, ref) for problem in error.problems]
        else:
            usable.append(ref)
    return tuple(usable), tuple(problems)


def is_judged_unit(measurement: Measurement) -> bool:
    """Tell the percentage that is judged from the same extent in mL, which stays in ``measurements.json``."""
    measure = OUTCOMES.get(measurement.measure)
    return measure is None or same_kind(measurement.unit, measure.unit, of=measure.key)


def _measure_one(ref: ScanRef, target: Path, progress: Progress) -> ScanMeasurement:
    # Loaded here, because half of the time in which tables alone are assessed would go into loading it.
    from breathline.ct.measure import measure_scan, write_scan  # noqa: PLC0415

    measured = measure_scan(ref.files or ref.path, progress=_naming(ref, progress))
    write_scan(measured, target)
    return measured.result


def _naming(ref: ScanRef, progress: Progress) -> Progress:
    def named(step: str, done: int, total: int) -> None:
        progress(f"{ref.name}: {step}", done, total)

    return named


def _summarised(ref: ScanRef, result: ScanMeasurement) -> ScanSummary:
    return ScanSummary(
        name=ref.name,
        when=ref.when,
        facts=dict(result.scan),
        quality=result.quality,
        labels=dict(result.labels),
        folder=f"ct/{ref.name}",
    )


def _refused(ref: ScanRef, error: ScanError) -> ScanSummary:
    flags = tuple(
        # Where the folder lay on this computer is nobody's business in a result that is passed on.
        QualityFlag(
            code=problem.code,
            severity=Severity.ERROR,
            message=str(replace(problem, file=Path(problem.file).name)),
        )
        for problem in error.problems
    )
    return ScanSummary(name=ref.name, when=ref.when, facts={}, quality=flags)


def _as_warning(problem: Problem, ref: ScanRef) -> Problem:
    return Problem(
        code=problem.code,
        severity=Severity.WARNING,
        message=f"The scan of {ref.name} could not be measured and is left out: {problem.message}",
        mend=problem.mend,
        file=f"ct/{Path(problem.file).name}" if Path(problem.file).name else f"ct ({ref.name})",
    )


def _dated(measurement: Measurement, ref: ScanRef) -> Measurement:
    return Measurement(
        measure=measurement.measure,
        value=measurement.value,
        unit=measurement.unit,
        when=ref.when,
        low=measurement.low,
        high=measurement.high,
        region=measurement.region,
        method=measurement.method,
        device=measurement.device,
        note=measurement.note,
        origin=Origin(scan=ref.name),
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
