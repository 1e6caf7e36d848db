"""The patient's record as intake reads it: person, diagnoses, visits, scans, doses, events, laboratory."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from breathline.errors import Problem
from breathline.model.measurement import Absence, Measurement, Moment, Value


class Sex(StrEnum):
    """Sex as the reference equations use it."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A diagnosis in words, with its code where the record gives one."""

    text: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who was treated. Whatever is None was not recorded.

    Parameters
    ----------
    age_years
        Age at the start of treatment (at the first visit where the start is not recorded) [years].
    example
        True for invented example data; every output then says so.
    """

    id: str
    sex: Sex | None = None
    age_years: float | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    smoking: str = ""
    diagnoses: tuple[Diagnosis, ...] = ()
    history: str = ""
    example: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRef:
    """A CT scan of the record: where it lies and when it was made; no pixel has been read yet.

    Parameters
    ----------
    name
        Short name used for its output folder: the week or date of the scan, such as ``week+20``.
    series
        SeriesInstanceUID, or the file name for a NIfTI, MHA or NRRD file. It stays inside the program.
    path
        Folder or file to read.
    files
        The files of the series, in no particular order; empty for a single-file format.
    """

    name: str
    series: str
    path: Path
    when: Moment | None
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseInterval:
    """A drug taken at one dose from one day to another.

    Parameters
    ----------
    dose
        Amount of one administration, in `unit` (such as ``mg``); NOT_RECORDED where the log does not say.
    every_hours
        Interval between administrations [h]; None where the log does not say.
    once
        True for a single dose, given at the start.
    stop
        None while it is still being taken or the end is not recorded.
    written
        The row as it came.
    amount_doubt, span_doubt
        Why the amount, or the stretch of time, cannot be used; empty where it can.
    """

    drug: str
    dose: float | Absence
    unit: str
    start: Moment
    stop: Moment | None = None
    every_hours: float | None = None
    once: bool = False
    route: str = ""
    reason: str = ""
    row: int | None = None
    written: str = ""
    amount_doubt: str = ""
    span_doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An adverse event as the table gives it.

    Parameters
    ----------
    grade
        CTCAE grade 1–5; None where not recorded, or where `recorded_grade` is none.
    ctcae
        Version of CTCAE the grade was given by, as recorded; empty where the record does not say.
    serious
        None where not recorded.
    recorded_grade
        The grade as it stood in the table, where it is no grade of CTCAE.
    """

    term: str
    start: Moment | None
    stop: Moment | None = None
    grade: int | None = None
    serious: bool | None = None
    outcome: str = ""
    action: str = ""
    relation: str = ""
    note: str = ""
    row: int | None = None
    ctcae: str = ""
    recorded_grade: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabResult:
    """A laboratory value with the limits of the laboratory that measured it.

    Parameters
    ----------
    value
        The number in `unit`; NOT_RECORDED where the cell holds none, and then `recorded` holds the cell.
    unit
        As recorded where it is not known; empty where there is none.
    when
        None where the row has no date.
    low, high
        Limits of the laboratory, in `unit`; None where not recorded.
    recorded
        The value as it stood in the table.
    """

    test: str
    value: Value
    unit: str
    when: Moment | None
    low: float | None = None
    high: float | None = None
    row: int | None = None
    recorded: str = ""


class Answer(StrEnum):
    """An answer to one question on causality; a question without one is unanswered, which is another thing."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CausalityAnswer:
    """One answer of ``causality.csv``.

    Parameters
    ----------
    term, start
        The event it speaks of, as ``events.csv`` names it; the start tells events of one name apart.
    question
        Key of the question, such as ``alternative_causes``.
    answer
        None where the cell is empty.
    """

    term: str
    question: str
    answer: Answer | None
    drug: str = ""
    start: Moment | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """A concentration of a drug measured in plasma, as the laboratory table gives it.

    Parameters
    ----------
    drug
        Key of the drug.
    value
        In `unit`; where `below_limit`, the limit of quantification that it did not reach. None where the cell
        cannot be read as either.
    hours_after_dose
        Time since the last dose [h]; None where not recorded.
    written
        The row as it came.
    """

    drug: str
    value: float | None
    unit: str
    when: Moment | None
    hours_after_dose: float | None = None
    below_limit: bool = False
    row: int | None = None
    written: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file that was read, with its hash, so that a result can be traced to its inputs."""

    file: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRecord:
    """Everything intake found in a patient folder.

    Parameters
    ----------
    treatment_start
        Start of the treatment to be judged (week 0); None where not recorded.
    events
        None means the table is missing, "not recorded"; an empty tuple means "asked, none occurred".
    labs
        None means the table is missing.
    causality
        Answers on causality; None means the table is missing.
    concentrations
        Concentrations of drugs, which stand in the same table.
    warnings
        Problems that did not stop the record from being used.
    """

    person: Person
    treatment_start: Moment | None
    measurements: tuple[Measurement, ...]
    scans: tuple[ScanRef, ...]
    doses: tuple[DoseInterval, ...] | None
    events: tuple[Event, ...] | None
    labs: tuple[LabResult, ...] | None
    causality: tuple[CausalityAnswer, ...] | None = None
    concentrations: tuple[Concentration, ...] = ()
    inputs: tuple[InputFile, ...] = ()
    warnings: tuple[Problem, ...] = ()
