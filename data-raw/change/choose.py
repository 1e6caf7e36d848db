"""Choose the limits of the joint decision on slabs of phantom pairs; every third pair is held out and only scored.

    python data-raw/change/make_pairs.py FOLDER 15 20
    python data-raw/change/choose.py FOLDER

To be run again whenever the method of patterns changes; fifteen seconds of one core a pair. Of the settings that call
no more lung changed that did not change than `MOST_FALSE`, the one of the highest mean of Cohen's κ over what is
diseased at either date, and over all lung, is printed first.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from benchmarks.change import agreement
from make_pairs import SLABS, Slab, SlabPair, read_pair
from scipy import ndimage

from breathline.ct.change import change_of
from breathline.ct.joint_decision import both_dates, decide, middles
from breathline.ct.patterns.learned_texture import take_in_neighbours, weigh_cells
from breathline.ct.patterns.method import CellEvidence
from breathline.ct.patterns.network import probabilities, shipped_network
from breathline.ct.patterns.normal import find_normal
from breathline.ct.patterns.parenchyma import read_parenchyma
from breathline.ct.patterns.sheets import read_sheets
from breathline.model.ct_change import CHANGE_CODES
from breathline.model.volume import LUNG_CODES, LabelMap, Volume

HELD_OUT = 3
MOST_FALSE = 0.03
"""Share of the lung that may be called changed falsely; the rule before this one had 0.029."""
CELLS = 20_000
"""Cells drawn from each slab."""
TRIED = {
    "likely": (0.15, 0.2, 0.25, 0.3, 0.4), "gap": (0.1, 0.15, 0.2, 0.3, 0.4), "not_sure": (0.4, 0.55, 0.7),
    "denser_hu": (-2000.0, 0.0, 30.0, 60.0, 100.0), "kind_gap": (0.35, 0.5, 9.0),
}  # fmt: skip
CHANGED = [CHANGE_CODES[name] for name in ("cleared", "new", "progressed", "regressed")]
STILL = [CHANGE_CODES[name] for name in ("unchanged", "persistent")]

Cells = tuple[np.ndarray, np.ndarray, np.ndarray]
"""True change, and what cells look like before and after."""


def outlined(slab: Slab, random: np.random.Generator) -> np.ndarray:
    """Give the lungs as a program outlines them: as they are, a pixel wider, or without what is dense at their edge."""
    cross = np.zeros((3, 3, 3), bool)
    cross[1] = ndimage.generate_binary_structure(2, 1)
    kind = random.integers(3)
    if kind == 0:
        return slab.lungs
    if kind == 1:
        wider = ndimage.grey_dilation(slab.lungs, footprint=cross)
        return np.where(slab.lungs == 0, wider, slab.lungs).astype(np.uint8)
    edge = (slab.lungs > 0) & ~ndimage.binary_erosion(slab.lungs > 0, cross)
    return np.where(edge & (slab.hu > random.uniform(-500, -150)), 0, slab.lungs).astype(np.uint8)


def evidence_of(slab: Slab, random: np.random.Generator) -> CellEvidence:
    """Look at a slab as the method of patterns does."""
    geometry = replace(slab.geometry, shape=slab.hu.shape)
    lungs = LabelMap(labels=outlined(slab, random), geometry=geometry, names=LUNG_CODES)
    volume = Volume(hu=slab.hu, geometry=geometry)
    parenchyma = read_parenchyma(volume, lungs)
    normal, rows = find_normal(parenchyma), (parenchyma.start[1], parenchyma.factor[1])
    sheets = read_sheets(volume, lungs, normal, rows)
    likely = probabilities(sheets, shipped_network())
    take_in_neighbours(likely, sheets)
    return weigh_cells(likely, sheets)


def cells_of(path: Path) -> Iterator[Cells]:
    """Give some cells of each slab; what is vessel or airway at either date takes no part."""
    for n in range(SLABS):
        pair, random = read_pair(path, n), np.random.default_rng([int(path.stem), n, 405])
        before, after = (evidence_of(slab, random) for slab in (pair.baseline, pair.followup))
        true, was, now = _paired(pair, before, after)
        drawn = np.flatnonzero(true)
        drawn = random.choice(drawn, min(CELLS, drawn.size), replace=False)
        yield true[drawn], was[:, drawn], now[:, drawn]


def _paired(pair: SlabPair, before: CellEvidence, after: CellEvidence) -> Cells:
    pick = np.ix_(*middles(before, pair.baseline.hu.shape[0]))
    where = np.moveaxis(pair.places[pick], -1, 0), pair.grown[pick].astype(np.float32)
    cells, was, now = both_dates(before, after, where, 0)
    return change_of(pair.baseline.patterns, pair.after)[pick][tuple(cells)], was, now


def together(parts: list[Cells]) -> Cells:
    """Join cells."""
    true, was, now = (np.concatenate(own, axis=-1) for own in zip(*parts, strict=True))
    return true, was, now


def table_of(cells: Cells, setting: dict[str, float]) -> np.ndarray:
    """Count cells by true and by found change."""
    true, was, now = cells
    table = np.zeros((8, 8))
    np.add.at(table, (true, decide(was, now, **setting)), 1.0)
    return table


def scores(table: np.ndarray) -> tuple[float, float, float]:
    """Give κ where diseased, κ of all lung, and the share of lung that is called changed falsely."""
    diseased = table.copy()
    diseased[CHANGE_CODES["unchanged"]] = 0.0
    return agreement(diseased), agreement(table), float(table[np.ix_(STILL, CHANGED)].sum() / table.sum())


def main() -> None:
    paths = sorted(Path(sys.argv[1]).glob("*.npz"))
    held = paths[HELD_OUT - 1 :: HELD_OUT]
    chosen_on = together([part for path in paths if path not in held for part in cells_of(path)])
    found = []
    for values in product(*TRIED.values()):
        setting = dict(zip(TRIED, values, strict=True))
        figures = scores(table_of(chosen_on, setting))
        if figures[2] <= MOST_FALSE:
            found.append((sum(figures[:2]) / 2, figures, setting))
    found.sort(key=lambda item: -item[0])
    for _, figures, setting in found[:5]:
        print("kappa where diseased, of all lung, falsely changed", np.round(figures, 3), setting, flush=True)
    scored_on = together([part for path in held for part in cells_of(path)])
    for name, setting in (("the first", found[0][2]), ("as shipped", {})):
        table = table_of(scored_on, setting)
        print("held out,", name, np.round(scores(table), 3))
        print((1000 * table / table.sum()).round(1)[1:7, 1:7])


if __name__ == "__main__":
    main()
