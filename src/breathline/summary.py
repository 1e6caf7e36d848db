"""The paragraph of the report, in the manner of a case abstract, written from the judgements and no further.

Every verb follows from a judgement: "improved" only where a change was judged better. A measure that could not
be judged is named as such. The paragraph says what happened on treatment, never that the treatment caused it.
"""

from __future__ import annotations

from collections.abc import Sequence

from breathline.model.assessment import Verdict
from breathline.model.change import Change, Domain, Judgement
from breathline.model.exposure import Course, ExposureSummary, Role
from breathline.model.measurement import Absence, Value
from breathline.model.patient import Person, Sex
from breathline.model.safety import SafetySummary
from breathline.outcomes import OUTCOMES

EXAMPLE_NOTICE = "Example data: this patient does not exist and all values are invented."

ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}

PERSON_WORDS = {Sex.FEMALE: "woman", Sex.MALE: "man", None: "patient (sex not recorded)"}

COMPARED = {
    Judgement.BETTER: "better",
    Judgement.WORSE: "worse",
    Judgement.NO_CHANGE: "neither better nor worse",
}

WITHOUT_AMOUNT = {
    Judgement.BETTER: "Better",
    Judgement.WORSE: "Worse",
    Judgement.NO_CHANGE: "No change",
}

ABSENCE_WORDS = {
    Absence.UNABLE: "unable to perform",
    Absence.NOT_DONE: "not done",
    Absence.NOT_RECORDED: "not recorded",
}


