"""Adverse events, summarised."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from breathline.model.patient import Event


class EventsStatus(StrEnum):
    """What is known about adverse events. "None occurred" and "not recorded" are different answers."""

    OCCURRED = "occurred"
    NONE_OCCURRED = "none_occurred"
    NOT_RECORDED = "not_recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetySummary:
    """What happened to the patient on treatment.

    Parameters
    ----------
    events
        Every event of the table as it came, those before treatment too.
    on_treatment
        Rows of `events` (positions from 0) that began or worsened on treatment.
    worst_grade
        Highest grade among those; None where none is graded.
    sentence
        The answer in words.
    """

    status: EventsStatus
    events: tuple[Event, ...] = ()
    on_treatment: tuple[int, ...] = ()
    serious: int = 0
    worst_grade: int | None = None
    sentence: str = ""
