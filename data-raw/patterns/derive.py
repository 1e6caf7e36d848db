"""Derive the network that tells patterns apart, from the phantoms that make_scans.py drew.

    python data-raw/patterns/make_scans.py FOLDER 160
    python data-raw/patterns/derive.py FOLDER [MINUTES]

Needs PyTorch and onnx beside Breathline (`pip install torch onnx`); neither is needed to use what it writes,
src/breathline/ct/patterns/network.onnx. A graphics card makes it bearable; scans that are drawn meanwhile are taken up.
Every tenth scan is held out and only scored. The shipped weights came of an earlier form of this script, of widths 16,
32, 64, 64 and of numbers 0 to 400, drawn with breaths from 0.75 of a full one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from scipy import ndimage
from torch import nn
from torch.nn import functional

from breathline.ct.patterns.network import CLASSES
from breathline.ct.patterns.normal import Normal, find_normal
from breathline.ct.patterns.parenchyma import read_parenchyma
from breathline.ct.patterns.sheets import (
    CHANNELS,
    DEEPEST_MM,
    SCALE_HU,
    Sheets,
    channels,
    read_sheets,
)
from breathline.ct.reach import close
from breathline.model.volume import LUNG_CODES, Geometry, LabelMap, Volume

TARGET = Path(__file__).resolve().parents[2] / "src" / "breathline" / "ct" / "patterns" / "network.onnx"
WIDTHS = (16, 32, 96, 160, 192)
PATCH, BATCH = 160, 32
RATE, DECAY, EMA = 3e-3, 1e-3, 0.998
HELD_OUT = 10
SCORED = 40
"""Scans on which the network is scored, and on which its classes are balanced."""
ALONE = 0.15
"""Share of patches whose neighbours tell nothing, as in interval HRCT."""
AROUND = (-1, 0, 1)
"""Sheets shown, by their distance."""
THINNEST_MM = 1.5
AIR_HU = -850
BALANCED = 120
"""Slabs on which the classes are balanced."""
MOVED = 0.3
"""Share of slabs in which something moved."""
WIDE = 8
"""Every so many scans have pixels twice as wide."""
NOTHING = 255
"""Cells that are not lung: not learned from."""


def read_slabs(path: Path) -> Iterator[tuple[Volume, LabelMap, np.ndarray]]:
    """Each slab of a scan, with lungs as a program outlines them rather than as they are."""
    kept = np.load(path)
    spacing = tuple(float(step) for step in kept["spacing"])
    random = np.random.default_rng([int(path.stem), 99])
    outline = Outline.drawn(random)
    for n in (0, 1):
        hu, lungs, truth = (kept[f"{name}_{n}"] for name in ("hu", "lungs", "patterns"))
        hu = beaten(hu, random)
        lungs, truth = outline.of(hu, lungs, truth, spacing)
        geometry = Geometry(shape=hu.shape, spacing_mm=spacing, slice_thickness_mm=float(kept["thickness"]))
        labels = LabelMap(labels=lungs, geometry=geometry, names=LUNG_CODES)
        if labels.labels.any():
            yield Volume(hu=hu, geometry=geometry), labels, truth


def beaten(hu: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Show some of the chest twice, as a beating heart or a breath drawn during the scan does."""
    if random.random() > MOVED:
        return hu
    where = ndimage.zoom(
        random.normal(size=(3, 5, 5)), [n / m for n, m in zip(hu.shape, (3, 5, 5), strict=True)], order=1
    )
    share = 0.5 * np.clip(where + random.uniform(-0.5, 0.5), 0.0, 1.0).astype(np.float32)
    other = np.roll(hu, tuple(random.integers(-5, 6, 2)), axis=(1, 2))
    return ((1 - share) * hu + share * other).astype(np.int16)


