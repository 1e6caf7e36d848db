"""Derive the network that tells what changed, from the slabs of phantom pairs that lay_out.py laid out.

    PYTHONPATH=data-raw:. python data-raw/change/derive.py FOLDER [MINUTES]

Needs PyTorch and onnx beside Breathline; neither is needed to use what it writes, src/breathline/ct/change.onnx. It
runs on a processor, more quickly on a graphics card. Every tenth pair is held out and only scored; how readily change
and disease are called is chosen on the others: no more lung that stayed is called changed than `MOST_FALSE`. The
shipped weights came of pairs 20 to 51 and 61 to 102 in 24 minutes of two cores.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import torch
from benchmarks.change import agreement
from lay_out import Example, read
from learning import Shelf, UNet, device_here, export, is_held_out, learn
from torch.nn import functional

from breathline.ct.change_network import AROUND, CHANGES, EXCHANGED, chances, channels, exchanged
from breathline.ct.joint_decision import decide, denser
from breathline.ct.patterns.method import INTERSTITIAL
from breathline.model.ct_change import CHANGE_CODES

TARGET = Path(__file__).resolve().parents[2] / "src" / "breathline" / "ct" / "change.onnx"
GIVEN = 2 * len(AROUND) * (len(INTERSTITIAL) + 2) + 1
WIDTHS = (16, 32, 64)
PATCH, BATCH = 96, 16
CHANGED_SHARE = 0.6
"""Share of the patches around cells that are diseased at either date."""
ALONE = 0.15
"""Share of the patches whose sheet is shown as if it were alone."""
SHIFT_HU = 8.0
"""Normal density of a date is off by so much more (standard deviation)."""
WEIGHTS = torch.tensor([1.0, 1.0, 1.2, 1.2, 1.5, 1.5])
"""Rare changes count somewhat more than their frequency."""
MOST_FALSE = 0.03
"""Share of the lung that may be called changed falsely."""
STAYED, GONE, TURNED = (0.0, 0.25, 0.5, 0.75, 1.0), (0.0, 0.25, 0.5, 0.75, 1.0), (0.0, 0.4, 0.8, 1.2)
"""Tried offsets of the logits of disease that stayed, that went or came, and that turned into another kind."""
CELLS = 400_000
"""Cells drawn of all, on which the offsets are chosen and the network is scored."""
NOTHING = 255
PLACE = np.full(256, NOTHING, np.uint8)
"""The place in `CHANGES` of each code."""
PLACE[[CHANGE_CODES[name] for name in CHANGES]] = np.arange(len(CHANGES))
OTHER_WAY = np.full(256, NOTHING, np.uint8)
OTHER_WAY[: len(CHANGES)] = EXCHANGED
"""The place of each where the dates are exchanged."""
STILL = [CHANGES.index(name) for name in ("unchanged", "persistent")]
CHANGED = [n for n in range(len(CHANGES)) if n not in STILL]


class Slab:
    """A slab with a margin of half a patch around each sheet, and its cells that are diseased at either date."""

    def __init__(self, one: Example) -> None:
        half = PATCH // 2

        def wider(values: np.ndarray, fill: int = 0) -> np.ndarray:
            around = [(0, 0)] * (values.ndim - 2) + [(half, half)] * 2
            return np.pad(values, around, constant_values=fill)

        both = one.both
        self.both = replace(
            both, likely=wider(both.likely), excess=wider(both.excess), shown=wider(both.shown)
        )
        places = PLACE[one.true]
        self.true = wider(places, NOTHING)
        self.told = np.argwhere(places != NOTHING).astype(np.int16)
        self.ill = np.argwhere((places != NOTHING) & (places > 0)).astype(np.int16)


def slabs_of(path: Path) -> list[Slab]:
    """Give the slabs of a pair in which something can be learnt."""
    return [slab for slab in map(Slab, read(path)) if len(slab.ill)]


def patch(slab: Slab, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw a part of a sheet, changed as pairs of scans differ."""
    cells = slab.ill if random.random() < CHANGED_SHARE else slab.told
    number, row, column = (int(v) for v in cells[random.integers(len(cells))])
    # the margin is half a patch, so that the place is in the middle
    part = (slice(row, row + PATCH), slice(column, column + PATCH))
    both = slab.both
    way = 1 if random.random() < 0.5 else -1  # the order of the sheets
    likely, excess, shown = (
        one[..., ::way, part[0], part[1]] for one in (both.likely, both.excess, both.shown)
    )
    shift = random.normal(0.0, SHIFT_HU, (2, 1, 1, 1)).astype(np.float32)
    alone = both.separate or random.random() < ALONE
    seen = replace(
        both, likely=likely, excess=np.where(shown, excess + shift, 0.0), shown=shown, separate=alone
    )
    x = channels(seen, number if way > 0 else len(shown) - 1 - number)
    y = slab.true[number, *part]
    if random.random() < 0.5:  # the order of the dates
        x, y = exchanged(x), OTHER_WAY[y]
    for axis in (-1, -2):
        if random.random() < 0.5:
            x, y = np.flip(x, axis), np.flip(y, axis)
    return np.ascontiguousarray(x), np.ascontiguousarray(y).astype(np.int64)


