"""The lung mask against the phantom's truth, on seeds nobody tuned on, over patterns, kernels and doses."""

from __future__ import annotations

import numpy as np

from benchmarks.row import Row
from breathline.ct.lungs import find_lungs
from breathline.model.volume import PATTERN_CODES
from breathline.phantom import PhantomSpec, simulate_phantom

SCANS = (
    ("no disease", {}),
    ("ground-glass 20 %", {"ground_glass": 20}),
    ("reticulation 20 %, emphysema 10 %", {"reticulation": 20, "emphysema": 10}),
    ("reticulation 10 %, honeycombing 15 %", {"reticulation": 10, "honeycombing": 15}),
    (
        "ground-glass 15 %, reticulation 8 %, honeycombing 4 %, consolidation 3 %",
        {"ground_glass": 15, "reticulation": 8, "honeycombing": 4, "consolidation": 3},
    ),
    ("consolidation 10 %, sharp, half dose", {"consolidation": 10, "kernel": "sharp", "dose_mas": 60}),
    (
        "consolidation 6 %, honeycombing 10 %, prone, sharp, quarter dose",
        {"consolidation": 6, "honeycombing": 10, "position": "prone", "kernel": "sharp", "dose_mas": 30},
    ),
)
SEEDS = (51, 52)
DENSE = tuple(PATTERN_CODES[name] for name in ("honeycombing", "consolidation"))


def rows() -> list[Row]:
    """Measure every scan, then the mean, the worst, and the share of all dense lung."""
    found, dices = [], []
    kept = whole = 0
    for name, options in SCANS:
        for seed in SEEDS:
            volume, truth, patterns = simulate_phantom(
                PhantomSpec(**({"matrix": 256, "thickness_mm": 2.0, "seed": seed} | options))
            )
            lungs, wanted = find_lungs(volume).lungs.labels > 0, truth.labels > 0
            dices.append(2.0 * np.sum(lungs & wanted) / (lungs.sum() + wanted.sum()))
            dense = np.isin(patterns.labels, DENSE)
            kept, whole = kept + int(lungs[dense].sum()), whole + int(dense.sum())
            inside = f"; {100 * lungs[dense].mean():.0f} % of the dense lung inside" if dense.any() else ""
            figure = f"{dices[-1]:.4f}{inside}"
            on = f"phantom 256 × 256, seed {seed}: {name}"
            found.append(Row(what="lung Dice", on=on, figure=figure, wanted="≥ 0.97", met=dices[-1] >= 0.97))
    mean, share = float(np.mean(dices)), 100.0 * kept / whole
    on = "these phantoms together"
    found.append(
        Row(what="lung Dice, mean", on=on, figure=f"{mean:.4f}", wanted="≥ 0.985", met=mean >= 0.985)
    )
    what = "consolidated and honeycombed lung inside the mask"
    found.append(Row(what=what, on=on, figure=f"{share:.0f} %", wanted="≥ 90 %", met=share >= 90))
    return found
