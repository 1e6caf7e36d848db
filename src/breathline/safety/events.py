"""What happened to the patient on treatment; "none occurred" and "not recorded" stay apart."""

from __future__ import annotations

from collections.abc import Sequence

from breathline.model.measurement import Moment
from breathline.model.patient import Event
from breathline.model.safety import EventsStatus, SafetySummary


def summarise_events(events: Sequence[Event] | None, treatment_start: Moment | None) -> SafetySummary:
    """Summarise the adverse events of a record.

    An event counts as "on treatment" if it began on or after the first day of treatment, however late, or
    if its date is not recorded: a doubtful event is counted against the drug, never for it.

    Parameters
    ----------
    events
        Rows of the table; None where the table is missing, empty where it says that none occurred.
    treatment_start
        None where not recorded; then every event counts as on treatment.

    Returns
    -------
    SafetySummary
        Every event as it came, and the answer in words.
    """
    if events is None:
        return SafetySummary(
            status=EventsStatus.NOT_RECORDED,
            sentence="Adverse events were not recorded, so nothing can be said about safety.",
        )
    if not events:
        return SafetySummary(
            status=EventsStatus.NONE_OCCURRED,
            sentence="Adverse events were asked for, and none occurred.",
        )
    on_treatment = tuple(i for i, event in enumerate(events) if _on_treatment(event, treatment_start))
    chosen = [events[i] for i in on_treatment]
    grades = [event.grade for event in chosen if event.grade is not None]
    serious = sum(event.serious is True for event in chosen)
    return SafetySummary(
        status=EventsStatus.OCCURRED,
        events=tuple(events),
        on_treatment=on_treatment,
        serious=serious,
        worst_grade=max(grades, default=None),
        sentence=_sentence(events, chosen, grades, serious),
    )


def _on_treatment(event: Event, treatment_start: Moment | None) -> bool:
    if event.start is None or treatment_start is None:
        return True
    return event.start.order >= treatment_start.order


def _sentence(events: Sequence[Event], chosen: list[Event], grades: list[int], serious: int) -> str:
    earlier = len(events) - len(chosen)
    before = f" {_count(earlier)} recorded before it." if earlier else ""
    if not chosen:
        return f"No adverse event began on treatment;{before.lower()}"
    terms = ", ".join(dict.fromkeys(event.term for event in chosen))
    parts = [f"{_count(len(chosen))} recorded on treatment ({terms})"]
    parts.append("none is serious" if serious == 0 and _all_answered(chosen) else _serious(serious, chosen))
    ungraded = len(chosen) - len(grades)
    if grades:
        parts.append(f"the worst grade is {max(grades)}")
    if ungraded:
        parts.append(f"{ungraded} without a grade")
    return "; ".join(parts) + "." + before


def _all_answered(chosen: list[Event]) -> bool:
    return all(event.serious is not None for event in chosen)


def _serious(serious: int, chosen: list[Event]) -> str:
    unknown = sum(event.serious is None for event in chosen)
    text = f"{serious} serious"
    return f"{text}, {unknown} not said whether serious" if unknown else text


def _count(number: int) -> str:
    return f"{number} adverse event was" if number == 1 else f"{number} adverse events were"
