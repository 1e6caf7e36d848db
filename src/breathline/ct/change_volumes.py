"""How much lung changed in which way, by region, each volume with its 95 % interval."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from breathline.ct.change import ChangeMap
from breathline.ct.change_error import volume_interval
from breathline.ct.regions import CELLS, REGIONS
from breathline.model.ct_change import CHANGE_CODES, ChangeVolume

TOLD: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {name: REGIONS[name] for name in ("lungs", "right_lung", "left_lung", *CELLS)}
)
"""Regions whose changes are told."""
JUDGED = ("cleared", "persistent", "new", "progressed", "regressed", "unchanged")
"""Changes that may be off; what was not compared is a fact."""


def change_volumes(change: ChangeMap) -> tuple[ChangeVolume, ...]:
    """Give the volume of every change in every region that holds lung."""
    lungs_ml = float(change.amounts_ml[list(REGIONS["lungs"])].sum())
    found: list[ChangeVolume] = []
    for region, cells in TOLD.items():
        amounts = change.amounts_ml[list(cells)].sum(axis=0)
        if amounts.sum() > 0.0:
            found += [_volume(region, name, amounts, lungs_ml) for name in CHANGE_CODES]
    return tuple(found)


def _volume(region: str, name: str, amounts: NDArray[np.float64], lungs_ml: float) -> ChangeVolume:
    code = CHANGE_CODES[name]
    value = float(amounts[:, code].sum())
    if name not in JUDGED:
        return ChangeVolume(region=region, change=name, volume_ml=round(value, 3))
    found = volume_interval(value, doubtful_ml(amounts, name), float(amounts.sum()), lungs_ml)
    return ChangeVolume(
        region=region, change=name, volume_ml=round(value, 3), low_ml=round(found.low, 3), high_ml=round(found.high, 3)
    )  # fmt: skip


def doubtful_ml(amounts: NDArray[np.float64], name: str) -> tuple[float, float]:
    """Give the volume that its labels alone call a change and that counts as none, and the reverse [mL].

    Parameters
    ----------
    amounts
        Volume by the change that labels give by themselves, and by the change that was found [mL].
    """
    code = CHANGE_CODES[name]
    kept = float(amounts[code, code])
    not_compared = float(amounts[code, CHANGE_CODES["not_compared"]])
    return float(amounts[code].sum()) - kept - not_compared, float(amounts[:, code].sum()) - kept
