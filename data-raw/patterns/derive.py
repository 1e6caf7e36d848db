"""Derive the networks that tell patterns apart, from the phantoms that make_scans.py drew.

    python data-raw/patterns/make_scans.py FOLDER 120
    python data-raw/patterns/derive.py FOLDER

Every seventh scan is held out and only scored. Writes src/breathline/ct/patterns/networks.npz.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy import ndimage

from breathline.ct.patterns.context import read_context
from breathline.ct.patterns.features import NAMES, read_features
from breathline.ct.patterns.network import CLASSES, FARTHEST, Network
from breathline.ct.patterns.normal import find_normal
from breathline.ct.patterns.parenchyma import Parenchyma, read_parenchyma
from breathline.ct.patterns.shapes import depth_of, find_shapes
from breathline.model.volume import LUNG_CODES, Geometry, LabelMap, Volume

TARGET = Path(__file__).resolve().parents[2] / "src" / "breathline" / "ct" / "patterns" / "networks.npz"
PER_CLASS = 1000
HIDDEN = (64, 48)
EPOCHS, BATCH, RATE, DECAY = 9, 2048, 2e-3, 1e-5
SEAM_BLOCKS = 3
PRIOR = 0.75
"""Between even classes (0) and their true frequency (1): rare patterns must be learned too."""
HELD_OUT = 7
THINNEST_MM = 1.5


def read_scan(path: Path) -> tuple[Volume, LabelMap, np.ndarray, int]:
    """Both slabs of a scan as one volume, with lungs as a threshold would outline them."""
    kept = np.load(path)
    hu, lungs, truth = (np.concatenate([kept[f"{n}_0"], kept[f"{n}_1"]]) for n in ("hu", "lungs", "patterns"))
    spacing = tuple(float(step) for step in kept["spacing"])
    geometry = Geometry(shape=hu.shape, spacing_mm=spacing, slice_thickness_mm=float(kept["thickness"]))
    random = np.random.default_rng([int(path.stem), 99])
    if random.random() < 0.6:  # a real outline lies where the edge does in the picture, not at the truth
        cross = np.zeros((3, 3, 3), bool)
        cross[1] = ndimage.generate_binary_structure(2, 1)
        edge = (lungs > 0) & ~ndimage.binary_erosion(lungs > 0, cross)
        outline = np.where(edge & (hu > random.uniform(-500, -250)), 0, lungs)
        grown = ndimage.grey_dilation(lungs, footprint=cross)
        lungs = np.where((lungs == 0) & (hu < -400), grown, outline).astype(np.uint8)
    labels = LabelMap(labels=lungs, geometry=geometry, names=LUNG_CODES)
    return Volume(hu=hu, geometry=geometry), labels, truth, kept["hu_0"].shape[0]


def shares_of(parenchyma: Parenchyma, truth: np.ndarray, lungs: np.ndarray) -> np.ndarray:
    """(blocks of lung, classes): share of each block's lung voxels that are truly of each class."""
    size = [n * f for n, f in zip(parenchyma.hu.shape, parenchyma.factor, strict=True)]
    box = tuple(slice(first, first + n) for first, n in zip(parenchyma.start, size, strict=True))
    part = np.where(lungs[box] > 0, truth[box], 0)
    codes = np.zeros(size, np.uint8)
    codes[tuple(slice(0, n) for n in part.shape)] = part
    shape = [n for pair in zip(parenchyma.hu.shape, parenchyma.factor, strict=True) for n in pair]
    blocks = codes.reshape(shape).transpose(0, 2, 4, 1, 3, 5).reshape(*parenchyma.hu.shape, -1)
    blocks = blocks[parenchyma.side > 0]
    return np.stack([(blocks == code).mean(axis=1) for code in range(1, len(CLASSES) + 1)], axis=1)


def apart(volume: Volume, lungs: LabelMap, truth: np.ndarray) -> tuple[Volume, LabelMap, np.ndarray]:
    """Keep every fourth slice, as interval HRCT shows them: each by itself."""
    every = slice(0, None, 4)
    spacing = (10.0, *volume.geometry.spacing_mm[1:])
    hu = np.ascontiguousarray(volume.hu[every])
    geometry = replace(volume.geometry, shape=hu.shape, spacing_mm=spacing)
    labels = replace(lungs, labels=np.ascontiguousarray(lungs.labels[every]), geometry=geometry)
    return Volume(hu=hu, geometry=geometry), labels, truth[every]


