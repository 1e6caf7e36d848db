"""Page one: the answer, the outcomes, benefit and harm, and what to beware of, chosen so that it fits one page.

A page printed on A4 or Letter holds so many lines. What must stand there takes its lines first, each text cut at a
length; measures take the rest, those that changed before those that did not. Whatever does not fit is named, and
stands in full further down: nothing is left out in silence.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from breathline.figures.series import standings_of
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.change import Change, Judgement
from breathline.model.measurement import Absence, Moment, Standardised
from breathline.report.sections.course import write_standardised
from breathline.report.sections.front import FrontView, VerdictView
from breathline.report.sections.harm import SafetyView
from breathline.report.sections.outcomes import Outcome
from breathline.report.sections.quality import Warned, merge_places

LINES = 59.0
"""Lines of text that page one holds on the shorter paper, Letter; a test measures it in a browser."""

LINE_LETTERS, HALF_LETTERS, LABEL_LETTERS = 112, 50, 27
"""Letters that surely fit into a line of the page, of one of its two columns, and of the names of measures."""

ROW_LINES, NOTE_LINES = 1.8, 0.75
FIXED_LINES = 16.0
"""Headings, the table's own head, its legend, and the space between the parts."""

MOST_BETWEEN = 3
"""Visits shown between baseline and follow-up."""

MOST_REASONS, MOST_MISSING, MOST_WARNINGS, MOST_EVENTS, MOST_NAMED = 7, 3, 3, 3, 5
LONGEST_REASON, LONGEST_MISSING, LONGEST_STATEMENT, LONGEST_WARNING = 200, 100, 200, 110
LONGEST_SENTENCE, LONGEST_TERM = 160, 40

