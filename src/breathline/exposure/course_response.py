"""One patient over time: each change since baseline against the dose of the weeks before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from breathline.drugs import drug_key
from breathline.exposure.courses import end_of, judged_treatment, shared_unit
from breathline.exposure.response import fit_emax, fit_line
from breathline.exposure.steps import daily_dose
from breathline.model.change import Change
from breathline.model.exposure import DoseResponse, ExposureSummary
from breathline.model.measurement import Moment
from breathline.model.patient import DoseInterval

WINDOW_DAYS = 28.0
"""The dose that a change is held against is the mean over so many days before it."""

WITHIN = (
    "In one patient, dose and time go together, and so does everything else that changed meanwhile. Such a curve shows "
    "whether change and dose went together; it cannot show that the dose caused the change, nor what another dose "
    "would have done."
)


def relate_course(exposure: ExposureSummary, course: Sequence[Change]) -> ExposureSummary:
    """Hold every change on treatment against the daily dose of the four weeks before it.

    Parameters
    ----------
    exposure
        With the dosing log in it.
    course
        Changes since baseline, one for each measure and later visit.

    Returns
    -------
    ExposureSummary
        With `responses`, a line and a curve for each measure, where the dose was not always the same; and the
        sentence on what they can show, or on why there are none. The baseline itself is no point: its change is
        none by definition, and its dose was none.
    """
    keys = {one.key for one in judged_treatment(exposure)}
    if len(keys) != 1:
        why = "No treatment to be judged is in the dosing log" if not keys else "More than one drug is judged"
        return replace(exposure, responses_sentence=f"{why}, so change is not held against dose.")
    log = [interval for interval in exposure.log if drug_key(interval.drug) in keys]
    unit = shared_unit(log)
    doses = {change.followup_when: _dose_before(change.followup_when, log, unit) for change in course}
    known = {round(dose, 6) for dose in doses.values() if dose is not None}
    if not known:
        return replace(exposure, responses_sentence="The dose before the visits is not known.")
    if len(known) == 1:
        return replace(
            exposure,
            responses_sentence=f"The daily dose was {known.pop():g} {unit} before every visit on treatment, so change "
            "cannot be held against dose.",
        )
    found = [
        fit
        for key in dict.fromkeys(change.measure for change in course)
        for fit in _fits(key, course, doses, unit)
    ]
    return replace(exposure, responses=tuple(found), responses_sentence=WITHIN)


def _fits(
    measure: str, course: Sequence[Change], doses: dict[Moment | None, float | None], unit: str
) -> tuple[DoseResponse, ...]:
    own = [change for change in course if change.measure == measure]
    points = [
        (dose, change.delta)
        for change in own
        if change.delta is not None and (dose := doses[change.followup_when]) is not None
    ]
    empty = DoseResponse(
        measure=measure, label=own[0].label, unit=own[0].unit, dose_unit=f"{unit}/day", shape=""
    )
    fits = fit_line(points, empty), fit_emax(points, empty)
    # A curve that cannot be drawn is told only where the line cannot be either: the reason is the same.
    return fits if not fits[1].untold else fits[:1]


def _dose_before(when: Moment | None, log: Sequence[DoseInterval], unit: str) -> float | None:
    """Give the mean daily dose of the weeks before a moment; None where it is not known."""
    if when is None or not unit:
        return None
    first = max(min(interval.start.order for interval in log), when.order - WINDOW_DAYS)
    days = when.order - first
    total = 0.0
    for interval in log:
        start = max(interval.start.order, first)
        end = end_of(interval, log)
        stop = when.order if end is None else min(end.order, when.order)
        if stop <= start:
            continue
        daily = daily_dose(interval, unit)
        if daily is None or interval.span_doubt:
            return None
        total += daily * (stop - start)
    return total / days if days > 0 else None
