"""The answer of a criterion, condition by condition, so that a report can tick each one or say why not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Period(StrEnum):
    """The time a criterion is read over."""

    BEFORE = "before_treatment"
    ON = "on_treatment"
    RECORD = "whole_record"  # where the start of treatment is not recorded


class Answer(StrEnum):
    """What a condition comes to. Three answers: what is not known is never taken for no."""

    MET = "met"
    NOT_MET = "not_met"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionAnswer:
    """One condition of a criterion, answered.

    Parameters
    ----------
    printed
        The words of the publication.
    reason
        Why it was answered so: the values, their dates, and the limit; or how many parts are met.
    missing
        What would be needed to tell; empty where it can be told.
    parts
        The conditions it is made of.
    """

    printed: str
    answer: Answer
    reason: str
    missing: tuple[str, ...] = ()
    parts: tuple[ConditionAnswer, ...] = ()
