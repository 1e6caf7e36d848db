"""Time to the first event in several patients, by Kaplan and Meier."""

from __future__ import annotations

import math
from collections.abc import Sequence

from breathline.model.safety import EventFreeCurve, EventFreeStep, FollowUp
from breathline.safety.incidence import chosen_weeks

Z_95 = 1.959963984540054


def time_to_first_event(
    patients: Sequence[FollowUp], term: str = "", *, least_grade: int = 1
) -> EventFreeCurve:
    """Estimate the share of patients who are still free of an event after so many weeks on treatment.

    Parameters
    ----------
    patients
        Each with the time at risk and the events in it; who had none counts up to the end of that time.
    term
        Term of CTCAE; empty for any event.
    least_grade
        Events of a lower grade are not counted; an event without a grade always is.

    Returns
    -------
    EventFreeCurve
        With the interval of Greenwood on the scale of log(−log S), which stays between 0 and 1.

    Notes
    -----
    S(t) = Π (1 − d_i / n_i) over the weeks t_i ≤ t (Kaplan and Meier, J Am Stat Assoc 1958);
    low, high = S^exp(±1.96·σ), σ² = Σ d_i / (n_i (n_i − d_i)) / (log S)².
    A patient whose event has no date is left out, because neither the event nor a time without it is known.

    Examples
    --------
    >>> four = [FollowUp(patient=str(i), weeks=w, events=e) for i, (w, e) in enumerate(
    ...     [(10.0, (("Nausea", 2.0, 1),)), (12.0, ()), (20.0, (("Rash", 15.0, 2),)), (20.0, ())])]
    >>> curve = time_to_first_event(four)
    >>> [(step.week, step.at_risk, step.share) for step in curve.steps], curve.median_weeks
    ([(2.0, 4, 0.75), (15.0, 2, 0.375)], 15.0)
    """
    times, undated = [], 0
    for patient in patients:
        weeks = chosen_weeks(patient, term, least_grade)
        known = [week for week in weeks if week is not None]
        if len(known) < len(weeks):
            undated += 1
        else:
            times.append((min(known), True) if known else (patient.weeks, False))
    steps = _steps(times)
    median = next((step.week for step in steps if step.share <= 0.5), None)
    return EventFreeCurve(
        patients=len(times),
        events=sum(happened for _, happened in times),
        steps=steps,
        median_weeks=median,
        undated=undated,
    )


def _steps(times: Sequence[tuple[float, bool]]) -> tuple[EventFreeStep, ...]:
    steps = []
    share, variance = 1.0, 0.0
    for week in sorted({week for week, happened in times if happened}):
        at_risk = sum(other >= week for other, _ in times)
        events = sum(other == week and happened for other, happened in times)
        share *= 1.0 - events / at_risk
        variance += events / (at_risk * (at_risk - events)) if at_risk > events else math.inf
        low, high = _interval(share, variance)
        steps.append(
            EventFreeStep(week=week, at_risk=at_risk, events=events, share=share, low=low, high=high)
        )
    return tuple(steps)


def _interval(share: float, variance: float) -> tuple[float, float]:
    """Give Greenwood's interval on the log(−log) scale; where nobody is left free, only 0 is known."""
    if share <= 0.0:
        return 0.0, 0.0
    spread = Z_95 * math.sqrt(variance) / abs(math.log(share))
    return share ** math.exp(spread), share ** math.exp(-spread)
