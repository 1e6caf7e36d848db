"""Two scans of one patient between whom nothing changed: what was measured on each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from breathline.ct.compare import compare_measured
from breathline.ct.extents import EXTENTS
from breathline.ct.measure import MeasuredScan
from breathline.errors import ScanError, Severity
from breathline.model.measurement import Absence
from breathline.model.protocol import Match, ScanProtocol
from breathline.outcomes.protocol import match_protocols, protocol_of

SAME_TISSUE = tuple(measure for measure in EXTENTS if measure != "ct_vessels")
"""Extents that can be told of the same tissue."""

Values = Mapping[str, tuple[float, float]]
"""First and second value by measure, in the unit of `UNITS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatPair:
    """What was measured on two scans of one patient.

    Parameters
    ----------
    match
        How alike they were made; None where that is not known, or where nobody has looked at such pairs.
    raw
        Values as measured.
    same_tissue
        Extents of the same tissue at the first scan's breath; empty where the two could not be laid on each other.
    units
        Unit of each measure.
    notes
        Every quality warning of the two and of laying them on each other, with why the class is not known.
    """

    subject: str
    match: Match | None
    raw: Values
    same_tissue: Values
    units: Mapping[str, str]
    notes: tuple[str, ...] = ()
    differences: tuple[str, ...] = field(default=())


def pair_of(
    subject: str, first: MeasuredScan, second: MeasuredScan, *, match: Match | None = None, align: bool = True
) -> RepeatPair:
    """Put together what was measured on two scans.

    Parameters
    ----------
    match
        The class the user gives the pair; None reads it from how the scans were made.
    align
        Whether the two are laid on each other, for extents of the same tissue.
    """
    before, after = whole_lung_values(first), whole_lung_values(second)
    told = match_protocols(_protocol(first, before), _protocol(second, after))
    notes = [
        f"{when} scan: {flag.message}"
        for when, scan in (("first", first), ("second", second))
        for flag in scan.result.quality
        if flag.severity is not Severity.NOTE
    ]
    same, alignment_notes = _same_tissue(first, second) if align else ({}, ())
    if match is None and told.match is None:
        notes.append(_no_class(told.differences, told.unknown))
    return RepeatPair(
        subject=subject,
        match=match or told.match,
        raw={key: (before[key][0], after[key][0]) for key in before if key in after},
        same_tissue=same,
        units={key: unit for key, (_, unit) in before.items()},
        notes=tuple(dict.fromkeys([*notes, *alignment_notes])),
        differences=told.differences,
    )


def whole_lung_values(scan: MeasuredScan) -> dict[str, tuple[float, str]]:
    """Give each measure of both lungs with its unit; extents in percent, not in mL."""
    found: dict[str, tuple[float, str]] = {}
    for item in scan.result.measurements:
        if item.region != "lungs" or isinstance(item.value, Absence):
            continue
        if item.measure not in found or item.unit == "%":
            found[item.measure] = (item.value, item.unit)
    return found


def _protocol(scan: MeasuredScan, values: Mapping[str, tuple[float, str]]) -> ScanProtocol:
    return protocol_of(scan.result.scan, values["ct_lung_volume"][0])


def _no_class(differences: tuple[str, ...], unknown: tuple[str, ...]) -> str:
    if unknown:
        return f"Not known: {', '.join(unknown)}. Name the class of the pair in the column 'class'."
    return f"Pairs that differ in {', '.join(differences)} belong to no class and are not counted."


def _same_tissue(first: MeasuredScan, second: MeasuredScan) -> tuple[Values, tuple[str, ...]]:
    if any(scan.volume.geometry.is_interval for scan in (first, second)):
        return {}, ("not laid on each other: interval HRCT shows the same tissue in single slices only",)
    try:
        found = compare_measured(first, second)
    except ScanError as error:
        return {}, tuple(f"not laid on each other: {problem}" for problem in error.problems)
    notes = tuple(flag.message for flag in found.alignment.flags if flag.severity is not Severity.NOTE)
    values = {item.measure: (item.baseline, item.followup) for item in found.same_tissue}
    return {measure: values[measure] for measure in SAME_TISSUE if measure in values}, notes
