"""The course: before treatment against on treatment, and every value of every visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from breathline.figures.series import WHOLE_LUNGS
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment, Standing
from breathline.model.change import Change
from breathline.model.measurement import Absence, Moment, Standardised
from breathline.report.sections.outcomes import relative_change, write_delta

VISITS_A_TABLE = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A change over one stretch of time in words."""

    first: str
    last: str
    over: str
    delta: str
    relative: str
    judgement: str
    judgement_word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeRow:
    """One measure before treatment and on it."""

    label: str
    unit: str
    before: Span
    on: Span | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a measure was at one visit."""

    value: str
    absent: bool
    detail: str
    judgement: str = ""
    judgement_word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesRow:
    """One measure at every visit of a table."""

    label: str
    unit: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesTable:
    """Values of some visits."""

    caption: str
    visits: tuple[tuple[str, str], ...]
    rows: tuple[ValuesRow, ...]


def view_before(assessment: Assessment, say: Wording) -> tuple[BeforeRow, ...]:
    """Set the change before treatment beside the change on treatment, measure by measure."""
    on = {change.measure: change for change in assessment.changes}
    return tuple(
        BeforeRow(
            label=change.label,
            unit=say.unit(change.unit),
            before=_span(change, say),
            on=_span(on[change.measure], say) if change.measure in on else None,
        )
        for change in assessment.before
    )


def _span(change: Change, say: Wording) -> Span:
    first, last = (
        say.value(value, change.measure, change.decimals) for value in (change.baseline, change.followup)
    )
    when = (say.short_moment(change.baseline_when), say.short_moment(change.followup_when))
    return Span(
        first=first,
        last=last,
        over=say("before.over", first=when[0], last=when[1]) if change.baseline_when else "",
        delta=write_delta(change, say),
        relative=relative_change(change, say),
        judgement=change.judgement.value,
        judgement_word=say(f"judgement.{change.judgement.value}"),
    )


def view_values(assessment: Assessment, say: Wording) -> tuple[ValuesTable, ...]:
    """Lay out every value by visit, a few visits a table so that none is clipped in print.

    CT measures of two scans stand on the CT pages already; of more scans they stand here too.
    """
    on_pages = len([scan for scan in assessment.scans if scan.folder]) <= 2
    chosen = [
        item
        for item in assessment.measurements
        if item.measurement.when is not None
        and item.measurement.region in WHOLE_LUNGS
        and not (item.measurement.measure.startswith("ct_") and (on_pages or not has_name(item)))
    ]
    visits = sorted(
        {item.measurement.when for item in chosen if item.measurement.when}, key=lambda w: w.order
    )
    parts = [visits[start : start + VISITS_A_TABLE] for start in range(0, len(visits), VISITS_A_TABLE)]
    return tuple(
        _table(assessment, chosen, part, (n, len(parts)), say) for n, part in enumerate(parts, start=1)
    )


def has_name(item: Standing) -> bool:
    """Tell whether a measure has a name a reader knows; densities in detail are kept beside the scan only."""
    return item.label != item.measurement.measure


def _table(
    assessment: Assessment,
    chosen: Sequence[Standing],
    visits: Sequence[Moment],
    part: tuple[int, int],
    say: Wording,
) -> ValuesTable:
    caption = say("values.caption")
    if part[1] > 1:
        caption = say("values.caption_part", caption=caption, part=part[0], parts=part[1])
    names = dict.fromkeys(item.measurement.measure for item in chosen)
    return ValuesTable(
        caption=caption,
        visits=tuple((say.short_moment(w), say.date(w) if w.week is not None else "") for w in visits),
        rows=tuple(
            _row(assessment, [s for s in chosen if s.measurement.measure == name], visits, say)
            for name in names
        ),
    )


def _row(
    assessment: Assessment, standings: Sequence[Standing], visits: Sequence[Moment], say: Wording
) -> ValuesRow:
    first = standings[0]
    at_visit: dict[Moment | None, list[Standing]] = {}
    for item in standings:
        at_visit.setdefault(item.measurement.when, []).append(item)
    judged = [change for change in assessment.course if change.measure == first.measurement.measure]
    all_changes = [*assessment.changes, *judged]
    decimals = next((c.decimals for c in all_changes if c.measure == first.measurement.measure), None)
    cells = []
    for when in visits:
        change = next((c for c in judged if c.followup_when == when), None)
        cells.append(_visit_cell(at_visit.get(when, []), change, decimals, say))
    return ValuesRow(label=first.label, unit=say.unit(first.measurement.unit), cells=tuple(cells))


def _visit_cell(
    items: Sequence[Standing], change: Change | None, decimals: int | None, say: Wording
) -> Cell | None:
    """Show every value of a visit: a test can be repeated, or done by several methods."""
    if not items:
        return None
    cells = [_cell(item, change, decimals, say) for item in items]
    if len(cells) == 1:
        return cells[0]
    return replace(
        cells[0],
        value=say("values.and").join(cell.value for cell in cells),
        absent=all(cell.absent for cell in cells),
        detail="",
    )


def _cell(item: Standing, change: Change | None, decimals: int | None, say: Wording) -> Cell:
    own = item.measurement
    if isinstance(own.value, Absence):
        return Cell(value=say.value(own.value, own.measure), absent=True, detail="")
    places = decimals if decimals is not None else significant_decimals(own.value)
    detail = ""
    if item.standardised is not None:
        detail = write_standardised(item.standardised, say)
    elif own.low is not None and own.high is not None:
        low, high = say.number(own.low, places), say.number(own.high, places)
        detail = say("values.interval", low=low, high=high)
    judgement = change.judgement.value if change else ""
    return Cell(
        value=say.value(own.value, own.measure, places),
        absent=False,
        detail=detail,
        judgement=judgement,
        judgement_word=say(f"judgement.{judgement}") if judgement else "",
    )


def write_standardised(item: Standardised, say: Wording) -> str:
    """Write % predicted beside its z-score; without a spread in the equation there is none to write."""
    percent = say.number(item.percent_predicted, 0)
    if item.z is None:
        return say("values.predicted_only", percent=percent)
    return say("values.predicted", percent=percent, z=say.number(item.z, 1))


def significant_decimals(value: float) -> int:
    """Give the decimals that leave about three figures.

    >>> significant_decimals(668.0), significant_decimals(24.1), significant_decimals(2.61)
    (0, 1, 2)
    """
    size = abs(value)
    return 0 if size >= 100 or value == round(value) else 1 if size >= 10 else 2