RANK = {Judgement.BETTER: 0, Judgement.WORSE: 0, Judgement.NO_CHANGE: 1, Judgement.CANNOT_TELL: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCell:
    """A value of the outcome table, and what stands small below it."""

    value: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRow:
    """A measure on page one: baseline, visits between, follow-up, and what came of it."""

    outcome: Outcome
    cells: tuple[PageCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InFull:
    """The sections that page one is chosen from; `outcomes` has one a change of the assessment, in its order."""

    front: FrontView
    verdict: VerdictView | None
    outcomes: tuple[Outcome, ...]
    safety: SafetyView
    warnings: tuple[Warned, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPage:
    """All of page one, its texts cut and its rows chosen so that it fits."""

    baseline: tuple[str, str]
    visits: tuple[tuple[str, str], ...]
    followup: tuple[str, str]
    rows: tuple[FirstRow, ...]
    remarks: tuple[str, ...]
    verdict: VerdictView | None
    benefit: str
    harm: str
    harm_lines: tuple[str, ...]
    warnings: tuple[Warned, ...]
    more_warnings: str


def view_first_page(assessment: Assessment, full: InFull, say: Wording) -> FirstPage:
    """Choose what stands on page one, from the sections in full."""
    pairs = list(zip(assessment.changes, full.outcomes, strict=True))
    zeros = [one for one in pairs if is_zero(one[0])]
    common = [_most_common(change.baseline_when for change, _ in pairs)]
    common.append(_most_common(change.followup_when for change, _ in pairs))
    visits, left = _visits(assessment, common[1])
    rows = [_row(assessment, change, outcome, visits, common, say) for change, outcome in pairs]
    rows = [row for row, pair in zip(rows, pairs, strict=True) if pair not in zeros]
    short = None if full.verdict is None else _shorten(full.verdict, say)
    graver, more = _gravest(full.warnings, say)
    harm_lines = _harm(assessment, full.safety, say)
    used = _lines_of(full.front.facts, full.front.diagnoses, short)
    told = [full.safety.headline, *harm_lines]
    used += max(_tall(told), _tall([*(f"{one.where} {one.message}" for one in graver), more]))
    remarks = [*_zeros(zeros, say), *_left_visits(left, say)]
    used += sum(_lines(text) for text in remarks)
    kept = _fitting(rows, LINES - FIXED_LINES - used)
    dropped = [row for row in rows if row not in kept]
    return FirstPage(
        baseline=_heading(common[0], say),
        visits=tuple(_heading(when, say) for when in visits),
        followup=_heading(common[1], say),
        rows=tuple(kept),
        remarks=(*remarks, *_dropped(dropped, say)),
        verdict=short,
        benefit=_benefit(assessment, say),
        harm=full.safety.headline,
        harm_lines=harm_lines,
        warnings=graver,
        more_warnings=more,
    )


def is_zero(change: Change) -> bool:
    """Tell whether a CT extent is printed as zero at both dates, so that a line of its own would say nothing."""
    values = (change.baseline, change.followup)
    none = all(not isinstance(value, Absence) and round(value, change.decimals) == 0.0 for value in values)
    return none and change.measure.startswith("ct_") and RANK[change.judgement] > 0


def _most_common(moments: Iterable[Moment | None]) -> Moment | None:
    counted = Counter(when for when in moments if when is not None)
    return counted.most_common(1)[0][0] if counted else None


def _visits(assessment: Assessment, last: Moment | None) -> tuple[list[Moment], list[Moment]]:
    """Choose the visits between baseline and follow-up, evenly among those that most measures have."""
    judged = {change.measure for change in assessment.changes}
    moments = Counter(
        change.followup_when
        for change in assessment.course
        if change.measure in judged and change.followup_when and change.followup_when != last
    )
    every = sorted((when for when in moments if when is not None), key=lambda when: when.order)
    if last is None or len(every) <= MOST_BETWEEN:
        return every, []
    most = max(moments.values())
    full = [when for when in every if 2 * moments[when] >= most]
    steps = min(MOST_BETWEEN, len(full))
    places = {round(n * (len(full) - 1) / max(steps - 1, 1)) for n in range(steps)}
    chosen = [full[place] for place in sorted(places)]
    return chosen, [when for when in every if when not in chosen]


def _row(
    assessment: Assessment,
    change: Change,
    outcome: Outcome,
    visits: Sequence[Moment],
    common: Sequence[Moment | None],
    say: Wording,
) -> FirstRow:
    ends = [
        (outcome.baseline, change.baseline_when, change.baseline_standardised, common[0]),
        (outcome.followup, change.followup_when, change.followup_standardised, common[1]),
    ]
    first, last = (_end(value, when, expected, usual, say) for value, when, expected, usual in ends)
    values = {
        item.measurement.when: item.measurement.value
        for item in standings_of(assessment, change.measure)
        if item.measurement.when in visits
    }
    judged = {one.followup_when: one.followup for one in assessment.course if one.measure == change.measure}
    between = []
    for when in visits:
        value = judged.get(when, values.get(when))
        shown = "" if value is None else say.value(value, change.measure, change.decimals)
        between.append(PageCell(value=shown))
    return FirstRow(outcome=outcome, cells=(first, *between, last))


def _end(
    value: str, when: Moment | None, expected: Standardised | None, usual: Moment | None, say: Wording
) -> PageCell:
    """Give a judged value with what was expected of it, and its date where it is not that of the others."""
    notes = [write_standardised(expected, say)] if expected is not None else []
    if when is not None and when != usual:
        notes.append(say.short_moment(when))
    return PageCell(value=value, notes=tuple(notes))


def _heading(when: Moment | None, say: Wording) -> tuple[str, str]:
    """Give week and date of a column; where there are no weeks the date alone."""
    if when is None:
        return "", ""
    return say.short_moment(when), say.date(when) if when.week is not None else ""


def _shorten(verdict: VerdictView, say: Wording) -> VerdictView:
    """Cut a verdict to what page one has room for."""
    return VerdictView(
        title=verdict.title,
        label=_clip(verdict.label, LONGEST_TERM),
        tone=verdict.tone,
        statement=_clip(verdict.statement, LONGEST_STATEMENT),
        reasons=_first(verdict.reasons, MOST_REASONS, LONGEST_REASON, say),
        missing=_first(verdict.missing, MOST_MISSING, LONGEST_MISSING, say),
        cites=verdict.cites,
    )


def _clip(text: str, most: int) -> str:
    """End a text with an ellipsis; the whole of it stands further down."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _first(texts: Sequence[str], most: int, longest: int, say: Wording) -> tuple[str, ...]:
    shown = tuple(_clip(text, longest) for text in texts[:most])
    return (*shown, say("first.more", count=len(texts) - most)) if len(texts) > most else shown


def _benefit(assessment: Assessment, say: Wording) -> str:
    """Count the judgements, which is benefit in one line; the table above says of what."""
    if not assessment.changes:
        return ""
    counted = Counter(change.judgement for change in assessment.changes)
    parts = [say(f"first.counted.{one.value}", count=counted[one]) for one in Judgement if counted[one]]
    return say("first.benefit", counts=", ".join(parts))


def _harm(assessment: Assessment, safety: SafetyView, say: Wording) -> tuple[str, ...]:
    """Give harm in a few lines: the sentence, the gravest events on treatment, Hy's law where it is met."""
    lines = []
    if safety.sentence and safety.sentence.rstrip(".") != safety.headline:
        lines.append(_clip(safety.sentence, LONGEST_SENTENCE))
    on = [assessment.safety.events[row] for row in assessment.safety.on_treatment]
    gravest = sorted(on, key=lambda event: (event.serious is not True, -(event.grade or 0)))[:MOST_EVENTS]
    for event in gravest:
        grade = say("first.no_grade") if event.grade is None else say("first.grade", grade=event.grade)
        parts = [_clip(event.term, LONGEST_TERM), grade]
        parts += [say("first.serious")] if event.serious else []
        lines.append(", ".join([*parts, say.short_moment(event.start)]))
    if len(on) > len(gravest):
        lines.append(say("first.more_events", count=len(on) - len(gravest)))
    return tuple(lines)


def _gravest(warnings: Sequence[Warned], say: Wording) -> tuple[tuple[Warned, ...], str]:
    """Give the errors and warnings there is room for, and say how many more and how many notes there are."""
    merged = merge_places(warnings)
    grave = [one for one in merged if one.severity != "note"]
    shown = tuple(
        Warned(
            severity=one.severity,
            severity_word=one.severity_word,
            where=_clip(one.where, LONGEST_TERM),
            message=_clip(one.message, LONGEST_WARNING),
            mend="",
        )
        for one in grave[:MOST_WARNINGS]
    )
    more = len(merged) - len(shown)
    if not more:
        return shown, ""
    return shown, say.plural("first.more_warnings" if grave else "first.only_notes", more)


def _lines_of(
    facts: Sequence[str], diagnoses: Sequence[tuple[str, str]], verdict: VerdictView | None
) -> float:
    """Count the lines of the patient and the verdict."""
    used = _lines(" · ".join(facts)) + _lines("; ".join(f"{text} {code}" for text, code in diagnoses))
    if verdict is not None:
        used += _lines(verdict.statement) + sum(_lines(reason) for reason in verdict.reasons)
        used += _lines("; ".join(verdict.missing))
    return float(used)


def _tall(texts: Sequence[str]) -> float:
    return float(sum(_lines(text, HALF_LETTERS) for text in texts))


def _lines(text: str, letters: int = LINE_LETTERS) -> int:
    """Count lines; letters of East Asia are as wide as two."""
    wide = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
    return math.ceil(wide / letters)


def _fitting(rows: Sequence[FirstRow], room: float) -> list[FirstRow]:
    """Keep the rows there is room for: what changed first, then in the order of the record."""
    ranked = _changed_first(rows)
    kept = []
    for row in ranked:
        room -= _row_lines(row)
        if room < 0:
            break
        kept.append(row)
    return [row for row in rows if row in kept]


def _changed_first(rows: Sequence[FirstRow]) -> list[FirstRow]:
    return sorted(rows, key=lambda row: RANK[Judgement(row.outcome.judgement)])


def _row_lines(row: FirstRow) -> float:
    label = _lines(row.outcome.label, LABEL_LETTERS) + bool(row.outcome.unit or row.outcome.lower_is_better)
    notes = max(len(cell.notes) for cell in row.cells)
    return ROW_LINES + NOTE_LINES * max(label - 2, notes - 1, 0)


def _zeros(zeros: Sequence[tuple[Change, Outcome]], say: Wording) -> list[str]:
    if not zeros:
        return []
    number = say.quantity(0.0, zeros[0][0].unit, zeros[0][0].decimals)
    return [say("first.zeros", measures=", ".join(outcome.label for _, outcome in zeros), value=number)]


def _left_visits(left: Sequence[Moment], say: Wording) -> list[str]:
    if not left:
        return []
    first, last = say.short_moment(left[0]), say.short_moment(left[-1])
    return [say("first.left_visits", count=len(left), first=first, last=last)]


def _dropped(rows: Sequence[FirstRow], say: Wording) -> list[str]:
    if not rows:
        return []
    named = [
        say("first.dropped_one", label=row.outcome.label, judgement=row.outcome.judgement_word)
        for row in _changed_first(rows)[:MOST_NAMED]
    ]
    if len(rows) > MOST_NAMED:
        named.append(say("first.more", count=len(rows) - MOST_NAMED))
    return [say("first.dropped", measures="; ".join(named))]
