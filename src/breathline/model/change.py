"""How much a measure changed between two dates, and whether that is more than error."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from breathline.model.measurement import Moment, Standardised, Value
from breathline.model.repeatability import Repeatability
from breathline.sources import Source


class Judgement(StrEnum):
    """What a change amounts to."""

    BETTER = "better"
    WORSE = "worse"
    NO_CHANGE = "no_change"  # none beyond error and importance
    CANNOT_TELL = "cannot_tell"


class Direction(StrEnum):
    """Which way is better for the patient."""

    HIGHER = "higher"
    LOWER = "lower"


class Scale(StrEnum):
    """What a threshold is counted in."""

    ABSOLUTE = "absolute"  # the unit of the measure
    RELATIVE = "relative"  # percent of the baseline value
    PERCENT_PREDICTED = "percent_predicted"  # points of % predicted


class Domain(StrEnum):
    """The side of the disease a measure speaks of."""

    FUNCTION = "function"
    GAS_EXCHANGE = "gas_exchange"
    EXERCISE = "exercise"
    SYMPTOMS = "symptoms"
    IMAGING = "imaging"
    SKIN = "skin"
    KIDNEY = "kidney"


class Daily(StrEnum):
    """Which value counts where a test was done several times on one day."""

    MEAN = "mean"
    BEST = "best"  # tests of maximal effort: the one that came nearest to it
    WORST = "worst"  # classes, which have no mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A limit that a change is held against, with the publication it comes from.

    Parameters
    ----------
    value
        The limit, counted in `scale`.
    printed
        The words of the publication, or how the number was derived from them.
    """

    value: float
    scale: Scale
    source: Source
    printed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeMeasure:
    """A description of an outcome measure; one generic function judges them all.

    Parameters
    ----------
    unit
        UCUM code in which values are kept.
    other_units
        Units that are converted at the door.
    code
        Coded concept, ``system:code``, such as ``LOINC:19911-7``.
    plausible
        Values outside this range are refused at the door, in `unit`.
    error
        Smallest change that is not measurement error (coefficient of repeatability, 1.96·√2·SD within
        subject); None for measures from CT.
    repeatability
        Of a measure from CT: the spread of repeated scans, by how alike they were made. Where two scans belong to no
        class of it, the intervals of the two values tell the error of their difference.
    important_difference
        Smallest change that matters to a patient.
    direction
        Which way is better; None for a supporting value (haemoglobin, FiO2), which is reported and needed to
        read other measures but is never judged.
    equation
        Key of the reference equation; empty where there is none.
    ordinal
        True for classes (NYHA, mMRC), whose differences are counted in classes.
    comparative
        True where a value is itself a judgement against the previous visit: +1 better, 0 the same, −1 worse.
    conditions
        Keys of measures that must be the same on both dates for two values to be compared, such as ``fio2``.
    same_within
        For a condition: the largest difference that still counts as the same, in `unit`.
    variant_of
        Key of the measure whose test this is another reading of (DLCO corrected for haemoglobin); it shares that
        measure's reference equation.
    several_a_day
        Which value counts where a test was repeated on one day.
    learning
        How much a first test ever falls short by want of practice; None where that is not known to matter.
    made_of
        Keys of the measures that a composite is computed from; empty for all others. A composite is judged and
        shown, and no domain rests on it, because what it is made of is counted already.
    decimals
        Decimals a report prints.
    """

    key: str
    label: str
    unit: str
    domain: Domain
    direction: Direction | None
    plausible: tuple[float, float]
    code: str = ""
    other_units: tuple[str, ...] = ()
    error: Threshold | None = None
    repeatability: Repeatability | None = None
    important_difference: Threshold | None = None
    equation: str = ""
    ordinal: bool = False
    comparative: bool = False
    conditions: tuple[str, ...] = ()
    same_within: float = 0.0
    variant_of: str = ""
    several_a_day: Daily = Daily.MEAN
    learning: Threshold | None = None
    made_of: tuple[str, ...] = ()
    decimals: int = 1
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How far the measured change can be relied on, given the error of the measure alone.

    Parameters
    ----------
    index
        Reliable change index: the change in standard errors of a difference [1]; beyond ±1.96 is beyond error.
    better
        Probability that the true change is for the better at all (else it is for the worse).
    better_enough, worse_enough
        Probability that the true change is for the better, or for the worse, by at least the important
        difference; None where that is not known.
    """

    index: float
    better: float
    better_enough: float | None = None
    worse_enough: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The change of one measure of one patient between two dates.

    Parameters
    ----------
    delta
        Follow-up minus baseline, in `unit`; None where one of them is not a number.
    low, high
        95 % interval of `delta`, from the error of the measure or the intervals of the two values.
    error
        Smallest change beyond error, in `unit`, at this baseline.
    important_difference
        Smallest change that matters, in `unit`, at this baseline.
    delta_percent_predicted, delta_z
        The change in points of % predicted and of z, where both values have them.
    reliability
        None where the error is not known.
    reported
        True where the value is a person's judgement whose error nobody has published: a class, or better or
        worse than before.
    made_of
        What a composite is computed from; empty for all other measures.
    reason
        Why it was judged so, in one sentence.
    """

    measure: str
    label: str
    unit: str
    domain: Domain
    direction: Direction
    judgement: Judgement
    reason: str
    baseline: Value
    followup: Value
    baseline_when: Moment | None = None
    followup_when: Moment | None = None
    delta: float | None = None
    relative_percent: float | None = None
    low: float | None = None
    high: float | None = None
    error: float | None = None
    important_difference: float | None = None
    baseline_standardised: Standardised | None = None
    followup_standardised: Standardised | None = None
    delta_percent_predicted: float | None = None
    delta_z: float | None = None
    reliability: Reliability | None = None
    reported: bool = False
    made_of: tuple[str, ...] = ()
    error_source: str = ""
    important_difference_source: str = ""
    source: tuple[str, ...] = ()
    decimals: int = 1
