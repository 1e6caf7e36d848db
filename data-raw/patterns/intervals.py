"""Derive how wide the 95 % intervals of extents must be, from whole phantoms that the network was not derived on.

    python data-raw/patterns/intervals.py FOLDER [COUNT]

Phantoms 2001, 2002 … of make_scans.py are drawn, kept in FOLDER, and measured. For every extent the error is held
against three parts of its size, added in squares: a floor, a share of the extent, and a multiple of the lung in
doubt. Printed are the smallest parts whose intervals hold the truth in 96 % of the extents that are there; they stand
in src/breathline/ct/extents.py.
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
WANTED = 0.96
FLOORS = (0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)
SHARES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
DOUBTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)


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


def main() -> None:
    folder = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 16
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row for number in range(FIRST, FIRST + count) for row in errors(number, folder)]
    value, true, leave, join = (np.array([row[n] for row in rows]) for n in range(1, 5))
    there = np.maximum(value, true) >= PRESENT
    best = None
    for floor, share, doubt in product(FLOORS, SHARES, DOUBTS):
        sure = np.hypot(floor, share * value)
        low, high = value - np.hypot(sure, doubt * leave), value + np.hypot(sure, doubt * join)
        inside = ((low <= true) & (true <= high))[there].mean()
        width = float(np.mean((np.minimum(high, 100.0) - np.maximum(low, 0.0))[there] / (value + 1.0)[there]))
        if inside >= WANTED and (best is None or width < best[0]):
            best = (width, floor, share, doubt, inside)
    print("relative width, floor, share, doubt, inside:", best)


if __name__ == "__main__":
    main()
