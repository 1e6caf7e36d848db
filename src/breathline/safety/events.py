"""Adverse events: their terms, criteria, onset and duration; "none occurred" and "not recorded" stay apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from breathline.model.measurement import Moment
from breathline.model.patient import CausalityAnswer, Event
from breathline.model.safety import Causality, CtcaeVersion, GradedEvent, Onset, TermMatch
from breathline.safety.causality import judge_causality
from breathline.safety.ctcae import criterion, name_in, read_table, terms
from breathline.safety.laboratory import lab_tests
from breathline.safety.vocabulary import Vocabulary

RISEN = ("increased", "elevated", "raised", "high", "elevation", "rise", "increase", "up")
FALLEN = ("decreased", "low", "reduced", "fall", "drop", "decrease", "down")


@cache
def _words() -> Vocabulary:
    """Put together the terms of both versions, known wordings, and the names of tests with "raised" or "low"."""
    first = {name_in(CtcaeVersion.V6, term): term for term in terms(CtcaeVersion.V5)}
    entries = [(term, term) for term in terms(CtcaeVersion.V5)]
    entries += [(term, first.get(term, term)) for term in terms(CtcaeVersion.V6) if term not in dict(entries)]
    entries += [(row["wording"], row["term"]) for row in read_table("event_wordings")]
    entries += _laboratory_wordings({wording for wording, _ in entries})
    return Vocabulary(entries)


def _laboratory_wordings(known: set[str]) -> list[tuple[str, str]]:
    """Give "ALT raised", "raised ALT" and the like for every test that one term grades upwards or downwards."""
    found = []
    sides: dict[tuple[str, bool], set[str]] = {}
    for row in read_table("ctcae_limits"):
        if row["version"] == "5":
            sides.setdefault((row["test"], ">" in row["relation"]), set()).add(row["term"])
    for (key, upwards), named in sides.items():
        if len(named) != 1 or key == "glucose_fasting":
            continue
        (term,) = named
        for name in lab_tests()[key].wordings:
            for word in RISEN if upwards else FALLEN:
                wording = f"{name} {word}"
                if wording not in known:
                    found.append((wording, term))
    return found


@lru_cache(maxsize=4096)
def match_event(text: str) -> TermMatch:
    """Say which term of CTCAE (version 5) an event in free words names, and how that was found.

    Examples
    --------
    >>> found = match_event("puffy eyes in the morning")
    >>> found.term, found.method.value, found.left_out
    ('Periorbital edema', 'wording', 'in the morning')
    >>> match_event("rash").suggestions
    ('Rash acneiform', 'Rash maculo-papular')
    """
    return _words().match(text)


def grade_events(
    events: Sequence[Event],
    treatment_start: Moment | None,
    version: CtcaeVersion,
    answers: Sequence[CausalityAnswer] = (),
) -> tuple[GradedEvent, ...]:
    """Give every event its term, the printed criterion of its grade, its onset, its duration and its causality.

    Parameters
    ----------
    version
        Taken for events whose version of CTCAE is not recorded.
    answers
        Answers on causality; each is held to speak of the event of its name, and of its start where it gives
        one.
    """
    linked = link_answers(events, answers)
    return tuple(
        _graded(position, events, treatment_start, version, linked.get(position, ()))
        for position in range(len(events))
    )


def link_answers(
    events: Sequence[Event], answers: Sequence[CausalityAnswer]
) -> Mapping[int, tuple[CausalityAnswer, ...]]:
    """Give the answers that speak of each event, by its position; -1 holds those that speak of none, or of several."""
    found: dict[int, tuple[CausalityAnswer, ...]] = {}
    for answer in answers:
        named = [
            position
            for position, event in enumerate(events)
            if event.term.casefold().strip() == answer.term.casefold().strip()
            and (
                answer.start is None or (event.start is not None and event.start.order == answer.start.order)
            )
        ]
        position = named[0] if len(named) == 1 else -1
        found[position] = (*found.get(position, ()), answer)
    return found


def _graded(
    position: int,
    events: Sequence[Event],
    start: Moment | None,
    version: CtcaeVersion,
    answers: Sequence[CausalityAnswer],
) -> GradedEvent:
    event = events[position]
    match = match_event(event.term)
    used = event.ctcae or version.value
    known = {one.value: one for one in CtcaeVersion}.get(used)
    term = match.term if known is None else name_in(known, match.term)
    words = criterion(known, term, event.grade) if known and term and event.grade else ""
    return GradedEvent(
        event=position,
        match=match,
        term=term,
        grade=event.grade,
        version=used,
        version_stated=bool(event.ctcae),
        onset=_onset(position, events, start),
        criterion=words,
        note=_note(event, term, known, words),
        days=_days(event),
        causality=_causality(answers),
    )


def _note(event: Event, term: str, version: CtcaeVersion | None, words: str) -> str:
    """Say why no criterion stands beside a grade."""
    if event.recorded_grade:
        return f"'{event.recorded_grade}' is no grade of CTCAE and is not counted"
    if event.grade is None or words or not term:
        return ""
    if version is None:
        return f"the criteria of CTCAE {event.ctcae} are not known here"
    if term not in terms(version):
        return f"the words of CTCAE {version.value} for {term} are not known here"
    return f"CTCAE {version.value} has no grade {event.grade} of {term}"


def _onset(position: int, events: Sequence[Event], start: Moment | None) -> Onset:
    """Say whether an event began or worsened on treatment; where that is in doubt it counts against the drug."""
    event = events[position]
    if event.start is None or start is None:
        return Onset.UNKNOWN
    if event.start.order < start.order:
        return Onset.PRE_EXISTING
    still = [
        other
        for place, other in enumerate(events)
        if place != position and _goes_on(other, start, event) and _same_event(other, event)
    ]
    grades = [other.grade for other in still if other.grade is not None]
    not_worse = bool(grades) and event.grade is not None and event.grade <= max(grades)
    return Onset.PRE_EXISTING if not_worse else Onset.EMERGENT


def _goes_on(other: Event, start: Moment, event: Event) -> bool:
    """Tell whether an event from before treatment is said to have lasted until this one began."""
    if other.start is None or other.stop is None or event.start is None:
        return False
    return other.start.order < start.order and other.stop.order >= event.start.order


def _same_event(one: Event, other: Event) -> bool:
    first, second = match_event(one.term).term, match_event(other.term).term
    return first == second if first and second else one.term.casefold() == other.term.casefold()


def _days(event: Event) -> float | None:
    """Give how long an event lasted, its first and its last day counted; None where one of them is not recorded."""
    if event.start is None or event.stop is None or event.stop.order < event.start.order:
        return None
    return event.stop.order - event.start.order + 1.0


def _causality(answers: Sequence[CausalityAnswer]) -> tuple[Causality, ...]:
    drugs = dict.fromkeys(answer.drug for answer in answers)
    return tuple(
        judged
        for drug in drugs
        for judged in judge_causality({a.question: a.answer for a in answers if a.drug == drug}, drug)
    )