@dataclass(frozen=True)
class Outline:
    """How a program's outline differs from the truth.

    It lies at a density, closes clefts at the hilum, and takes in some of the wall, the heart or the top of the
    diaphragm. What is not truly lung is normal, or airway where it holds air: it must not be called disease.
    """

    level: float | None
    closing_mm: float
    wider: int
    higher: bool

    @classmethod
    def drawn(cls, random: np.random.Generator) -> Outline:
        return cls(
            level=float(random.uniform(-500, -150)) if random.random() < 0.5 else None,
            closing_mm=float(random.uniform(3.0, 8.0)) if random.random() < 0.6 else 0.0,
            wider=int(random.choice([0, 0, 0, 1, 2, 3])),
            higher=bool(random.random() < 0.3),
        )

    def of(
        self, hu: np.ndarray, lungs: np.ndarray, truth: np.ndarray, spacing: tuple[float, ...]
    ) -> tuple[np.ndarray, np.ndarray]:
        cross = np.zeros((3, 3, 3), bool)
        cross[1] = ndimage.generate_binary_structure(2, 1)
        found = lungs.copy()
        if self.level is not None:
            edge = (lungs > 0) & ~ndimage.binary_erosion(lungs > 0, cross)
            found = np.where(edge & (hu > self.level), 0, lungs)
            found = np.where((lungs == 0) & (hu < -400), ndimage.grey_dilation(lungs, footprint=cross), found)
        if self.closing_mm:
            grid = InSlices((1e3, *spacing[1:]))
            for side in (1, 2):
                closed = close(found == side, self.closing_mm, grid)
                found = np.where(closed & (found == 0), side, found)
        for _ in range(self.wider):
            found = np.where(found == 0, ndimage.grey_dilation(found, footprint=cross), found)
        if self.higher:  # a slice whose lower part is diaphragm
            above = np.concatenate([found[1:], found[-1:]])
            found = np.where(found == 0, above, found)
        other = np.where(hu < AIR_HU, CLASSES.index("airway") + 1, CLASSES.index("normal") + 1)
        truth = np.where((found > 0) & (truth == 0), other, truth)
        return found.astype(np.uint8), truth.astype(np.uint8)


@dataclass(frozen=True)
class InSlices:
    """Slices closed each by itself."""

    spacing_mm: tuple[float, float, float]
    separate: bool = True


def normal_of(slabs: list[tuple[Volume, LabelMap, np.ndarray]]) -> tuple[Normal, tuple[int, int]]:
    """The patient's normal lung, from both slabs together."""
    volume, labels, _ = slabs[0]
    hu = np.concatenate([one.hu for one, _, _ in slabs])
    geometry = replace(volume.geometry, shape=hu.shape)
    lungs = replace(labels, labels=np.concatenate([one.labels for _, one, _ in slabs]), geometry=geometry)
    parenchyma = read_parenchyma(Volume(hu=hu, geometry=geometry), lungs)
    return find_normal(parenchyma), (parenchyma.start[1], parenchyma.factor[1])


def apart(volume: Volume, lungs: LabelMap, truth: np.ndarray) -> tuple[Volume, LabelMap, np.ndarray]:
    """Keep every fourth slice, as interval HRCT shows them: each by itself."""
    every = slice(0, None, 4)
    hu = np.ascontiguousarray(volume.hu[every])
    geometry = replace(volume.geometry, shape=hu.shape, spacing_mm=(10.0, *volume.geometry.spacing_mm[1:]))
    labels = replace(lungs, labels=np.ascontiguousarray(lungs.labels[every]), geometry=geometry)
    return Volume(hu=hu, geometry=geometry), labels, truth[every]


def wide(volume: Volume, lungs: LabelMap, truth: np.ndarray) -> tuple[Volume, LabelMap, np.ndarray]:
    """Make pixels twice as wide, as of a matrix of 256."""
    dz, dy, dx = volume.geometry.spacing_mm
    means = volume.hu.astype(np.int32)
    means = (means[:, ::2, ::2] + means[:, 1::2, ::2] + means[:, ::2, 1::2] + means[:, 1::2, 1::2]) // 4
    geometry = replace(volume.geometry, shape=means.shape, spacing_mm=(dz, 2 * dy, 2 * dx))
    labels = replace(lungs, labels=np.ascontiguousarray(lungs.labels[:, ::2, ::2]), geometry=geometry)
    return Volume(hu=means.astype(np.int16), geometry=geometry), labels, truth[:, ::2, ::2]


