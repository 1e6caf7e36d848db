"""What the criteria that give a number have in common: the values they take, and the verdict they give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from breathline.equations.points import PointScore, Scored, Stage
from breathline.errors import OutOfRangeError
from breathline.model.assessment import Verdict
from breathline.model.criterion import Period
from breathline.model.measurement import Absence, Moment, Value
from breathline.model.patient import Sex
from breathline.outcomes import OUTCOMES
from breathline.sources import Source
from breathline.verdict.criterion import Evidence
from breathline.verdict.reading import Reading, read
from breathline.verdict.rule import CANNOT_TELL, untold
from breathline.verdict.state import STATE

MOST_POINTS = 8
"""The most GAP and ILD-GAP can come to."""

BOTH = (Period.BEFORE, Period.ON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """How a score is called, and whom it presumes."""

    key: str
    title: str
    source: Source
    presumed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a score came to.

    Parameters
    ----------
    label
        The class, the points or the number; None where it cannot be told.
    """

    label: str | None
    statement: str
    score: float | None = None
    reasons: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The patient at one visit, as the scores ask.

    Parameters
    ----------
    fvc, fev1, dlco
        Percent of predicted [%], or the reason why there is none.
    lacking
        For each of them without a number, why.
    """

    sex: Sex | None
    age_years: float | None
    fvc: Value
    fev1: Value
    dlco: Value
    lacking: tuple[tuple[str, str], ...]


def score_verdict(named: Named, evidence: Evidence, score: Callable[[State], Found]) -> Verdict:
    """Read the state of the patient in the period and score it."""
    readings = read(evidence, STATE)
    if isinstance(readings, str):
        return _verdict(named, evidence, not_found((readings,)), None)
    (reading,) = readings  # a state is read once, at the last visit
    state = _state(reading)
    try:
        found = score(state)
    except OutOfRangeError as error:
        return _verdict(named, evidence, not_found((str(error),)), reading.moment)
    explained = replace(found, missing=tuple(_explained(line, state) for line in found.missing))
    return _verdict(named, evidence, explained, reading.moment)


def not_found(missing: tuple[str, ...]) -> Found:
    """Give what a score comes to where something is missing."""
    return Found(label=None, statement="", missing=missing)


def _verdict(named: Named, evidence: Evidence, found: Found, when: Moment | None) -> Verdict:
    return Verdict(
        criterion=named.key,
        title=named.title,
        label=CANNOT_TELL if found.label is None else found.label,
        statement=found.statement or untold(evidence.period),
        reasons=found.reasons,
        missing=found.missing,
        source=(str(named.source),),
        period=evidence.period,
        read_at=when,
        score=found.score,
        presumed=named.presumed,
    )


def _state(reading: Reading) -> State:
    values, lacking = {}, []
    for measure in ("fvc", "fev1", "dlco"):
        values[measure], why = _percent(reading, measure)
        if why:
            lacking.append((OUTCOMES[measure].label, why))
    return State(
        sex=reading.person.sex,
        age_years=reading.age_years,
        fvc=values["fvc"],
        fev1=values["fev1"],
        dlco=values["dlco"],
        lacking=tuple(lacking),
    )


def _percent(reading: Reading, measure: str) -> tuple[Value, str]:
    entry = reading.last(measure)
    if entry is None:
        return Absence.NOT_RECORDED, reading.lacking(measure, two=False)
    label = OUTCOMES[measure].label
    if isinstance(entry.value, Absence):
        return entry.value, f"{label}: could not be performed because of the disease"
    if entry.standing.standardised is None:
        return Absence.NOT_RECORDED, f"{label}: {entry.standing.not_standardised or 'no expected value'}"
    return entry.standing.standardised.percent_predicted, ""


def _explained(line: str, state: State) -> str:
    """Say why "FVC % of predicted" is missing, where it is known."""
    why = next((why for label, why in state.lacking if line.startswith(label)), "")
    return why.rstrip(".") if why else f"{_capital(line)}: not recorded"


def found_points(got: PointScore, *, label: Callable[[PointScore, Stage], str]) -> Found:
    """Put a sum of points into words, with the mortality that is printed for it."""
    if got.stage is None:
        return not_found(got.missing)
    deaths = got.stage.mortality
    points = f"{got.lowest}–{got.highest}" if got.points is None else f"{got.points}"
    return Found(
        label=label(got, got.stage),
        statement=f"{points} of {MOST_POINTS} points; mortality printed for it: {deaths.one_year:g} % after one year, "
        f"{deaths.two_years:g} % after two, {deaths.three_years:g} % after three.",
        score=None if got.points is None else float(got.points),
        reasons=_parts(got.parts),
    )


def _parts(parts: Sequence[Scored]) -> tuple[str, ...]:
    return tuple(_part(part) for part in parts)


def _part(part: Scored) -> str:
    if part.missing:
        return f"{_capital(part.name)}: not known, {_minus(part.lowest)} to {_minus(part.highest)} points."
    return f"{_capital(part.printed)}: {_minus(part.lowest)} {'point' if part.lowest == 1 else 'points'}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _minus(points: int) -> str:
    return str(points).replace("-", "\N{MINUS SIGN}")
