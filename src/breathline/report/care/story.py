"""Items 1 to 6: title, key words, abstract, introduction, patient, findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from breathline.figures.series import is_absent
from breathline.model.change import Change, Domain, Judgement
from breathline.model.exposure import Course, Role
from breathline.model.patient import Sex
from breathline.report.care.case import (
    Case,
    capital,
    change_words,
    changes_by,
    courses_of,
    diagnoses,
    drug_names,
    listed,
    value_words,
)
from breathline.report.care.content import Block, Fact, Grid, ToCheck, ToWrite
from breathline.report.care.deidentified import age_of, counted_from_start
from breathline.report.care.doses import doses_grid, treatment_words
from breathline.report.care.headings import propose_headings, uncoded

MOST_KEY_WORDS = 5
PERSON_WORDS = {Sex.FEMALE: "female", Sex.MALE: "male", None: "unknown"}
SPOKEN_WITH_AN = (8, 11, 18)


def write_title(case: Case) -> str:
    """Write the title: the treatment, the disease, and the words "case report"."""
    disease = diagnoses(case)
    treatment = drug_names(courses_of(case, Role.TREATMENT))
    if not treatment:
        return capital(case.say("care.title_untreated", disease=disease))
    return capital(case.say("care.title", treatment=treatment, disease=disease))


def title(case: Case) -> Iterator[Block]:
    """Item 1."""
    yield Fact(write_title(case))


def key_words(case: Case) -> Iterator[Block]:
    """Item 2: key words and the headings they come from."""
    say = case.say
    headings = propose_headings(case.assessment)
    chosen = [one.name for one in headings if one.why in ("icd10", "drug")][: MOST_KEY_WORDS - 1]
    yield Fact(say("care.keyword.intro", words="; ".join([say("care.keyword.case_report"), *chosen])))
    rows = tuple(
        (
            one.name if one.verified else f"{one.name} ({say('care.keyword.unverified')})",
            one.unique_id,
            say(f"care.keyword.why_{one.why}", fact=one.fact),
        )
        for one in headings
    )
    head = tuple(say(f"care.keyword.{name}") for name in ("heading", "id", "why"))
    notes = (say("care.keyword.substance"),) if any(one.unique_id[0] == "C" for one in headings) else ()
    yield Grid(caption=say("care.keyword.caption"), head=head, rows=rows, notes=notes)
    left = [one.text for one in uncoded(case.assessment)]
    if left:
        yield ToWrite(say("care.keyword.uncoded", words="; ".join(left)))
    yield ToWrite(say("care.keyword.choose"))


def what_is_new(case: Case) -> Iterator[Block]:
    """Item 3a."""
    yield ToWrite(case.say("care.abstract.new"))


def abstract_findings(case: Case) -> Iterator[Block]:
    """Item 3b: the values before treatment that the outcomes are held against."""
    yield Fact(_baseline(case, case.assessment.changes))
    yield ToWrite(case.say("care.abstract.symptoms"))


def _baseline(case: Case, changes: Sequence[Change]) -> str:
    known = [c for c in changes if c.baseline_when is not None and not is_absent(c)]
    if not known or not counted_from_start(case.assessment):
        return case.say("care.abstract.no_baseline")
    words = listed(f"{c.label} {value_words(c, 0, case.say)}" for c in known)
    return case.say("care.abstract.baseline", values=words)


def abstract_outcomes(case: Case) -> Iterator[Block]:
    """Item 3c: diagnoses, treatment, outcomes and harm in sentences."""
    say, assessment = case.say, case.assessment
    yield Fact(_diagnoses(case))
    yield from (Fact(text) for text in treatment_words(case))
    basis = "compared" if counted_from_start(assessment) else "compared_first_last"
    if assessment.changes:
        yield Fact(say(f"care.abstract.{basis}"))
    yield from (Fact(text) for text in tell_changes(case, assessment.changes))
    yield Fact(assessment.safety.sentence or say(f"safety.{assessment.safety.status.value}_note"))


def _diagnoses(case: Case) -> str:
    found = case.assessment.patient.diagnoses
    if not found:
        return case.say("care.abstract.no_diagnosis")
    return case.say("care.abstract.diagnoses", words=listed(one.text for one in found))


def tell_changes(case: Case, changes: Sequence[Change]) -> Iterator[str]:
    """Tell every change in the sentence of its judgement; persons' judgements stand apart from measurements."""
    say = case.say
    for judgement in Judgement:
        found = changes_by(changes, judgement)
        if found:
            if judgement is Judgement.CANNOT_TELL:
                words = listed(change.label for change in found)
            else:
                words = listed(change_words(change, say) for change in found)
            yield say(f"care.abstract.{judgement.value}", words=words)
    persons = [
        change for change in changes if change.reported and change.judgement is not Judgement.CANNOT_TELL
    ]
    if persons:
        words = listed(f"{change_words(c, say)}: {say(f'judgement.{c.judgement.value}')}" for c in persons)
        yield say("care.abstract.person", words=words)