def truth_of(sheets: Sheets, truth: np.ndarray, lungs: np.ndarray) -> np.ndarray:
    """Class of most lung voxels of each cell; `NOTHING` where there is no lung."""
    codes = np.where(lungs > 0, truth, 0)
    shape = sheets.hu.shape
    rows, columns = sheets.row, sheets.column
    used = np.ix_(rows >= 0, columns >= 0)
    place = rows[rows >= 0][:, None] * shape[2] + columns[columns >= 0][None, :]
    found = np.full(shape, NOTHING, np.uint8)
    for number in range(shape[0]):
        start = sheets.first + number * sheets.layers
        part = codes[start : start + sheets.layers]
        counts = np.zeros((len(CLASSES), shape[1] * shape[2]))
        for layer in part:
            here = layer[used]
            for code in range(1, len(CLASSES) + 1):
                counts[code - 1] += np.bincount(place[here == code], minlength=counts.shape[1])
        most = counts.argmax(axis=0).astype(np.uint8)
        most[(counts.sum(axis=0) == 0) | (sheets.lung[number].ravel() < 0.5)] = NOTHING
        found[number] = most.reshape(shape[1:])
    return found


@dataclass(frozen=True, eq=False)
class Example:
    """Sheets of one slab and the true class of each cell."""

    sheets: Sheets
    truth: np.ndarray


def laid_out(path: Path) -> list[Example]:
    """Lay a scan out in sheets, thin ones also as interval HRCT; kept beside the scans for the next run."""
    kept = path.parent / "sheets" / path.name
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        slabs = list(read_slabs(path))
        if int(path.stem) % WIDE == WIDE - 1:
            slabs = [wide(*slab) for slab in slabs]
        normal, rows = normal_of(slabs)
        if slabs[0][0].geometry.spacing_mm[0] <= THINNEST_MM:
            slabs += [apart(*slab) for slab in slabs]
        arrays = {}
        for n, (volume, lungs, truth) in enumerate(slabs):
            sheets = read_sheets(volume, lungs, normal, rows)
            arrays[f"truth_{n}"] = truth_of(sheets, truth, lungs.labels)
            arrays |= {f"{name}_{n}": getattr(sheets, name) for name in Sheets.__dataclass_fields__}
            for name in ("hu", "lung", "depth"):
                arrays[f"{name}_{n}"] = arrays[f"{name}_{n}"].astype(np.float16)
        part = kept.with_name(f"part-{path.name}")
        np.savez(part, **arrays)
        part.rename(kept)
    table = np.load(kept)
    found = []
    for n in range(sum(name.startswith("truth_") for name in table.files)):
        parts = {name: table[f"{name}_{n}"] for name in Sheets.__dataclass_fields__}
        for name in ("noise", "first", "layers", "separate"):
            parts[name] = parts[name].item()
        parts["spacing_mm"] = tuple(parts["spacing_mm"].tolist())
        found.append(Example(Sheets(**parts), table[f"truth_{n}"]))
    return found


def block(wide: int, out: int) -> nn.Sequential:
    parts = []
    for n in (wide, out):
        parts += [nn.Conv2d(n, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True)]
    return nn.Sequential(*parts)


class UNet(nn.Module):
    """Encoder and decoder with links between (Ronneberger et al. 2015), small."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.down = nn.ModuleList(block(a, b) for a, b in pairwise((len(CHANNELS), *widths)))
        self.up = nn.ModuleList(block(a + b, a) for a, b in zip(widths[-2::-1], widths[:0:-1], strict=True))
        self.last = nn.Conv2d(widths[0], len(CLASSES), 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = []
        for number, part in enumerate(self.down):
            x = part(x if number == 0 else functional.max_pool2d(x, 2))
            kept.append(x)
        kept.pop()
        for part in self.up:
            x = part(torch.cat([functional.interpolate(x, scale_factor=2.0), kept.pop()], dim=1))
        return self.last(x)


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
    inside = lung > 0
    x = torch.cat(
        [
            torch.where(share > 0, density, 0.0) / SCALE_HU,
            torch.where(inside, normal + 850.0 + random.normal(0.0, 10.0), 0.0)[None] / SCALE_HU,
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


def batch(learned: list[Cells], random: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw some patches and their truth."""
    drawn = [patch(learned[random.integers(len(learned))], random) for _ in range(BATCH)]
    x = torch.stack([one[0] for one in drawn]).contiguous(memory_format=torch.channels_last)
    return x, torch.stack([one[1] for one in drawn])


