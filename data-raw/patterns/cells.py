"""Lay phantom scans out in sheets of cells with the true class of each, as the pattern network learns from them.

    python data-raw/patterns/cells.py FOLDER

Sheets are kept in FOLDER/sheets; what is there is not laid out again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import ndimage

from breathline.ct.patterns.network import CLASSES
from breathline.ct.patterns.normal import Normal, find_normal
from breathline.ct.patterns.parenchyma import read_parenchyma
from breathline.ct.patterns.sheets import Sheets, read_sheets
from breathline.ct.reach import close
from breathline.model.volume import LUNG_CODES, Geometry, LabelMap, Volume

THINNEST_MM = 1.5
AIR_HU = -850
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


def main() -> None:
    for path in sorted(Path(sys.argv[1]).glob("[0-9]*.npz")):
        laid_out(path)


if __name__ == "__main__":
    main()
