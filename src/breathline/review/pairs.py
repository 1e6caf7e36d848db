"""Which two scans can be looked at side by side: each follow-up with the scan that it was compared with."""

from __future__ import annotations

from dataclasses import dataclass

from breathline.figures.pairing import choose_scans
from breathline.model.assessment import Assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedPair:
    """Numbers of two scans of the assessment; `compared` is False where they were not laid on each other."""

    baseline: int
    followup: int
    compared: bool


def list_pairs(assessment: Assessment) -> tuple[tuple[ReviewedPair, ...], int | None]:
    """Give every pair, one a follow-up, in the order of the scans; and the place of the one that is judged.

    A scan that was compared with none is shown beside the judged baseline, so that it can be looked at all the same.
    Without a second scan there is no pair.
    """
    names = [scan.name for scan in assessment.scans]
    chosen = [names.index(summary.name) for _, summary in choose_scans(assessment)]
    if len(chosen) < 2:
        return (), None
    baseline, followup = chosen[0], chosen[1]
    partners = {
        names.index(change.followup): names.index(change.baseline)
        for change in assessment.ct_changes
        if change.followup in names and change.baseline in names and change.followup != change.baseline
    }
    looked_at = {baseline, *partners, *partners.values()}
    alone = [number for number in range(len(names)) if number not in looked_at]
    for number in (followup, *alone):
        partners.setdefault(number, baseline)
    compared = {
        names.index(one.followup) for one in assessment.ct_changes if one.followup in names and one.files
    }
    pairs = tuple(
        ReviewedPair(baseline=partners[number], followup=number, compared=number in compared)
        for number in sorted(partners)
    )
    return pairs, [pair.followup for pair in pairs].index(followup)
