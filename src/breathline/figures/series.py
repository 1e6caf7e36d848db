"""The values of one measure over time, as the trend lines and the timeline draw them."""

from __future__ import annotations

from dataclasses import dataclass

from breathline.model.assessment import Assessment, Standing, Timeline
from breathline.model.change import Change, Domain
from breathline.model.measurement import Absence, Moment

WHOLE_LUNGS = ("", "lungs")

MOST_BEFORE = 0.5
"""How far drugs and events may widen an axis before what is shown on it, as a share of its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One value on the time axis: weeks from the start of treatment, or days of the calendar."""

    x: float
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAxis:
    """Where moments lie on the time axis of this record.

    Parameters
    ----------
    weeks
        True if the axis counts weeks from the start of treatment, False if it shows calendar days.
    """

    weeks: bool

    def place(self, when: Moment | None) -> float | None:
        """Give the place of a moment, or None where the record does not tie it to this axis."""
        if when is None:
            return None
        if self.weeks:
            return when.week
        return float(when.date.toordinal()) if when.date else None


def time_axis(assessment: Assessment) -> TimeAxis:
    """Choose weeks where treatment has a start or nothing carries a date, else the calendar."""
    moments = [item.measurement.when for item in assessment.measurements]
    known = [when for when in moments if when is not None]
    weeks = assessment.timeline.treatment_start is not None or not any(when.date for when in known)
    return TimeAxis(weeks=weeks)


def standings_of(assessment: Assessment, measure: str) -> tuple[Standing, ...]:
    """Give every value of a measure for the whole lungs or person, in order of time."""
    chosen = [
        item
        for item in assessment.measurements
        if item.measurement.measure == measure
        and item.measurement.region in WHOLE_LUNGS
        and item.measurement.when is not None
    ]
    return tuple(sorted(chosen, key=_order))


def _order(item: Standing) -> float:
    when = item.measurement.when
    return when.order if when is not None else 0.0


def points_of(assessment: Assessment, measure: str, axis: TimeAxis) -> tuple[Point, ...]:
    """Give the numbers of a measure on the time axis; what is absent leaves no point."""
    points = []
    for item in standings_of(assessment, measure):
        own = item.measurement
        x = axis.place(own.when)
        if x is not None and not isinstance(own.value, Absence):
            points.append(Point(x=x, value=own.value, low=own.low, high=own.high))
    return tuple(points)


def treatment_span(timeline: Timeline, axis: TimeAxis, last: float) -> tuple[float, float] | None:
    """Give start and end of treatment on the axis; it runs to `last` where no end is recorded."""
    start = axis.place(timeline.treatment_start)
    if start is None:
        return None
    stop = axis.place(timeline.treatment_stop)
    return (start, max(start, last if stop is None else stop))


def is_absent(change: Change) -> bool:
    """Tell whether a CT pattern is as good as absent at both dates: a table has it, no more."""
    limit = change.important_difference
    values = [value for value in (change.baseline, change.followup) if not isinstance(value, Absence)]
    return change.domain is Domain.IMAGING and limit is not None and len(values) == 2 and max(values) < limit
