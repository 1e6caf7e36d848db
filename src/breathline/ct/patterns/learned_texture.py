"""Patterns by density, texture and place together, told by a small network derived on phantoms.

The lungs are laid out in sheets of cells of one size (`sheets`), relative to the patient's own normal lung; a network
says how likely each pattern is in each cell (`network`). Regions too small to be more than the edge of a vessel or
of the heart are let go, and ground-glass is drawn to half its height.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline import __version__
from breathline.ct.patterns.method import CERTAIN, INTERSTITIAL, Band, CellEvidence, PatternMap
from breathline.ct.patterns.network import CLASSES, Network, probabilities, shipped_network
from breathline.ct.patterns.normal import Normal, find_normal
from breathline.ct.patterns.parenchyma import read_parenchyma
from breathline.ct.patterns.sheets import Floats, Mask, Sheets, read_sheets
from breathline.ct.reach import box_of
from breathline.model.volume import PATTERN_CODES, LabelMap, Step, Volume

TISSUE = CLASSES[:6]
"""What lung between vessels and airways can be."""
SMALLEST_ML = 0.5
"""Smallest region called abnormal: about a secondary lobule [mL]."""
AIRLESS_HU = -300
"""Above this a cell holds hardly any air [HU]."""
RIM_CELLS = 3
"""How far from consolidation airless cells belong to it."""
BORDER_MM = 6.0
"""How far beyond where the network sees ground-glass its border may lie [mm]."""
FAINTEST_HU = 40.0
"""Less excess than this is normal lung's own unevenness [HU]."""
PLATEAU = 95.0
"""Percentile of the excess within a region of ground-glass that is taken for its inside. Of 75, 85, 90 and 95 it left
ground-glass (+12, +8, +6, +4 %) and all interstitial abnormality (+2, 0, −1, −3 %) of four phantoms nearest to the
truth together, with the highest F1; they are not among those that the benchmark measures."""
HALF = 0.5
"""The border of ground-glass lies where its excess over normal lung has fallen to this share."""
AROUND_MM = 3.0
"""Half width of the window over which the excess of a cell is averaged [mm]."""
BESIDE = 0.2
"""Weight of each neighbouring sheet. Of 0, 0.2 and 0.33 it gave the highest F1 on phantoms that no figure is measured
on: 0.750 for 0.745 without it on four of the standard look, 0.724 for 0.714 on two of random looks."""
THICKEST_MM = 3.2
"""Sheets farther apart than this are looked at by themselves [mm]."""
BAND = 0.2
"""How far from one half the likelihood of a pattern may lie for the cell to be in doubt."""

_WORKERS = 2


class LearnedTexture:
    """Normal lung, ground-glass, reticulation, honeycombing, consolidation and emphysema by a small network."""

    name = "learned_texture"

    def __init__(self, network: Network | None = None) -> None:
        self._network = network

    def classify(self, volume: Volume, lungs: LabelMap) -> PatternMap:
        """Give every voxel of the lungs one pattern."""
        normal, sheets, likely = look_at(volume, lungs, self._network or shipped_network())
        cells = label_cells(likely, sheets)
        step = Step(
            name="classify_patterns",
            parameters={
                "method": self.name,
                "normal_hu": round(normal.mode, 1),
                "normal_spread_hu": round(normal.spread, 1),
                "gravity_hu_per_row": round(normal.slope, 3),
                "smallest_ml": SMALLEST_ML,
            },
            version=__version__,
        )
        drawn = LabelMap(
            labels=spread_cells(cells, sheets, lungs, untold=PATTERN_CODES["normal"]),
            geometry=volume.geometry,
            names=PATTERN_CODES,
            method=self.name,
            steps=(step,),
        )
        return PatternMap(
            labels=drawn,
            measured=frozenset((*TISSUE[1:], "vessel")),
            bands=_bands(likely, cells, _sides(lungs, sheets)),
            evidence=weigh_cells(likely, sheets),
        )


def look_at(volume: Volume, lungs: LabelMap, network: Network) -> tuple[Normal, Sheets, Floats]:
    """Give normal lung of this patient, the lungs in sheets, and how likely each of `CLASSES` is in their cells."""
    parenchyma = read_parenchyma(volume, lungs)
    normal = find_normal(parenchyma)
    sheets = read_sheets(volume, lungs, normal, (parenchyma.start[1], parenchyma.factor[1]))
    likely = probabilities(sheets, network)
    take_in_neighbours(likely, sheets)
    return normal, sheets, likely


