"""Interval HRCT against the whole volume: how often the 95 % interval for sampling slices covers it.

Whole phantoms, 1 mm contiguous, are sampled as interval HRCT was: 1 mm every 10 mm, or pairs of slices every 10 mm,
from every slice that the first could have been. Only the error of sampling is looked at: the truth of the phantom
takes the place of a pattern method, so nothing else can widen the interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from benchmarks.row import Row
from breathline.ct.densitometry import MEASURES, statistics
from breathline.ct.regions import REGIONS, WHOLE, find_regions
from breathline.ct.sampling import ratio_error, sampling_error, statistic_errors
from breathline.ct.tally import Tally, count
from breathline.model.volume import PATTERN_CODES, LabelMap, Volume
from breathline.phantom import PhantomSpec, simulate_phantom

GAP = 10
"""Slices of 1 mm from one scanned slice, or pair of slices, to the next."""
SEEDS = (21, 22, 23, 24, 25, 26)
DISEASES = ("as the phantom grows it", "basal", "upper", "patchy", "few patches", "diffuse")
WANTED = 93.0
PLACES = ("lungs", "right_lung", "left_lung")

Chest = tuple[Volume, LabelMap, LabelMap]


@dataclass(frozen=True)
class Trial:
    """One quantity of one sampled scan: whether its interval holds the whole volume's value, and its half width [%].

    `half` is in percent of the whole volume's value for volumes, in percent of lung for extents, in HU for densities.
    """

    quantity: str
    disease: str
    pairs: bool
    covered: bool
    half: float


def rows() -> list[Row]:
    """Sample every phantom in every way."""
    trials = [trial for seed in SEEDS for trial in trials_of(seed)]
    found = []
    for quantity in ("lung volume", "extent", "mean density", "high-attenuation areas", "15th percentile"):
        for pairs in (False, True):
            found.append(_row(quantity, [t for t in trials if (t.quantity, t.pairs) == (quantity, pairs)]))
    for disease in DISEASES:
        some = [t for t in trials if (t.quantity, t.disease) == ("extent", disease)]
        found.append(_row(f"extent, {disease}", some))
    return found


def _row(quantity: str, trials: list[Trial]) -> Row:
    rate = coverage(trials)
    ways = {True: "pairs every 10 mm", False: "1 mm every 10 mm"}
    unit = {"lung volume": "%", "mean density": "HU", "15th percentile": "HU"}.get(quantity, "% of lung")
    half = np.median([t.half for t in trials])
    return Row(
        what=f"whole volume inside the interval: {quantity}",
        on=f"{len(SEEDS)} phantoms, {' and '.join(sorted({ways[t.pairs] for t in trials}))}, {len(trials)} trials",
        figure=f"{rate:.1f} %; median half width {half:.2g} {unit}",
        wanted=f"≥ {WANTED:.0f} %",
        met=rate >= WANTED,
    )


def coverage(trials: list[Trial]) -> float:
    """Share of intervals that hold the whole volume's value [%]."""
    return 100.0 * sum(t.covered for t in trials) / len(trials)


def trials_of(seed: int, *, matrix: int = 96, diseases: tuple[str, ...] = DISEASES) -> list[Trial]:
    """Sample one phantom from every start, once for each way that disease may lie."""
    spec = PhantomSpec(
        seed=seed, matrix=matrix, thickness_mm=1.0, inspiration=0.8 + 0.2 * (seed % 2),
        ground_glass=4.0 + 5.0 * (seed % 3), reticulation=6.0,
    )  # fmt: skip
    volume, lungs, patterns = simulate_phantom(spec)
    found = []
    for disease in diseases:
        drawn = patterns if disease == DISEASES[0] else _drawn(disease, lungs, seed)
        found += _compared((volume, lungs, drawn), disease)
    return found


