"""Derive what the joint decision and the intervals of change rest on, from phantom pairs that no figure is measured on.

    python data-raw/change/derive.py

Pairs `DERIVING` of `benchmarks.change_pairs` are drawn and compared. Printed are Cohen's κ of all places that are
diseased at either date, for each setting of `breathline.ct.joint_decision`, and the narrowest intervals of
`breathline.ct.change_error` that hold the truth in `WANTED` of the volumes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from benchmarks.change import compared, held_volumes
from benchmarks.change_pairs import DERIVING, ChangedPair, make

from breathline.ct.align import warp_labels
from breathline.ct.change import change_of
from breathline.ct.compare import Comparison, compare_measured
from breathline.ct.patterns.method import KIND_SURE

GAPS, NOT_SURES, STAYEDS = (20, 30, 40), (50, 65, 80), (20, 30, 40)
WANTED = 0.955
FLOORS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 3.5)
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5)
PARTS = (0.0, 0.5, 1.0, 1.5, 2.0)
"""Multiples of the volume in doubt."""

Places = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""True change, patterns before and after, evidence before and after, of places diseased at either date."""


def places_of(comparison: Comparison, pair: ChangedPair) -> Places:
    """Pick what the decision is taken from."""
    assert comparison.baseline.evidence is not None
    assert comparison.followup.evidence is not None
    true = pair.change
    here = (true > 1) & compared(comparison)
    later = warp_labels(comparison.followup.evidence, comparison.alignment).labels
    return (
        true[here],
        comparison.baseline.patterns.labels[here],
        comparison.change.warped.labels[here],
        comparison.baseline.evidence.labels[here],
        later[here],
    )


def decided(places: Places, gap: int, not_sure: int, stayed: int) -> np.ndarray:
    """Give the change of each place by the rule, as `decide_together` does for settings of its own."""
    _, before, after, first, second = places
    found = change_of(before, after)
    likely, likely_too = (
        np.where(item >= KIND_SURE, item - KIND_SURE, item).astype(int) for item in (first, second)
    )
    unsure = (first < KIND_SURE) | (second < KIND_SURE)
    found[np.isin(found, (5, 6)) & unsure] = 3
    open_to_doubt = np.isin(found, (2, 3, 4))
    went = open_to_doubt & (likely - likely_too > gap) & (likely_too < not_sure)
    came = open_to_doubt & (likely_too - likely > gap) & (likely < not_sure)
    kept = open_to_doubt & ~went & ~came & (np.minimum(likely, likely_too) > stayed)
    found[kept], found[went], found[came] = 3, 2, 4
    return found


def kappa(true: np.ndarray, found: np.ndarray) -> float:
    """Give Cohen's κ."""
    table = np.zeros((8, 8))
    np.add.at(table, (true, found), 1.0)
    table /= table.sum()
    by_chance = float(table.sum(axis=0) @ table.sum(axis=1))
    return (float(np.trace(table)) - by_chance) / (1.0 - by_chance)


def narrowest_volumes(rows: np.ndarray) -> tuple[float, ...]:
    """Find width, floor, share and parts in doubt; rows: value, aside, added, region, lungs, truth [mL]."""
    value, aside, added, region, lungs, true = rows.T
    found = []
    for floor, share, part in product(FLOORS, SHARES, PARTS):
        off = np.hypot(floor / 100.0 * np.sqrt(region * lungs), share * np.minimum(value, region - value))
        down, up = np.hypot(off, part * added), np.hypot(off, part * aside)
        inside = float(((value - down <= true) & (true <= value + up)).mean())
        if inside >= WANTED:
            found.append((float(((down + up) / (value + 30.0)).mean()), floor, share, part, inside))
    return min(found, default=())


def _volume_rows(comparison: Comparison, pair: ChangedPair) -> Iterator[tuple[float, ...]]:
    for item in held_volumes(comparison, pair):
        yield item.value, *item.parts, item.true


def main() -> None:
    places, volumes = [], []
    for number in DERIVING:
        pair = make(number)
        comparison = compare_measured(pair.baseline, pair.followup)
        places.append(places_of(comparison, pair))
        volumes += list(_volume_rows(comparison, pair))
        print(number, "measured", flush=True)
    every: Places = tuple(np.concatenate(own) for own in zip(*places, strict=True))  # type: ignore[assignment]
    for setting in product(GAPS, NOT_SURES, STAYEDS):
        print("gap, not sure, stayed", setting, f"kappa {kappa(every[0], decided(every, *setting)):.3f}")
    print("volumes: width, floor, share, part, inside", narrowest_volumes(np.array(volumes)))


if __name__ == "__main__":
    main()
