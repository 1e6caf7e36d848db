"""Two visits of a phantom with what truly became of every place, by number: number n is always the same pair.

Extents, kinds of change, breath and variety are drawn at random. Numbers `DERIVING` were used to derive
intervals (``data-raw/change/intervals.py``); what is measured uses others.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from benchmarks.pairs import to_world
from breathline.ct.change import change_of
from breathline.ct.extents import EXTENTS
from breathline.ct.lungs import find_lungs
from breathline.ct.measure import MeasuredScan
from breathline.ct.patterns import DEFAULT_METHOD, PATTERN_METHODS
from breathline.ct.quantify import quantify
from breathline.model.volume import PATTERN_CODES, Geometry, LabelMap, ScanMeasurement, Volume
from breathline.phantom import PhantomSpec, simulate_phantom
from breathline.phantom.breathing import at_points
from breathline.phantom.field import displacement_grid
from breathline.phantom.scan import prepare

DERIVING = (0, 1, 2, *range(12, 21))
COURSES = ("cleared", "kept", "added", "cleared")
AT_A_TIME = 200_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChangedPair:
    """Two measured visits and the truth on the baseline's grid.

    Parameters
    ----------
    before, after
        True patterns of every place of the baseline; 0 where it is no lung at that date.
    """

    number: int
    baseline: MeasuredScan
    followup: MeasuredScan
    before: np.ndarray
    after: np.ndarray

    @property
    def change(self) -> np.ndarray:
        """True change of each place, 0 where a vessel or an airway runs and where there is no lung."""
        return change_of(self.before, self.after)

    def extents(self, compared: np.ndarray) -> dict[str, tuple[float, float]]:
        """True extents of the same tissue before and after, by measure [%]."""
        here = compared & (self.before > 0) & (self.after > 0)
        shares = [
            np.bincount(labels[here], minlength=9) / max(1, here.sum())
            for labels in (self.before, self.after)
        ]
        codes = {measure: [PATTERN_CODES[name] for name in names] for measure, names in EXTENTS.items()}
        return {name: (100 * shares[0][own].sum(), 100 * shares[1][own].sum()) for name, own in codes.items()}


def specs(number: int) -> tuple[PhantomSpec, PhantomSpec]:
    """Draw what is asked of a pair."""
    random = np.random.default_rng([number, 401])
    haze = float(random.uniform(6, 28))
    net = float(random.choice([0, random.uniform(2, 12)]))
    cysts = float(random.choice([0, 0, random.uniform(1, 5)]))
    solid = float(random.choice([0, 0, random.uniform(1, 6)]))
    course = COURSES[number % len(COURSES)]
    left = {"cleared": haze * random.uniform(0.15, 0.6), "kept": haze, "added": haze + random.uniform(3, 12)}[
        course
    ]
    turned = float(random.choice([0, 0, min(4.0, haze / 4)]))
    common = {
        "seed": 9000 + number, "variety": int(random.integers(1, 10**6)), "matrix": 208, "fov_mm": 300.0,
        "thickness_mm": 4.0, "reticulation": net, "honeycombing": cysts,
    }  # fmt: skip
    breaths = random.uniform(0.82, 1), random.uniform(0.78, 1)
    kept = float(random.choice([0, 1, 1]))
    baseline = PhantomSpec(**common, ground_glass=haze, consolidation=solid, inspiration=breaths[0])
    followup = PhantomSpec(
        **common, visit=1, ground_glass=max(0.0, left - turned), progressed=turned, consolidation=solid * kept,
        inspiration=breaths[1],
    )  # fmt: skip
    return baseline, followup


def make(number: int) -> ChangedPair:
    """Draw and measure a pair."""
    first, second = specs(number)
    before, before_lungs, before_truth = simulate_phantom(first)
    after, _, after_truth = simulate_phantom(second, first)
    grid = displacement_grid(prepare(first).posture, prepare(second, first).posture)
    carried = np.where(before_lungs.labels > 0, _carried(after_truth, before.geometry, grid), 0).astype(
        np.uint8
    )
    return ChangedPair(
        number=number,
        baseline=measured(before),
        followup=measured(after),
        before=before_truth.labels,
        after=carried,
    )


def _carried(truth: LabelMap, geometry: Geometry, grid: object) -> np.ndarray:
    """Carry true labels of the follow-up to the baseline's grid by the phantom's own displacement."""
    there = truth.geometry
    steps = np.linalg.inv(np.asarray(there.direction) * np.asarray(there.spacing_mm)[:, None])
    found = np.zeros(int(np.prod(geometry.shape)), np.uint8)
    for first, last in pairwise([*range(0, found.size, AT_A_TIME), found.size]):
        index = np.stack(np.unravel_index(np.arange(first, last), geometry.shape), axis=1)
        places = to_world(geometry, index)
        places += at_points(grid, places)[:, :3]
        at = np.rint((places - there.origin_mm) @ steps).astype(int)
        inside = ((at >= 0) & (at < there.shape)).all(axis=1)
        found[first:last][inside] = truth.labels[tuple(at[inside].T)]
    return found.reshape(geometry.shape)


def measured(volume: Volume) -> MeasuredScan:
    """Measure a scan that was never on disk."""
    lungs = find_lungs(volume).lungs
    patterns = PATTERN_METHODS[DEFAULT_METHOD].classify(volume, lungs)
    measurements, _ = quantify(volume, lungs, patterns)
    result = ScanMeasurement(
        scan={}, quality=(), labels=PATTERN_CODES, measurements=measurements, steps=(), version=""
    )
    return MeasuredScan(
        volume=volume, lungs=lungs, patterns=patterns.labels, result=result, classified=patterns
    )  # fmt: skip