def _drawn(disease: str, lungs: LabelMap, seed: int) -> LabelMap:
    """Draw ground-glass where a smooth field is highest, in a tenth of the lungs (few patches: a fiftieth)."""
    inside = lungs.labels > 0
    random = np.random.default_rng([seed, DISEASES.index(disease)])
    width_mm = {"diffuse": 3.0, "few patches": 6.0}.get(disease, 10.0)
    noise = random.standard_normal(inside.shape, dtype=np.float32)
    field = ndimage.gaussian_filter(noise, [width_mm / mm for mm in lungs.geometry.spacing_mm])
    field /= field[inside].std()
    up = np.linspace(-3.0, 3.0, inside.shape[0])[:, None, None]
    field += {"basal": -1.5, "upper": 1.5}.get(disease, 0.0) * up
    share = 2.0 if disease == "few patches" else 10.0
    ill = inside & (field > np.percentile(field[inside], 100.0 - share))
    labels = np.where(ill, PATTERN_CODES["ground_glass"], np.where(inside, PATTERN_CODES["normal"], 0))
    return replace(lungs, labels=labels.astype(np.uint8), names=PATTERN_CODES)


def _compared(whole: Chest, disease: str) -> Iterator[Trial]:
    truth = _measured(_tallied(whole))
    for pairs in (False, True):
        for start in range(GAP):
            tally = _tallied(sampled(whole, start, pairs=pairs))
            for (quantity, _, true), (_, half, value) in zip(truth, _measured(tally), strict=True):
                if true == 0.0 or (disease != DISEASES[0] and quantity != "extent"):
                    continue  # nothing to find, or the same lungs counted again
                scale = 100.0 / true if quantity == "lung volume" else 1.0
                covered = bool(abs(value - true) <= half)
                yield Trial(quantity, disease, pairs, covered, scale * half)


def sampled(chest: Chest, start: int, *, pairs: bool) -> Chest:
    """Keep single slices, or pairs of neighbours, `GAP` slices apart."""
    volume = chest[0]
    number = np.arange(volume.hu.shape[0])
    kept = number[(number >= start) & ((number - start) % GAP < (2 if pairs else 1))]
    if pairs and (len(kept) % 2):
        kept = kept[:-1]
    dz, dy, dx = volume.geometry.spacing_mm
    heights = tuple(float(dz * (n - kept[0])) for n in kept)
    geometry = replace(
        volume.geometry,
        shape=(len(kept), *volume.hu.shape[1:]),
        spacing_mm=(heights[-1] / (len(kept) - 1), dy, dx),
        origin_mm=tuple(
            np.array(volume.geometry.origin_mm) + kept[0] * dz * np.array(volume.geometry.direction[0])
        ),
        slice_thickness_mm=dz,
        positions_mm=heights if pairs else None,
    )
    maps = [replace(item, labels=item.labels[kept], geometry=geometry) for item in chest[1:]]
    return replace(volume, hu=volume.hu[kept], geometry=geometry), maps[0], maps[1]


def _tallied(chest: Chest) -> Tally:
    volume, lungs, patterns = chest
    return count(volume, find_regions(lungs), patterns)


def _measured(tally: Tally) -> list[tuple[str, float, float]]:
    """Name, half the interval for sampling, and value of each quantity."""
    found = []
    wanted = {
        "ct_mean_density": "mean density",
        "ct_haa": "high-attenuation areas",
        "ct_percentile_15": "15th percentile",
    }
    for place in PLACES:
        slices = tally.volumes_ml(REGIONS[place])
        lung = slices.sum(axis=1)
        found.append(("lung volume", sampling_error(lung, tally.heights_mm), float(lung.sum())))
        for names in (("ground_glass",), ("reticulation",)):
            part = slices[:, [PATTERN_CODES[name] for name in names]].sum(axis=1)
            half = 100.0 * ratio_error(part, lung, tally.heights_mm)
            found.append(("extent", half, 100.0 * float(part.sum() / lung.sum())))
        values = tally.values[:, WHOLE[place], :].sum(axis=1) * tally.spans_mm[:, None]
        errors, now = statistic_errors(values, tally.heights_mm, statistics), statistics(values.sum(axis=0))
        for number, (measure, _) in enumerate(MEASURES):
            if measure in wanted:
                found.append((wanted[measure], float(errors[number]), float(now[number])))
    return found