def tell_summary(
    person: Person,
    exposure: ExposureSummary,
    before: Sequence[Change],
    changes: Sequence[Change],
    safety: SafetySummary,
    verdict: Verdict,
    *,
    started: bool = True,
) -> str:
    """Write the paragraph: who, with what, treated how before, how it went, treated how, what changed, harm.

    Parameters
    ----------
    before
        Changes over the time before treatment.
    changes
        Changes on treatment, one a measure.
    started
        False where the start of treatment is not recorded, so that `changes` hold the first value against
        the last.

    Returns
    -------
    str
        One paragraph of whole sentences.
    """
    sentences = [
        EXAMPLE_NOTICE if person.example else "",
        _who(person, exposure),
        _course_before(before),
        _treatment(exposure),
        verdict.statement,
        _which_values(changes, started=started),
        _measures(changes, Judgement.BETTER, "Better beyond measurement error"),
        _measures(changes, Judgement.WORSE, "Worse beyond measurement error"),
        _measures(changes, Judgement.NO_CHANGE, "No change that exceeds both error and importance"),
        _untold(changes),
        safety.sentence,
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def format_value(value: Value, measure: str, decimals: int, unit: str) -> str:
    """Give a value as the clinic writes it, with its unit; NYHA classes in Roman numerals.

    >>> format_value(3.0, "nyha_class", 0, "class")
    'III'
    >>> format_value(7.25, "dlco", 1, "mL/min/mmHg")
    '7.2 mL/min/mmHg'
    """
    if isinstance(value, Absence):
        return ABSENCE_WORDS[value]
    if measure == "nyha_class" and value in ROMAN:
        return ROMAN[int(value)]
    number = f"{value:.{decimals}f}".replace("-", "−")
    return f"{number}{_unit(unit)}"


def _unit(unit: str) -> str:
    if unit in ("1", "class", "score"):
        return ""
    return " %" if unit == "%" else f" {unit}"


def _listed(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def _who(person: Person, exposure: ExposureSummary) -> str:
    who = "A patient of unrecorded age" if person.age_years is None else _aged(person.age_years, person.sex)
    disease = _listed([diagnosis.text for diagnosis in person.diagnoses])
    who += f" with {disease}" if disease else " (no diagnosis recorded)"
    if not exposure.recorded:
        return f"{who}; treatment is not recorded."
    unknown = _drugs(exposure, Role.UNKNOWN)
    if unknown:
        return f"{who} was treated with {unknown}."
    previous = _drugs(exposure, Role.PREVIOUS, Role.CONCOMITANT)
    return (
        f"{who} had been treated with {previous}."
        if previous
        else f"{who} had no recorded earlier treatment."
    )


def _aged(age_years: float, sex: Sex | None) -> str:
    """Give the completed years and the person, with the article that is spoken before the number.

    >>> _aged(63.9, Sex.FEMALE), _aged(80.2, Sex.MALE)
    ('A 63-year-old woman', 'An 80-year-old man')
    """
    years = int(age_years)
    article = "An" if years in (8, 11, 18) or years // 10 == 8 else "A"
    return f"{article} {years}-year-old {PERSON_WORDS[sex]}"


def _drugs(exposure: ExposureSummary, *roles: Role) -> str:
    return _listed(list(dict.fromkeys(c.drug for c in exposure.courses if c.role in roles)))


def _course_before(before: Sequence[Change]) -> str:
    worse = [c for c in before if c.judgement is Judgement.WORSE and not _is_told_by(c, before)]
    better = [c for c in before if c.judgement is Judgement.BETTER and not _is_told_by(c, before)]
    parts = []
    if worse:
        parts.append(
            "had worsened beyond error: " + "; ".join(_from_to(change, bare=True) for change in worse)
        )
    if better:
        parts.append(
            "had improved beyond error: " + "; ".join(_from_to(change, bare=True) for change in better)
        )
    if not parts:
        return ""
    spans = [_weeks_between(change) for change in (*worse, *better)]
    known = [span for span in spans if span is not None]
    when = f"In the {max(known):.0f} weeks before treatment" if known else "Before treatment"
    return f"{when} these {', and these '.join(parts)}."


def _weeks_between(change: Change) -> float | None:
    if change.baseline_when is None or change.followup_when is None:
        return None
    return (change.followup_when.order - change.baseline_when.order) / 7.0


def _treatment(exposure: ExposureSummary) -> str:
    treatments = [course for course in exposure.courses if course.role is Role.TREATMENT]
    if not exposure.recorded:
        return ""
    if any(course.role is Role.UNKNOWN for course in exposure.courses):
        return "The start of the treatment to be judged is not recorded, so no drug can be named as that."
    if not treatments:
        return "The treatment to be judged is not in the dosing log."
    text = f"Treatment was {_listed([_course_words(course) for course in treatments])}."
    kept = _drugs(exposure, Role.CONCOMITANT)
    added = _drugs(exposure, Role.ADDED)
    text += f" Continued beside it: {kept}." if kept else ""
    text += f" Added after it began: {added}." if added else ""
    return text


def _course_words(course: Course) -> str:
    dose = _dose_words(course)
    span = "with no recorded end" if course.weeks is None else f"for {course.weeks:.0f} weeks"
    return f"{course.drug} {dose} {span}"


def _dose_words(course: Course) -> str:
    """Give the daily dose; where the course goes on and the dose was changed, the first and the last one."""
    if course.daily_dose is not None:
        mean = "a mean of " if course.dose_varied else ""
        return f"{mean}{_amount(course.daily_dose)} {course.unit}/day"
    if course.first_daily_dose is not None and course.changes:
        last = course.changes[-1].after
        return f"{_amount(course.first_daily_dose)}, at last {_amount(last)} {course.unit}/day,"
    return "at an unrecorded dose"


def _amount(dose: float) -> str:
    """Give a dose to a tenth, or to three digits where it is small.

    >>> _amount(400.0), _amount(35.714285), _amount(0.125)
    ('400', '35.7', '0.125')
    """
    return f"{dose:.1f}".removesuffix(".0") if dose >= 10 else f"{dose:.3g}"


def _which_values(changes: Sequence[Change], *, started: bool) -> str:
    """Say what is held against what where it is not "before treatment" against "on treatment"."""
    if not changes:
        return "No outcome measure is recorded."
    return "" if started else "The first value of each measure was held against the last."


def _from_to(change: Change, *, bare: bool = False) -> str:
    if _is_comparison(change):  # the value is itself a comparison, not an amount
        return f"{change.label} ({COMPARED[change.judgement]} than before, as read by a person)"
    baseline = format_value(change.baseline, change.measure, change.decimals, change.unit)
    followup = format_value(change.followup, change.measure, change.decimals, change.unit)
    if bare:
        return f"{change.label} {baseline} to {followup}"
    return f"{change.label} {baseline}{_expected(change, 0)} to {followup}{_expected(change, 1)}"


def _expected(change: Change, which: int) -> str:
    standardised = (change.baseline_standardised, change.followup_standardised)[which]
    if standardised is None:
        return ""
    z = "" if standardised.z is None else f", z {standardised.z:.1f}".replace("-", "−")
    return f" ({standardised.percent_predicted:.0f} % predicted{z})"


def _measures(changes: Sequence[Change], judgement: Judgement, heading: str) -> str:
    """Name the measures judged so; a class, whose error nobody has published, is told apart from the others."""
    judged = [change for change in changes if change.judgement is judgement and not _absent(change)]
    chosen = [change for change in judged if not _is_told_by(change, judged)]
    measured = [_from_to(change) + _no_error(change) for change in chosen if _has_amount(change)]
    others = [_from_to(change) for change in chosen if not _has_amount(change)]
    sentences = [f"{heading}: {'; '.join(measured)}."] if measured else []
    sentences += [f"{WITHOUT_AMOUNT[judgement]}: {'; '.join(others)}."] if others else []
    return " ".join(sentences)


def _has_amount(change: Change) -> bool:
    """Tell whether two numbers were held against an error; not so what could not be done, or was only read."""
    return not (
        _is_comparison(change) or isinstance(change.baseline, Absence) or isinstance(change.followup, Absence)
    )


def _is_told_by(change: Change, others: Sequence[Change]) -> bool:
    """Tell whether another reading of the same test says the same (DLCO, and DLCO corrected for haemoglobin)."""
    measure = OUTCOMES.get(change.measure)
    return measure is not None and measure.variant_of in {other.measure for other in others}


def _is_comparison(change: Change) -> bool:
    measure = OUTCOMES.get(change.measure)
    return measure is not None and measure.comparative


def _no_error(change: Change) -> str:
    measured = change.delta is not None and change.judgement is not Judgement.NO_CHANGE
    return " (a change of class; no error is published)" if measured and change.error is None else ""


def _absent(change: Change) -> bool:
    """Tell whether a CT pattern is as good as absent on both dates, so that naming it would say nothing."""
    limit = change.important_difference
    values = [value for value in (change.baseline, change.followup) if not isinstance(value, Absence)]
    return change.domain is Domain.IMAGING and limit is not None and len(values) == 2 and max(values) < limit


def _untold(changes: Sequence[Change]) -> str:
    parts = [change.label for change in changes if change.judgement is Judgement.CANNOT_TELL]
    return f"Could not be judged: {_listed(parts)}." if parts else ""
