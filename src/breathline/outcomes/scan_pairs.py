"""Which scan each scan is compared with: the one that its measures are held against (`breathline.outcomes.record`)."""

from __future__ import annotations

from collections.abc import Sequence

from breathline.model.measurement import Moment
from breathline.outcomes.series import day_of

BEFORE_WEEKS = 104.0
"""How far back the course before treatment is looked at [weeks]."""


def partner_of(
    followup: Moment | None, earlier: Sequence[tuple[str, Moment | None]], start: Moment | None
) -> str:
    """Name the scan that a scan is compared with; empty where there is none.

    On treatment it is the last scan before it; before treatment the first of the two years before. Where no start of
    treatment is recorded, or no scan before it, it is the first scan of all.

    Parameters
    ----------
    followup
        When the scan was made.
    earlier
        Name and moment of the scans before it that could be measured, in order of time.
    start
        Start of the treatment that is judged.
    """
    day = day_of(followup, start)
    known = [(name, own) for name, when in earlier if (own := day_of(when, start)) is not None]
    if day is None or not known:
        return ""
    if start is None:
        return known[0][0]
    if day <= 0.0:
        recent = [name for name, own in known if own >= -7.0 * BEFORE_WEEKS]
        return recent[0] if recent else ""
    before = [name for name, own in known if own <= 0.0]
    return before[-1] if before else known[0][0]


def days_between(baseline: Moment | None, followup: Moment | None, start: Moment | None) -> float | None:
    """Count the days between two moments of a record; None where one of them has no day."""
    days = day_of(baseline, start), day_of(followup, start)
    return None if days[0] is None or days[1] is None else days[1] - days[0]
