"""Adverse events and laboratory values, graded and summarised."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from breathline.model.measurement import Moment
from breathline.model.patient import CausalityAnswer, Event, LabResult


class EventsStatus(StrEnum):
    """What is known about adverse events. "None occurred" and "not recorded" are different answers."""

    OCCURRED = "occurred"
    NONE_OCCURRED = "none_occurred"
    NOT_RECORDED = "not_recorded"


class MatchMethod(StrEnum):
    """How a text was held to name a term."""

    TERM = "term"  # it is the term, apart from capitals and British spelling
    WORDING = "wording"  # it is a known wording of it
    SPELLING = "spelling"  # it is one, apart from slips of spelling
    AMBIGUOUS = "ambiguous"  # it may name more than one term
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermMatch:
    """Which term a free text was held to name, and how.

    Parameters
    ----------
    term
        Empty where the text was not matched.
    score
        Letters that agree with `wording` [%]; 0 where not matched.
    left_out
        Words of the text that were not needed to name the term.
    why
        Why it was not matched.
    suggestions
        Terms it may mean, where it was not matched.
    """

    text: str
    method: MatchMethod
    term: str = ""
    score: float = 0.0
    wording: str = ""
    left_out: str = ""
    why: str = ""
    suggestions: tuple[str, ...] = ()


class CtcaeVersion(StrEnum):
    """Versions of the Common Terminology Criteria for Adverse Events whose limits are known here."""

    V5 = "5"
    V6 = "6"


class Onset(StrEnum):
    """When an event or an abnormal value came up, seen from the start of the judged treatment."""

    EMERGENT = "emergent"  # began or worsened on treatment
    PRE_EXISTING = "pre_existing"  # was there before, and did not worsen
    UNKNOWN = "unknown"  # a date is missing; counted as emergent, never in favour of the drug


@dataclass(frozen=True, slots=True, kw_only=True)
class Causality:
    """How likely a drug caused an event, by one method.

    Parameters
    ----------
    method
        ``naranjo`` or ``who_umc``.
    score
        Sum of Naranjo's points; None for WHO-UMC.
    lowest, highest
        Categories that the unanswered questions leave open.
    unanswered
        The questions without an answer, in words.
    source
        The publication, as the report prints it.
    """

    method: str
    drug: str
    category: str
    lowest: str
    highest: str
    score: int | None = None
    answered: int = 0
    unanswered: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedEvent:
    """An event of the record with its term, its criterion and what was made of its dates.

    Parameters
    ----------
    event
        Position of the row in `SafetySummary.events`, from 0.
    term
        Term of CTCAE in the version `version`; empty where the words were not matched.
    version
        Version of CTCAE the grade was given by; that of the assessment where the record does not say.
    version_stated
        False where the record does not say by which version the grade was given.
    criterion
        The words CTCAE prints for this grade of this term; empty where they are not known.
    days
        How long it lasted [days]; None where the start or the end is not recorded.
    """

    event: int
    match: TermMatch
    term: str
    grade: int | None
    version: str
    version_stated: bool
    onset: Onset
    criterion: str = ""
    note: str = ""
    days: float | None = None
    causality: tuple[Causality, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedLab:
    """A laboratory value of the record with its grade, or the reason why there is none.

    Parameters
    ----------
    test, label
        Key and name of the test; empty where the name was not matched.
    grade
        0 where no criterion is met; None where that cannot be told. Where CTCAE asks for symptoms too, the
        grade with them.
    without_symptoms
        The grade if the patient had no symptoms of it; None where there is no grade.
    criterion
        The words of CTCAE that are met.
    baseline
        Last value before or on the first day of treatment, in the unit of this one.
    onset
        None where there is no grade, or grade 0.
    reason
        Why there is no grade.
    note
        What was supposed, such as a baseline that is not recorded.
    """

    lab: LabResult
    match: TermMatch
    version: CtcaeVersion
    test: str = ""
    label: str = ""
    term: str = ""
    grade: int | None = None
    without_symptoms: int | None = None
    criterion: str = ""
    baseline: float | None = None
    onset: Onset | None = None
    reason: str = ""
    note: str = ""


class HysLawAnswer(StrEnum):
    """Whether the laboratory part of Hy's law is met."""

    MET = "met"
    NOT_MET = "not_met"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class HysLaw:
    """Hy's law on the values after the start of treatment; other causes of liver injury are for the physician."""

    answer: HysLawAnswer
    sentence: str
    when: Moment | None = None
    missing: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidence:
    """Events in the time at risk, with the exact interval of a Poisson count.

    Parameters
    ----------
    patient_weeks
        Time at risk, all patients together [weeks].
    rate, low, high
        Events in 100 patient-weeks and the 95 % interval.
    """

    events: int
    patients: int
    patient_weeks: float
    rate: float
    low: float
    high: float

    @property
    def per_100_patient_years(self) -> tuple[float, float, float]:
        """The rate and its interval in 100 patient-years."""
        weeks = 365.25 / 7.0
        return self.rate * weeks, self.low * weeks, self.high * weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What is known of one patient for questions on many: time at risk and the emergent events in it.

    Parameters
    ----------
    weeks
        From the start of treatment to its end or the last day of the record [weeks].
    events
        Term, week and grade of every emergent event; a week or grade that is not recorded is None.
    """

    patient: str
    weeks: float
    events: tuple[tuple[str, float | None, int | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFreeStep:
    """The share of patients still free of an event just after a week, with its 95 % interval."""

    week: float
    at_risk: int
    events: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFreeCurve:
    """Kaplan–Meier estimate of the time to a first event.

    Parameters
    ----------
    steps
        One for each week at which an event came up.
    median_weeks
        First week at which no more than half are free of it [weeks]; None where it is not reached.
    undated
        Patients with an event whose week is not recorded: left out, and said.
    """

    patients: int
    events: int
    steps: tuple[EventFreeStep, ...]
    median_weeks: float | None = None
    undated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetySummary:
    """What happened to the patient on treatment.

    Parameters
    ----------
    events
        Every event of the table as it came, those before treatment too.
    on_treatment
        Rows of `events` (positions from 0) that began or worsened on treatment.
    worst_grade
        Highest grade among those; None where none is graded.
    sentence
        The answer in words.
    version
        Version of CTCAE by which values were graded and terms were named.
    graded
        One for each of `events`, in the same order.
    labs
        Every laboratory value as it came, graded where it can be; None where the table is missing.
    unlinked
        Answers on causality that speak of no event of the table, or of several.
    source
        The publications of the criteria, as the report prints them.
    """

    status: EventsStatus
    events: tuple[Event, ...] = ()
    on_treatment: tuple[int, ...] = ()
    serious: int = 0
    worst_grade: int | None = None
    sentence: str = ""
    version: CtcaeVersion = CtcaeVersion.V5
    graded: tuple[GradedEvent, ...] = ()
    labs: tuple[GradedLab, ...] | None = None
    hys_law: HysLaw | None = None
    incidence: Incidence | None = None
    unlinked: tuple[CausalityAnswer, ...] = ()
    source: tuple[str, ...] = ()
