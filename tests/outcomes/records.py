"""Short ways to write measurements for the tests."""

from __future__ import annotations

from typing import Any

from breathline.model.assessment import Standing
from breathline.model.measurement import Measurement, Moment, Value
from breathline.model.patient import Person, Sex
from breathline.outcomes import OUTCOMES, RecordChanges, judge_record, standardise

WOMAN = Person(id="P1", sex=Sex.FEMALE, age_years=64.0, height_cm=162.0, weight_kg=60.0)
START = Moment(week=0.0)
STOP = Moment(week=20.0)


def value(measure: str, number: Value, week: float | None = None, **more: Any) -> Measurement:
    unit = more.pop("unit", OUTCOMES[measure].unit)
    when = None if week is None else Moment(week=week)
    return Measurement(measure=measure, value=number, unit=unit, when=when, **more)


def standings(*measurements: Measurement, person: Person = WOMAN) -> tuple[Standing, ...]:
    return standardise(measurements, person)


def judged(
    *measurements: Measurement, start: Moment | None = START, stop: Moment | None = STOP
) -> RecordChanges:
    return judge_record(standings(*measurements), start, stop)
