"""Where the limits of an alignment's quality come from: pairs of one patient beside pairs of two.

Pairs of one patient are those of `benchmarks.pairs`; of two, the baseline of one with the follow-up of another.

Run: python data-raw/alignment/quality.py
"""

from __future__ import annotations

import numpy as np
from benchmarks.align import make, pairs_here
from benchmarks.pairs import Pair

from breathline.ct.align.lattice import lung_image
from breathline.ct.align.matching import likeness
from breathline.ct.align.quality import inverse_error, judged, likeness_nearby
from breathline.ct.align.register import LEVELS, pyramid, register
from breathline.model.ct_change import LungQuality
from breathline.model.volume import LUNG_CODES

LIMITS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)


def judge(baseline: Pair, followup: Pair, name: str, code: int) -> tuple[LungQuality, np.ndarray, np.ndarray]:
    """Give the quality of one lung, and its cells' likeness nearby and error there and back [mm]."""
    here = lung_image(baseline.baseline, baseline.baseline_lungs, code)
    there = lung_image(followup.followup, followup.followup_lungs, code)
    fixed, moving = pyramid(here), pyramid(there)
    forward = register(fixed.fixed, moving.moving)
    backward = register(moving.fixed[:-1], fixed.moving[:-1])
    found = judged(code, name, (fixed, moving), forward, backward)
    alike, _, _ = likeness(fixed.fixed[-1], moving.moving[-1], forward.displacement, LEVELS[-1].cubes)
    held = (alike != 0) & forward.cells
    return found.quality, likeness_nearby(alike, held)[held], inverse_error(forward, backward)[held]


def main() -> None:
    """Print one line a lung."""
    pairs = {name: make(name) for name in pairs_here() if name != "phantom"}
    names = list(pairs)
    limits = " ".join(f"<{limit:g}" for limit in LIMITS)
    print(
        f"baseline | follow-up | lung | likeness | vessels | there and back, mean | over 3 mm, % | cells {limits}, %"
    )
    for one in names:
        for other in (one, names[(names.index(one) + 1) % len(names)]):
            for lung, code in LUNG_CODES.items():
                quality, alike, apart = judge(pairs[one], pairs[other], lung, code)
                below = " ".join(f"{100 * np.mean(alike < limit):.1f}" for limit in LIMITS)
                print(
                    f"{one} | {other} | {lung} | {quality.likeness:.2f} | {quality.vessel_overlap:.2f} | "
                    f"{quality.inverse_mm:.2f} | {100 * np.mean(apart > 3):.1f} | {below}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
