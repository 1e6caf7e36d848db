"""Draw whole chests on a grid of 2 mm, from which the network that outlines dense lung is derived.

    python data-raw/lungs/make_chests.py FOLDER [COUNT] [FIRST]

Chest number n is always the same; benchmarks use other seeds and varieties.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from breathline.ct.lung_network import GRID_MM as NETWORK_MM
from breathline.phantom import PhantomSpec, simulate_phantom

GRID_MM = NETWORK_MM / 2
"""Drawn finer than the network sees, so that what it sees are means of blocks, as of real scans."""
LARGEST = {
    "ground_glass": (0.4, 30.0),
    "reticulation": (0.4, 20.0),
    "honeycombing": (0.5, 20.0),
    "consolidation": (0.75, 25.0),
    "emphysema": (0.25, 20.0),
}
"""How often each pattern is there, and its largest extent [% of the lungs]."""


def spec_of(number: int) -> PhantomSpec:
    """Give the chest of a number: patient, variety, breath and extents all drawn at random."""
    random = np.random.default_rng([number, 197])
    extents = {
        name: float(np.exp(random.uniform(np.log(1.0), np.log(largest)))) if random.random() < often else 0.0
        for name, (often, largest) in LARGEST.items()
    }
    fov = float(random.uniform(290.0, 440.0))
    return PhantomSpec(
        seed=7000 + number,
        visit=int(random.integers(0, 3)),
        variety=0 if random.random() < 0.2 else 7000 + number,
        fov_mm=fov,
        matrix=round(fov / GRID_MM),
        thickness_mm=GRID_MM,
        kernel=str(random.choice(["soft", "sharp"])),
        dose_mas=float(np.exp(random.uniform(np.log(30.0), np.log(240.0)))),
        inspiration=float(random.uniform(0.5, 1.0)),
        position="prone" if random.random() < 0.2 else "supine",
        **extents,
    )


def draw(number: int, target: Path) -> None:
    """Draw one chest and keep its density and its lungs."""
    volume, lungs, _ = simulate_phantom(spec_of(number))
    partial = target.with_suffix(".part")  # others may look while it is written
    with partial.open("wb") as file:
        np.savez(file, hu=volume.hu, lungs=lungs.labels > 0)
    partial.rename(target)


def main() -> None:
    folder = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        target = folder / f"{number:04d}.npz"
        if not target.exists():
            draw(number, target)
            print(
                number, {name: round(value, 1) for name, value in spec_of(number).extents.items()}, flush=True
            )


if __name__ == "__main__":
    main()
