"""Short ways to write dosing logs, records and doses for the tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from breathline.exposure.administrations import Administrations
from breathline.model.measurement import Absence, Moment
from breathline.model.patient import Concentration, DoseInterval, PatientRecord, Person, Sex

START = Moment(week=0)
MAN = Person(id="P", sex=Sex.MALE, age_years=55.0, weight_kg=70.0)
WOMAN = Person(id="P", sex=Sex.FEMALE, age_years=64.0, weight_kg=61.0)


def dose(drug: str, first: float, last: float | None, amount: float | Absence = 400.0, **more: Any):
    """Give an interval from one day to another, counted from the start of treatment."""
    stop = None if last is None else Moment(week=last / 7)
    own: dict[str, Any] = {"unit": "mg", "every_hours": 24.0} | more
    return DoseInterval(drug=drug, dose=amount, start=Moment(week=first / 7), stop=stop, **own)


def daily(days: int, amount: float = 400.0) -> Administrations:
    """Give one dose a day."""
    return Administrations(
        times_h=np.arange(days) * 24.0, amounts_mg=np.full(days, amount), end_h=24.0 * days
    )


def level(day: float, value: float | None = 1000.0, hours: float | None = 24.0, **more: Any) -> Concentration:
    own: dict[str, Any] = {"drug": "imatinib", "unit": "ng/mL"} | more
    return Concentration(value=value, when=Moment(week=day / 7), hours_after_dose=hours, **own)


def record(*doses: DoseInterval, levels=(), labs=(), person: Person = WOMAN) -> PatientRecord:
    return PatientRecord(
        person=person,
        treatment_start=START,
        measurements=(),
        scans=(),
        doses=tuple(doses),
        events=None,
        labs=tuple(labs),
        concentrations=tuple(levels),
    )
