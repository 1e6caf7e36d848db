"""Whole phantoms of many varieties: how often the truth lies inside the interval, bias, and voxel agreement.

    python -m benchmarks coverage

Numbers from 3001 on: neither the weights (0 to 400) nor the widths of the intervals (2001 to 2020) saw them.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np

from benchmarks.row import Row
from breathline.ct.extents import EXTENTS
from breathline.ct.lungs import segment_lungs
from breathline.ct.patterns import DEFAULT_METHOD, PATTERN_METHODS
from breathline.ct.quantify import quantify
from breathline.model.volume import PATTERN_CODES
from breathline.phantom import PhantomSpec, simulate_phantom

NUMBERS = range(3001, 3013)
PRESENT = 0.5
"""Extents below this, true and found, are left out of coverage: an interval from 0 covers them always [%]."""
TISSUE = ("normal", "ground_glass", "reticulation", "honeycombing", "consolidation", "emphysema")
STANDARD = (
    {"kernel": "soft", "thickness_mm": 1.0},
    {"kernel": "soft", "thickness_mm": 2.5, "dose_mas": 30.0},
    {"kernel": "sharp", "thickness_mm": 1.0, "dose_mas": 30.0},
    {"kernel": "sharp", "thickness_mm": 2.5},
)
DISEASE = {"ground_glass": 14.0, "reticulation": 6.0, "honeycombing": 3.0, "consolidation": 2.0}


def make_scans() -> ModuleType:
    """Load the script that draws the phantoms of the derivation."""
    path = Path(__file__).resolve().parents[1] / "data-raw" / "patterns" / "make_scans.py"
    spec = importlib.util.spec_from_file_location("make_scans", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Found:
    """What was found on one phantom, and the truth."""

    def __init__(self, spec: PhantomSpec) -> None:
        volume, lungs, truth = simulate_phantom(spec)
        drawn = segment_lungs(volume)
        patterns = PATTERN_METHODS[DEFAULT_METHOD].classify(volume, drawn)
        items, _ = quantify(volume, drawn, patterns)
        self.items = {m.measure: m for m in items if m.region == "lungs" and m.unit == "%"}
        total = np.count_nonzero(lungs.labels)
        counts = np.bincount(truth.labels.ravel(), minlength=9)
        self.truth = {
            measure: 100.0 * sum(counts[PATTERN_CODES[name]] for name in names) / total
            for measure, names in EXTENTS.items()
        }
        both = 9 * truth.labels.astype(np.int64) + patterns.labels.labels
        self.table = np.bincount(both.ravel(), minlength=81).reshape(9, 9)


def rows() -> list[Row]:
    """Measure all of it."""
    draw = make_scans().spec_of
    varied = [Found(draw(number)) for number in NUMBERS]
    standard = [
        Found(PhantomSpec(seed=40 + n, **(DISEASE | options)))  # type: ignore[arg-type]
        for n, options in enumerate(STANDARD)
    ]
    on = f"{len(varied)} whole phantoms of random variety, protocol and disease"
    found = [_coverage(varied, on), _agreement(varied, on)]
    found += [_ratio(measure, varied, on) for measure in ("ct_ground_glass", "ct_ild")]
    on = "4 whole phantoms of the standard look: soft and sharp, 1 and 2.5 mm, standard and quarter dose"
    found += [_agreement(standard, on), *(_ratio(m, standard, on) for m in ("ct_ground_glass", "ct_ild"))]
    return found


def _coverage(found: list[Found], on: str) -> Row:
    inside = [
        item.low <= one.truth[measure] <= item.high
        for one in found
        for measure, item in one.items.items()
        if measure in EXTENTS and measure != "ct_vessels" and max(one.truth[measure], item.value) >= PRESENT
    ]
    share = 100.0 * float(np.mean(inside))
    figure = f"{share:.0f} % of {len(inside)}"
    what = f"truth inside the 95 % interval, extents of {PRESENT} % or more"
    return Row(what=what, on=on, figure=figure, wanted="92 to 98 %", met=92.0 <= share <= 98.0)


def _agreement(found: list[Found], on: str) -> Row:
    table = sum(one.table for one in found)
    codes = [PATTERN_CODES[name] for name in TISSUE]
    # a pattern that no phantom of the set has can only be called wrongly: it has no score, its errors count elsewhere
    there = {name: code for name, code in zip(TISSUE, codes, strict=True) if table[code].sum()}
    scores = [2.0 * table[c, c] / (table[c].sum() + table[:, c].sum()) for c in there.values()]
    parts = ", ".join(f"{name} {score:.2f}" for name, score in zip(there, scores, strict=True))
    macro = float(np.mean(scores))
    return Row(
        what="voxel F1", on=on, figure=f"mean {macro:.2f}: {parts}", wanted="mean ≥ 0.80", met=macro >= 0.8
    )


def _ratio(measure: str, found: list[Found], on: str) -> Row:
    pairs = np.array([(float(one.items[measure].value), one.truth[measure]) for one in found])
    bias = 100.0 * float(pairs[:, 0].sum() / pairs[:, 1].sum() - 1.0)
    apart = float(np.abs(pairs[:, 0] - pairs[:, 1]).mean())
    figure = f"{bias:+.1f} % of the truth; mean error {apart:.2f} points"
    return Row(what=f"bias of {measure}", on=on, figure=figure, wanted="within ±5 %", met=abs(bias) <= 5.0)
