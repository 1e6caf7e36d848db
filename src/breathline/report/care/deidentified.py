"""An assessment without what could tell who the patient is: weeks for dates, an age in years up to 89."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

from breathline.figures.wording import MINUS
from breathline.model.assessment import Assessment
from breathline.model.measurement import Moment
from breathline.sources import Source

OLDEST_YEARS = 89
"""Ages above are told as "over 89": few people reach them, and the privacy rule of the USA (HIPAA, safe harbor,
45 CFR 164.514) counts them among what identifies."""

MASK = "[date]"

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_ISO = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
_WRITTEN = re.compile(
    rf"\b\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}\b"
    rf"|\b\d{{4}}[./]\d{{1,2}}[./]\d{{1,2}}\b|\b\d{{1,2}}/\d{{4}}\b"
    rf"|\b(?:\d{{1,2}}(?:[a-z]{{2}})?\.? +)?(?:{_MONTHS})[a-z]*\.?,? +(?:\d{{1,2}}(?:[a-z]{{2}})?,? +)?\d{{4}}\b",
    re.IGNORECASE,
)

KEPT = frozenset(
    {"schema", "version", "source", "error_source", "important_difference_source", "code", "files"}
)
"""Fields that hold no words of the record; their numbers are no dates."""


def deidentify(assessment: Assessment) -> Assessment:
    """Give the assessment with weeks in place of dates everywhere, and without the pseudonym.

    Weeks count from the start of treatment; where that is not recorded, from the first day of the record.
    Dates in free words become weeks where they are written year-month-day, and are masked otherwise. Names and
    places in free words are for a person to find.
    """
    zero = _week_zero(assessment)

    shown: Assessment = _changed(
        assessment, lambda when: _in_weeks(when, zero), lambda text: _masked(text, zero)
    )
    return replace(shown, patient=replace(shown.patient, id=""), inputs=())


def age_of(age_years: float) -> int | None:
    """Give the age in completed years, or None where it is above the oldest that is told."""
    return None if age_years >= OLDEST_YEARS + 1 else int(age_years)


def counted_from_start(assessment: Assessment) -> bool:
    """Tell whether weeks count from the start of treatment, and not from the first day of the record."""
    return assessment.timeline.treatment_start is not None


def _week_zero(assessment: Assessment) -> date | None:
    start = assessment.timeline.treatment_start
    if start is not None:
        return start.date
    return min((when.date for when in _moments(assessment) if when.date is not None), default=None)


def _moments(item: object) -> Iterator[Moment]:
    if isinstance(item, Moment):
        yield item
    elif is_dataclass(item):
        for one in fields(item):
            yield from _moments(getattr(item, one.name))
    elif isinstance(item, tuple):
        for part in item:
            yield from _moments(part)


def _in_weeks(when: Moment, zero: date | None) -> Moment:
    if when.week is not None:
        return Moment(week=when.week)
    assert when.date is not None  # a moment without a week has a date
    return Moment(week=0.0 if zero is None else (when.date - zero).days / 7.0)


def _masked(text: str, zero: date | None) -> str:
    def week(found: re.Match[str]) -> str:
        try:
            day = date.fromisoformat(found[0])
        except ValueError:
            return MASK
        return MASK if zero is None else _week_words((day - zero).days / 7.0)

    return _WRITTEN.sub(MASK, _ISO.sub(week, text))


def _week_words(week: float) -> str:
    return f"week {week:.1f}".removesuffix(".0").replace("-", MINUS)


def _changed(item: Any, moment: Callable[[Moment], Moment], text: Callable[[str], str]) -> Any:
    """Rebuild frozen nouns with every moment and every text in them changed."""
    if isinstance(item, Moment):
        return moment(item)
    if type(item) is str:  # not the words of an enum
        return text(item)
    if isinstance(item, tuple):
        return tuple(_changed(part, moment, text) for part in item)
    if isinstance(item, Mapping):
        return {key: _changed(value, moment, text) for key, value in item.items()}
    if is_dataclass(item) and not isinstance(item, type | Source):
        names = [one.name for one in fields(item) if one.name not in KEPT]
        return replace(item, **{name: _changed(getattr(item, name), moment, text) for name in names})
    return item
