"""Derive the network that tells patterns apart, from the phantoms that make_scans.py drew.

    python data-raw/patterns/make_scans.py FOLDER 120
    python data-raw/patterns/derive.py FOLDER

Every seventh scan is held out and only scored. Writes src/breathline/ct/patterns/network.npz.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy import ndimage

from breathline.ct.patterns.features import NAMES, read_features
from breathline.ct.patterns.network import CLASSES, FARTHEST, Network
from breathline.ct.patterns.normal import find_normal
from breathline.ct.patterns.parenchyma import Parenchyma, read_parenchyma
from breathline.ct.patterns.shapes import depth_of, find_shapes
from breathline.model.volume import LUNG_CODES, Geometry, LabelMap, Volume

TARGET = Path(__file__).resolve().parents[2] / "src" / "breathline" / "ct" / "patterns" / "network.npz"
PER_CLASS = 1500
HIDDEN = (64, 48)
EPOCHS, BATCH, RATE, DECAY = 9, 2048, 2e-3, 1e-5
SEAM_BLOCKS = 3
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


def tables_of(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Features and true shares of every block of a scan; of thin slices also of each slice by itself."""
    volume, lungs, truth, seam = read_scan(path)
    found = [table_of(volume, lungs, truth, seam)]
    if volume.geometry.spacing_mm[0] <= THINNEST_MM:
        found.append(table_of(*apart(volume, lungs, truth), seam=-100))
    return found


def table_of(volume: Volume, lungs: LabelMap, truth: np.ndarray, seam: int) -> tuple[np.ndarray, np.ndarray]:
    """Features and true shares of every block, away from the seam between the slabs of a scan."""
    parenchyma = read_parenchyma(volume, lungs)
    normal, shapes = find_normal(parenchyma), find_shapes(parenchyma)
    depth = depth_of(parenchyma.side > 0, parenchyma)
    features = read_features(volume, lungs, parenchyma, normal, (depth, shapes.depth))
    shares = shares_of(parenchyma, truth, lungs.labels)
    layer = np.argwhere(features.lung)[:, 0]
    away = np.abs(layer - (seam - parenchyma.start[0]) / parenchyma.factor[0]) > SEAM_BLOCKS
    use = away & (shares.sum(axis=1) > 0)
    return features.table[use], (shares[use] / shares[use].sum(axis=1, keepdims=True)).astype(np.float32)


def sample(table: np.ndarray, shares: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Draw blocks of each class, each weighed by how many it stands for."""
    chosen, weights = [], []
    most = shares.argmax(axis=1)
    for number in range(len(CLASSES)):
        mine = np.flatnonzero(most == number)
        drawn = mine if mine.size <= PER_CLASS else random.choice(mine, PER_CLASS, replace=False)
        chosen.append(drawn)
        # between even classes and their true frequency: rare patterns must be learned too
        weights.append(np.full(drawn.size, (mine.size / max(1, drawn.size)) ** 0.75, np.float32))
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


def main() -> None:
    paths = sorted(Path(sys.argv[1]).glob("*.npz"))
    random = np.random.default_rng(0)
    drawn, held = [], []
    for number, path in enumerate(paths):
        for table, shares in tables_of(path):
            if number % HELD_OUT == HELD_OUT - 1:
                held.append((path.stem, table, shares))
            else:
                drawn.append(sample(table, shares, random))
    x, y, weight = (np.concatenate(part) for part in zip(*drawn, strict=True))
    weight /= weight.mean()
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-3
    layers = train(np.clip((x - mean) / scale, -FARTHEST, FARTHEST).astype(np.float32), y, weight)
    network = Network(mean=mean, scale=scale, layers=tuple((w, b) for w, b in layers))
    tables = {f"weights_{n}": w for n, (w, _) in enumerate(layers)} | {
        f"offsets_{n}": b for n, (_, b) in enumerate(layers)
    }
    np.savez_compressed(TARGET, mean=mean, scale=scale, features=np.array(NAMES), **tables)
    report(network, held)


def report(network: Network, held: list) -> None:
    """Print what the held-out scans say."""
    total = np.zeros((len(CLASSES), 3))
    for _, table, shares in held:
        most, found = shares.argmax(axis=1), network.probabilities(table).argmax(axis=1)
        for number in range(len(CLASSES)):
            a, b = most == number, found == number
            total[number] += ((a & b).sum(), a.sum(), b.sum())
    scores = 2 * total[:, 0] / np.maximum(total[:, 1] + total[:, 2], 1)
    print(json.dumps({name: round(float(score), 3) for name, score in zip(CLASSES, scores, strict=True)}))


if __name__ == "__main__":
    main()