def take_in_neighbours(likely: Floats, sheets: Sheets) -> None:
    """Give each sheet something of the two beside it: the network looks at each anew, disease goes through them."""
    if sheets.separate or sheets.spacing_mm[0] > THICKEST_MM:
        return
    inside = sheets.inside
    whole = inside.astype(np.float32)
    _blend(whole)
    np.maximum(whole, np.float32(1e-3), out=whole)
    share = inside / whole

    def blend(kind: Floats) -> None:
        _blend(kind)
        kind *= share

    with ThreadPoolExecutor(_WORKERS) as pool:
        list(pool.map(blend, likely))


def _blend(values: Floats) -> None:
    """Add to each sheet what the sheets beside it weigh."""
    before = np.float32(BESIDE) * values[0]
    values[0] *= np.float32(1.0 - 2.0 * BESIDE)
    for number in range(1, len(values)):
        own = np.float32(BESIDE) * values[number]
        values[number - 1] += own
        values[number] *= np.float32(1.0 - 2.0 * BESIDE)
        values[number] += before
        before = own


def weigh_cells(likely: Floats, sheets: Sheets) -> CellEvidence:
    """Give what a comparison of two dates needs of every cell."""
    kinds = [likely[CLASSES.index(name)] for name in INTERSTITIAL]
    kinds.append(likely[CLASSES.index("vessel")] + likely[CLASSES.index("airway")])
    inside = sheets.inside
    return CellEvidence(
        likely=np.stack([np.rint(CERTAIN * np.minimum(kind, 1.0)).astype(np.uint8) for kind in kinds]),
        excess=np.where(inside, np.rint(sheets.hu - sheets.normal[:, None]), 0).astype(np.int16),
        inside=inside,
        first=sheets.first,
        layers=sheets.layers,
        row=sheets.row,
        column=sheets.column,
        spacing_mm=sheets.spacing_mm,
        separate=sheets.separate,
    )


def label_cells(likely: Floats, sheets: Sheets) -> NDArray[np.uint8]:
    """Give every cell of lung one pattern, vessel or airway; 0 outside."""
    cells = np.where(sheets.inside, likely.argmax(axis=0) + 1, 0).astype(np.uint8)
    _fill_solid(cells, sheets)
    ill = np.isin(cells, [PATTERN_CODES[name] for name in INTERSTITIAL])
    small = ill & ~_large(ill, sheets)
    cells[small] = PATTERN_CODES["normal"]
    _to_half_height(cells, sheets)
    return cells


def _fill_solid(cells: NDArray[np.uint8], sheets: Sheets) -> None:
    """Take airless cells beside consolidation for consolidation: alone at the edge they are chest wall."""
    consolidation = PATTERN_CODES["consolidation"]
    airless = (cells == PATTERN_CODES["normal"]) & (sheets.hu > AIRLESS_HU)
    within = np.zeros((3, 3, 3), bool)
    within[1] = True
    within[:, 1, 1] |= not sheets.separate
    solid = ndimage.binary_dilation(cells == consolidation, within, iterations=RIM_CELLS, mask=airless)
    cells[airless & solid] = consolidation


def _to_half_height(cells: NDArray[np.uint8], sheets: Sheets) -> None:
    """Draw the border of each region of ground-glass where its excess has fallen to half.

    Ground-glass ends gradually, and where it ends is a matter of definition; the network, which weighs every look
    it was derived on, ends it too early in faint haze.
    """
    hazy, normal = (cells == PATTERN_CODES[name] for name in ("ground_glass", "normal"))
    step = (1e3 if sheets.separate else sheets.spacing_mm[0], *sheets.spacing_mm[1:])
    box = box_of(hazy, tuple(int(BORDER_MM / mm) + 1 for mm in step))
    if box is None:
        return
    excess = _excess(hazy | normal, sheets)[box]
    hazy, normal = hazy[box], normal[box]
    away, nearest = ndimage.distance_transform_edt(~hazy, sampling=step, return_indices=True)
    pieces, _ = ndimage.label(hazy)
    wanted = HALF * _heights(excess[hazy], pieces[hazy])[pieces[tuple(nearest)]]
    cells[box][normal & (away <= BORDER_MM) & (excess > np.maximum(wanted, FAINTEST_HU))] = PATTERN_CODES[
        "ground_glass"
    ]


def _heights(excess: Floats, piece: NDArray[np.int32]) -> Floats:
    """Give the excess inside each piece, away from its border: its percentile `PLATEAU`, by number of the piece."""
    order = np.lexsort((excess, piece))
    sizes = np.bincount(piece)
    first = np.cumsum(sizes) - sizes
    found = np.zeros(sizes.size, np.float32)
    there = sizes > 0
    found[there] = excess[order][(first + PLATEAU / 100.0 * (sizes - 1)).astype(int)[there]]
    return found