class Growing:
    """The examples laid out so far; more are taken up while others draw them."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        self.folder, self.device = folder, device
        self.known: set[str] = set()
        self.learned: list[Cells] = []

    def look(self, most: int) -> None:
        """Take up at most so many scans more."""
        for path in sorted((self.folder / "sheets").glob("[0-9]*.npz")):
            if path.name in self.known or int(path.stem) % HELD_OUT == HELD_OUT - 1:
                continue
            if not most:
                return
            most -= 1
            self.known.add(path.name)
            found = [Cells.of(one, self.device) for one in laid_out(self.folder / path.name)]
            self.learned += [one for one in found if len(one.places)]


def train(growing: Growing, minutes: float, widths: tuple[int, ...]) -> UNet:
    """Minimise the cross-entropy by AdamW with one cycle of the rate, for as long as there is time.

    What is kept is a running mean of the weights.
    """
    torch.manual_seed(1)
    random = np.random.default_rng(1)
    device = growing.device
    network = UNet(widths).to(device, memory_format=torch.channels_last)
    mean = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(EMA), use_buffers=True
    )
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    weights = WEIGHTS.to(device)
    started, shown, losses, steps = time.monotonic(), time.monotonic(), [], 0
    while not growing.learned:
        growing.look(1000)
        time.sleep(1.0)
    network.train()
    while (part := (time.monotonic() - started) / (60.0 * minutes)) < 1.0:
        rate = RATE * (
            min(1.0, part / 0.05) if part < 0.05 else 0.5 * (1 + np.cos(np.pi * (part - 0.05) / 0.95))
        )
        for group in optimiser.param_groups:
            group["lr"] = rate
        x, y = batch(growing.learned, random)
        with torch.autocast(device.type, torch.bfloat16, enabled=True):
            said = network(x)
        loss = functional.cross_entropy(said.float(), y, weight=weights, ignore_index=NOTHING)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        mean.update_parameters(network)
        losses.append(loss.detach())
        steps += 1
        if steps % 50 == 0:
            growing.look(3)
        if time.monotonic() - shown > 30:
            told = float(torch.stack(losses).mean())
            print(f"{part:.2f} step {steps}: loss {told:.4f}, {len(growing.learned)} slabs", flush=True)
            losses, shown = [], time.monotonic()
    return mean.module.eval()


WEIGHTS = torch.tensor([1.0, 1.5, 2.0, 2.0, 2.0, 2.0, 1.5, 1.5])
"""Rare patterns count somewhat more than their frequency."""


def logits_of(network: UNet, sheets: Sheets, number: int) -> np.ndarray:
    given = channels(sheets, number)
    pad = [(0, -n % 16) for n in given.shape[1:]]
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


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("folder", type=Path)
    given.add_argument("minutes", type=float, nargs="?", default=40.0)
    given.add_argument("--widths", default=",".join(map(str, WIDTHS)))
    given.add_argument("--out", type=Path, default=TARGET)
    given.add_argument("--lay-out", action="store_true", help="only lay the scans out in sheets")
    asked = given.parse_args()
    for path in sorted(asked.folder.glob("[0-9]*.npz")):
        laid_out(path)
    if asked.lay_out:
        return
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = train(Growing(asked.folder, device), asked.minutes, tuple(map(int, asked.widths.split(","))))
    paths = sorted((asked.folder / "sheets").glob("[0-9]*.npz"))
    held = [path for path in paths if int(path.stem) % HELD_OUT == HELD_OUT - 1][:SCORED]
    learned = [path for path in paths if path not in held]
    balance(network, [one for path in learned[:SCORED] for one in laid_out(asked.folder / path.name)])
    tell(scored(network, [one for path in held for one in laid_out(asked.folder / path.name)]))
    export(network.cpu(), asked.out)


def export(network: UNet, target: Path) -> None:
    given = torch.zeros(1, len(CHANNELS), 160, 160)
    torch.onnx.export(
        network, (given,), str(target), input_names=["cells"], output_names=["logits"], dynamo=False,
        dynamic_axes={name: {0: "sheets", 2: "rows", 3: "columns"} for name in ("cells", "logits")},
    )  # fmt: skip


if __name__ == "__main__":
    main()
