"""Single doses out of a dosing log: when each was taken, and how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np

from breathline.errors import UnitError
from breathline.exposure.kernel import FloatArray
from breathline.model.measurement import Absence, Moment
from breathline.model.patient import DoseInterval
from breathline.units import UNITS, convert, same_kind

LONGEST_DAYS = 730.0
"""A log longer than this is followed over its last days only: what was taken before is long gone [days]."""

LARGEST_GAP_FOLLOWED_DAYS = 60.0
"""After a longer gap the log is followed anew; no drug here is left in the blood by then [days]."""

BY_VEIN = (
    "intraven",
    "iv",
    "i.v.",
    "infusion",
    "subcut",
    "s.c.",
    "sc",
    "inhal",
    "topical",
    "intramusc",
    "im",
)
"""Routes for which the models, which are of doses by mouth, do not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrations:
    """Doses by mouth, in order.

    Parameters
    ----------
    times_h
        When each was taken [h], counted as the moments of the record are.
    amounts_mg
        How much each was [mg].
    end_h
        When the next one would have been due, or the end of what is looked at [h].
    left_out
        True where the log has earlier doses that are not followed.
    """

    times_h: FloatArray
    amounts_mg: FloatArray
    end_h: float
    left_out: bool = False


def list_administrations(
    intervals: Sequence[DoseInterval], *, until: Moment | None, weight_kg: float | None
) -> Administrations | str:
    """Give every single dose of one drug, or the sentence that says why they cannot be told.

    Parameters
    ----------
    intervals
        All rows of the drug.
    until
        Where an interval that still runs is cut; None where the record has no later moment.
    weight_kg
        For doses by body weight; None where it is not recorded.

    Notes
    -----
    The first dose of an interval is taken at the beginning of its first day, the next ones as far apart as the log
    says, none on or after its stop. Doses at the same time are one.
    """
    ordered = sorted(intervals, key=lambda one: one.start.order)
    doses: dict[float, float] = {}
    spacing = 24.0
    for place, interval in enumerate(ordered):
        if interval.dose == 0.0:
            continue
        amount = _amount_mg(interval, weight_kg)
        stop = interval.start.order if interval.once else _stop(interval, ordered[place + 1 :], until)
        if isinstance(amount, str):
            return amount
        if isinstance(stop, str):
            return stop
        start = round(interval.start.order, 2) * 24.0
        if interval.once:
            doses[start] = doses.get(start, 0.0) + amount
            continue
        if interval.every_hours is None:
            return f"{_where(interval)} does not say how often the dose was taken."
        spacing = interval.every_hours
        for number in range(max(0, ceil((stop * 24.0 - start) / spacing - 1e-6))):
            time = round(start + number * spacing, 6)
            doses[time] = doses.get(time, 0.0) + amount
    if not doses:
        return "The log has no dose above none."
    return _cut(sorted(doses.items()), spacing)


def _cut(doses: list[tuple[float, float]], spacing: float) -> Administrations:
    """Leave out what was taken so long ago that none of it is left."""
    last = doses[-1][0]
    gaps = [b for (a, _), (b, _) in pairwise(doses) if b - a > LARGEST_GAP_FOLLOWED_DAYS * 24.0]
    begun = max([last - LONGEST_DAYS * 24.0, *gaps])
    kept = [(time, amount) for time, amount in doses if time >= begun]
    return Administrations(
        times_h=np.array([time for time, _ in kept]),
        amounts_mg=np.array([amount for _, amount in kept]),
        end_h=last + spacing,
        left_out=len(kept) < len(doses),
    )


def _where(interval: DoseInterval) -> str:
    return f"Line {interval.row} of the dosing log" if interval.row is not None else "A row of the dosing log"


def _amount_mg(interval: DoseInterval, weight_kg: float | None) -> float | str:
    """Give one dose in mg, or the sentence that says why it cannot be told."""
    where = _where(interval)
    if interval.amount_doubt:
        return f"{where} cannot be used: {interval.amount_doubt}."
    if isinstance(interval.dose, Absence):
        return f"{where} does not give the dose."
    if any(interval.route.casefold().startswith(word) for word in BY_VEIN):
        return f"{where} is a dose by another route than by mouth ({interval.route})."
    by_weight = interval.unit in UNITS and same_kind(interval.unit, "mg/kg")
    if by_weight and weight_kg is None:
        return f"{where} counts the dose by body weight, which the record does not give."
    try:
        amount = convert(interval.dose, interval.unit, "mg/kg" if by_weight else "mg")
    except UnitError:
        return f"{where} counts the dose in '{interval.unit}', which is not milligrams."
    return amount * weight_kg if by_weight and weight_kg is not None else amount


def _stop(interval: DoseInterval, later: Sequence[DoseInterval], until: Moment | None) -> float | str:
    """Give the day on which an interval ended, or the sentence that says why it cannot be told."""
    if interval.span_doubt:
        return f"{_where(interval)} cannot be used: {interval.span_doubt}."
    if interval.stop is not None:
        return round(interval.stop.order, 2)
    starts = [one.start.order for one in later if one.start.order > interval.start.order]
    ends = [*starts[:1], *([] if until is None else [until.order])]
    if not ends or min(ends) <= interval.start.order:
        return f"{_where(interval)} has no end, and nothing later is recorded."
    return round(min(ends), 2)
