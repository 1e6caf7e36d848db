"""The outcome table: one row a measure, from baseline to judgement, with a small trend line."""

from __future__ import annotations

from dataclasses import dataclass

from breathline.figures.series import Point, TimeAxis, points_of, standings_of, time_axis, treatment_span
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.change import Change, Direction
from breathline.model.measurement import Absence, Moment, Value
from breathline.report.sections.citations import Citations

TREND_WIDTH = 128.0
TREND_HEIGHT = 34.0
_EDGE = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A trend line as the page draws it, in the units of its own small canvas."""

    line: str
    dots: tuple[tuple[float, float, bool], ...]
    shade: tuple[float, float] | None
    alt: str
    width: float = TREND_WIDTH
    height: float = TREND_HEIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A row of the outcome table."""

    key: str
    label: str
    unit: str
    lower_is_better: bool
    baseline: str
    baseline_when: str
    followup: str
    followup_when: str
    delta: str
    interval: str
    relative: str
    error: str
    important: str
    judgement: str
    judgement_word: str
    reason: str
    error_cites: tuple[int, ...]
    important_cites: tuple[int, ...]
    cites: tuple[int, ...]
    trend: Trend | None


def view_outcomes(assessment: Assessment, say: Wording, citations: Citations) -> tuple[Outcome, ...]:
    """Put every judged change into words, in the order of the assessment."""
    return tuple(view_change(assessment, change, say, citations) for change in assessment.changes)


def view_change(assessment: Assessment, change: Change, say: Wording, citations: Citations) -> Outcome:
    """Put one change into words, with the trend of its measure."""
    equations = [s.source for s in (change.baseline_standardised, change.followup_standardised) if s]
    return Outcome(
        key=change.measure,
        label=change.label,
        unit=say.unit(change.unit),
        lower_is_better=change.direction is Direction.LOWER,
        baseline=_value(change, change.baseline, say),
        baseline_when=_when(change.baseline_when, say),
        followup=_value(change, change.followup, say),
        followup_when=_when(change.followup_when, say),
        delta=write_delta(change, say),
        interval=write_interval(change, say),
        relative=relative_change(change, say),
        error=_limit(change, change.error, say),
        important=_limit(change, change.important_difference, say),
        judgement=change.judgement.value,
        judgement_word=say(f"judgement.{change.judgement.value}"),
        reason=change.reason,
        error_cites=citations.cite([change.error_source]),
        important_cites=citations.cite([change.important_difference_source]),
        cites=citations.cite([*change.source, *equations]),
        trend=_trend(assessment, change, say),
    )


def _when(when: Moment | None, say: Wording) -> str:
    return "" if when is None else say.moment(when)


def _value(change: Change, value: Value, say: Wording) -> str:
    return say.value(value, change.measure, change.decimals)


def write_delta(change: Change, say: Wording) -> str:
    """Write the absolute change, with a unit only where it counts in another one than the row; or nothing."""
    if change.delta is None:
        return ""
    if say.unit(change.unit, difference=True) == say.unit(change.unit):
        return say.number(change.delta, change.decimals, sign=True)
    return say.difference(change.delta, change.unit, change.decimals)


def write_interval(change: Change, say: Wording) -> str:
    """Write the 95 % interval of the change, or nothing where there is none."""
    if change.low is None or change.high is None:
        return ""
    low, high = (say.number(limit, change.decimals, sign=True) for limit in (change.low, change.high))
    return say("outcomes.interval", low=low, high=high)


def relative_change(change: Change, say: Wording) -> str:
    """Write the change as percent of baseline; nothing where the baseline is printed as zero."""
    if change.relative_percent is None or isinstance(change.baseline, Absence):
        return ""
    if round(change.baseline, change.decimals) == 0.0:
        return ""
    return write_relative(change.relative_percent, say)


def write_relative(percent: float, say: Wording) -> str:
    """Write the change as percent of baseline."""
    return say("outcomes.relative", percent=say.number(percent, 0, sign=True))


def _limit(change: Change, limit: float | None, say: Wording) -> str:
    if limit is None:
        return say("outcomes.not_known")
    # One decimal more where rounding would make another limit of it (1.5 → 2).
    misprinted = abs(round(limit, change.decimals) - limit) > 0.1 * abs(limit)
    return say.number(limit, change.decimals + misprinted)


def _trend(assessment: Assessment, change: Change, say: Wording) -> Trend | None:
    axis = time_axis(assessment)
    points = points_of(assessment, change.measure, axis)
    if not points:
        return None
    everything = [x for visit in assessment.timeline.visits if (x := axis.place(visit)) is not None]
    everything += [point.x for point in points]
    first, last = min(everything), max(everything)
    span = treatment_span(assessment.timeline, axis, last)
    across = _scale(first, max(last, span[1] if span else last), _EDGE, TREND_WIDTH - _EDGE)
    down = trend_scale(change, [point.value for point in points])
    judged = {axis.place(change.baseline_when), axis.place(change.followup_when)}
    dots = tuple((across(p.x), down(p.value), p.x in judged) for p in points)
    return Trend(
        line=" ".join(f"{x:g},{y:g}" for x, y, _ in dots),
        dots=dots,
        shade=_shade(span, across) if span else None,
        alt=_trend_alt(assessment, change, axis, points, say),
    )


def trend_scale(change: Change, values: list[float]) -> _Scale:
    """Give the scale of values: as high as twice the error at least, or what is no change would look like one."""
    middle, half = (max(values) + min(values)) / 2, (max(values) - min(values)) / 2
    half = max(half, change.error or change.important_difference or 0.0)
    return _scale(middle + half, middle - half, _EDGE, TREND_HEIGHT - _EDGE)


def _shade(span: tuple[float, float], across: _Scale) -> tuple[float, float]:
    left, right = max(across(span[0]), 0.0), min(across(span[1]), TREND_WIDTH)
    return (left, round(max(right - left, 0.0), 1))


@dataclass(frozen=True, slots=True)
class _Scale:
    """A straight line from values to places on the canvas; equal values stand in the middle."""

    first: float
    last: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        if self.first == self.last:
            return round((self.start + self.stop) / 2, 1)
        share = (value - self.first) / (self.last - self.first)
        return round(self.start + share * (self.stop - self.start), 1)


def _scale(first: float, last: float, start: float, stop: float) -> _Scale:
    return _Scale(first, last, start, stop)


def _trend_alt(
    assessment: Assessment, change: Change, axis: TimeAxis, points: tuple[Point, ...], say: Wording
) -> str:
    told = []
    placed = {point.x for point in points}
    for item in standings_of(assessment, change.measure):
        own = item.measurement
        if axis.place(own.when) in placed and not isinstance(own.value, Absence):
            value = _value(change, own.value, say)
            told.append(say("outcomes.trend_point", value=value, when=say.short_moment(own.when)))
    return say("outcomes.trend_alt", label=change.label, points="; ".join(told))
