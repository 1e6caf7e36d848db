"""The whole result: self-contained, written as ``assessment.json``, enough for any report or export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from breathline.errors import Problem
from breathline.model.change import Change
from breathline.model.correction import Corrections
from breathline.model.course import DomainFinding, Response, Trajectory
from breathline.model.criterion import ConditionAnswer, Period
from breathline.model.ct_change import CtChange
from breathline.model.exposure import ExposureSummary
from breathline.model.measurement import Measurement, Moment, Standardised
from breathline.model.patient import Diagnosis, InputFile, Sex
from breathline.model.safety import SafetySummary
from breathline.model.volume import QualityFlag, Step

SCHEMA = "breathline/assessment/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The patient as outputs may show it: no name, no birth date, no identifier from a header."""

    id: str
    sex: Sex | None
    age_years: float | None
    height_cm: float | None
    weight_kg: float | None
    smoking: str
    diagnoses: tuple[Diagnosis, ...]
    history: str
    example: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A measurement of the record with its label and what was expected of it.

    Parameters
    ----------
    not_standardised
        Why there is no expected value although the measure has a reference equation; empty otherwise.
    """

    measurement: Measurement
    label: str
    standardised: Standardised | None = None
    not_standardised: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanSummary:
    """A scan of the record: when, what its header says, its quality, and where its files are.

    Parameters
    ----------
    folder
        Folder of its label maps, relative to the assessment; empty if the scan could not be measured.
    """

    name: str
    when: Moment | None
    facts: Mapping[str, float | int | str | bool | None]
    quality: tuple[QualityFlag, ...] = ()
    labels: Mapping[str, int] | None = None
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The weeks that matter for reading everything else.

    Parameters
    ----------
    treatment_start
        None where not recorded.
    treatment_stop
        End of the judged treatment; None where not recorded or still going on.
    """

    treatment_start: Moment | None
    treatment_stop: Moment | None
    visits: tuple[Moment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a named criterion says.

    Parameters
    ----------
    label
        ``met``, ``not_met`` or ``cannot_tell`` for a rule; the class or score for a criterion that grades.
    missing
        What the record lacks for an answer.
    period
        The time it was read over; None for the overall verdict.
    read_at
        The visit at which it was read; None where there was none.
    score
        The number of a criterion that counts points; None for others.
    conditions
        Every condition with its own answer.
    presumed
        What the criterion takes as given: whom it speaks of, what else was excluded.
    """

    criterion: str
    title: str
    label: str
    statement: str
    reasons: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    period: Period | None = None
    read_at: Moment | None = None
    score: float | None = None
    conditions: tuple[ConditionAnswer, ...] = ()
    presumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Did this patient respond? Everything a report, an exporter or a cohort needs.

    Parameters
    ----------
    changes
        One a measure: the last value before treatment against the last on treatment.
    course
        Every value on treatment against the same baseline.
    before
        The change over the time before treatment, first value against the last before treatment.
    against_best
        The last value on treatment against the best of the two years before it, where there were several.
    responses, responses_before
        When each measure became better or worse, whether it lasted, and its best value; on treatment and before.
    trajectories
        Slopes before treatment and on it.
    domains, domains_before
        What each side of the disease did on treatment, and before it by the same rule.
    corrections
        What readers corrected, and the answer without it; None where the assessment was made without a log.
    ct_changes
        Each scan compared place by place with the baseline of its time, in order of the follow-ups.
    """

    schema: str
    patient: Subject
    timeline: Timeline
    measurements: tuple[Standing, ...]
    scans: tuple[ScanSummary, ...]
    changes: tuple[Change, ...]
    course: tuple[Change, ...]
    before: tuple[Change, ...]
    safety: SafetySummary
    exposure: ExposureSummary
    verdicts: tuple[Verdict, ...]
    summary: str
    warnings: tuple[Problem, ...]
    steps: tuple[Step, ...]
    inputs: tuple[InputFile, ...]
    version: str
    against_best: tuple[Change, ...] = ()
    responses: tuple[Response, ...] = ()
    responses_before: tuple[Response, ...] = ()
    trajectories: tuple[Trajectory, ...] = ()
    domains: tuple[DomainFinding, ...] = ()
    domains_before: tuple[DomainFinding, ...] = ()
    corrections: Corrections | None = None
    ct_changes: tuple[CtChange, ...] = ()
