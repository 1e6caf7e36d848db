"""A patient folder read with every outcome measure that is registered, plug-ins included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import floor
from pathlib import Path

from breathline import intake
from breathline.equations import EQUATIONS
from breathline.errors import Problem, Severity
from breathline.model.measurement import Measurement
from breathline.model.patient import PatientRecord, Person
from breathline.outcomes import OUTCOMES
from breathline.outcomes.record import age_at, predicted_value
from breathline.progress import Progress, silent


def read_patient(folder: Path, *, progress: Progress = silent) -> PatientRecord:
    """Read a patient folder.

    Parameters
    ----------
    folder
        Holds ``patient.toml`` and, where there are any, ``visits.csv``, ``doses.csv``, ``events.csv``,
        ``labs.csv`` and ``ct/``.

    Returns
    -------
    PatientRecord
        Everything found; problems that do not stop it are in its ``warnings``.

    Raises
    ------
    RecordError
        If the folder cannot be used; it carries every problem found.
    """
    record = intake.read_patient(folder, measures=OUTCOMES, expected=expected_value, progress=progress)
    return replace(record, warnings=(*record.warnings, *_ages_outside(record)))


def _ages_outside(record: PatientRecord) -> Iterator[Problem]:
    """Say of every equation that is needed and does not hold at the patient's age that it does not."""
    ages: dict[str, list[float]] = {}
    for item in record.measurements:
        key = OUTCOMES[item.measure].equation if item.measure in OUTCOMES else ""
        age = age_at(record.person, item.when)
        if key and age is not None:
            ages.setdefault(key, []).append(age)
    for key, found in ages.items():
        need = next((one for one in EQUATIONS[key].inputs if one.name == "age_years"), None)
        outside = [age for age in found if need is not None and not need.low <= age <= need.high]
        if need is not None and outside:
            yield Problem(
                code="age_outside_equation",
                severity=Severity.WARNING,
                file="patient.toml",
                message=f"{EQUATIONS[key].label} holds for ages from {need.low:g} to {need.high:g} years; the patient "
                f"is {floor(outside[0])}. No % predicted and no z-score can be given at that age.",
                mend="Correct the age or the birth date if it is wrong.",
            )


def expected_value(measurement: Measurement, person: Person) -> float | None:
    """Give what is expected of a healthy person, where an equation tells; in the unit of the measurement."""
    return predicted_value(measurement, person)
