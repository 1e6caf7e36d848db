"""What was taken, how much, for how long, and what reached the blood."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from breathline.model.measurement import Moment
from breathline.model.patient import Concentration, DoseInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug:
    """A drug by its names.

    Parameters
    ----------
    key
        International non-proprietary name, in small letters.
    names
        Other spellings, trade names and abbreviations, in small letters.
    single_dose_mg
        Lowest and highest single dose that is ever given [mg]; a dose outside is asked about. None where none is set.
    """

    key: str
    names: tuple[str, ...] = ()
    single_dose_mg: tuple[float, float] | None = None


class Role(StrEnum):
    """The part a course of a drug plays in the question."""

    TREATMENT = "treatment"  # the one to be judged
    PREVIOUS = "previous"  # stopped before it began
    CONCOMITANT = "concomitant"  # begun before it, and gone on with
    ADDED = "added"  # begun after it
    UNKNOWN = "unknown"  # the start of the treatment is not recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """Days within a course on which nothing was taken, and why, where the log says."""

    start: Moment
    stop: Moment
    days: float
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseChange:
    """The day on which the daily dose became another one, in the unit of the course per day."""

    when: Moment
    before: float
    after: float
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All intervals of one drug without a long break, put together.

    Parameters
    ----------
    daily_dose
        Mean over the days on the drug, in `unit` per day; intervals that overlap add up. None where a dose
        is not recorded.
    total_dose
        Sum over the course, in `unit`; None where a dose or an end is not recorded.
    dose_varied
        True where the daily dose was not the same all the time, so that `daily_dose` is a mean.
    weeks
        Time from first to last day [weeks]; None where the end is not recorded.
    key
        Key of the drug, the same for all its names; the name as written where it is not known.
    first_daily_dose
        Daily dose at the start, in `unit` per day; what the intensity is relative to.
    relative_intensity
        Total dose as a share of the first daily dose kept up from first to last day; None where the total is.
    days_covered
        Days on which the log has a dose above none [days].
    adherence
        Those days as a share of all days from first to last.
    overlap_days
        Days on which more than one interval ran [days].
    interruptions, changes
        Gaps within the course, and days on which the dose became another.
    remarks
        Why some of these are not known, and what was noticed, in sentences.
    """

    drug: str
    role: Role
    start: Moment
    stop: Moment | None = None
    unit: str = ""
    daily_dose: float | None = None
    total_dose: float | None = None
    weeks: float | None = None
    dose_varied: bool = False
    reason: str = ""
    key: str = ""
    first_daily_dose: float | None = None
    relative_intensity: float | None = None
    days_covered: float | None = None
    adherence: float | None = None
    overlap_days: float = 0.0
    interruptions: tuple[Interruption, ...] = ()
    changes: tuple[DoseChange, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A quantity with a range.

    Parameters
    ----------
    value
        The median over patients, or the estimate of one patient.
    low, high
        What holds nine in ten patients (5th to 95th percentile), or the 95 % interval of one patient.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CovariateUsed:
    """What a model was given about the patient.

    Parameters
    ----------
    assumed
        True where the record has no usable value, so that the centre of the model was taken.
    reason
        Where the value is from, or why there is none.
    """

    key: str
    label: str
    value: float
    unit: str
    assumed: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Trough, peak and area over 24 hours at the last dosing interval, and the mean over the course.

    Concentrations are in the unit of the drug's exposure, areas in that unit times hours.
    """

    trough: Band
    peak: Band
    auc24: Band
    mean: Band


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelExposure:
    """What one model says of this patient.

    Parameters
    ----------
    typical
        Levels of the typical patient with these covariates: trough, peak, area.
    patients
        Levels over simulated patients with these covariates.
    individual
        Levels from this patient's measured concentrations (95 % intervals); None where none could be used.
    clearance
        Apparent clearance from measured concentrations [L/h], with its 95 % interval.
    """

    key: str
    label: str
    people: str
    covariates: tuple[CovariateUsed, ...]
    typical: tuple[float, float, float]
    patients: Levels
    individual: Levels | None = None
    clearance: Band | None = None
    assumptions: tuple[str, ...] = ()
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredLevel:
    """A measured concentration, and whether an individual estimate was made from it.

    Parameters
    ----------
    value
        The concentration in the unit of the drug's exposure; None where it cannot be turned into that.
    predicted
        What would be measured at that moment in patients like this one, over all models, with their errors.
    remark
        Why it was not used, or what was noticed.
    """

    concentration: Concentration
    value: float | None = None
    predicted: Band | None = None
    used: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TroughPoint:
    """Trough concentration at one moment, over patients and models together and the median of each model."""

    week: float
    pooled: Band
    by_model: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugExposure:
    """What is known of one drug in the blood.

    Parameters
    ----------
    pooled
        Levels over simulated patients and models together, each model with the same weight.
    course
        Troughs over the log; weeks are those of the record, from the start of treatment where that is known.
    untold
        Why there is no estimate, in one sentence; empty where there is one.
    cautions
        What must be known before the numbers are used.
    """

    drug: str
    analyte: str = ""
    unit: str = ""
    models: tuple[ModelExposure, ...] = ()
    pooled: Levels | None = None
    course: tuple[TroughPoint, ...] = ()
    levels: tuple[MeasuredLevel, ...] = ()
    untold: str = ""
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseResponse:
    """A curve of change against dose or exposure.

    Parameters
    ----------
    shape
        ``linear`` or ``emax``.
    slope, effect_at_most, half_at
        Per unit of dose (linear); largest effect and dose of half of it (Emax); each with a 95 % interval whose
        ends are None where the data set no limit.
    untold
        Why there is no curve, in one sentence; empty where there is one.
    """

    measure: str
    label: str
    unit: str
    dose_unit: str
    shape: str
    points: tuple[tuple[float, float], ...] = ()
    slope: tuple[float, float | None, float | None] | None = None
    effect_at_most: tuple[float, float | None, float | None] | None = None
    half_at: tuple[float, float | None, float | None] | None = None
    residual_sd: float | None = None
    untold: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureSummary:
    """The courses of all drugs; `recorded` is False where there is no dosing log.

    Parameters
    ----------
    log
        Every row of the dosing log as it came.
    drugs
        Estimates of concentration, one a drug for which there is a model or a measured concentration.
    responses
        Change against dose, one a measure.
    responses_sentence
        What such curves can and cannot show.
    """

    recorded: bool
    courses: tuple[Course, ...] = ()
    log: tuple[DoseInterval, ...] = ()
    drugs: tuple[DrugExposure, ...] = ()
    responses: tuple[DoseResponse, ...] = ()
    responses_sentence: str = ""
