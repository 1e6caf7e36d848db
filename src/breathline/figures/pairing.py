"""Which two scans are shown side by side, and which of their slices face each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from breathline.model.assessment import Assessment, ScanSummary
from breathline.model.measurement import Moment
from breathline.model.volume import KeySlice

SAME_HEIGHT = 0.08
"""Slices face each other if their heights differ by less than this share of lung height."""


@dataclass(frozen=True, slots=True, eq=False)
class ShownScan:
    """A scan chosen for the report, with the slices kept of it."""

    role: str  # baseline, followup or only
    summary: ScanSummary
    slices: tuple[KeySlice, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One height of the lungs, with the slice of each shown scan; None where a scan has none near it."""

    height: float
    slices: tuple[KeySlice | None, ...]


def choose_scans(assessment: Assessment) -> tuple[tuple[str, ScanSummary], ...]:
    """Choose the scans the judged CT changes stand on; without them the first and last scan of the record."""
    scans = sorted(
        assessment.scans, key=lambda scan: (scan.when is None, scan.when.order if scan.when else 0.0)
    )
    if len(scans) < 2:
        return tuple(("only", scan) for scan in scans)
    for change in assessment.changes:
        if change.measure.startswith("ct_"):
            before, after = _at(scans, change.baseline_when), _at(scans, change.followup_when)
            if before is not None and after is not None and before is not after:
                return (("baseline", before), ("followup", after))
    return (("baseline", scans[0]), ("followup", scans[-1]))


def _at(scans: Sequence[ScanSummary], when: Moment | None) -> ScanSummary | None:
    return next((scan for scan in scans if when is not None and scan.when == when), None)


def pair_levels(shown: Sequence[ShownScan]) -> tuple[Level, ...]:
    """Put slices of the same height beside each other, from the apex down; a slice is used once."""
    if not shown:
        return ()
    first, *others = shown
    left = [list(scan.slices) for scan in others]
    levels = []
    for own in first.slices:
        row: list[KeySlice | None] = [own]
        for rest in left:
            row.append(_take_nearest(rest, own.height))
        levels.append(Level(own.height, tuple(row)))
    for place, rest in enumerate(left, start=1):
        for alone in rest:
            levels.append(
                Level(alone.height, tuple(alone if n == place else None for n in range(len(shown))))
            )
    return tuple(sorted(levels, key=lambda level: -level.height))


def _take_nearest(rest: list[KeySlice], height: float) -> KeySlice | None:
    near = min(rest, key=lambda item: abs(item.height - height), default=None)
    if near is None or abs(near.height - height) > SAME_HEIGHT:
        return None
    # By identity: KeySlice holds arrays, which do not compare as one truth.
    del rest[next(n for n, item in enumerate(rest) if item is near)]
    return near


def shown_codes(labels: Mapping[str, int] | None, patterns: Sequence[str]) -> dict[str, int]:
    """Give the label codes of the patterns that are outlined, in the order of `patterns`."""
    return {name: labels[name] for name in patterns if labels and name in labels}
