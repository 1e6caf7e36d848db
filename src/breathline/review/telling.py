"""What the page is told of the state of a review, in words and numbers ready to show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from breathline.corrections import standing_of
from breathline.errors import OutputError
from breathline.figures.wording import Wording
from breathline.model.correction import Correction, Standing, Withdrawal
from breathline.report.sections.corrections import tell_content
from breathline.review.overlays import OVERLAYS
from breathline.review.session import Review, ReviewedScan


def tell_state(review: Review, say: Wording) -> dict[str, Any]:
    """Give scans, overlays and corrections, as the page needs them once."""
    return {
        "scans": [_scan(number, review, say) for number in range(len(review.scans))],
        "pairs": [
            {
                "baseline": pair.baseline,
                "followup": pair.followup,
                "change": _has_change(review, pair.followup),
            }
            for pair in review.pairs
        ],
        "first": review.first,
        "overlays": {
            key: [
                {"code": label.code, "name": say(f"label.{label.name}"), "colour": label.colour}
                for label in overlay.labels
            ]
            for key, overlay in OVERLAYS.items()
        },
        "log": tell_log(review, say),
        "words": {key: text for key, text in say.messages.items() if key.startswith("page.")},
    }


def _scan(number: int, review: Review, say: Wording) -> dict[str, Any]:
    scan: ReviewedScan = review.scans[number]
    grid = scan.grid
    maps = [name for name in ("lungs", "patterns") if grid and (scan.folder / f"{name}.nii.gz").is_file()]
    return {
        "number": number,
        "title": say.moment(scan.summary.when) if scan.summary.when else scan.summary.name,
        "missing": scan.missing,
        "size": list(grid.size) if grid else None,
        "spacing": list(grid.spacing_mm) if grid else None,
        "interval": bool(grid and grid.interval),
        "maps": maps,
    }


def _has_change(review: Review, followup: int) -> bool:
    try:
        return review.change_file(followup, "change").is_file()
    except OutputError:
        return False


def tell_log(review: Review, say: Wording) -> list[dict[str, Any]]:
    """Give every correction, whether it counts, and whether the assessment holds it already."""
    said = review.log()
    standing, held = standing_of(said), review.counted()
    return [
        {
            "number": item.number,
            "who": item.who,
            "said_at": item.said_at,
            "reason": item.reason,
            "what": tell_content(item.content, review.assessment, say),
            "standing": standing[item.number].value,
            "standing_word": _standing_word(item, standing, held, say),
            "open": standing[item.number] in (Standing.IN_FORCE, Standing.CONFLICT)
            and not isinstance(item.content, Withdrawal),
            "kind": item.content.kind,
        }
        for item in said
    ]


def _standing_word(
    item: Correction, standing: Mapping[int, Standing], held: frozenset[int], say: Wording
) -> str:
    found = standing[item.number]
    if found is Standing.IN_FORCE and item.number in held:
        return say("standing.held")
    return say(f"standing.{found.value}")