def abstract_lessons(case: Case) -> Iterator[Block]:
    """Item 3d."""
    yield ToWrite(case.say("care.abstract.lessons"))


def introduction(case: Case) -> Iterator[Block]:
    """Item 4."""
    yield ToWrite(case.say("care.introduction.write"))


def demographics(case: Case) -> Iterator[Block]:
    """Item 5a: age, sex, build and smoking, and nothing that tells who it is."""
    say, patient = case.say, case.assessment.patient
    facts = []
    if patient.height_cm is not None:
        facts.append(say("care.patient.height", value=say.number(patient.height_cm, 0)))
    if patient.weight_kg is not None:
        facts.append(say("care.patient.weight", value=say.number(patient.weight_kg, 0)))
    if patient.smoking:
        facts.append(say.optional(f"smoking.{patient.smoking.casefold()}", patient.smoking))
    yield Fact(say("care.patient.who", who=_who(case), facts="".join(f", {fact}" for fact in facts)))
    yield ToWrite(say("care.patient.more"))


def _who(case: Case) -> str:
    patient = case.assessment.patient
    person = case.say(f"care.patient.{PERSON_WORDS[patient.sex]}")
    if patient.age_years is None:
        return case.say("care.patient.no_age", person=person)
    age = age_of(patient.age_years)
    if age is None:
        return case.say("care.patient.over", person=person)
    article = "age_an" if age in SPOKEN_WITH_AN or age // 10 == 8 else "age"
    return case.say(f"care.patient.{article}", age=age, person=person)


def complaints(case: Case) -> Iterator[Block]:
    """Item 5b: what measures of symptoms say, and the complaints for a person to write."""
    symptoms = [
        c for c in case.assessment.changes if c.domain is Domain.SYMPTOMS and c.baseline_when is not None
    ]
    if symptoms and counted_from_start(case.assessment):
        words = listed(f"{c.label} {value_words(c, 0, case.say)}" for c in symptoms)
        yield Fact(case.say("care.patient.symptoms", values=words))
    yield ToWrite(case.say("care.patient.complaints"))


def history(case: Case) -> Iterator[Block]:
    """Item 5c: the note of the record, quoted, and what no record holds."""
    note = case.assessment.patient.history.strip()
    if note:
        yield ToCheck(case.say("care.patient.history"), note)
    else:
        yield ToWrite(case.say("care.patient.no_history"))
    yield ToWrite(case.say("care.patient.family"))


def earlier_treatment(case: Case) -> Iterator[Block]:
    """Item 5d: drugs stopped before, and how the disease went meanwhile."""
    say = case.say
    previous: tuple[Course, ...] = courses_of(case, Role.PREVIOUS)
    if not case.assessment.exposure.recorded:
        yield ToWrite(say("care.patient.no_log"))
    elif previous:
        yield doses_grid(case, previous, say("care.patient.previous_caption"))
    else:
        yield Fact(say("care.patient.no_previous"))
    for judgement in (Judgement.WORSE, Judgement.BETTER):
        found = [c for c in case.assessment.before if c.judgement is judgement]
        if found:
            words = listed(change_words(change, say) for change in found)
            yield Fact(say(f"care.patient.before_{judgement.value}", words=words))
    yield ToWrite(say("care.patient.effect"))


def findings(case: Case) -> Iterator[Block]:
    """Item 6."""
    yield ToWrite(case.say("care.findings.examination"))