def _excess(use: Mask, sheets: Sheets) -> Floats:
    """Mean excess over normal lung of the cells around, vessels and other patterns aside [HU]."""
    size = [2 * max(1, round(AROUND_MM / step)) + 1 for step in sheets.spacing_mm]
    size[0] = 1 if sheets.separate else 3
    weight = use.astype(np.float32)
    level = np.where(use, sheets.hu - sheets.normal[:, None], np.float32(0.0)).astype(np.float32)
    total = ndimage.uniform_filter(weight, size, mode="constant")
    mean = ndimage.uniform_filter(level, size, mode="constant") / np.maximum(total, np.float32(1e-3))
    return np.asarray(mean, dtype=np.float32)


def _large(mask: Mask, sheets: Sheets) -> Mask:
    """Keep regions of at least `SMALLEST_ML`."""
    across = np.zeros((3, 3, 3), bool)
    across[:, 1, 1] = not sheets.separate
    across[1] = ndimage.generate_binary_structure(2, 1)
    pieces, count = ndimage.label(mask, across)
    cell_ml = float(np.prod(sheets.spacing_mm)) / 1000.0
    keep = np.bincount(pieces.ravel(), minlength=count + 1) * cell_ml >= SMALLEST_ML
    keep[0] = False
    return np.asarray(keep[pieces])


def spread_cells(
    cells: NDArray[np.uint8], sheets: Sheets | CellEvidence, lungs: LabelMap, *, untold: int
) -> NDArray[np.uint8]:
    """Carry labels of cells to every voxel of the lungs; voxels of cells without a label take the nearest one.

    Parameters
    ----------
    untold
        Label of the lung of a sheet in which no cell has one.
    """
    with ThreadPoolExecutor(_WORKERS) as pool:
        filled = np.stack(list(pool.map(lambda sheet: _filled(sheet, untold), cells)))
    labels = np.zeros(lungs.labels.shape, np.uint8)
    _spread(filled, sheets.first, sheets.layers, sheets.row, sheets.column, lungs.labels, labels)
    return labels


def _filled(sheet: NDArray[np.uint8], untold: int) -> NDArray[np.uint8]:
    """Give the cells of a sheet that have no label the nearest one."""
    outside = sheet == 0
    if outside.all():
        return np.full_like(sheet, untold)
    nearest = ndimage.distance_transform_edt(outside, return_distances=False, return_indices=True)
    return np.asarray(sheet[tuple(nearest)])


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _spread(
    cells: NDArray[np.uint8],
    first: int,
    layers: int,
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    lungs: NDArray[np.uint8],
    labels: NDArray[np.uint8],
) -> None:
    for z in numba.prange(first, min(lungs.shape[0], first + cells.shape[0] * layers)):
        k = (z - first) // layers
        for y in range(lungs.shape[1]):
            for x in range(lungs.shape[2]):
                if lungs[z, y, x]:
                    labels[z, y, x] = cells[k, row[y], column[x]]


def _sides(lungs: LabelMap, sheets: Sheets) -> NDArray[np.uint8]:
    """Side of each cell of lung: 1 right, 2 left."""
    middle = np.minimum(sheets.first + sheets.layers * np.arange(sheets.hu.shape[0]) + sheets.layers // 2,
                        lungs.labels.shape[0] - 1)  # fmt: skip
    rows, columns = (np.array([np.abs(cells - n).argmin() for n in range(size)])
                     for cells, size in zip((sheets.row, sheets.column), sheets.hu.shape[1:], strict=True))  # fmt: skip
    sides = lungs.labels[np.ix_(middle, rows, columns)]
    return np.where(sheets.inside, np.where(sides == 0, 0, sides), 0).astype(np.uint8)


def _bands(likely: Floats, cells: NDArray[np.uint8], sides: NDArray[np.uint8]) -> dict[frozenset[str], Band]:
    """Shares of cells that may leave or join each pattern, and all interstitial patterns together."""
    groups = [frozenset({name}) for name in TISSUE[1:]]
    groups += [frozenset(INTERSTITIAL), frozenset({"reticulation", "honeycombing"})]
    whole = np.maximum(np.bincount(sides.ravel(), minlength=3)[1:3], 1)
    at = np.flatnonzero(sides)
    codes, beside = cells.ravel()[at], sides.ravel()[at]
    chances = {name: likely[CLASSES.index(name)].ravel()[at] for name in TISSUE[1:]}
    bands = {}
    for group in groups:
        said = np.sum([chances[name] for name in sorted(group)], axis=0)
        inside = np.isin(codes, [PATTERN_CODES[name] for name in group])
        leave, join = inside & (said < 0.5 + BAND), ~inside & (said > 0.5 - BAND)
        shares = [np.bincount(beside[mask], minlength=3)[1:3] / whole for mask in (leave, join)]
        bands[group] = Band(leave=shares[0], join=shares[1])
    return bands
