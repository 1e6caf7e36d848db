"""Invented patients in a line: values by week, with % predicted that is exact by construction.

The expected value of a healthy person is set to a round number, so that a fall of 5 points of % predicted of an FVC
is 0.2 L. The oracle of every label in the tests of this folder is the printed words of the criterion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from breathline.model.assessment import Standing, Timeline
from breathline.model.criterion import Answer, ConditionAnswer, Period
from breathline.model.measurement import Absence, Measurement, Moment, Standardised
from breathline.model.patient import Diagnosis, Person, Sex
from breathline.model.safety import EventsStatus, SafetySummary
from breathline.outcomes import OUTCOMES
from breathline.sources import Source
from breathline.verdict import CRITERIA, Evidence

PREDICTED = {"fvc": 4.0, "fev1": 3.0, "dlco": 25.0, "tlc": 6.0}
"""What is expected in health: percents of these are exact."""

BEFORE, ON, RECORD = Period.BEFORE, Period.ON, Period.RECORD
UNABLE = Absence.UNABLE
MCTD = Diagnosis(text="mixed connective tissue disease", code="ICD-10:M35.1")
IPF = Diagnosis(text="idiopathic pulmonary fibrosis", code="ICD-10-CM:J84.112")


@dataclass(frozen=True, slots=True, kw_only=True)
class V:
    """A value with what is unusual about it."""

    value: float | Absence
    low: float | None = None
    high: float | None = None
    z: float | None = None
    method: str = ""
    equation: str = "invented"
    standardised: bool = True
    region: str = ""


def ct(value: float, error: float = 2.0) -> V:
    """An extent on CT with an interval of so much either way."""
    return V(value=value, low=value - error, high=value + error, region="lungs")


def patient(
    period: Period = BEFORE,
    *,
    start: Moment | None = Moment(week=0.0),  # noqa: B008 - frozen
    stop: float | None = None,
    person: Mapping[str, Any] | None = None,
    **values: Mapping[float, float | Absence | V],
) -> Evidence:
    """Give the evidence of a patient from values by week."""
    facts: dict[str, Any] = {"id": "P", "sex": Sex.FEMALE, "age_years": 64.0, "diagnoses": (MCTD,)}
    return Evidence(
        person=Person(**(facts | dict(person or {}))),
        timeline=Timeline(
            treatment_start=start, treatment_stop=None if stop is None else Moment(week=float(stop))
        ),
        standings=tuple(
            _standing(measure, week, value)
            for measure, series in values.items()
            for week, value in series.items()
        ),
        changes=(),
        before=(),
        safety=SafetySummary(status=EventsStatus.NOT_RECORDED),
        period=period,
    )


def _standing(measure: str, week: float, given: float | Absence | V) -> Standing:
    own = given if isinstance(given, V) else V(value=given)
    described = OUTCOMES[measure]
    item = Measurement(
        measure=measure,
        value=own.value if isinstance(own.value, Absence) else float(own.value),
        unit=described.unit,
        when=Moment(week=float(week)),
        low=own.low,
        high=own.high,
        method=own.method,
        region=own.region,
    )
    if measure not in PREDICTED or isinstance(own.value, Absence) or not own.standardised:
        lacking = "" if own.standardised else "No expected value: the record does not give height."
        return Standing(measurement=item, label=described.label, not_standardised=lacking)
    return Standing(
        measurement=item,
        label=described.label,
        standardised=Standardised(
            predicted=PREDICTED[measure],
            percent_predicted=100.0 * own.value / PREDICTED[measure],
            equation=own.equation,
            source=Source("distler_2008"),
            z=own.z,
        ),
    )


def judge(name: str, evidence: Evidence):
    return CRITERIA[name].judge(evidence)


def label(name: str, period: Period = BEFORE, **values: Any) -> str:
    return judge(name, patient(period, **values)).label


def find(conditions: tuple[ConditionAnswer, ...], printed: str) -> ConditionAnswer:
    """Give the condition whose printed words begin so."""
    for one in conditions:
        if one.printed.startswith(printed):
            return one
        try:
            return find(one.parts, printed)
        except LookupError:
            continue
    raise LookupError(printed)


MET, NOT_MET, CANNOT_TELL = Answer.MET, Answer.NOT_MET, Answer.CANNOT_TELL

FALLS_FROM_3_L = [
    # FVC at the later date, whether it fell by ≥ 10 %, and by ≥ 5 but < 10 %.
    (2.69, MET, NOT_MET),
    (2.70, MET, NOT_MET),
    (2.71, NOT_MET, MET),
    (2.85, NOT_MET, MET),
    (2.86, NOT_MET, NOT_MET),
    (3.30, NOT_MET, NOT_MET),
    (UNABLE, MET, NOT_MET),
]
