"""Judge the change of a measure between two dates against its error and against what matters to a patient.

A change is real when it reaches the important difference *and* exceeds the measurement error. Between the
two, or below both, it is "no change", and the reason says which. What cannot be resolved leaves "cannot
tell", unless the limit that is known already decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from breathline.model.change import Change, Direction, Judgement, OutcomeMeasure, Threshold
from breathline.model.measurement import Absence, Measurement, Standardised, Value
from breathline.model.protocol import Match
from breathline.model.repeatability import WithinSubject
from breathline.outcomes.limits import Pair, error_in_unit, importance_in_unit, interval_of_difference
from breathline.outcomes.reliable import rely_on
from breathline.outcomes.repeatability import repeat_error, within_subject
from breathline.outcomes.wording import (
    reason_for_absence,
    reason_for_comparison,
    reason_for_numbers,
    reason_not_comparable,
)
from breathline.units import convert

ROUNDING = 1e-9
"""Relative slack of comparisons: decimals of a table are not exact in binary (4.4 − 0.4 < 4.0)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a change is held against, in the unit of the measure; None where it cannot be resolved.

    Parameters
    ----------
    importance_known
        False where the description of the measure has no such limit at all.
    interval
        95 % interval of the change.
    repeats
        True where the error is that of repeated scans.
    """

    error: float | None
    importance: float | None
    importance_known: bool
    interval: tuple[float, float] | None = None
    repeats: bool = False


def judge_change(
    measure: OutcomeMeasure,
    baseline: Measurement,
    followup: Measurement,
    *,
    baseline_standardised: Standardised | None = None,
    followup_standardised: Standardised | None = None,
    obstacle: str = "",
    match: Match | None = None,
    same_tissue: bool = False,
) -> Change:
    """Judge whether a measure got better, worse, did not change, or cannot be told.

    Parameters
    ----------
    measure
        Description of the measure; not a supporting value.
    baseline, followup
        The two values; their units are converted to the measure's.
    baseline_standardised, followup_standardised
        What was expected of them, in the measure's unit, where an equation exists.
    obstacle
        Why the two cannot be compared, as a sentence, when the caller knows more than the two values (such
        as oxygen given at one of them); empty otherwise.
    match
        How alike two scans were made, of which the values come; None where that is not known or not applicable.
    same_tissue
        True where the values are of the same tissue in two scans: their intervals together are that of the change.

    Raises
    ------
    ValueError
        If `measure` is a supporting value, which is never judged.
    UnitError
        If a value has a unit of another kind.
    """
    if measure.direction is None:
        raise ValueError(f"{measure.label} is a supporting value and is never judged by itself.")
    baseline, followup = in_own_unit(measure, baseline), in_own_unit(measure, followup)
    frame = Change(
        measure=measure.key,
        label=measure.label,
        unit=measure.unit,
        domain=measure.domain,
        direction=measure.direction,
        judgement=Judgement.CANNOT_TELL,
        reason="",
        baseline=baseline.value,
        followup=followup.value,
        baseline_when=baseline.when,
        followup_when=followup.when,
        baseline_standardised=baseline_standardised,
        followup_standardised=followup_standardised,
        error_source=_source(measure.error),
        important_difference_source=_source(measure.important_difference),
        source=tuple(s for s in (_source(measure.error), _source(measure.important_difference)) if s),
        decimals=measure.decimals,
        reported=measure.ordinal or measure.comparative,
        made_of=measure.made_of,
    )
    if measure.comparative:
        return _judge_comparison(measure, frame)
    if isinstance(baseline.value, Absence) or isinstance(followup.value, Absence):
        return _judge_absence(measure, frame)
    pair = Pair(baseline.value, followup.value, baseline_standardised, followup_standardised)
    obstacle = obstacle or reason_not_comparable(
        measure, baseline, followup, baseline_standardised, followup_standardised
    )
    if obstacle:
        return replace(
            frame,
            delta=pair.delta,
            relative_percent=None if measure.ordinal else _relative(pair),
            reason=obstacle,
        )
    within = within_subject(measure, match, same_tissue=same_tissue)
    limits = _limits(
        measure, pair, within, _own_interval(measure, baseline, followup, within, same_tissue=same_tissue)
    )
    if limits.repeats and measure.repeatability is not None:
        source = str(measure.repeatability.source)
        frame = replace(frame, error_source=source, source=(source, *frame.source))
    return _judge_numbers(measure, frame, pair, limits)


def in_own_unit(measure: OutcomeMeasure, item: Measurement) -> Measurement:
    """Give a measurement in the unit of its measure."""
    if item.measure != measure.key:
        raise ValueError(f"A value of '{item.measure}' cannot be judged as '{measure.key}'.")
    if isinstance(item.value, Absence):
        return replace(item, unit=measure.unit)

    def own(value: float) -> float:
        return float(convert(value, item.unit, measure.unit, of=measure.key))

    return replace(
        item,
        value=own(item.value),
        low=None if item.low is None else own(item.low),
        high=None if item.high is None else own(item.high),
        unit=measure.unit,
    )


def _source(threshold: Threshold | None) -> str:
    return "" if threshold is None else str(threshold.source)


def _relative(pair: Pair) -> float | None:
    return 100.0 * pair.delta / abs(pair.baseline) if pair.baseline else None


def _judge_comparison(measure: OutcomeMeasure, frame: Change) -> Change:
    """Judge a value that is itself a comparison with the previous visit; the baseline value plays no part."""
    value = frame.followup
    if isinstance(value, Absence):
        return replace(frame, reason=reason_for_absence(measure, frame.baseline, value))
    judgement = _towards(measure, value) if value else Judgement.NO_CHANGE
    return replace(frame, judgement=judgement, reason=reason_for_comparison(measure, value))


def _judge_absence(measure: OutcomeMeasure, frame: Change) -> Change:
    judgement = _absence_judgement(frame.baseline, frame.followup)
    return replace(
        frame, judgement=judgement, reason=reason_for_absence(measure, frame.baseline, frame.followup)
    )


def _absence_judgement(baseline: Value, followup: Value) -> Judgement:
    """Unable because of the disease is worse than any number; not done or not recorded says nothing."""
    unknown = (Absence.NOT_DONE, Absence.NOT_RECORDED)
    if baseline in unknown or followup in unknown:
        return Judgement.CANNOT_TELL
    if baseline is followup:
        return Judgement.NO_CHANGE
    return Judgement.WORSE if followup is Absence.UNABLE else Judgement.BETTER


def _own_interval(
    measure: OutcomeMeasure,
    baseline: Measurement,
    followup: Measurement,
    within: WithinSubject | None,
    *,
    same_tissue: bool,
) -> tuple[float, float] | None:
    """Give the interval of the change that the two values carry, where it is to be heeded.

    Of two scans each measured by itself, most of what may be off is alike at both dates; it stands in only where
    nothing else is known.
    """
    if same_tissue or (within is None and measure.error is None):
        return interval_of_difference(baseline, followup)
    return None


def _limits(
    measure: OutcomeMeasure, pair: Pair, within: WithinSubject | None, interval: tuple[float, float] | None
) -> Limits:
    """Put the limits together; where several errors are known, the largest holds."""
    important = measure.important_difference
    known = [
        None if within is None else repeat_error(within, (pair.baseline + pair.followup) / 2.0),
        None if measure.error is None else error_in_unit(measure.error, pair),
    ]
    error = max((one for one in known if one is not None), default=None)
    own = None if interval is None else _half_width_towards_zero(pair.delta, interval)
    if own is not None and (error is None or own >= error):
        error = own
    elif error is not None:
        interval = (pair.delta - error, pair.delta + error)
    return Limits(
        error=error,
        importance=None if important is None else importance_in_unit(important, pair),
        importance_known=important is not None,
        interval=interval,
        repeats=within is not None,
    )


def _half_width_towards_zero(delta: float, interval: tuple[float, float]) -> float:
    """Give the side of the interval that faces "no change": the change exceeds it when zero lies outside."""
    low, high = interval
    return delta - low if delta >= 0 else high - delta


def _judge_numbers(measure: OutcomeMeasure, frame: Change, pair: Pair, limits: Limits) -> Change:
    judgement = _numbers_judgement(measure, pair, limits)
    low, high = limits.interval or (None, None)
    frame = replace(
        frame,
        judgement=judgement,
        delta=pair.delta,
        relative_percent=None if measure.ordinal else _relative(pair),
        low=low,
        high=high,
        error=limits.error,
        important_difference=limits.importance,
        delta_percent_predicted=_between(pair, "percent_predicted"),
        delta_z=_between(pair, "z"),
        reliability=None
        if limits.error is None
        else rely_on(pair.delta, limits.error, limits.importance, frame.direction),
    )
    return replace(frame, reason=reason_for_numbers(measure, frame, verdicts(measure, pair.delta, limits)))


def _between(pair: Pair, what: str) -> float | None:
    """Give the change of a standardised value, where both dates have one."""
    before, after = (
        None if found is None else getattr(found, what)
        for found in (pair.baseline_standardised, pair.followup_standardised)
    )
    return None if before is None or after is None else float(after - before)


def verdicts(measure: OutcomeMeasure, delta: float, limits: Limits) -> tuple[bool | None, bool | None]:
    """Tell whether a change exceeds the error, and whether it is large enough to matter; None if unknown.

    A limit that the description of the measure does not have does not stand in the way where that is said:
    classes have no published error, and a measure without a published important difference is judged
    against its error alone.
    """
    beyond: bool | None
    if limits.error is not None:
        beyond = _exceeds(delta, limits.error)
    else:
        beyond = delta != 0 if measure.ordinal else None
    matters: bool | None
    if limits.importance is not None:
        matters = _reaches(delta, limits.importance)
    else:
        matters = None if limits.importance_known or limits.error is None else beyond
    return beyond, matters


def _numbers_judgement(measure: OutcomeMeasure, pair: Pair, limits: Limits) -> Judgement:
    beyond, matters = verdicts(measure, pair.delta, limits)
    if pair.delta == 0 or beyond is False or matters is False:
        return Judgement.NO_CHANGE
    if beyond and matters:
        return _towards(measure, pair.delta)
    return Judgement.CANNOT_TELL


def _exceeds(delta: float, limit: float) -> bool:
    return abs(delta) > limit * (1.0 + ROUNDING)


def _reaches(delta: float, limit: float) -> bool:
    return abs(delta) >= limit * (1.0 - ROUNDING)


def _towards(measure: OutcomeMeasure, delta: float) -> Judgement:
    up_is_better = measure.direction is Direction.HIGHER
    return Judgement.BETTER if (delta > 0) == up_is_better else Judgement.WORSE
