"""Derive the network that tells patterns apart, from the phantoms that make_scans.py drew.

    python data-raw/patterns/make_scans.py FOLDER 160
    PYTHONPATH=data-raw python data-raw/patterns/derive.py FOLDER [MINUTES] [--earlier NETWORK]

Needs PyTorch and onnx beside Breathline (`pip install torch onnx`); neither is needed to use what it writes,
src/breathline/ct/patterns/network.onnx. It runs on a processor, more quickly on a graphics card. Scans that are laid
out meanwhile (cells.py) are taken up; every tenth is held out and only scored. The shipped weights came of
several runs, each going on from the one before by --earlier (docs/explanation/hrct.md).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from cells import NOTHING, Example, laid_out
from learning import Shelf, UNet, device_here, export, is_held_out, learn, take_from_export
from torch.nn import functional

from breathline.ct.patterns.network import CLASSES, MULTIPLE
from breathline.ct.patterns.sheets import AROUND, CELL_MM, CHANNELS, DEEPEST_MM, SCALE_HU, Sheets, channels

TARGET = Path(__file__).resolve().parents[2] / "src" / "breathline" / "ct" / "patterns" / "network.onnx"
WIDTHS = (16, 32, 64, 64)
PATCH, BATCH = 160, 8
SHOWN = 32
"""Patches on which an earlier network's normalisation is measured."""
UNEVEN, LARGEST_UNEVEN_HU, LARGEST_LAYER_HU, PRONE = 0.5, 15.0, 70.0, 0.2
"""How often healthy lung is made uneven, the most [HU], and how often the layer lies in front. In a real scan without
interstitial disease (nlst-101287) the last 3 to 6 mm above the pleura of the back are 37 HU denser, 60 in places."""
LARGEST_RIM_HU = 150.0
"""A rim at the pleura, which moves and is cut by slices, may be so much denser [HU]."""
WHOLE, LARGEST_WHOLE_HU = 0.15, 60.0
"""How often a whole sheet is denser, as the tops of the lungs are, and how much [HU]."""
NORMAL_SD_HU = 30.0
"""How far another patient's normal lung may lie beside the phantom's [HU]: real ones are at −846 and −942."""
SCORED = 40
"""Scans on which the network is scored, and on which its classes are balanced."""
BALANCED = 120
"""Slabs on which the classes are balanced."""
ALONE = 0.15
"""Share of patches whose neighbours tell nothing, as in interval HRCT."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a slab where they are learnt from, with a margin: (sheets, rows, columns)."""

    hu: torch.Tensor
    lung: torch.Tensor
    depth: torch.Tensor
    normal: torch.Tensor
    noise: float
    separate: bool
    truth: torch.Tensor
    places: np.ndarray
    """(cells, 3): where lung is."""

    @classmethod
    def of(cls, example: Example, device: torch.device) -> Cells:
        sheets, half = example.sheets, PATCH // 2

        def there(values: np.ndarray, kind: torch.dtype, fill: float = 0.0) -> torch.Tensor:
            padded = np.pad(values, [(0, 0), (half, half), (half, half)], constant_values=fill)
            return torch.from_numpy(padded).to(device, kind)

        normal = np.pad(sheets.normal, (half, half), mode="edge")
        places = np.argwhere(example.truth != NOTHING).astype(np.int16)
        return cls(
            hu=there(sheets.hu, torch.float16), lung=there(sheets.lung, torch.float16),
            depth=there(sheets.depth, torch.float16), normal=torch.from_numpy(normal).to(device),
            noise=sheets.noise, separate=sheets.separate,
            truth=there(example.truth, torch.uint8, NOTHING), places=places,
        )  # fmt: skip


