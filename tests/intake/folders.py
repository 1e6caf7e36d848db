"""Patient folders for the tests: one that is right, and the same with one thing changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from breathline.errors import Problem, RecordError
from breathline.intake import read_patient
from breathline.model.change import Direction, Domain, OutcomeMeasure
from breathline.model.patient import PatientRecord

TODAY = date(2024, 1, 1)


def measure(key: str, label: str, unit: str, low: float, high: float, **more: object) -> OutcomeMeasure:
    return OutcomeMeasure(
        key=key,
        label=label,
        unit=unit,
        domain=Domain.FUNCTION,
        direction=Direction.HIGHER,
        plausible=(low, high),
        **more,  # type: ignore[arg-type]
    )


MEASURES = {
    item.key: item
    for item in (
        measure("fvc", "FVC", "L", 0.3, 9.0, other_units=("mL",)),
        measure("fev1", "FEV1", "L", 0.2, 8.0, other_units=("mL",)),
        measure("tlc", "TLC", "L", 0.8, 12.0, other_units=("mL",)),
        measure("dlco", "DLCO", "mL/min/mmHg", 0.5, 70.0, other_units=("mmol/min/kPa",)),
        measure("kco", "KCO", "mL/min/mmHg/L", 0.3, 12.0, other_units=("mmol/min/kPa/L",)),
        measure("pao2", "PaO2", "mmHg", 20.0, 600.0, other_units=("kPa",)),
        measure("fio2", "FiO2", "%", 15.0, 100.0, other_units=("fraction",)),
        measure("spo2_rest", "SpO2 at rest", "%", 40.0, 100.0, other_units=("fraction",)),
        measure("six_minute_walk", "Six-minute walk", "m", 1.0, 1000.0, other_units=("ft",)),
        measure("nyha_class", "NYHA class", "class", 1.0, 4.0, ordinal=True),
        measure("borg", "Borg score", "score", 0.0, 10.0, ordinal=True),
        measure("symptoms", "Symptoms", "1", -1.0, 1.0, ordinal=True, comparative=True),
    )
}

PATIENT = """\
id = "P-001"
sex = "female"
birth_date = 1957-03-02
height_cm = 162
weight_kg = 61
smoking = "never"
diagnoses = [{ text = "Mixed connective tissue disease", code = "ICD-10:M35.1" }]
treatment_start = 2021-02-15
"""

HEADING = "date,measure,value,unit,method,device,note\n"

VISITS = """\
date,measure,value,unit,method,device,note
2021-02-10,fvc,1.90,L,,,
2021-02-10,fev1,1.60,L,,,
2021-02-10,dlco,9.8,mL/min/mmHg,,,
2021-07-05,fvc,2.10,L,,,
2021-07-05,fev1,1.75,L,,,
2021-07-05,dlco,12.4,mL/min/mmHg,,,
"""

DOSES = """\
drug,dose,unit,route,every,start,stop,reason
prednisone,20,mg,oral,24 h,2020-03-01,2021-02-01,no effect
imatinib,400,mg,oral,daily,2021-02-15,2021-07-05,
"""

EVENTS = """\
term,start,stop,grade,serious,outcome,action,relation,note
nausea,2021-03-01,2021-03-10,1,no,recovered,none,possible,
"""

LABS = """\
date,test,value,unit,low,high
2021-02-10,creatinine,0.8,mg/dL,0.5,1.1
2021-07-05,creatinine,0.9,mg/dL,0.5,1.1
"""

FILES = {
    "patient.toml": PATIENT,
    "visits.csv": VISITS,
    "doses.csv": DOSES,
    "events.csv": EVENTS,
    "labs.csv": LABS,
}


def write_folder(folder: Path, changed: dict[str, str | bytes | None] | None = None) -> Path:
    """Write the folder that is right, with some files replaced, or left out where None."""
    for name, content in {**FILES, **(changed or {})}.items():
        if content is None:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def record_of(folder: Path, changed: dict[str, str | bytes | None] | None = None) -> PatientRecord:
    """Read a folder that can be used."""
    return read_patient(write_folder(folder, changed), measures=MEASURES, today=TODAY)


def problems_of(folder: Path, changed: dict[str, str | bytes | None] | None = None) -> tuple[Problem, ...]:
    """Give every problem of a folder, whether it can be used or not."""
    write_folder(folder, changed)
    try:
        return read_patient(folder, measures=MEASURES, today=TODAY).warnings
    except RecordError as error:
        return error.problems


def told(problems: tuple[Problem, ...]) -> list[str]:
    """Give problems as lines of text, the severity first."""
    return [f"{problem.severity.value}: {problem}" for problem in problems]
