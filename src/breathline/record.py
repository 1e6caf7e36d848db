"""A patient folder read with every outcome measure that is registered, plug-ins included."""

from __future__ import annotations

from pathlib import Path

from breathline import intake
from breathline.model.measurement import Measurement
from breathline.model.patient import PatientRecord, Person
from breathline.outcomes import OUTCOMES
from breathline.outcomes.record import predicted_value
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
    return intake.read_patient(folder, measures=OUTCOMES, expected=expected_value, progress=progress)


def expected_value(measurement: Measurement, person: Person) -> float | None:
    """Give what is expected of a healthy person, where an equation tells; in the unit of the measurement."""
    return predicted_value(measurement, person)