def unevenness(
    cells: Cells, number: int, part: tuple[slice, slice], random: np.random.Generator
) -> torch.Tensor:
    """Density that healthy lung has more or less in places, which no phantom draws: it must not be called disease [HU].

    Lung that others lie on is denser towards the couch, by tens of HU within a centimetre or two of the pleura, more
    in one patient than in the next and more in one part than in another; and lung is not alike from place to place.
    """
    device = cells.hu.device
    rough = torch.from_numpy(random.normal(size=(2, 1, 7, 7)).astype(np.float32)).to(device)
    slow, patchy = functional.interpolate(rough, size=(PATCH, PATCH), mode="bicubic", align_corners=True)[
        :, 0
    ]
    found = torch.zeros(PATCH, PATCH, device=device)
    if random.random() < UNEVEN:
        found += random.uniform(0.0, LARGEST_UNEVEN_HU) * slow
    if random.random() < UNEVEN:
        column = cells.lung[number, :, part[1]].float()
        away = 1 if random.random() < PRONE else 0
        under = column.cumsum(0) if away else column.flip(0).cumsum(0).flip(0)
        deep = under[part[0]] * CELL_MM
        layer = torch.exp(-deep / random.uniform(4.0, 18.0)) * torch.clip(0.7 + 0.5 * patchy, 0.0, 1.3)
        found += random.uniform(0.0, LARGEST_LAYER_HU) * layer
    if random.random() < UNEVEN:
        depth = cells.depth[number, part[0], part[1]].float()
        rim = torch.exp(-depth / random.uniform(0.8, 3.0)) * torch.clip(0.5 + 0.5 * patchy, 0.0, 1.3)
        found += random.uniform(0.0, LARGEST_RIM_HU) * rim
    if random.random() < WHOLE:
        found += random.uniform(0.0, LARGEST_WHOLE_HU)
    return found


