"""Derive what the intervals of change rest on, from phantom pairs that no figure is measured on.

    PYTHONPATH=. python data-raw/change/intervals.py

To be run after ``derive.py``. Pairs `DERIVING` of `benchmarks.change_pairs` are drawn and compared. Printed are the
narrowest intervals of `breathline.ct.change_error` that hold the truth in `WANTED` of the volumes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from benchmarks.change import held_volumes
from benchmarks.change_pairs import DERIVING, ChangedPair, make

from breathline.ct.compare import Comparison, compare_measured

WANTED = 0.95
FLOORS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 3.5)
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5)
PARTS = (0.0, 0.5, 1.0, 1.5, 2.0)
"""Multiples of the volume in doubt."""


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
    volumes: list[tuple[float, ...]] = []
    for number in DERIVING:
        pair = make(number)
        volumes += _volume_rows(compare_measured(pair.baseline, pair.followup), pair)
        print(number, "measured", flush=True)
    print("volumes: width, floor, share, part, inside", narrowest_volumes(np.array(volumes)))


if __name__ == "__main__":
    main()
