"""A measured value, wherever it came from: the clinic's table and the CT scan give the same type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from enum import StrEnum

from breathline.sources import Source


class Absence(StrEnum):
    """Why there is no number. "Unable" is information about the disease; the others are not."""

    NOT_RECORDED = "not_recorded"
    NOT_DONE = "not_done"
    UNABLE = "unable"


Value = float | Absence


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When something happened.

    Parameters
    ----------
    week
        Weeks from the start of treatment, negative before it; None where the start is not recorded.
    date
        Calendar date, where the record gives one.
    """

    week: float | None = None
    date: Date | None = None

    def __post_init__(self) -> None:
        """Refuse a moment that says nothing."""
        if self.week is None and self.date is None:
            raise ValueError("A moment needs a week, a date, or both.")

    @property
    def order(self) -> float:
        """A number that sorts the moments of one record, in days."""
        if self.week is not None:
            return self.week * 7.0
        assert self.date is not None
        return float(self.date.toordinal())


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a measurement was read or computed: a file and line, or a scan and the steps applied to it.

    Parameters
    ----------
    computed
        How a value was computed from others of the same day, in words; empty for what was read or measured.
    """

    file: str = ""
    row: int | None = None
    scan: str = ""
    computed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One value of one measure at one moment.

    Parameters
    ----------
    measure
        Key of the outcome measure, such as ``dlco`` or ``ct_ground_glass``.
    value
        The number in `unit`, or the reason why there is none.
    unit
        UCUM code.
    when
        Moment of the test; None for a scan measured outside a patient record.
    low, high
        95 % interval of the value, where one is known.
    region
        Part of the lungs for CT measures (``lungs`` is the whole), empty for others.
    """

    measure: str
    value: Value
    unit: str
    when: Moment | None = None
    low: float | None = None
    high: float | None = None
    region: str = ""
    method: str = ""
    device: str = ""
    note: str = ""
    origin: Origin = Origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standardised:
    """A value beside what is expected of a healthy person of that age, sex and height.

    Parameters
    ----------
    predicted
        Median expected value, in the unit of the measurement.
    percent_predicted
        The value as percent of it.
    z
        z-score; None where the equation gives no spread.
    lower_limit
        Lower limit of normal (5th percentile); None where the equation gives none.
    equation
        Key of the reference equation.
    """

    predicted: float
    percent_predicted: float
    equation: str
    source: Source
    z: float | None = None
    lower_limit: float | None = None
