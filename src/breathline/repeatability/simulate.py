"""Phantoms scanned and scanned again: what a site that has no repeat scans of its own can still learn.

One patient is drawn in a few postures, and each posture is shown by several protocols. In every pair the patient has
lain down anew: shifted by up to 9 mm along the body, 6 mm across and 3 mm up, rolled by up to 1.5°, inwardly moved by a
millimetre or two, with other noise. The tissue that is diseased is the same, place by place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from breathline.ct.extents import EXTENTS
from breathline.ct.measure import MeasuredScan, measure_volume
from breathline.model.protocol import Match
from breathline.model.volume import PATTERN_CODES
from breathline.phantom import BareScan, PhantomSpec, draw_bare, scan_bare
from breathline.repeatability.pair import SAME_TISSUE, RepeatPair, pair_of

FIRST_SEED = 30_001
"""Seeds and varieties begin here: the pattern network was derived on 5000 to 8500, and benchmarks use others."""
SHALLOW, FULL = 0.57, 1.0
"""Breaths between which the phantom's lungs grow by about 15 %."""
DOSE_MAS, LOW_DOSE_MAS = 120.0, 40.0
LEAST_CHANGE = 3.0
"""A true change of ground-glass is drawn from here [points of % of lung]."""
MATRIX = 192
TRUE_CHANGE = "true_change"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedPair:
    """A pair of scans of a phantom.

    Parameters
    ----------
    kind
        Class of the pair, or ``true_change`` for two scans made alike between which ground-glass came or went.
    truth
        True extents in each of the two scans, by measure [% of lung].
    """

    kind: str
    pair: RepeatPair
    truth: Mapping[str, tuple[float, float]]


KINDS = (*(match.value for match in Match), TRUE_CHANGE)
ONE_THING: Mapping[Match, Mapping[str, Any]] = {
    Match.KERNEL: {"kernel": "sharp"},
    Match.DOSE: {"dose_mas": LOW_DOSE_MAS},
    Match.THICKNESS: {"layers": 2},
}
"""What differs from the reference, which has a soft kernel, 120 mAs and 1.2 mm every 2.3 mm."""
EVERYTHING: Mapping[str, Any] = {"kernel": "sharp", "dose_mas": LOW_DOSE_MAS, "layers": 2}


def spec_of(number: int) -> PhantomSpec:
    """Draw a patient by number: anatomy, look, disease and the thickness of slices.

    A fifth has next to no disease and a fifth the standard look; else extents of all interstitial disease run to 40 %.
    """
    random = np.random.default_rng([number, 61])
    well = number % 5 == 0

    def extent(low: float, high: float, chance: float) -> float:
        return float(random.uniform(low, high)) if random.random() < chance and not well else 0.0

    haze = float(random.uniform(0.0, 1.0) if well else random.uniform(2.0, 26.0))
    seed = FIRST_SEED + number
    return PhantomSpec(
        seed=seed,
        visit=1,
        variety=0 if number % 5 == 1 else seed,
        matrix=MATRIX,
        fov_mm=float(random.uniform(290.0, 310.0)),
        thickness_mm=1.2,
        spacing_mm=2.3,
        inspiration=FULL,
        ground_glass=haze,
        reticulation=extent(1.0, 8.0, 0.6),
        honeycombing=extent(1.0, 4.0, 0.35),
        consolidation=extent(0.5, 2.5, 0.35),
        emphysema=extent(1.0, 12.0, 0.3),
    )


def changed_spec(spec: PhantomSpec, number: int) -> PhantomSpec:
    """Draw how much ground-glass came or went: from 3 points to 15, and clearing at most all there was."""
    random = np.random.default_rng([number, 62])
    room = spec.ground_glass - LEAST_CHANGE - 0.3
    falls = room > 0 and random.random() < 0.6
    step = random.uniform(0.0, min(room, 12.0)) if falls else random.uniform(0.0, 12.0)
    change = (LEAST_CHANGE + 0.3 + step) * (-1 if falls else 1)
    return replace(spec, ground_glass=spec.ground_glass + float(change))


def simulate_pairs(
    number: int, kinds: Collection[str] = KINDS, *, aligned: Collection[str] = KINDS
) -> Iterator[SimulatedPair]:
    """Scan one simulated patient again and again, and measure every scan.

    Parameters
    ----------
    kinds
        Kinds of pairs wanted, of `KINDS`.
    aligned
        Those of them whose scans are laid on each other, which takes half as long as measuring them.
    """
    spec = spec_of(number)
    breath = float(np.random.default_rng([number, 63]).uniform(0.85, 1.0))
    base = draw_bare(spec)
    again = draw_bare(replace(spec, visit=2, inspiration=breath), base)
    first = measure_volume(scan_bare(base))

    def pair(kind: str, one: _Shown, other: _Shown) -> SimulatedPair:
        return _simulated(kind, one, other, align=kind in aligned)

    if Match.MATCHED in kinds:
        yield pair(Match.MATCHED, (base, first), (again, measure_volume(scan_bare(again))))
    if {Match.INSPIRATION, Match.SEVERAL} & set(kinds):
        shallow = draw_bare(replace(spec, visit=3, inspiration=SHALLOW), base)
        if Match.INSPIRATION in kinds:
            # The shallow breath comes first: the second is deeper, and nothing else changed.
            yield pair(Match.INSPIRATION, (shallow, measure_volume(scan_bare(shallow))), (base, first))
        if Match.SEVERAL in kinds:
            yield pair(
                Match.SEVERAL, (base, first), (shallow, measure_volume(scan_bare(shallow, **EVERYTHING)))
            )
    if TRUE_CHANGE in kinds:
        later = draw_bare(replace(changed_spec(spec, number), visit=4, inspiration=breath))
        yield pair(TRUE_CHANGE, (base, first), (later, measure_volume(scan_bare(later))))
    for kind, protocol in ONE_THING.items():
        if kind in kinds:
            yield pair(kind, (base, first), (again, measure_volume(scan_bare(again, **protocol))))
    if Match.INTERVAL in kinds:
        apart = [
            draw_bare(replace(one.spec, thickness_mm=1.0, spacing_mm=10.0), base) for one in (base, again)
        ]
        one, other = ((bare, measure_volume(scan_bare(bare))) for bare in apart)
        yield pair(Match.INTERVAL, one, other)


_Shown = tuple[BareScan, MeasuredScan]


def _simulated(kind: str, one: _Shown, other: _Shown, *, align: bool) -> SimulatedPair:
    (before, first), (after, second) = one, other
    match = Match.MATCHED if kind == TRUE_CHANGE else Match(kind)
    pair = pair_of(f"phantom {before.spec.seed}", first, second, match=match, align=align)
    return SimulatedPair(kind=str(kind), pair=pair, truth=_truth(before, after))


def _truth(first: BareScan, second: BareScan) -> dict[str, tuple[float, float]]:
    return {
        measure: (
            float(sum(first.percent[PATTERN_CODES[name]] for name in EXTENTS[measure])),
            float(sum(second.percent[PATTERN_CODES[name]] for name in EXTENTS[measure])),
        )
        for measure in SAME_TISSUE
    }
