"""Lay slabs of phantom pairs out as the network of change sees them, with what truly became of each cell.

    PYTHONPATH=. python data-raw/change/make_pairs.py PAIRS 76 20
    PYTHONPATH=. python data-raw/change/lay_out.py PAIRS FOLDER

To be run again whenever the method of patterns changes: a pair takes some ten seconds of one core.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from make_pairs import SLABS, Slab, SlabPair, read_pair
from scipy import ndimage

from breathline.ct.change import change_of
from breathline.ct.change_network import BothDates
from breathline.ct.joint_decision import both_dates, middles
from breathline.ct.patterns.learned_texture import look_at, weigh_cells
from breathline.ct.patterns.method import CellEvidence
from breathline.ct.patterns.network import shipped_network
from breathline.model.volume import LUNG_CODES, LabelMap, Volume


@dataclass(frozen=True, eq=False)
class Example:
    """What both dates show of a slab, and the true change of its cells: codes of ``CHANGE_CODES``, 0 if not known."""

    both: BothDates
    true: np.ndarray


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
    _, sheets, likely = look_at(volume, lungs, shipped_network())
    return weigh_cells(likely, sheets)


def laid_out(path: Path) -> list[Example]:
    """Lay the slabs of a pair out."""
    found = []
    for n in range(SLABS):
        pair, random = read_pair(path, n), np.random.default_rng([int(path.stem), n, 405])
        before, after = (evidence_of(slab, random) for slab in (pair.baseline, pair.followup))
        found.append(_example(pair, before, after))
    return found


def _example(pair: SlabPair, before: CellEvidence, after: CellEvidence) -> Example:
    pick = np.ix_(*middles(before, pair.baseline.hu.shape[0]))
    where = np.moveaxis(pair.places[pick], -1, 0), pair.grown[pick].astype(np.float32)
    both = both_dates(before, after, where, 0)
    true = change_of(pair.baseline.patterns, pair.after)[pick]
    return Example(both=both, true=np.where(both.shown, true, 0).astype(np.uint8))


def write(path: Path, examples: list[Example]) -> None:
    """Keep the examples of one pair."""
    table = {}
    for n, one in enumerate(examples):
        both = one.both
        table |= {f"{n} likely": both.likely, f"{n} excess": np.rint(both.excess).astype(np.int16)}
        table |= {f"{n} shown": both.shown, f"{n} separate": np.array(both.separate), f"{n} true": one.true}
    np.savez_compressed(path, **table)


def read(path: Path) -> list[Example]:
    """Read what `write` kept."""
    table, found = np.load(path), []
    for n in range(SLABS):
        likely, excess, shown, separate, true = (
            table[f"{n} {name}"] for name in ("likely", "excess", "shown", "separate", "true")
        )
        both = BothDates(
            likely=likely, excess=excess.astype(np.float32), shown=shown, separate=bool(separate)
        )
        found.append(Example(both, true))
    return found


def main() -> None:
    pairs, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(pairs.glob("[0-9]*.npz")):
        if not (folder / path.name).exists():
            write(folder / path.name, laid_out(path))
            print(path.stem, "laid out", flush=True)


if __name__ == "__main__":
    main()
