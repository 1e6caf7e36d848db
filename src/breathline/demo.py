"""The example patient: invented tables and a phantom pair of CT scans, twenty weeks apart.

The course follows a published case (Distler et al., Arthritis Rheum 2008;58:2538), whose abstract gives no values.
Every value here is ours, chosen to be plausible, and every output of it says so.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from breathline.errors import OutputError
from breathline.outputs import whole_folder
from breathline.phantom import PhantomSpec, write_phantom_pair
from breathline.progress import Progress, silent

TREATMENT_START = date(2024, 3, 4)

PATIENT = f"""\
# Example data: this patient does not exist and all values are invented.
id = "EXAMPLE-01"
example = true
sex = "female"
age = 64
height_cm = 162
weight_kg = 61
smoking = "never"
treatment_start = {TREATMENT_START.isoformat()}
history = "Exertional breathlessness for two years, rapidly worse in the last one despite immunosuppressants."
diagnoses = [
  {{ text = "mixed connective tissue disease", code = "ICD-10:M35.1" }},
  {{ text = "rapidly progressive pulmonary fibrosis", code = "ICD-10:J84.1" }},
]
"""

WEEKS = (-52, -26, -1, 4, 12, 20)

VISITS: Mapping[tuple[str, str], Sequence[str]] = {
    ("nyha_class", "class"): ("2", "3", "3", "3", "2", "2"),
    ("dlco", "mL/min/mmHg"): ("11.9", "9.6", "7.2", "8.3", "10.6", "12.4"),
    ("fvc", "L"): ("2.31", "2.06", "1.78", "1.81", "1.93", "2.04"),
    ("six_minute_walk", "m"): ("402", "338", "255", "291", "352", "410"),
    ("pao2", "mmHg"): ("71", "63", "54", "58", "66", "73"),
    ("paco2", "mmHg"): ("37", "36", "34", "35", "36", "37"),
    ("fio2", "%"): ("21", "21", "21", "21", "21", "21"),
    ("spo2_rest", "%"): ("94", "92", "88", "90", "93", "95"),
    ("hb", "g/dL"): ("12.9", "12.6", "12.4", "12.3", "12.5", "12.8"),
}

DOSES = (
    # drug, dose, unit, route, every, first day and last day from the treatment start, reason
    ("cyclophosphamide", "1000", "mg", "intravenous", "28 d", -420, -252, "no response"),
    ("azathioprine", "150", "mg", "oral", "24 h", -245, -28, "progression"),
    ("prednisolone", "20", "mg", "oral", "24 h", -420, -120, ""),
    ("prednisolone", "10", "mg", "oral", "24 h", -120, 140, ""),
    ("imatinib", "400", "mg", "oral", "24 h", 0, 140, ""),
)

LABS: Mapping[tuple[str, str, str, str], Sequence[str]] = {
    ("alt", "U/L", "7", "35"): ("22", "24", "23"),
    ("ast", "U/L", "8", "33"): ("25", "27", "24"),
    ("creatinine", "mg/dL", "0.5", "1.0"): ("0.7", "0.7", "0.8"),
    ("neutrophils", "10^9/L", "1.8", "7.5"): ("5.1", "4.6", "4.4"),
    ("platelets", "10^9/L", "150", "400"): ("268", "251", "247"),
}

LAB_WEEKS = (-1, 4, 20)

SCAN_WEEKS = (-1, 20)


def write_example(folder: Path, *, progress: Progress = silent) -> None:
    """Write the example patient: tables and two CT scans as DICOM.

    Parameters
    ----------
    folder
        The patient folder to write; an earlier example in it is replaced, nothing else is.

    Raises
    ------
    OutputError
        If `folder` holds something other than an earlier example.
    """
    target = folder / "patient.toml"
    if target.exists() and "EXAMPLE-01" not in target.read_text(encoding="utf-8", errors="replace"):
        raise OutputError(f"'{folder}' holds another patient and will not be overwritten. Name a new folder.")
    tables = example_tables()
    with whole_folder(folder, mark="patient.toml", holds=(*tables, "ct")) as work:
        (work / "patient.toml").write_text(PATIENT, encoding="utf-8")
        for name, rows in tables.items():
            text = "\n".join(",".join(row) for row in rows) + "\n"
            (work / name).write_text(text, encoding="utf-8")
        _write_scans(work / "ct", progress)


def example_tables() -> dict[str, list[Sequence[str]]]:
    """Give the example's tables, each a heading and its rows."""
    note = "invented example value"
    visits: list[Sequence[str]] = [("date", "measure", "value", "unit", "note")]
    for (measure, unit), values in VISITS.items():
        for week, value in zip(WEEKS, values, strict=True):
            visits.append((day(week * 7), measure, value, unit, note))
    doses: list[Sequence[str]] = [("drug", "dose", "unit", "route", "every", "start", "stop", "reason")]
    for drug, dose, unit, route, every, first, last, reason in DOSES:
        doses.append((drug, dose, unit, route, every, day(first), day(last), reason))
    labs: list[Sequence[str]] = [("date", "test", "value", "unit", "low", "high")]
    for (test, unit, low, high), values in LABS.items():
        for week, value in zip(LAB_WEEKS, values, strict=True):
            labs.append((day(week * 7), test, value, unit, low, high))
    # A heading without rows: adverse events were asked for, and none occurred.
    events = ("term", "start", "stop", "grade", "serious", "outcome", "action", "relation", "note")
    return {"visits.csv": visits, "doses.csv": doses, "labs.csv": labs, "events.csv": [events]}


def day(offset: int) -> str:
    """Give the calendar date so many days from the treatment start."""
    return (TREATMENT_START + timedelta(days=offset)).isoformat()


def example_scans() -> tuple[PhantomSpec, PhantomSpec]:
    """Give the two scans of the example: ground-glass clears, fine fibrosis stays."""
    first, second = (TREATMENT_START + timedelta(weeks=week) for week in SCAN_WEEKS)
    common = {"seed": 1, "matrix": 512, "thickness_mm": 2.0, "kernel": "soft", "reticulation": 5.0}
    baseline = PhantomSpec(**common, visit=0, ground_glass=24.0, inspiration=0.92, study_date=first)  # type: ignore[arg-type]
    followup = PhantomSpec(**common, visit=1, ground_glass=8.0, inspiration=1.0, study_date=second)  # type: ignore[arg-type]
    return baseline, followup


def _write_scans(ct: Path, progress: Progress) -> None:
    """Write both scans, without their truth: a patient folder holds what a hospital has."""
    made = ct.parent / "making"
    write_phantom_pair(made, *example_scans(), progress=progress)
    ct.mkdir()
    for name in ("baseline", "followup"):
        (made / name / "dicom").rename(ct / name)
    keep_truth(made)


def keep_truth(made: Path) -> None:
    """Throw the phantom's truth away; tests keep it instead."""
    shutil.rmtree(made)
