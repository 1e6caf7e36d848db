"""What the page sends when a reader corrects something, checked word by word before it is kept."""

from __future__ import annotations

import math
from typing import Any

from breathline.corrections import say_correction
from breathline.errors import OutputError
from breathline.model.assessment import Standing as RecordedValue
from breathline.model.correction import (
    WHOLE_SCAN,
    Content,
    Correction,
    LabelCorrection,
    LabelEdit,
    NotMeasurable,
    ValueCorrection,
    Withdrawal,
)
from breathline.model.measurement import Absence, Value
from breathline.review.labels import edit_from_view
from breathline.review.overlays import OVERLAYS
from breathline.review.session import Review


def take_correction(review: Review, sent: Any) -> Correction:
    """Check what was sent and add it to the log.

    Raises
    ------
    OutputError
        If something is missing, unknown, or cannot be saved.
    """
    if not isinstance(sent, dict):
        raise OutputError("A correction is an object with 'kind', 'who', 'reason' and 'seen'.")
    read = {
        "not_measurable": _not_measurable,
        "value": _value,
        "labels": _labels,
        "withdrawal": _withdrawal,
    }.get(_text(sent, "kind"))
    if read is None:
        raise OutputError("This kind of correction is not known.")
    content, edit = read(review, sent)
    return say_correction(
        review.corrections_folder,
        content,
        who=_text(sent, "who"),
        reason=_text(sent, "reason"),
        seen=_number(sent, "seen"),
        edit=edit,
    )


Read = tuple[Content, LabelEdit | None]


def _not_measurable(review: Review, sent: dict[str, Any]) -> Read:
    number = _scan(review, sent)
    region = _text(sent, "region")
    if region not in regions_of(review):
        raise OutputError("This region is not one that is measured.")
    return NotMeasurable(scan=review.scans[number].summary.name, region=region), None


def regions_of(review: Review) -> tuple[str, ...]:
    """Give the regions of the lungs that the assessment measures; the whole scan first."""
    found = dict.fromkeys(
        item.measurement.region for item in review.assessment.measurements if item.measurement.region
    )
    return tuple(dict.fromkeys([WHOLE_SCAN, *found]))


def correctable(review: Review) -> tuple[RecordedValue, ...]:
    """Give the values that a person wrote down, in the order of the assessment."""
    return tuple(
        item
        for item in review.assessment.measurements
        if item.measurement.origin.file and not item.measurement.origin.computed
    )


def _value(review: Review, sent: dict[str, Any]) -> Read:
    known = correctable(review)
    number = _number(sent, "value_number")
    if number >= len(known):
        raise OutputError("This value is not in the assessment. Open the page again.")
    recorded = known[number].measurement
    after = _new_value(sent.get("after"))
    if after == recorded.value:
        raise OutputError("The value is the same as before.")
    content = ValueCorrection(
        measure=recorded.measure,
        when=recorded.when,
        file=recorded.origin.file,
        row=recorded.origin.row,
        unit=recorded.unit,
        before=recorded.value,
        after=after,
    )
    return content, None


def _new_value(found: Any) -> Value:
    if isinstance(found, str) and found in {item.value for item in Absence}:
        return Absence(found)
    if isinstance(found, (int, float)) and not isinstance(found, bool) and math.isfinite(found):
        return float(found)
    raise OutputError("The new value must be a number, or say why there is none.")


def _labels(review: Review, sent: dict[str, Any]) -> Read:
    number, name = _scan(review, sent), _text(sent, "label_map")
    overlay, grid = OVERLAYS.get(name), review.scans[number].grid
    if overlay is None or not overlay.corrected or grid is None:
        raise OutputError("This map cannot be corrected.")
    edit = edit_from_view(sent.get("runs"), grid, (0, *(label.code for label in overlay.labels)))
    content = LabelCorrection(
        scan=review.scans[number].summary.name, label_map=name, voxels=0, edit="", sha256=""
    )
    return content, edit


def _withdrawal(review: Review, sent: dict[str, Any]) -> Read:
    number = _number(sent, "number")
    known = {item.number: item for item in review.log()}
    if number not in known or isinstance(known[number].content, Withdrawal):
        raise OutputError("There is no such correction.")
    return Withdrawal(number=number), None


def _scan(review: Review, sent: dict[str, Any]) -> int:
    number = _number(sent, "scan")
    if number >= len(review.scans):
        raise OutputError("There is no such scan.")
    return number


def _text(sent: dict[str, Any], key: str) -> str:
    found = sent.get(key)
    if not isinstance(found, str):
        raise OutputError(f"'{key}' is missing.")
    return found


def _number(sent: dict[str, Any], key: str) -> int:
    found = sent.get(key)
    if type(found) is not int or not 0 <= found < 2**31:
        raise OutputError(f"'{key}' must be a number from 0 on.")
    return found
