"""What was taken, how much, for how long."""

from __future__ import annotations

from dataclasses import dataclass

from breathline.model.measurement import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All intervals of one drug, put together.

    Parameters
    ----------
    daily_dose
        Time-weighted mean daily dose while taking it, in `unit` per day; None where a dose is not recorded.
    total_dose
        Sum over the course, in `unit`; None where a dose or an end is not recorded.
    weeks
        Time on the drug [weeks]; None where the end is not recorded.
    role
        ``treatment`` (the one to be judged), ``previous`` (stopped before it), or ``concomitant``.
    """

    drug: str
    role: str
    start: Moment
    stop: Moment | None = None
    unit: str = ""
    daily_dose: float | None = None
    total_dose: float | None = None
    weeks: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureSummary:
    """The courses of all drugs; `recorded` is False where there is no dosing log."""

    recorded: bool
    courses: tuple[Course, ...] = ()
