"""What was taken, how much, for how long."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from breathline.model.measurement import Moment


class Role(StrEnum):
    """The part a course of a drug plays in the question."""

    TREATMENT = "treatment"  # the one to be judged
    PREVIOUS = "previous"  # stopped before it began
    CONCOMITANT = "concomitant"  # begun before it, and gone on with
    ADDED = "added"  # begun after it
    UNKNOWN = "unknown"  # the start of the treatment is not recorded


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
        Time on the drug [weeks]; None where the end is not recorded.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureSummary:
    """The courses of all drugs; `recorded` is False where there is no dosing log."""

    recorded: bool
    courses: tuple[Course, ...] = ()