@dataclass(frozen=True, eq=False)
class Described:
    """A scan as the networks see it: features and true shares of every block of lung, and which to learn from."""

    features: np.ndarray
    shares: np.ndarray
    use: np.ndarray
    lung: np.ndarray
    spacing_mm: tuple[float, float, float]
    separate: bool


def described(path: Path) -> list[Described]:
    """Describe a scan, and of thin slices also each slice by itself; kept beside the scans for the next run."""
    kept = path.parent / "described" / path.name
    if not kept.exists():
        volume, lungs, truth, seam = read_scan(path)
        found = [describe(volume, lungs, truth, seam)]
        if volume.geometry.spacing_mm[0] <= THINNEST_MM:
            found.append(describe(*apart(volume, lungs, truth), seam=-100))
        kept.parent.mkdir(exist_ok=True)
        np.savez(kept, **{f"{k}_{n}": v for n, one in enumerate(found) for k, v in vars(one).items()})
    table = np.load(kept)
    count = 1 + max(int(name.rsplit("_", 1)[1]) for name in table.files)
    return [Described(**{f.name: table[f"{f.name}_{n}"] for f in fields(Described)}) for n in range(count)]


def describe(volume: Volume, lungs: LabelMap, truth: np.ndarray, seam: int) -> Described:
    """Measure every block; those near the seam between the slabs of a scan are not learned from."""
    parenchyma = read_parenchyma(volume, lungs)
    normal, shapes = find_normal(parenchyma), find_shapes(parenchyma)
    depth = depth_of(parenchyma.side > 0, parenchyma)
    features = read_features(volume, lungs, parenchyma, normal, (depth, shapes.depth))
    shares = shares_of(parenchyma, truth, lungs.labels)
    layer = np.argwhere(features.lung)[:, 0]
    away = np.abs(layer - (seam - parenchyma.start[0]) / parenchyma.factor[0]) > SEAM_BLOCKS
    total = shares.sum(axis=1, keepdims=True)
    return Described(
        features=features.table,
        shares=(shares / np.maximum(total, 1e-6)).astype(np.float16),
        use=away & (total[:, 0] > 0),
        lung=features.lung,
        spacing_mm=parenchyma.spacing_mm,
        separate=parenchyma.separate,
    )


