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


class MatchMethod(StrEnum):
    """How a text was held to name a term."""

    TERM = "term"  # it is the term, apart from capitals and British spelling
    WORDING = "wording"  # it is a known wording of it
    SPELLING = "spelling"  # it is one, apart from slips of spelling
    AMBIGUOUS = "ambiguous"  # it may name more than one term
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermMatch:
    """Which term a free text was held to name, and how.

    Parameters
    ----------
    term
        Empty where the text was not matched.
    score
        Letters that agree with `wording` [%]; 0 where not matched.
    left_out
        Words of the text that were not needed to name the term.
    why
        Why it was not matched.
    suggestions
        Terms it may mean, where it was not matched.
    """

    text: str
    method: MatchMethod
    term: str = ""
    score: float = 0.0
    wording: str = ""
    left_out: str = ""
    why: str = ""
    suggestions: tuple[str, ...] = ()


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