def loss_of(
    shelf: Shelf[Slab], say: Callable[[torch.Tensor], torch.Tensor], random: np.random.Generator
) -> torch.Tensor:
    """Draw some patches, and hold what the network says of them against the truth."""
    device = device_here()
    x, y = (
        torch.from_numpy(np.stack(part)).to(device)
        for part in zip(*(patch(shelf.draw(random), random) for _ in range(BATCH)), strict=True)
    )
    return functional.cross_entropy(say(x), y, weight=WEIGHTS.to(device), ignore_index=NOTHING)


def told(network: UNet, paths: list[Path]) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Give of every cell how likely each change is, by how much the lung around grew denser, and the true change."""
    device = next(network.parameters()).device

    def say(given: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return network(torch.from_numpy(given).to(device)).cpu().numpy()

    for path in paths:
        for one in read(path):
            use = PLACE[one.true] != NOTHING
            yield chances(one.both, say)[:, use], denser(one.both)[use], PLACE[one.true][use]


def together(network: UNet, paths: list[Path]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Join the cells of several pairs, or some of them if they are many."""
    likely, rise, true = (np.concatenate(part, axis=-1) for part in zip(*told(network, paths), strict=True))
    kept = np.random.default_rng(3).permutation(true.size)[:CELLS]
    return likely[:, kept], rise[kept], true[kept]


def table_of(cells: tuple[np.ndarray, np.ndarray, np.ndarray], offsets: np.ndarray) -> np.ndarray:
    """Count cells by true and by told change."""
    likely, rise, true = cells
    called = PLACE[decide(likely * np.exp(offsets)[:, None].astype(np.float32), rise)]
    table = np.zeros((len(CHANGES), len(CHANGES)))
    np.add.at(table, (true, called), 1.0)
    return table


def scores(table: np.ndarray) -> tuple[float, float, float]:
    """Give κ where diseased, κ of all lung, and the share of lung that is called changed falsely."""
    diseased = table.copy()
    diseased[0] = 0.0
    return agreement(diseased), agreement(table), float(table[np.ix_(STILL, CHANGED)].sum() / table.sum())


def balanced(cells: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    """Choose the offsets of the highest mean of both κ that call no more lung changed falsely than `MOST_FALSE`."""
    best = (-1.0, None)
    for stayed, gone, turned in product(STAYED, GONE, TURNED):
        offsets = np.array([0.0, stayed, gone, gone, gone + turned, gone + turned], np.float32)
        ill, whole, wrong = scores(table_of(cells, offsets))
        if wrong <= MOST_FALSE and ill + whole > best[0]:
            best = (ill + whole, offsets)
    if best[1] is None:
        raise SystemExit(f"Each of the offsets calls more than {MOST_FALSE:.0%} of the lung changed falsely.")
    return best[1]


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("folder", type=Path)
    given.add_argument("minutes", type=float, nargs="?", default=30.0)
    given.add_argument("--out", type=Path, default=TARGET)
    asked = given.parse_args()
    shelf = Shelf(asked.folder, slabs_of)
    network = UNet(2, GIVEN, len(CHANGES), WIDTHS)
    network = learn(network, lambda say, random: loss_of(shelf, say, random), shelf, asked.minutes, asked.out)
    paths = sorted(asked.folder.glob("[0-9]*.npz"))
    offsets = balanced(together(network, [path for path in paths if not is_held_out(path)]))
    with torch.no_grad():
        network.last.bias += torch.from_numpy(offsets).to(network.last.bias.device)
    print("offsets", dict(zip(CHANGES, offsets.tolist(), strict=True)))
    table = table_of(together(network, [path for path in paths if is_held_out(path)]), 0.0 * offsets)
    print("held out: κ where diseased, κ of all lung, falsely changed", np.round(scores(table), 3))
    print((1000 * table / table.sum()).round(1), flush=True)
    axes = {0: "sheets", 2: "rows", 3: "columns"}
    export(network, torch.zeros(1, GIVEN, PATCH, PATCH), ("cells", "logits"), axes, asked.out)


if __name__ == "__main__":
    main()