def sample(table: np.ndarray, shares: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Draw blocks of each class, each weighed by how many it stands for."""
    chosen, weights = [], []
    most = shares.argmax(axis=1)
    for number in range(len(CLASSES)):
        mine = np.flatnonzero(most == number)
        drawn = mine if mine.size <= PER_CLASS else random.choice(mine, PER_CLASS, replace=False)
        chosen.append(drawn)
        weights.append(np.full(drawn.size, mine.size / max(1, drawn.size), np.float32))
    rows = np.concatenate(chosen)
    return table[rows], shares[rows], np.concatenate(weights)


def train(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> list[list[np.ndarray]]:
    """Minimise the weighted cross-entropy with Adam (Kingma and Ba 2015) and a cosine rate."""
    random = np.random.default_rng(1)
    widths = [x.shape[1], *HIDDEN, y.shape[1]]
    layers = [
        [random.normal(0, np.sqrt(2 / a), (a, b)).astype(np.float32), np.zeros(b, np.float32)]
        for a, b in pairwise(widths)
    ]
    first = [[np.zeros_like(part) for part in layer] for layer in layers]
    second = [[np.zeros_like(part) for part in layer] for layer in layers]
    steps = EPOCHS * (len(x) // BATCH)
    step = 0
    for epoch in range(EPOCHS):
        order, loss = random.permutation(len(x)), 0.0
        for start in range(0, len(x) - BATCH + 1, BATCH):
            rows = order[start : start + BATCH]
            levels = [x[rows]]
            for number, (weights, offsets) in enumerate(layers):
                level = levels[-1] @ weights + offsets
                levels.append(np.maximum(level, 0) if number < len(layers) - 1 else level)
            top = np.exp(levels[-1] - levels[-1].max(axis=1, keepdims=True))
            top /= top.sum(axis=1, keepdims=True)
            loss += float(-(weight[rows] * (y[rows] * np.log(top + 1e-7)).sum(axis=1)).mean())
            slope = (top - y[rows]) * weight[rows][:, None] / BATCH
            step += 1
            rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
            for number in reversed(range(len(layers))):
                slopes = (levels[number].T @ slope + DECAY * layers[number][0], slope.sum(axis=0))
                if number:
                    slope = (slope @ layers[number][0].T) * (levels[number] > 0)
                for part, found in enumerate(slopes):
                    first[number][part] = 0.9 * first[number][part] + 0.1 * found
                    second[number][part] = 0.999 * second[number][part] + 0.001 * found**2
                    layers[number][part] -= (
                        rate
                        * (first[number][part] / (1 - 0.9**step))
                        / (np.sqrt(second[number][part] / (1 - 0.999**step)) + 1e-8)
                    ).astype(np.float32)
        print(f"epoch {epoch + 1}: loss {loss / max(1, len(x) // BATCH):.4f}", flush=True)
    return layers


def first_look(one: Described) -> np.ndarray:
    return one.features


def derive(
    paths: list[Path], inputs: Callable[[Described], np.ndarray], random: np.random.Generator
) -> Network:
    """Sample the scans, train a network, and set its offsets so that each class is called as often as it is there."""
    drawn = [
        sample(inputs(one)[one.use], one.shares[one.use].astype(np.float32), random)
        for path in paths
        for one in described(path)
    ]
    x, y, weight = (np.concatenate(part) for part in zip(*drawn, strict=True))
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-3
    z = np.clip((x - mean) / scale, -FARTHEST, FARTHEST).astype(np.float32)
    learned = weight**PRIOR
    layers = train(z, y, learned / learned.mean())
    network = Network(mean=mean, scale=scale, layers=tuple((w, b) for w, b in layers))
    layers[-1][1] += balance(network.probabilities(x), y, weight)
    return network


def balance(said: np.ndarray, shares: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Find what to add to the logits so that each class wins as often as it is the truth."""
    wanted = (shares * weight[:, None]).sum(axis=0) / weight.sum()
    logits, offsets = np.log(said + 1e-9), np.zeros(len(CLASSES))
    for _ in range(60):
        called = np.bincount((logits + offsets).argmax(axis=1), weights=weight, minlength=len(CLASSES))
        offsets += 0.3 * np.log((wanted + 1e-6) / (called / weight.sum() + 1e-6))
    print("offsets", dict(zip(CLASSES, offsets.round(2).tolist(), strict=True)), flush=True)
    return (offsets - offsets[0]).astype(np.float32)


def main() -> None:
    paths = sorted(Path(sys.argv[1]).glob("*.npz"))
    held = paths[HELD_OUT - 1 :: HELD_OUT]
    learned = [path for path in paths if path not in held]
    random = np.random.default_rng(0)
    first = derive(learned, first_look, random)
    report(first, first_look, held)

    def second_look(one: Described) -> np.ndarray:
        said = first.probabilities(one.features)
        context = read_context(said, one.lung, tuple(one.spacing_mm), separate=bool(one.separate))
        return np.concatenate([one.features, context], axis=1)

    second = derive(learned, second_look, random)
    report(second, second_look, held)
    np.savez_compressed(
        TARGET, features=np.array(NAMES), **as_arrays("first", first), **as_arrays("second", second)
    )


def as_arrays(name: str, network: Network) -> dict[str, np.ndarray]:
    arrays = {f"{name}_mean": network.mean, f"{name}_scale": network.scale}
    for number, (weights, offsets) in enumerate(network.layers):
        arrays |= {f"{name}_weights_{number}": weights, f"{name}_offsets_{number}": offsets}
    return arrays


def report(network: Network, inputs: Callable[[Described], np.ndarray], held: list[Path]) -> None:
    """Print the F1 score of each class on the held-out scans, and how often it is called for each time it is there."""
    total = np.zeros((len(CLASSES), 3))
    for path in held:
        for one in described(path):
            most = one.shares[one.use].argmax(axis=1)
            found = network.probabilities(inputs(one)[one.use]).argmax(axis=1)
            for number in range(len(CLASSES)):
                a, b = most == number, found == number
                total[number] += ((a & b).sum(), a.sum(), b.sum())
    scores = 2 * total[:, 0] / np.maximum(total[:, 1] + total[:, 2], 1)
    often = total[:, 2] / np.maximum(total[:, 1], 1)
    print("F1", {name: round(float(score), 3) for name, score in zip(CLASSES, scores, strict=True)})
    print(
        "called",
        {name: round(float(ratio), 3) for name, ratio in zip(CLASSES, often, strict=True)},
        flush=True,
    )


if __name__ == "__main__":
    main()