def patch(cells: Cells, random: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw a part of a sheet around some lung, changed as scans differ; the same channels as `channels` gives."""
    number, row, column = (int(v) for v in cells.places[random.integers(len(cells.places))])
    # the padding is half a patch, so that the place is in the middle
    part = (slice(row, row + PATCH), slice(column, column + PATCH))
    last = cells.hu.shape[0] - 1
    alone = cells.separate or random.random() < ALONE
    sheets = [number if alone else min(max(number + away, 0), last) for away in AROUND]
    density = cells.hu[sheets, part[0], part[1]].float()
    share = cells.lung[sheets, part[0], part[1]]
    lung = cells.lung[number, part[0], part[1]].float()
    normal = cells.normal[part[0]][:, None].expand(PATCH, PATCH)
    noisy = random.uniform(0, 12.0) if random.random() < 0.5 else 0.0
    shift = random.normal(0.0, 8.0)
    density = density - normal + shift + noisy * torch.randn_like(density)
    density = density + unevenness(cells, number, part, random)
    inside = lung > 0
    x = torch.cat(
        [
            torch.where(share > 0, density, 0.0) / SCALE_HU,
            torch.where(inside, normal + 850.0 + random.normal(0.0, NORMAL_SD_HU), 0.0)[None] / SCALE_HU,
            cells.depth[number, part[0], part[1]].float()[None] / DEEPEST_MM,
            lung[None],
            torch.where(inside, np.hypot(cells.noise, noisy), 0.0)[None].float() / 50.0,
        ]
    )
    y = cells.truth[number, part[0], part[1]].long()
    flips = [axis for axis, often in ((-1, 0.5), (-2, 0.3)) if random.random() < often]
    if random.random() < 0.5:  # the order of the sheets
        x = torch.cat([x[: len(AROUND)].flip(0), x[len(AROUND) :]])
    return x.flip(flips), y.flip(flips)


def loss_of(
    shelf: Shelf[Cells], say: Callable[[torch.Tensor], torch.Tensor], random: np.random.Generator
) -> torch.Tensor:
    """Draw some patches, and hold what the network says of them against the truth."""
    x, y = (
        torch.stack(part)
        for part in zip(*(patch(shelf.draw(random), random) for _ in range(BATCH)), strict=True)
    )
    return functional.cross_entropy(say(x), y, weight=WEIGHTS.to(x.device), ignore_index=NOTHING)


WEIGHTS = torch.tensor([1.0, 1.5, 2.0, 2.0, 2.0, 2.0, 1.5, 1.5])
"""Rare patterns count somewhat more than their frequency."""


def logits_of(network: UNet, sheets: Sheets, number: int) -> np.ndarray:
    given = channels(sheets, number)
    pad = [(0, -n % MULTIPLE) for n in given.shape[1:]]
    device = next(network.parameters()).device
    with torch.no_grad():
        found = network(torch.from_numpy(np.pad(given, [(0, 0), *pad]))[None].to(device))[0]
    return found[:, : given.shape[1], : given.shape[2]].cpu().numpy()


def balance(network: UNet, examples: list[Example]) -> None:
    """Move the offsets of the last layer so that each class is called as often as it is there."""
    random = np.random.default_rng(2)
    said, true = [], []
    for one in random.choice(np.array(examples, dtype=object), min(BALANCED, len(examples)), replace=False):
        for number in range(0, one.truth.shape[0], 3):
            use = one.truth[number] != NOTHING
            said.append(logits_of(network, one.sheets, number)[:, use].T)
            true.append(one.truth[number][use])
    logits, there = np.concatenate(said), np.bincount(np.concatenate(true), minlength=len(CLASSES))
    offsets = np.zeros(len(CLASSES), np.float32)
    for _ in range(40):
        called = np.bincount((logits + offsets).argmax(axis=1), minlength=len(CLASSES))
        offsets += 0.3 * np.log((there + 10.0) / (called + 10.0)).astype(np.float32)
    offsets -= offsets[0]
    print("offsets", dict(zip(CLASSES, offsets.round(2).tolist(), strict=True)), flush=True)
    with torch.no_grad():
        network.last.bias += torch.from_numpy(offsets).to(network.last.bias.device)


def scored(network: UNet, examples: list[Example]) -> np.ndarray:
    """Confusion table of cells, true class by called class."""
    table = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
    for one in examples:
        for number in range(one.truth.shape[0]):
            use = one.truth[number] != NOTHING
            if use.any():
                called = logits_of(network, one.sheets, number).argmax(axis=0)
                np.add.at(table, (one.truth[number][use], called[use]), 1)
    return table


def tell(table: np.ndarray) -> None:
    hits = np.diag(table)
    scores = 2 * hits / np.maximum(table.sum(axis=0) + table.sum(axis=1), 1)
    often = table.sum(axis=0) / np.maximum(table.sum(axis=1), 1)
    for name, score, ratio in zip(CLASSES, scores, often, strict=True):
        print(f"{name:15s} F1 {score:.3f}, called {ratio:.3f} times as often as there")
    print(f"mean F1 of tissue {scores[:6].mean():.3f}")
    print((1000 * table / table.sum()).round(1), flush=True)


def cells_of(path: Path, device: torch.device) -> list[Cells]:
    """Give the slabs of a scan that show lung."""
    found = [Cells.of(one, device) for one in laid_out(path)]
    return [one for one in found if len(one.places)]


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("folder", type=Path)
    given.add_argument("minutes", type=float, nargs="?", default=60.0)
    given.add_argument("--widths", default=",".join(map(str, WIDTHS)))
    given.add_argument("--earlier", type=Path, help="network in ONNX to go on from")
    given.add_argument("--out", type=Path, default=TARGET)
    asked = given.parse_args()
    widths = tuple(map(int, asked.widths.split(",")))
    if MULTIPLE % 2 ** (len(widths) - 1):
        given.error(
            f"{len(widths)} widths need sheets that are filled up to more than MULTIPLE of network.py, {MULTIPLE}"
        )
    folder, device = asked.folder, device_here()
    for path in sorted(folder.glob("[0-9]*.npz")):
        laid_out(path)
    shelf = Shelf(folder / "sheets", lambda path: cells_of(folder / path.name, device))
    network = UNet(2, len(CHANNELS), len(CLASSES), widths)
    if asked.earlier is not None:
        random = np.random.default_rng(3)
        shown = torch.stack([patch(shelf.draw(random), random)[0] for _ in range(SHOWN)])
        take_from_export(network, asked.earlier, shown.cpu())
    network = learn(
        network, lambda say, random: loss_of(shelf, say, random), shelf, asked.minutes, asked.out,
        going_on=asked.earlier is not None,
    )  # fmt: skip
    paths = [folder / path.name for path in sorted((folder / "sheets").glob("[0-9]*.npz"))]
    balance(network, [one for path in paths if not is_held_out(path) for one in laid_out(path)][: 4 * SCORED])
    tell(scored(network, [one for path in paths if is_held_out(path) for one in laid_out(path)]))
    axes = {0: "sheets", 2: "rows", 3: "columns"}
    export(network, torch.zeros(1, len(CHANNELS), PATCH, PATCH), ("cells", "logits"), axes, asked.out)


if __name__ == "__main__":
    main()
