"""Draw the phantoms on which the pattern method is derived: slabs of many varieties, protocols and extents.

    python data-raw/patterns/make_scans.py FOLDER [COUNT] [FIRST]

Scan number n is always the same. Numbers below 1000 are for deriving; benchmarks use other seeds and varieties.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from breathline.phantom import PhantomSpec
from breathline.phantom.scan import draw_slices, geometry_of, prepare

SLAB_MM = 36.0
SLABS = 2
SHALLOWEST = 0.5
"""A breath held as shallow as patients with stiff lungs hold it, as a share of a full one."""
THICK, LEARNT = 6, 2000
"""Every so many of the scans that are learnt from have slices of 4 or 5 mm; those from 2000 on are for measuring."""
PATTERNS = ("ground_glass", "reticulation", "honeycombing", "consolidation", "emphysema")
LARGEST = {
    "ground_glass": 35.0,
    "reticulation": 20.0,
    "honeycombing": 15.0,
    "consolidation": 12.0,
    "emphysema": 25.0,
}


def spec_of(number: int) -> PhantomSpec:
    """Give the phantom of a number: patient, variety, protocol and extents all drawn at random."""
    random = np.random.default_rng([number, 97])
    extents = {
        name: float(np.exp(random.uniform(np.log(1.0), np.log(LARGEST[name]))))
        if random.random() < 0.6
        else 0.0
        for name in PATTERNS
    }
    thickness = float(random.choice([1.0, 1.25, 1.5, 2.0, 2.5, 3.0]))
    if number < LEARNT and number % THICK == THICK - 1:
        thickness = 4.0 + number // THICK % 2
    return PhantomSpec(
        seed=5000 + number,
        visit=int(random.integers(0, 3)),
        variety=0 if random.random() < 0.15 else 5000 + number,
        fov_mm=float(random.uniform(290.0, 480.0)),
        thickness_mm=thickness,
        kernel=str(random.choice(["soft", "sharp"])),
        dose_mas=float(np.exp(random.uniform(np.log(30.0), np.log(240.0)))),
        inspiration=float(random.uniform(SHALLOWEST, 1.0)),
        position="prone" if random.random() < 0.15 else "supine",
        **extents,
    )


def slab(scan, low_mm: float) -> dict[str, np.ndarray]:
    """Draw the slices of one slab."""
    gap = scan.spec.gap_mm
    heights = low_mm + gap * np.arange(round(SLAB_MM / gap))
    cut = replace(scan, heights=heights, spec=replace(scan.spec, slices=heights.size))
    slices = list(draw_slices(cut))
    return {name: np.stack([getattr(one, name) for one in slices]) for name in ("hu", "lungs", "patterns")}


def main() -> None:
    folder = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 120
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        target = folder / f"{number:04d}.npz"
        if target.exists():
            continue
        spec = spec_of(number)
        scan = prepare(spec)
        random = np.random.default_rng([number, 98])
        # one slab in the lower, one in the upper half of the lungs
        lows = [random.uniform(20.0, 100.0), random.uniform(100.0, 200.0)][:SLABS]
        parts = [slab(scan, low) for low in lows]
        arrays = {f"{name}_{n}": part[name] for n, part in enumerate(parts) for name in part}
        geometry = geometry_of(spec)
        partial = target.with_suffix(".part")  # others may look while it is written
        with partial.open("wb") as file:
            np.savez(
                file,
                spacing=geometry.spacing_mm,
                thickness=spec.thickness_mm,
                spec=json.dumps(spec.as_options()),
                **arrays,
            )
        partial.rename(target)
        print(
            number,
            {k: round(v, 1) for k, v in spec.extents.items()},
            spec.kernel,
            spec.thickness_mm,
            flush=True,
        )


if __name__ == "__main__":
    main()
