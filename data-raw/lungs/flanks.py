"""Choose how much lung must lie around dense lung at the back of the chest, on phantoms no benchmark uses.

    python data-raw/lungs/flanks.py

Prints, for several shares of walks along the wall, how much was added, how much of it is lung, and how much of the
dense lung is inside. The share taken is the one below which what is added is mostly not lung.
"""

from __future__ import annotations

import numpy as np

from breathline.ct import chest_wall, outline
from breathline.ct.coarse import shrink
from breathline.model.volume import PATTERN_CODES
from breathline.phantom import PhantomSpec, simulate_phantom

SHARES = (0.7, 0.55, 0.45, 0.35)
SCANS = (
    {"seed": 9101, "reticulation": 10, "honeycombing": 15},
    {"seed": 9102, "consolidation": 10, "kernel": "sharp", "dose_mas": 60},
    {"seed": 9103, "consolidation": 6, "honeycombing": 10, "position": "prone", "kernel": "sharp", "dose_mas": 30},
    {"seed": 9104, "ground_glass": 15, "reticulation": 8, "honeycombing": 4, "consolidation": 3},
)  # fmt: skip
DENSE = [PATTERN_CODES[name] for name in ("honeycombing", "consolidation")]


def main() -> None:
    outline.dense_by_shape = lambda *given: given[2]  # what the ribs told, as in interval HRCT
    for options in SCANS:
        volume, lungs, patterns = simulate_phantom(PhantomSpec(matrix=192, thickness_mm=3.0, **options))
        coarse = shrink(volume)
        box = tuple(
            slice(first, first + size) for first, size in zip(coarse.start, coarse.hu.shape, strict=True)
        )  # blocks of one voxel: the coarse grid is the volume's own, cropped
        true, dense = lungs.labels[box] > 0, np.isin(patterns.labels[box], DENSE)
        for share in SHARES:
            chest_wall.MOST_BEHIND = share
            found = outline.outline_lungs(coarse)
            added_ml = found.added.sum() * coarse.voxel_ml
            right = true[found.added].mean() if found.added.any() else 1.0
            inside = (found.sides > 0)[dense].mean()
            print(
                f"{options['seed']} share {share}: {added_ml:.0f} mL added, {right:.2f} lung; {inside:.3f} of dense"
            )


if __name__ == "__main__":
    main()
