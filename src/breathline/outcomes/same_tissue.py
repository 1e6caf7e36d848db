"""Values of two scans held against each other in the same tissue, where the comparison of the scans is believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from breathline.model.ct_change import Compared, CtChange, SameTissue
from breathline.model.measurement import Measurement


@dataclass(frozen=True, slots=True)
class ScanPairs:
    """Comparisons of scans, by the names of the two."""

    changes: dict[tuple[str, str], CtChange] = field(default_factory=dict)

    @classmethod
    def of(cls, changes: Sequence[CtChange]) -> ScanPairs:
        """Sort comparisons by the names of their scans."""
        return cls({(change.baseline, change.followup): change for change in changes})

    def held(self, baseline: Measurement, followup: Measurement) -> HeldTogether:
        """Give the two values as they are to be judged; as they are if they come from no pair of scans."""
        change = self.changes.get((baseline.origin.scan, followup.origin.scan))
        if change is None:
            return HeldTogether(baseline, followup)
        if change.obstacle:
            return HeldTogether(
                baseline, followup, obstacle=f"{change.obstacle} No change can be told from them."
            )
        found = next((item for item in change.same_tissue if item.measure == baseline.measure), None)
        if not change.believed or found is None or found.low is None or found.high is None:
            return HeldTogether(baseline, followup, note=_as_scanned(change))
        return _in_same_tissue(baseline, followup, found, found.low, found.high)


@dataclass(frozen=True, slots=True)
class HeldTogether:
    """Two values of one measure as they are to be judged.

    Parameters
    ----------
    obstacle
        Why they may not be compared, as a sentence; empty otherwise.
    note
        What a reader should know of where they come from.
    """

    baseline: Measurement
    followup: Measurement
    obstacle: str = ""
    note: str = ""


def _in_same_tissue(
    baseline: Measurement, followup: Measurement, found: SameTissue, low: float, high: float
) -> HeldTogether:
    # The interval is one of the change: the follow-up, told relative to the baseline, carries all of it.
    before = replace(baseline, value=found.baseline, unit=found.unit, low=found.baseline, high=found.baseline)
    after = replace(
        followup,
        value=found.followup,
        unit=found.unit,
        low=found.baseline + low,
        high=found.baseline + high,
    )
    note = (
        "Both values are of the same tissue at the baseline's breath; each scan by itself gives "
        f"{found.baseline_raw:.1f} and {found.followup_raw:.1f} {found.unit}."
    )
    return HeldTogether(before, after, note=note)


def _as_scanned(change: CtChange) -> str:
    if change.compared is Compared.NOTHING:
        return "Each scan was measured by itself, at its own breath: the two could not be laid on each other."
    if change.compared is Compared.SLICES:
        return "Each scan was measured by itself, at its own breath: only single slices show the same tissue."
    return "Each scan was measured by itself, at its own breath: too little of the lungs is surely the same tissue."


NO_PAIRS = ScanPairs()
