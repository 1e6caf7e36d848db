"""What readers corrected, the original value beside, and the answer without it."""

from __future__ import annotations

from dataclasses import dataclass

from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.correction import (
    AppliedCorrection,
    Content,
    CorrectedValue,
    LabelCorrection,
    NotMeasurable,
    ValueCorrection,
    Withdrawal,
)
from breathline.model.measurement import Absence, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRow:
    """One correction in words."""

    number: int
    what: str
    reason: str
    who: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionsView:
    """All corrections in words, and each value they changed: label, when, without them, with them."""

    rows: tuple[CorrectionRow, ...]
    values: tuple[tuple[str, str, str, str], ...]
    without: str


def view_corrections(assessment: Assessment, say: Wording) -> CorrectionsView | None:
    """Put the corrections of an assessment into words; None where it was made without a log."""
    found = assessment.corrections
    if found is None:
        return None
    label, statement = found.answer_before
    without = ""
    if label:
        word = say.optional(f"verdict_label.{label}", label)
        without = say("corrections.without", label=word, statement=statement)
    return CorrectionsView(
        rows=tuple(_row(entry, assessment, say) for entry in found.entries),
        values=tuple(_value(item, say) for item in found.values),
        without=without,
    )


def _row(entry: AppliedCorrection, assessment: Assessment, say: Wording) -> CorrectionRow:
    said = entry.correction
    return CorrectionRow(
        number=said.number,
        what=tell_content(said.content, assessment, say),
        reason=said.reason,
        who=say(
            "corrections.by", who=said.who, when=said.said_at.replace("T", " ").replace("+00:00", " UTC")
        ),
        outcome=say("corrections.applied") if entry.applied else entry.note,
    )


def _value(item: CorrectedValue, say: Wording) -> tuple[str, str, str, str]:
    before, after = (
        say(f"absence.{value.value}") if isinstance(value, Absence) else say.quantity(value, item.unit, 2)
        for value in (item.before, item.after)
    )
    return item.label, say.short_moment(item.when), before, after


def tell_content(content: Content, assessment: Assessment, say: Wording) -> str:
    """Say in one line what was corrected, with the value before and after."""
    match content:
        case NotMeasurable():
            region = say.optional(f"corrections.region.{content.region}", content.region.replace("_", " "))
            return say(
                "corrections.not_measurable", scan=_title(content.scan, assessment, say), region=region
            )
        case ValueCorrection():
            return say(
                "corrections.value",
                measure=_label(content.measure, assessment),
                when=say.short_moment(content.when),
                before=_shown(content.before, say),
                after=_shown(content.after, say),
                unit=say.unit(content.unit),
            )
        case LabelCorrection():
            return say(
                "corrections.labels",
                scan=_title(content.scan, assessment, say),
                label_map=say(f"corrections.map.{content.label_map}"),
                voxels=say.amount(content.voxels),
            )
        case Withdrawal():
            return say("corrections.withdrawal", number=content.number)


def _label(measure: str, assessment: Assessment) -> str:
    known = (item.label for item in assessment.measurements if item.measurement.measure == measure)
    return next(known, measure)


def _title(name: str, assessment: Assessment, say: Wording) -> str:
    dated = (scan.when for scan in assessment.scans if scan.name == name and scan.when)
    return next((say.short_moment(when) for when in dated), name)


def _shown(value: Value, say: Wording) -> str:
    return say(f"absence.{value.value}") if isinstance(value, Absence) else f"{value:g}"
