"""Derive how wide the 95 % intervals of extents must be, from whole phantoms that the network was not derived on.

    python data-raw/patterns/intervals.py FOLDER [COUNT]

Phantoms 2001, 2002 … of make_scans.py are drawn, kept in FOLDER, and measured. For every extent the error is held
against parts of its size, added in squares: a floor, a share of the extent (downwards, and what may be missed
upwards), and a multiple of the lung in doubt. Printed are the narrowest intervals that hold the truth in 95.5 % of the
extents that are there; src/breathline/ct/extents.py has them, rounded to the safe side.
"""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

import numpy as np
from make_scans import spec_of

from breathline.ct.extents import EXTENTS
from breathline.ct.lungs import segment_lungs
from breathline.ct.patterns import DEFAULT_METHOD, PATTERN_METHODS
from breathline.model.volume import LUNG_CODES, PATTERN_CODES, Geometry, LabelMap, Volume
from breathline.phantom import simulate_phantom

FIRST = 2001
PRESENT = 0.5
WANTED = 0.955
FLOORS = (0.2, 0.35, 0.5, 0.75, 1.0, 1.3)
SHARES = (0.1, 0.2, 0.3, 0.4)
MISSED = (0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0)
DOUBTS = (0.0, 0.5, 1.0, 1.5)


def phantom(number: int, folder: Path) -> tuple[Volume, LabelMap, LabelMap]:
    path = folder / f"whole-{number}.npz"
    if not path.exists():
        volume, lungs, truth = simulate_phantom(spec_of(number))
        np.savez(
            path, hu=volume.hu, lungs=lungs.labels, truth=truth.labels,
            spacing=volume.geometry.spacing_mm, thickness=volume.geometry.slice_thickness_mm or 0.0,
        )  # fmt: skip
    kept = np.load(path)
    hu = kept["hu"]
    geometry = Geometry(
        shape=hu.shape,
        spacing_mm=tuple(float(step) for step in kept["spacing"]),
        slice_thickness_mm=float(kept["thickness"]) or None,
    )
    return (
        Volume(hu=hu, geometry=geometry),
        LabelMap(labels=kept["lungs"], geometry=geometry, names=LUNG_CODES),
        LabelMap(labels=kept["truth"], geometry=geometry, names=PATTERN_CODES),
    )


def errors(number: int, folder: Path) -> list[tuple[str, float, float, float, float]]:
    """Measure, value, truth, and the shares of lung that may leave and may join, of every extent [% of lung]."""
    volume, lungs, truth = phantom(number, folder)
    found = segment_lungs(volume)
    patterns = PATTERN_METHODS[DEFAULT_METHOD].classify(volume, found)
    called = np.bincount(patterns.labels.labels.ravel(), minlength=9)
    there = np.bincount(truth.labels.ravel(), minlength=9)
    sides = np.bincount(found.labels.ravel(), minlength=3)[1:3]
    rows = []
    for measure, names in EXTENTS.items():
        band = patterns.bands.get(frozenset(names))
        if band is None:
            continue
        codes = [PATTERN_CODES[name] for name in names]
        value = 100.0 * called[codes].sum() / called[1:].sum()
        true = 100.0 * there[codes].sum() / np.count_nonzero(lungs.labels)
        doubts = (100.0 * float(np.dot(sides, part) / sides.sum()) for part in (band.leave, band.join))
        rows.append((measure, value, true, *doubts))
        print(number, *(f"{item:.2f}" if isinstance(item, float) else item for item in rows[-1]), flush=True)
    return rows


def narrowest(rows: list[tuple[str, float, float, float, float]]) -> tuple[float, ...]:
    """Find the narrowest intervals that hold enough of the truth: width, floor, share, missed, doubt, and how much."""
    value, true, leave, join = (np.array([row[n] for row in rows]) for n in range(1, 5))
    there = np.maximum(value, true) >= PRESENT
    found = []
    for floor, share, missed, doubt in product(FLOORS, SHARES, MISSED, DOUBTS):
        down = np.sqrt(floor**2 + (share * value) ** 2 + (doubt * leave) ** 2)
        up = np.sqrt(floor**2 + (missed * value) ** 2 + (doubt * join) ** 2)
        inside = float(((value - down <= true) & (true <= value + up))[there].mean())
        width = float(((down + up) / (value + 1.0))[there].mean())
        if inside >= WANTED:
            found.append((width, floor, share, missed, doubt, inside))
    return min(found, default=())


def main() -> None:
    folder = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 14
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row for number in range(FIRST, FIRST + count) for row in errors(number, folder)]
    for measure in dict.fromkeys(row[0] for row in rows):
        found = narrowest([row for row in rows if row[0] == measure])
        print(f"{measure}: relative width, floor, share, missed, doubt, inside:", found)


if __name__ == "__main__":
    main()
