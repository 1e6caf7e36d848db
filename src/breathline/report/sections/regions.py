"""The twelve regions of the lungs at both dates, and how dense the lungs were."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from breathline.figures.histogram import Densities
from breathline.figures.pairing import ShownScan
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment, Standing
from breathline.model.measurement import Absence

VOLUME = "ct_lung_volume"
MEASURES = ("ct_ground_glass", "ct_reticulation", "ct_honeycombing", "ct_consolidation", "ct_emphysema")
REGIONS = tuple(
    f"{side}_{zone}_{rind}"
    for side in ("right", "left")
    for zone in ("upper", "middle", "lower")
    for rind in ("central", "peripheral")
)
DECIMALS = {"L": 2, "mL": 0}

EMPTY = 0.05
"""A pattern that nowhere reaches this extent would print as zeros only and has no column [%]."""


Found = dict[tuple[str, str], dict[str, Standing]]


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
    found = _found(assessment, shown)
    known = [one for one in MEASURES if any((one, region) in found for region in REGIONS)]
    if not any((VOLUME, region) in found for region in REGIONS):
        return RegionsView(measures=(), scans=(), rows=(), left_out="")
    empty = [measure for measure in known if not _reaches(found, measure)]
    columns = [VOLUME, *(measure for measure in known if measure not in empty)]
    names = ", ".join(_heading(found, measure, say) for measure in empty)
    return RegionsView(
        measures=tuple(_heading(found, measure, say) for measure in columns),
        scans=tuple(say(f"ct.role.{scan.role}") for scan in shown),
        rows=tuple(
            RegionRow(
                name=_name(region, say),
                cells=tuple(
                    tuple(_cell(found.get((one, region), {}).get(scan.summary.name), say) for scan in shown)
                    for one in columns
                ),
            )
            for region in REGIONS
        ),
        left_out=say("regions.left_out", measures=names) if names else "",
    )


def _found(assessment: Assessment, shown: Sequence[ShownScan]) -> Found:
    """Give what was measured by measure and region, then by scan."""
    scans = {scan.summary.name for scan in shown}
    found: Found = {}
    for item in assessment.measurements:
        own = item.measurement
        if own.origin.scan in scans and not isinstance(own.value, Absence):
            found.setdefault((own.measure, own.region), {})[own.origin.scan] = item
    return found


def _reaches(found: Found, measure: str) -> bool:
    values = [
        item.measurement.value for region in REGIONS for item in found.get((measure, region), {}).values()
    ]
    return any(not isinstance(value, Absence) and value >= EMPTY for value in values)


def _heading(found: Found, measure: str, say: Wording) -> str:
    item = next(item for (name, _), scans in found.items() if name == measure for item in scans.values())
    if measure == VOLUME:
        return say("regions.volume", unit=say.unit(item.measurement.unit))
    return say.optional(f"pattern.{measure.removeprefix('ct_')}", item.label)


def _name(region: str, say: Wording) -> str:
    side, zone, rind = region.split("_")
    return say(
        "regions.name",
        side=say(f"regions.{side}"),
        zone=say(f"regions.{zone}"),
        rind=say(f"regions.{rind}"),
    )


def _cell(item: Standing | None, say: Wording) -> str:
    if item is None or isinstance(item.measurement.value, Absence):
        return say("values.empty")
    return say.number(item.measurement.value, DECIMALS.get(item.measurement.unit, 1))


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
        if densities.width_hu > 0 and 0 < sum(volumes) < math.inf:
            found.append(densities)
    return tuple(found)
