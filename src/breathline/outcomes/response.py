"""When a measure became better or worse, whether a second visit confirms it, and how long it lasted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from breathline.model.change import Change, Direction, Judgement
from breathline.model.course import Confirmation, Response, Spell
from breathline.model.measurement import Absence, Moment, Value
from breathline.sources import Source

CONFIRMED_WEEKS = 6.0
"""A visit confirms another from this distance on [weeks]; on the same day or the next week the cause of a chance
deviation may still be there."""

CONFIRMED_SOURCE = Source(
    "king_2014",
    "definition of progression-free survival",
    verified=False,
    note="a decline counted where a second test at least six weeks later showed it too",
)

SIDES = (Judgement.BETTER, Judgement.WORSE)


@dataclass(frozen=True, slots=True)
class Visit:
    """One later value judged against the baseline, and its day."""

    day: float
    change: Change


def respond(main: Change, visits: Sequence[Visit], origin: float) -> Response:
    """Tell the course of one measure against one baseline.

    Parameters
    ----------
    main
        The change that is judged: baseline against the last of `visits`.
    visits
        Every later value against the same baseline, in order of time.
    origin
        Day from which the time to the first improvement counts.
    """
    told = [visit for visit in visits if visit.change.judgement is not Judgement.CANNOT_TELL]
    runs = [list(run) for _, run in groupby(told, key=lambda visit: visit.change.judgement)]
    better, worse = (_first_spell(runs, side, origin) for side in SIDES)
    best = _best(told)
    found = Response(
        measure=main.measure,
        label=main.label,
        domain=main.domain,
        judgement=main.judgement,
        confirmation=_confirmation(main, runs),
        better=better,
        worse=worse,
        best=None if best is None else best.change.followup,
        best_when=None if best is None else best.change.followup_when,
    )
    return _with_sentence(found)


def _first_spell(runs: Sequence[Sequence[Visit]], side: Judgement, origin: float) -> Spell | None:
    for place, run in enumerate(runs):
        first, last = run[0].change.followup_when, run[-1].change.followup_when
        if run[0].change.judgement is not side or first is None or last is None:
            continue
        after = runs[place + 1][0].change.followup_when if place + 1 < len(runs) else None
        return Spell(
            first=first,
            last=last,
            visits=len(run),
            weeks_to_first=(run[0].day - origin) / 7.0,
            held_weeks=(run[-1].day - run[0].day) / 7.0,
            ended=after,
        )
    return None


def _confirmation(main: Change, runs: Sequence[Sequence[Visit]]) -> Confirmation:
    if main.judgement not in SIDES:
        return Confirmation.NOT_ASKED
    last = runs[-1] if runs else []
    held = last and last[0].change.judgement is main.judgement and last[-1].day - last[0].day
    return Confirmation.CONFIRMED if held and held >= 7.0 * CONFIRMED_WEEKS else Confirmation.UNCONFIRMED


def _best(told: Sequence[Visit]) -> Visit | None:
    """Give the visit with the best value; impossible because of the disease is worse than any number."""
    return max(told, key=lambda visit: goodness(visit.change.followup, visit.change.direction), default=None)


def goodness(value: Value, direction: Direction) -> float:
    """Put a value on a scale on which more is better; what could not be done stands at the end of it."""
    if isinstance(value, Absence):
        return float("-inf")
    return value if direction is Direction.HIGHER else -value


def _with_sentence(found: Response) -> Response:
    parts = [
        _spell_words(spell, word)
        for spell, word in ((found.better, "better"), (found.worse, "worse"))
        if spell is not None
    ]
    if not parts:
        parts = ["never better or worse than the baseline by more than error"]
    text = f"{found.label}: {'; '.join(parts)}."
    if found.confirmation is Confirmation.UNCONFIRMED:
        text += f" The last visit is not yet confirmed by one at least {CONFIRMED_WEEKS:g} weeks away."
    return replace(found, sentence=text)


def _spell_words(spell: Spell, word: str) -> str:
    began = f"{word} first after {_weeks(spell.weeks_to_first)}"
    if spell.visits == 1:
        held = "at one visit"
    else:
        held = f"at {spell.visits} visits in a row over {_weeks(spell.held_weeks)}"
    if spell.ended is None:
        return f"{began}, {held}, to the last one"
    return f"{began}, {held}, and no longer {_moment(spell.ended)}"


def _weeks(weeks: float) -> str:
    text = f"{weeks:.0f}"
    return f"{text} week" if text == "1" else f"{text} weeks"


def _moment(when: Moment) -> str:
    if when.week is not None:
        return f"at week {when.week:.0f}".replace("-", "−")
    return f"on {when.date}"
