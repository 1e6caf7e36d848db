"""What happened between the two dates that are compared: slopes, when a response began, whether it lasted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from breathline.model.change import Direction, Domain, Judgement
from breathline.model.measurement import Moment, Value


class Confirmation(StrEnum):
    """Whether a second visit says the same as the one that is judged."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    NOT_ASKED = "not_asked"  # neither better nor worse


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """Visits in a row that were all judged better (or all worse) than the same baseline.

    Parameters
    ----------
    weeks_to_first
        From the start of treatment (else from the baseline) to the first of them [weeks].
    held_weeks
        From the first of them to the last [weeks]; 0 for a single visit.
    ended
        The first later visit that was judged otherwise; None where none was.
    """

    first: Moment
    last: Moment
    visits: int
    weeks_to_first: float
    held_weeks: float
    ended: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """How one measure went from visit to visit against one baseline.

    Parameters
    ----------
    judgement
        The judgement of the last value, as in the change of this measure.
    confirmation
        Whether an earlier visit, far enough from the last, was judged the same, with nothing else between.
    better, worse
        The first spell of each; None where no visit was judged so.
    best, best_when
        The best value of all visits after the baseline, whatever it was judged.
    sentence
        All of it in words.
    """

    measure: str
    label: str
    domain: Domain
    judgement: Judgement
    confirmation: Confirmation
    better: Spell | None = None
    worse: Spell | None = None
    best: Value | None = None
    best_when: Moment | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """A rate of change with its 95 % interval [unit of the measure per year]."""

    per_year: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """What the last value would have been, had the course before treatment gone on.

    Parameters
    ----------
    expected, low, high
        The value on the earlier line with its 95 % interval for one measured value.
    observed
        What was measured.
    """

    when: Moment
    expected: float
    low: float
    high: float
    observed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """The slope of a measure before treatment and on it.

    Parameters
    ----------
    sd
        Standard deviation of one value about the patient's own course, from the publication of the measure's
        error [unit].
    widening
        Factor by which the intervals were widened, because the values scatter more than `sd`; 1 where not.
    before, on, difference
        Slopes before treatment and on it, and on less before; None where too few values tell.
    projection
        None where there is no line before treatment to go on with.
    judgement
        Whether the slope turned for the better or the worse by more than chance.
    """

    measure: str
    label: str
    unit: str
    domain: Domain
    direction: Direction
    decimals: int
    values: int
    sd: float
    widening: float
    judgement: Judgement
    sentence: str
    before: Slope | None = None
    on: Slope | None = None
    difference: Slope | None = None
    projection: Projection | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainFinding:
    """What one side of the disease did.

    Parameters
    ----------
    state
        ``better``, ``worse``, ``mixed``, ``no_change`` or ``cannot_tell``.
    measured
        False where the state rests on persons' judgements alone (classes, better or worse than before).
    confirmation
        Whether a measure that carries the state was judged the same at an earlier visit.
    better, worse, no_change, cannot_tell
        Labels of the measures judged so.
    weeks_to_first
        From the start of treatment to the first visit at which a measure of the state was judged so [weeks];
        None where the state is neither better nor worse, or its visits are not known.
    composites
        Labels of composites of this domain with their judgement in words; they carry no state.
    """

    domain: Domain
    name: str
    state: str
    measured: bool
    confirmation: Confirmation
    better: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()
    no_change: tuple[str, ...] = ()
    cannot_tell: tuple[str, ...] = ()
    weeks_to_first: float | None = None
    composites: tuple[str, ...] = ()
