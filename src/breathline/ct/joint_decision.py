"""What is at a place is decided from both dates together, where each by itself is in doubt.

The border of an opacity is a matter of definition, and each date draws it by itself. Where one date is less sure than
the other by much, the opacity went or came; where both are about as sure, it stayed, wherever the border was drawn.
"""

from __future__ import annotations

import numba

from breathline.ct.patterns.method import KIND_SURE
from breathline.model.volume import LabelArray

GAP = 30
"""Disease went, or came, if it is likelier at one date than at the other by more than this [percent]."""
NOT_SURE = 65
"""… and at the other less likely than this [percent]."""
STAYED = 30
"""Disease that one date alone shows stayed if both hold it likelier than this, and neither by `GAP` [percent].

The three, and `SURE` of the pattern method, were chosen on phantom pairs by ``data-raw/change/derive.py``."""
_LAST_KIND = 4


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def decide_together(before: LabelArray, after: LabelArray, first: LabelArray, second: LabelArray) -> None:
    """Change the groups of both dates where their evidence says so, alike in both directions of time.

    Parameters
    ----------
    before, after
        Groups of places: 0 clear, 1 to 4 kinds of disease; what is higher takes no part.
    first, second
        Evidence at both dates (`pack_evidence`).
    """
    for z in numba.prange(before.shape[0]):
        for y in range(before.shape[1]):
            for x in range(before.shape[2]):
                was, now = before[z, y, x], after[z, y, x]
                one, other = first[z, y, x], second[z, y, x]
                if max(was, now) > _LAST_KIND or max(was, now) == 0 or one == 0 or other == 0:
                    continue
                before[z, y, x], after[z, y, x] = _decided(was, now, one, other)


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _decided(was: int, now: int, one: int, other: int) -> tuple[int, int]:
    """Give the groups of one place: some disease at either date."""
    sure, sure_too = one >= KIND_SURE, other >= KIND_SURE
    likely = one - KIND_SURE if sure else one
    likely_too = other - KIND_SURE if sure_too else other
    # Which kind it is counts as changed only if both dates are sure of theirs.
    if was > 0 and now > 0 and was != now:
        if sure and sure_too:
            return was, now
        kind = was if sure else now if sure_too else max(was, now)
    else:
        kind = max(was, now)
    if likely - likely_too > GAP and likely_too < NOT_SURE:
        return kind, 0
    if likely_too - likely > GAP and likely < NOT_SURE:
        return 0, kind
    if (was > 0 and now > 0) or min(likely, likely_too) > STAYED:
        return kind, kind
    return was, now
