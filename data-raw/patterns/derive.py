"""Derive the network that tells patterns apart, from the phantoms that make_scans.py drew.

    python data-raw/patterns/make_scans.py FOLDER 160
    python data-raw/patterns/derive.py FOLDER [MINUTES]

Needs PyTorch and onnx beside Breathline (`pip install torch onnx`); neither is needed to use what it writes,
src/breathline/ct/patterns/network.onnx. It goes on from the network that is there; without the file it begins anew.
Every tenth scan is held out and only scored. The shipped weights came of numbers 0 to 400, drawn with breaths from 0.75
of a full one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from scipy import ndimage
from torch import nn
from torch.nn import functional

from breathline.ct.patterns.network import CLASSES
from breathline.ct.patterns.normal import Normal, find_normal
from breathline.ct.patterns.parenchyma import read_parenchyma
from breathline.ct.patterns.sheets import CHANNELS, Sheets, channels, read_sheets
from breathline.ct.reach import close
from breathline.model.volume import LUNG_CODES, Geometry, LabelMap, Volume

TARGET = Path(__file__).resolve().parents[2] / "src" / "breathline" / "ct" / "patterns" / "network.onnx"
WIDTHS = (16, 32, 64, 64)
PATCH, BATCH = 160, 8
RATE, RATE_GOING_ON, DECAY = 3e-3, 1e-3, 1e-4
HELD_OUT = 10
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
        np.savez(kept, **arrays)
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

    def __init__(self) -> None:
        super().__init__()
        widths = (len(CHANNELS), *WIDTHS)
        self.down = nn.ModuleList(block(a, b) for a, b in pairwise(widths))
        self.up = nn.ModuleList(block(a + b, a) for a, b in zip(WIDTHS[-2::-1], WIDTHS[:0:-1], strict=True))
        self.last = nn.Conv2d(WIDTHS[0], len(CLASSES), 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = []
        for number, part in enumerate(self.down):
            x = part(x if number == 0 else functional.max_pool2d(x, 2))
            kept.append(x)
        kept.pop()
        for part in self.up:
            x = part(torch.cat([functional.interpolate(x, scale_factor=2), kept.pop()], dim=1))
        return self.last(x)


def patch(example: Example, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw a part of a sheet around some lung, changed as scans differ."""
    sheets = example.sheets
    number = int(random.choice(np.flatnonzero((example.truth != NOTHING).any(axis=(1, 2)))))
    x, y = channels(sheets, number).astype(np.float32), example.truth[number]
    if random.random() < 0.15:  # neighbours that tell nothing, as at an end or in interval HRCT
        x[0], x[2] = x[1], x[1]
    pad = [(PATCH // 2, PATCH // 2)] * 2
    x, y = np.pad(x, [(0, 0), *pad]), np.pad(y, pad, constant_values=NOTHING)
    rows, columns = np.nonzero(y != NOTHING)
    at = random.integers(rows.size)
    r, c = (int(v) - PATCH // 2 for v in (rows[at], columns[at]))
    r, c = (int(np.clip(v, 0, n - PATCH)) for v, n in zip((r, c), y.shape, strict=True))
    x, y = x[:, r : r + PATCH, c : c + PATCH].copy(), y[r : r + PATCH, c : c + PATCH].copy()
    if random.random() < 0.5:
        x, y = x[..., ::-1].copy(), y[..., ::-1].copy()
    if random.random() < 0.3:
        x, y = x[:, ::-1].copy(), y[::-1].copy()
    lung = x[5] > 0
    shift = random.normal(0.0, 8.0) / 200.0
    x[:3] += np.where(lung, shift + random.normal(0.0, random.uniform(0, 12.0) / 200.0, x[:3].shape), 0.0)
    x[3] += np.where(lung, random.normal(0.0, 10.0) / 200.0, 0.0)
    return x.astype(np.float32), y.astype(np.int64)


def batch(examples: list[Example], random: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw some patches and their truth."""
    drawn = [patch(examples[random.integers(len(examples))], random) for _ in range(BATCH)]
    x = torch.from_numpy(np.stack([one[0] for one in drawn])).to(memory_format=torch.channels_last)
    return x, torch.from_numpy(np.stack([one[1] for one in drawn]))


def take_over(network: UNet, earlier: Path, cells: torch.Tensor) -> None:
    """Take the weights of an exported network, whose normalisation has become part of its convolutions.

    Every normalisation is set so that it changes nothing but adds the offset: by what `cells` give there.
    """
    kept = [numpy_helper.to_array(one).copy() for one in onnx.load(earlier).graph.initializer]
    last, rest = kept[:2], kept[2:]
    network.last.weight.data, network.last.bias.data = (torch.from_numpy(one) for one in last)
    convolutions = [
        one for one in network.modules() if isinstance(one, nn.Conv2d) and one is not network.last
    ]
    norms = [one for one in network.modules() if isinstance(one, nn.BatchNorm2d)]
    hooks = []
    for number, (convolution, norm) in enumerate(zip(convolutions, norms, strict=True)):
        convolution.weight.data = torch.from_numpy(rest[2 * number])
        offset = torch.from_numpy(rest[2 * number + 1])

        def fit(norm: nn.BatchNorm2d, given: tuple[torch.Tensor], offset: torch.Tensor = offset) -> None:
            mean, spread = given[0].mean((0, 2, 3)), given[0].var((0, 2, 3), correction=0)
            norm.running_mean, norm.running_var = mean, spread
            norm.weight.data, norm.bias.data = torch.sqrt(spread + norm.eps), mean + offset

        hooks.append(norm.register_forward_pre_hook(fit))
    with torch.no_grad():
        network.train()(cells)
    for hook in hooks:
        hook.remove()


def train(examples: list[Example], minutes: float, earlier: Path) -> UNet:
    """Minimise the cross-entropy by AdamW with one cycle of the rate, for as long as there is time.

    Goes on from an earlier network, if there is one.
    """
    torch.manual_seed(1)
    random = np.random.default_rng(1)
    network = UNet()
    highest = RATE
    if earlier.exists():
        take_over(network, earlier, torch.cat([batch(examples, random)[0] for _ in range(8)]))
        highest = RATE_GOING_ON
    network = network.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), highest, weight_decay=DECAY)
    started, shown, loss_sum, steps = time.monotonic(), time.monotonic(), 0.0, 0
    steps_all = 0
    network.train()
    while (part := (time.monotonic() - started) / (60.0 * minutes)) < 1.0:
        rate = highest * (
            min(1.0, part / 0.05) if part < 0.05 else 0.5 * (1 + np.cos(np.pi * (part - 0.05) / 0.95))
        )
        for group in optimiser.param_groups:
            group["lr"] = rate
        x, y = batch(examples, random)
        loss = functional.cross_entropy(network(x), y, weight=WEIGHTS, ignore_index=NOTHING)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        loss_sum, steps, steps_all = loss_sum + float(loss.detach()), steps + 1, steps_all + 1
        if time.monotonic() - shown > 60:
            print(f"{part:.2f} step {steps_all}: loss {loss_sum / steps:.4f}", flush=True)
            loss_sum, steps, shown = 0.0, 0, time.monotonic()
    return network.eval()


WEIGHTS = torch.tensor([1.0, 1.5, 2.0, 2.0, 2.0, 2.0, 1.5, 1.5])
"""Rare patterns count somewhat more than their frequency."""


def logits_of(network: UNet, sheets: Sheets, number: int) -> np.ndarray:
    given = channels(sheets, number)
    pad = [(0, -n % 8) for n in given.shape[1:]]
    with torch.no_grad():
        found = network(torch.from_numpy(np.pad(given, [(0, 0), *pad]))[None])[0]
    return found[:, : given.shape[1], : given.shape[2]].numpy()


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
        network.last.bias += torch.from_numpy(offsets)


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
    torch.set_num_threads(2)
    folder = Path(sys.argv[1])
    paths = sorted(folder.glob("*.npz"))
    minutes = float(sys.argv[2]) if len(sys.argv) > 2 else 40.0
    held = paths[HELD_OUT - 1 :: HELD_OUT]
    learned = [one for path in paths if path not in held for one in laid_out(path)]
    print(f"{len(learned)} slabs to learn from, {len(held)} scans held out", flush=True)
    network = train(learned, minutes, TARGET)
    balance(network, learned)
    tell(scored(network, [one for path in held for one in laid_out(path)]))
    export(network)


def export(network: UNet) -> None:
    given = torch.zeros(1, len(CHANNELS), 160, 160)
    torch.onnx.export(
        network, (given,), str(TARGET), input_names=["cells"], output_names=["logits"], dynamo=False,
        dynamic_axes={name: {0: "sheets", 2: "rows", 3: "columns"} for name in ("cells", "logits")},
    )  # fmt: skip


if __name__ == "__main__":
    main()
