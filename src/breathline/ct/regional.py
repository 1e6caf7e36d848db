"""The twelve regions as a table for a reader."""

from __future__ import annotations

from collections.abc import Sequence

from breathline.ct.extents import EXTENTS
from breathline.ct.regions import RINDS, SIDES, ZONES
from breathline.model.measurement import Measurement


def region_table(measurements: Sequence[Measurement]) -> str:
    """Give volume [mL] and extents [% of the region] of the twelve regions, from the apices down.

    Parameters
    ----------
    measurements
        What was measured on one scan; extents that the pattern method does not give have no column.

    Returns
    -------
    str
        One line a region, columns aligned; empty without any region. A dash stands where a region holds no lung.
    """
    values = {(item.measure, item.unit, item.region): item.value for item in measurements}
    names = [f"{side}_{zone}_{rind}" for side in SIDES for zone in reversed(ZONES) for rind in RINDS]
    columns = [("ct_lung_volume", "mL"), *((measure, "%") for measure in EXTENTS)]
    columns = [key for key in columns if any((*key, name) in values for name in names)]
    if not columns:
        return ""
    lines = [["region", *(_heading(*key) for key in columns)]]
    for name in names:
        lines.append(
            [name.replace("_", " "), *(_number(values.get((*key, name)), key[1]) for key in columns)]
        )
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(n) for cell, n in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    )


def _heading(measure: str, unit: str) -> str:
    """Name a column.

    >>> _heading("ct_ground_glass", "%")
    'ground glass %'
    """
    word = "volume" if measure == "ct_lung_volume" else measure.removeprefix("ct_").replace("_", " ")
    return f"{word} {unit}"


def _number(value: float | str | None, unit: str) -> str:
    if not isinstance(value, float):
        return "–"
    return f"{value:.0f}" if unit == "mL" else f"{value:.1f}"
