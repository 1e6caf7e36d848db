"""The twelve regions of the lungs at both dates, and how dense the lungs were."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from breathline.figures.histogram import Densities
from breathline.figures.pairing import ShownScan
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.measurement import Absence

MEASURES = ("ct_ground_glass", "ct_reticulation", "ct_honeycombing", "ct_consolidation", "ct_emphysema")
SIDES, ZONES, RINDS = ("right", "left"), ("upper", "middle", "lower"), ("central", "peripheral")

EMPTY = 0.05
"""A pattern that nowhere reaches this extent would print as zeros only and has no column [%]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionRow:
    """One region: its lung, and each pattern at each date."""

    name: str
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionsView:
    """The table of regions: one group of columns a measure, one column a scan."""

    measures: tuple[str, ...]
    scans: tuple[str, ...]
    rows: tuple[RegionRow, ...]
    left_out: str


def view_regions(assessment: Assessment, shown: Sequence[ShownScan], say: Wording) -> RegionsView:
    """Set each region of the shown scans beside itself, from the apices down."""
    values, labels = _values(assessment, shown)
    names = [f"{side}_{zone}_{rind}" for side in SIDES for zone in ZONES for rind in RINDS]
    known = [measure for measure in MEASURES if any((measure, name) in values for name in names)]
    held = [measure for measure in known if _reaches(values, measure, names)]
    empty = [labels[measure] for measure in known if measure not in held]
    left_out = say("regions.left_out", measures=", ".join(empty)) if empty else ""
    columns = ["ct_lung_volume", *held]
    if not any(key in values for key in (("ct_lung_volume", name) for name in names)):
        return RegionsView(measures=(), scans=(), rows=(), left_out="")
    return RegionsView(
        measures=tuple(_heading(measure, labels, say) for measure in columns),
        scans=tuple(say(f"ct.role.{scan.role}") for scan in shown),
        rows=tuple(
            RegionRow(
                name=_name(name, say),
                cells=tuple(
                    tuple(
                        _cell(values.get((m, name), {}).get(scan.summary.name), m, say)
                        for scan in shown
                    )
                    for m in columns
                ),
            )
            for name in names
        ),
        left_out=left_out,
    )


def _values(
    assessment: Assessment, shown: Sequence[ShownScan]
) -> tuple[dict[tuple[str, str], dict[str, float]], dict[str, str]]:
    """Give every number by measure and region, then by scan, and the name of each measure."""
    names = {scan.summary.name for scan in shown}
    values: dict[tuple[str, str], dict[str, float]] = {}
    labels: dict[str, str] = {}
    for item in assessment.measurements:
        own = item.measurement
        if own.origin.scan in names and not isinstance(own.value, Absence):
            values.setdefault((own.measure, own.region), {})[own.origin.scan] = own.value
            labels[own.measure] = item.label
    return values, labels


def _reaches(
    values: Mapping[tuple[str, str], Mapping[str, float]], measure: str, names: Sequence[str]
) -> bool:
    return any(one >= EMPTY for name in names for one in values.get((measure, name), {}).values())


def _heading(measure: str, labels: Mapping[str, str], say: Wording) -> str:
    if measure == "ct_lung_volume":
        return say("regions.volume")
    return say.optional(f"pattern.{measure.removeprefix('ct_')}", labels.get(measure, measure))


def _name(region: str, say: Wording) -> str:
    side, zone, rind = region.split("_")
    return say(
        "regions.name",
        side=say(f"regions.{side}"),
        zone=say(f"regions.{zone}"),
        rind=say(f"regions.{rind}"),
    )


def _cell(value: float | None, measure: str, say: Wording) -> str:
    if value is None:
        return say("values.empty")
    return say.number(value, 0 if measure == "ct_lung_volume" else 1)


def read_densities(shown: Sequence[ShownScan], folder: Path) -> tuple[Densities, ...]:
    """Read the histograms of the shown scans; a scan measured before they were kept has none."""
    found = []
    for scan in shown:
        source = (folder / scan.summary.folder / "measurements.json").resolve()
        inside = source.is_relative_to(folder.resolve())  # an assessment from elsewhere may name any folder
        if not scan.summary.folder or not inside or not source.is_file():
            continue
        try:
            kept = json.loads(source.read_text(encoding="utf-8"))["histogram"]
            volumes = tuple(float(one) for one in kept["volumes_ml"])
            densities = Densities(scan, float(kept["first_hu"]), float(kept["width_hu"]), volumes)
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if densities.width_hu > 0 and sum(volumes) > 0:
            found.append(densities)
    return tuple(found)
