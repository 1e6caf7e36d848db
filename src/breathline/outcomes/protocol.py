"""How alike two scans were made, so that their change is held against the error of such pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from breathline.ct.pairing import KVP_APART, MORE_DOSE, THICKER
from breathline.model.assessment import ScanSummary, Standing
from breathline.model.measurement import Absence
from breathline.model.protocol import Match, ScanProtocol
from breathline.units import convert

DEEPER = 1.1
"""Ratio of lung volumes up to which two breaths count as alike: repeated full breaths differ by less, mostly."""

Facts = Mapping[str, float | int | str | bool | None]


@dataclass(frozen=True, slots=True)
class Matching:
    """What sets two scans apart.

    Parameters
    ----------
    match
        The class of the pair; None where what is known does not put it into one.
    differences
        What differs, in words.
    unknown
        What is not known of one of them, in words, so that `match` is None.
    """

    match: Match | None
    differences: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def protocol_of(facts: Facts, lung_volume_ml: float | None) -> ScanProtocol:
    """Read how a scan was made from its facts, as they stand in ``measurements.json``."""

    def text(name: str) -> str:
        value = facts.get(name)
        return value.strip() if isinstance(value, str) else ""

    def number(name: str) -> float | None:
        value = facts.get(name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if is_number and value else None

    position = text("position")
    return ScanProtocol(
        kernel=text("kernel"),
        slice_thickness_mm=number("slice_thickness_mm"),
        exposure_mas=number("exposure_mas"),
        kvp=number("kvp"),
        scanner=f"{text('manufacturer')} {text('model')}".strip(),
        contrast=bool(facts.get("contrast")),
        position="" if position == "unknown" else position,
        interval=bool(facts.get("interval")),
        lung_volume_ml=lung_volume_ml,
    )


def protocols_of(scans: Sequence[ScanSummary], standings: Sequence[Standing]) -> dict[str, ScanProtocol]:
    """Give how each scan of a record was made, by the scan's name."""
    volumes = {
        item.origin.scan: convert(item.value, item.unit, "mL")
        for standing in standings
        if (item := standing.measurement).measure == "ct_lung_volume"
        and item.region == "lungs"
        and not isinstance(item.value, Absence)
    }
    return {scan.name: protocol_of(scan.facts, volumes.get(scan.name)) for scan in scans}


def match_protocols(first: ScanProtocol, second: ScanProtocol) -> Matching:
    """Put a pair of scans into a class, alike in both orders.

    Kernel and slice thickness must be known of both; an exposure, a voltage or a scanner that a header does not tell is
    taken to be the same. Another position or contrast medium at one date only puts a pair into no class.
    """
    unknown = [
        name
        for name, known in (
            ("kernel", first.kernel and second.kernel),
            ("slice thickness", first.slice_thickness_mm and second.slice_thickness_mm),
            ("lung volume", first.lung_volume_ml and second.lung_volume_ml),
        )
        if not known
    ]
    found = {name: match for name, (differs, match) in _comparisons(first, second).items() if differs}
    differences = tuple(found)
    if unknown or None in found.values():
        return Matching(None, differences, tuple(unknown))
    matches = [match for match in found.values() if match is not None]
    if not matches:
        return Matching(Match.INTERVAL if first.interval else Match.MATCHED)
    alone = len(matches) == 1 and not first.interval
    return Matching(matches[0] if alone else Match.SEVERAL, differences)


def words_for_matching(matching: Matching, *, studied: bool, same_tissue: bool = False) -> str:
    """Say whose error a change of CT is held against; `studied` if such pairs of scans have been."""
    differences = listed(matching.differences)
    made = f"that differ in {differences}" if differences else "made alike"
    if same_tissue:
        least = f", and no less than that of simulated pairs of scans {made}" if studied else ""
        return f"The error is that of comparing the two scans place by place{least}."
    if studied:
        return f"The error is that of simulated pairs of scans {made}."
    if matching.unknown:
        why = f"{listed(matching.unknown)} not known of both"
    else:
        why = f"pairs {made} have not been studied"
    return f"The error is that of the two scans' own intervals: {why}."


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does.

    >>> listed(["kernel", "exposure", "depth of breath"])
    'kernel, exposure and depth of breath'
    """
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def _comparisons(first: ScanProtocol, second: ScanProtocol) -> dict[str, tuple[bool, Match | None]]:
    """Tell of each side of a protocol whether it differs, and the class of pairs in which it alone does."""
    return {
        "kernel": (first.kernel.casefold() != second.kernel.casefold(), Match.KERNEL),
        "slice thickness": (
            _ratio(first.slice_thickness_mm, second.slice_thickness_mm) > THICKER, Match.THICKNESS
        ),
        "exposure": (_ratio(first.exposure_mas, second.exposure_mas) > MORE_DOSE, Match.DOSE),
        "depth of breath": (_ratio(first.lung_volume_ml, second.lung_volume_ml) > DEEPER, Match.INSPIRATION),
        "tube voltage": (
            first.kvp is not None and second.kvp is not None and abs(first.kvp - second.kvp) > KVP_APART,
            Match.SEVERAL,
        ),
        "scanner": (_both_differ(first.scanner, second.scanner), Match.SEVERAL),
        "gaps between slices": (first.interval != second.interval, Match.SEVERAL),
        "contrast medium": (first.contrast != second.contrast, None),
        "position": (_both_differ(first.position, second.position), None),
    }  # fmt: skip


def _ratio(one: float | None, other: float | None) -> float:
    return max(one / other, other / one) if one and other else 1.0


def _both_differ(one: str, other: str) -> bool:
    return bool(one and other) and one.casefold() != other.casefold()
