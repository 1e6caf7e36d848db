"""How often events came up in the time patients were exposed, for one patient and for many."""

from __future__ import annotations

import math
from collections.abc import Sequence

from breathline.model.safety import FollowUp, Incidence, Onset, SafetySummary

PER_WEEKS = 100.0
TAIL = 0.025


def count_incidence(events: int, patient_weeks: float, *, patients: int = 1) -> Incidence | None:
    """Give the events in 100 patient-weeks with their interval; None where no time at risk is known.

    Parameters
    ----------
    events
        Number of events, several of one patient counting each.
    patient_weeks
        Time at risk of all patients together [weeks].

    Returns
    -------
    Incidence or None
        The exact (Garwood) interval of a Poisson count. It says how far chance alone may move the number; events
        of one patient are not independent, and then the true interval is wider.

    Notes
    -----
    P(X ≥ events | low) = 0.025 and P(X ≤ events | high) = 0.025 for X of a Poisson distribution (Garwood,
    Biometrika 1936;28:437), found by halving: SciPy has the quantile, and loading it takes longer than a report.

    Examples
    --------
    >>> found = count_incidence(10, 500.0)
    >>> round(found.rate, 2), round(found.low, 2), round(found.high, 2)
    (2.0, 0.96, 3.68)
    """
    if patient_weeks <= 0.0:
        return None
    low = _mean_with(events - 1, 1.0 - TAIL) if events else 0.0
    high = _mean_with(events, TAIL)
    scale = PER_WEEKS / patient_weeks
    return Incidence(
        events=events,
        patients=patients,
        patient_weeks=patient_weeks,
        rate=events * scale,
        low=low * scale,
        high=high * scale,
    )


def _mean_with(count: int, probability: float) -> float:
    """Give the mean of the Poisson distribution that has `probability` at or below `count`."""
    low, high = 0.0, count + 10.0 * math.sqrt(count + 1.0) + 20.0
    for _ in range(100):
        middle = (low + high) / 2.0
        if _at_or_below(count, middle) > probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def _at_or_below(count: int, mean: float) -> float:
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


def follow_up(patient: str, safety: SafetySummary, weeks: float) -> FollowUp:
    """Give what questions on many patients need of one.

    Parameters
    ----------
    weeks
        Time from the start of treatment to its end, or to the last day of the record [weeks].
    """
    events = []
    for graded in safety.graded:
        if graded.onset is Onset.PRE_EXISTING:
            continue
        event = safety.events[graded.event]
        week = None if event.start is None else event.start.week
        events.append((graded.term or event.term, week, graded.grade))
    return FollowUp(patient=patient, weeks=weeks, events=tuple(events))


def incidence_of(patients: Sequence[FollowUp], term: str = "", *, least_grade: int = 1) -> Incidence | None:
    """Give the incidence over several patients, of one term or of all events.

    Parameters
    ----------
    term
        Term of CTCAE; empty for any event.
    least_grade
        Events of a lower grade are not counted; an event without a grade always is.
    """
    counted = sum(len(chosen_weeks(patient, term, least_grade)) for patient in patients)
    weeks = sum(patient.weeks for patient in patients)
    return count_incidence(counted, weeks, patients=len(patients))


def chosen_weeks(patient: FollowUp, term: str, least_grade: int) -> list[float | None]:
    """Give the weeks of the events of a patient that are asked for and lie in the time at risk."""
    return [
        week
        for name, week, grade in patient.events
        if (not term or name == term)
        and (grade is None or grade >= least_grade)
        and (week is None or week <= patient.weeks)
    ]
