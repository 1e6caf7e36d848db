"""Draw the chests on which dense lung is learnt: phantoms of builds, hearts and fat wider than the phantom's own.

    python data-raw/lungs/make_chests.py FOLDER [COUNT] [FIRST]

Chest number n is always the same: seed 7000 + n, which no test and no benchmark uses.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from breathline.phantom import PhantomSpec, organs, thorax
from breathline.phantom.scan import draw_slices, geometry_of, prepare

GRID_MM = 2.5
FIRST_SEED = 7000


def spec_of(number: int) -> PhantomSpec:
    """Give the phantom of a number: protocol, breath and fibrosis drawn at random; consolidation is painted later."""
    random = np.random.default_rng([number, 131])
    fibrotic = random.random() < 0.4
    matrix = 152
    return PhantomSpec(
        seed=FIRST_SEED + number,
        visit=int(random.integers(0, 3)),
        variety=FIRST_SEED + number,
        matrix=matrix,
        fov_mm=GRID_MM * matrix,
        thickness_mm=GRID_MM,
        kernel=str(random.choice(["soft", "sharp"])),
        dose_mas=float(np.exp(random.uniform(np.log(30.0), np.log(240.0)))),
        inspiration=float(random.uniform(0.35, 1.0)),
        position="prone" if random.random() < 0.2 else "supine",
        reticulation=float(random.uniform(3.0, 15.0)) if fibrotic else 0.0,
        honeycombing=float(random.uniform(3.0, 15.0)) if fibrotic else 0.0,
    )


def vary(number: int) -> None:
    """Let builds, hearts and the fat around them differ from patient to patient as the phantom's own do not."""
    random = np.random.default_rng([number, 132])
    build = thorax.Build(
        width=float(random.uniform(0.88, 1.05)),
        depth=float(random.uniform(0.85, 1.10)),
        fat_mm=float(random.uniform(5, 30)),
        right_dome_mm=float(random.uniform(45, 95)),
        left_dome_mm=float(random.uniform(35, 80)),
    )
    swell, vessel = random.uniform(-6.0, 14.0), random.uniform(-1.5, 4.0)
    heart_fat, vessel_fat = random.uniform(0.5, 11.0), random.uniform(0.3, 4.5)

    def draw_blood(space):
        blood, heart = DRAW_BLOOD(space)
        heart = (heart - swell).astype(np.float32)
        return np.minimum((blood - vessel).astype(np.float32), heart), heart

    def middle_outline(space, blood, heart):
        return MIDDLE_OUTLINE(space, blood + (2.5 - vessel_fat), heart + (5.0 - heart_fat))

    thorax.draw_build = lambda _: build
    organs.draw_blood, organs.middle_outline = draw_blood, middle_outline


DRAW_BLOOD, MIDDLE_OUTLINE = organs.draw_blood, organs.middle_outline


def main() -> None:
    folder = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 16
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        target = folder / f"{number:04d}.npz"
        if target.exists():
            continue
        vary(number)
        spec = spec_of(number)
        slices = list(draw_slices(prepare(spec)))
        np.savez(
            target,
            hu=np.stack([one.hu for one in slices]),
            lungs=np.stack([one.lungs for one in slices]),
            spacing=geometry_of(spec).spacing_mm,
        )
        print(number, spec.position, round(spec.inspiration, 2), flush=True)


if __name__ == "__main__":
    main()
