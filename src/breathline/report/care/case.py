"""What every part of a draft is written from, and the words they share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from breathline.figures.series import is_absent
from breathline.figures.wording import HARD, Wording
from breathline.model.assessment import Assessment
from breathline.model.change import Change, Judgement
from breathline.model.exposure import Course, Role
from breathline.model.measurement import Absence, Standardised
from breathline.report.catalogue import read_wording
from breathline.report.sections.citations import Citations
from breathline.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A de-identified assessment, the words to tell it in, and the sources cited so far."""

    assessment: Assessment
    say: Wording
    citations: Citations = field(default_factory=Citations)


def case_wording(*, counted_from_start: bool) -> Wording:
    """Give the words of the report with those of the draft; an axis says what its weeks count from."""
    report, draft = read_wording(), read_wording("care/words.toml")
    messages = {**report.messages, **draft.messages}
    if not counted_from_start:
        messages["timeline.weeks"] = messages["care.weeks_from_visit"]
    return Wording(messages)


def listed(parts: Iterable[str], between: str = "; ") -> str:
    """Join parts that hold commas themselves."""
    return between.join(part for part in parts if part)


def capital(text: str) -> str:
    """Begin a text with a capital letter.

    >>> capital("imatinib")
    'Imatinib'
    """
    return text[:1].upper() + text[1:]


def cite(case: Case, sources: Iterable[str | Source]) -> str:
    """Give the numbers of sources in brackets, or nothing."""
    numbers = case.citations.cite(sources)
    return case.say("care.cite", numbers=", ".join(map(str, numbers))) if numbers else ""


def courses_of(case: Case, *roles: Role) -> tuple[Course, ...]:
    """Give the courses of drugs with these parts, in the order of the log."""
    return tuple(course for course in case.assessment.exposure.courses if course.role in roles)


def drug_names(courses: Sequence[Course]) -> str:
    """Name every drug once."""
    return ", ".join(dict.fromkeys(course.drug for course in courses))


def diagnoses(case: Case) -> str:
    """Name the diagnoses, or say that it is a fibrotic lung disease."""
    words = " and ".join(_in_sentence(one.text) for one in case.assessment.patient.diagnoses)
    return words or case.say("care.disease_unknown")


def _in_sentence(text: str) -> str:
    """Begin a text with a small letter, as it stands within a sentence, unless it begins with an abbreviation.

    >>> _in_sentence("Pulmonary fibrosis"), _in_sentence("ANCA vasculitis")
    ('pulmonary fibrosis', 'ANCA vasculitis')
    """
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def value_words(change: Change, which: int, say: Wording) -> str:
    """Write the earlier (0) or later (1) value of a change with its unit and what was expected of it."""
    value = (change.baseline, change.followup)[which]
    standardised = (change.baseline_standardised, change.followup_standardised)[which]
    text = say.value(value, change.measure, change.decimals)
    if isinstance(value, Absence):
        return text
    unit = say.unit(change.unit)
    with_unit = f"{text}{HARD}{unit}" if unit else text
    expected = standardised_words(standardised, say)
    return f"{with_unit} ({expected})" if expected else with_unit


def standardised_words(standardised: Standardised | None, say: Wording) -> str:
    """Write percent of predicted beside z; never the percentage alone where a z-score is known."""
    if standardised is None:
        return ""
    percent = say.number(standardised.percent_predicted, 0)
    words = f"{percent}{HARD}% predicted"
    return words if standardised.z is None else f"{words}, z {say.number(standardised.z, 1)}"


def change_words(change: Change, say: Wording) -> str:
    """Write a change as a clinician tells it: from what to what, by how much, with its interval."""
    before, after = (
        say.value(v, change.measure, change.decimals) for v in (change.baseline, change.followup)
    )
    if change.delta is None:
        return say("care.abstract.from_to", label=change.label, before=before, after=after, unit="").rstrip()
    unit = say.unit(change.unit)
    interval = ""
    if change.low is not None and change.high is not None:
        low, high = (say.number(end, change.decimals, sign=True) for end in (change.low, change.high))
        interval = say("care.abstract.interval", low=low, high=high)
    return say(
        "care.abstract.change",
        label=change.label,
        before=before,
        after=after,
        unit=f"{HARD}{unit}" if unit else "",
        delta=say.difference(change.delta, change.unit, change.decimals),
        interval=interval,
    )


def changes_by(
    changes: Sequence[Change], judgement: Judgement, *, reported: bool = False
) -> tuple[Change, ...]:
    """Give the changes judged so: those that were measured, or those that are persons' judgements."""
    return tuple(
        c for c in changes if c.judgement is judgement and c.reported is reported and not is_absent(c)
    )
