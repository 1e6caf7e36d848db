"""The lungs: right and left, main airways out, vessels and dense disease in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline import __version__
from breathline.ct.airways import name_airways
from breathline.ct.coarse import Coarse, shrink, thin
from breathline.ct.outline import CLOSING_MM, Sides, outline_lungs
from breathline.ct.reach import Mask, box_of, close
from breathline.errors import Severity
from breathline.model.volume import LUNG_CODES, LabelMap, QualityFlag, Step, Volume

EDGE_HU = -400
"""The pleural edge at full resolution: half-way between lung and chest wall [HU]."""
FIBROTIC_EDGE_HU = -180
"""Beside dense lung the half-way lies higher, at most here: above, fat would be taken in [HU]."""
WALL_HU = 40
BESIDE_EDGE_MM = 8.0
"""Half width of the window in which the lung beside the edge is looked at [mm]."""


AIRWAY_CODES: Mapping[str, int] = MappingProxyType(
    {"trachea": 1, "right_main_bronchus": 2, "left_main_bronchus": 3}
)
RECOVERED_CODES: Mapping[str, int] = MappingProxyType({"recovered_dense_lung": 1})
LUMEN_HU = -700
"""Lumen of the main airways, beside the coarse one found, is below this [HU]."""
WORTH_TELLING_ML = 5.0
LINE_MM = 4.0
"""Lines of fibrosis that run along the pleura leave notches in the outline narrower than twice this: lung [mm]."""
LINE_HU = -50
"""Such lines are mixed with air; what is above is chest wall or a vessel that leaves the lung [HU]."""
SLAB = 32
"""Slices closed at a time, to spare memory."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lungs:
    """The lungs of a scan, and what was found on the way.

    Parameters
    ----------
    lungs
        1 right, 2 left lung. Trachea and main bronchi are outside, vessels and dense lung inside.
    airways
        1 trachea, 2 right, 3 left main bronchus: the lumen.
    recovered
        1 where lung as dense as the chest wall was added by the shape of the chest; part of `lungs`.
    """

    lungs: LabelMap
    airways: LabelMap
    recovered: LabelMap


def segment_lungs(volume: Volume) -> LabelMap:
    """Find the lungs alone; see `find_lungs`."""
    return find_lungs(volume).lungs


def find_lungs(volume: Volume, coarse: Coarse | None = None) -> Lungs:
    """Find the lungs, the main airways, and dense lung at the chest wall.

    Parameters
    ----------
    coarse
        The coarse copy of the volume, where it was made already.

    Raises
    ------
    ScanError
        If the scan shows no lungs.
    """
    coarse = coarse or shrink(volume)
    outline = outline_lungs(coarse)
    labels = _refine(volume.hu, outline.sides, outline.barred, outline.within | outline.added, coarse)
    _take_in_lines(volume, labels, outline.sides, coarse)
    tubes = _lumen(volume.hu, name_airways(outline.trunk, coarse), labels, coarse)
    marked = _recovered(volume.hu, outline.added, labels, coarse)
    step = Step(
        name="segment_lungs", parameters={"edge_hu": EDGE_HU, "closing_mm": CLOSING_MM}, version=__version__
    )
    recovered_ml = float(np.count_nonzero(marked)) * volume.geometry.voxel_ml
    fluid_ml = float(np.count_nonzero(outline.fluid)) * coarse.voxel_ml
    flags = (*_flags(labels, volume), *_told(recovered_ml, fluid_ml, tubes))
    lung_map = LabelMap(
        labels=labels,
        geometry=volume.geometry,
        names=LUNG_CODES,
        method="threshold_and_shape",
        quality=flags,
        steps=(step,),
    )
    return Lungs(
        lungs=lung_map,
        airways=LabelMap(labels=tubes, geometry=volume.geometry, names=AIRWAY_CODES),
        recovered=LabelMap(labels=marked, geometry=volume.geometry, names=RECOVERED_CODES),
    )


def _told(recovered_ml: float, fluid_ml: float, tubes: Sides) -> list[QualityFlag]:
    flags = []
    if recovered_ml >= WORTH_TELLING_ML:
        message = (
            f"{recovered_ml:.0f} mL are as dense as the chest wall and were taken into the lungs because of the shape "
            "of the chest around them. Pleural thickening, fluid or a mass beside the lung can look the same."
        )
        flags.append(QualityFlag(code="recovered_dense_lung", severity=Severity.NOTE, message=message))
    if fluid_ml >= WORTH_TELLING_ML:
        message = (
            f"{fluid_ml:.0f} mL between lung and chest wall are as dense as fluid and were left out of the lungs: "
            "an effusion, or airless lung of low density."
        )
        flags.append(QualityFlag(code="fluid_at_chest_wall", severity=Severity.NOTE, message=message))
    if not tubes.any():
        message = "No trachea was found: central airways may be counted as lung, and there is no airway mask."
        flags.append(QualityFlag(code="no_trachea", severity=Severity.WARNING, message=message))
    return flags


def _lumen(hu: NDArray[np.int16], named: Sides, labels: Sides, coarse: Coarse) -> Sides:
    """Carry the main airways to full resolution: dark voxels in and beside the coarse lumen."""
    tubes = np.zeros(hu.shape, dtype=np.uint8)
    if not named.any():
        return tubes
    near = ndimage.maximum_filter(named, size=(1, 3, 3))
    box = ndimage.find_objects((near > 0).astype(np.uint8))[0]
    fine, part = _full_box(box, hu.shape, coarse)
    values = _repeated(near[box], coarse)[part]
    tubes[fine] = np.where((hu[fine] < LUMEN_HU) & (labels[fine] == 0), values, 0)
    return tubes


def _recovered(hu: NDArray[np.int16], added: Mask, labels: Sides, coarse: Coarse) -> Sides:
    """Mark at full resolution what was added and no threshold would have found."""
    marked = np.zeros(hu.shape, dtype=np.uint8)
    box = box_of(added)
    if box is None:
        return marked
    fine, part = _full_box(box, hu.shape, coarse)
    marked[fine] = np.where(
        (labels[fine] > 0) & (hu[fine] >= EDGE_HU), _repeated(added[box], coarse)[part], 0
    )
    return marked


def _full_box(
    box: tuple[slice, ...], shape: tuple[int, ...], coarse: Coarse
) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Give the voxels of the volume under a box of blocks, and which of the repeated blocks they are."""
    first = [part.start * f + s for part, f, s in zip(box, coarse.factor, coarse.start, strict=True)]
    size = [(part.stop - part.start) * f for part, f in zip(box, coarse.factor, strict=True)]
    fine = tuple(slice(a, min(a + n, whole)) for a, n, whole in zip(first, size, shape, strict=True))
    return fine, tuple(slice(0, part.stop - part.start) for part in fine)


def _repeated(blocks: NDArray[np.generic], coarse: Coarse) -> NDArray[np.uint8]:
    out = blocks.astype(np.uint8)
    for axis, times in enumerate(coarse.factor):
        out = np.repeat(out, times, axis)
    return out


def _refine(hu: NDArray[np.int16], whole: Sides, wall: Mask, sure: Mask, coarse: Coarse) -> Sides:
    """Carry the coarse lungs to full resolution, with the edge where it lies in the picture."""
    filled = whole > 0
    labels = np.zeros(hu.shape, dtype=np.uint8)
    deep = thin(filled, 1) | (sure & filled)
    near = np.where(filled, whole, ndimage.maximum_filter(whole, size=(1, 3, 3)))
    near[wall] = 0  # the edge would else be sought inside the trachea
    level = _edge_levels(filled, coarse)
    _spread(hu, near, deep, level, np.array(coarse.factor), np.array(coarse.start), labels)
    return labels


def _edge_levels(lung: Mask, coarse: Coarse) -> NDArray[np.int16]:
    """Density of the edge in every block: half-way between the chest wall and the lung that lies beside it."""
    size = [2 * max(1, round(BESIDE_EDGE_MM / step)) + 1 for step in coarse.spacing_mm]
    size[0] = 1 if coarse.separate else 3
    inner = thin(lung, 2).astype(np.float32)
    weight = ndimage.uniform_filter(inner, size)
    mean = ndimage.uniform_filter(inner * coarse.hu, size) / np.maximum(weight, 1e-6)
    level = np.where(weight > 1e-3, 0.5 * (mean + WALL_HU), EDGE_HU)
    return np.clip(level, EDGE_HU, FIBROTIC_EDGE_HU).astype(np.int16)


@numba.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _spread(
    hu: NDArray[np.int16],
    near: NDArray[np.uint8],
    deep: Mask,
    level: NDArray[np.int16],
    factor: NDArray[np.int64],
    start: NDArray[np.int64],
    labels: NDArray[np.uint8],
) -> None:
    """Label voxels deep inside a coarse lung, and those near its edge that are as dark as lung."""
    for z in numba.prange(hu.shape[0]):
        k = z // factor[0]
        for j in range(near.shape[1]):
            for i in range(near.shape[2]):
                side = near[k, j, i]
                if side == 0:
                    continue
                inner = deep[k, j, i]
                for y in range(start[1] + j * factor[1], min(start[1] + (j + 1) * factor[1], hu.shape[1])):
                    for x in range(
                        start[2] + i * factor[2], min(start[2] + (i + 1) * factor[2], hu.shape[2])
                    ):
                        if inner or (-1500 < hu[z, y, x] < level[k, j, i]):
                            labels[z, y, x] = side


def _take_in_lines(volume: Volume, labels: Sides, whole: Sides, coarse: Coarse) -> None:
    """Add the lines of fibrosis at the pleura, which lie above the edge's threshold, to the lung they belong to."""
    _, dy, dx = volume.geometry.spacing_mm
    grid = _Slices(spacing_mm=(1e3, dy, dx))
    for side in (1, 2):
        found = ndimage.find_objects((whole == side).astype(np.uint8))
        if not found:
            continue
        box, _ = _full_box(found[0], labels.shape, coarse)
        for first in range(box[0].start, box[0].stop, SLAB):
            part = (slice(first, min(first + SLAB, box[0].stop)), *box[1:])
            mine, hu = labels[part], volume.hu[part]
            added = close(mine == side, LINE_MM, grid) & (mine == 0) & (hu < LINE_HU) & (hu >= EDGE_HU)
            mine[added] = side


@dataclass(frozen=True, slots=True)
class _Slices:
    """Slices at full resolution, each closed by itself."""

    spacing_mm: tuple[float, float, float]
    separate: bool = True


def _flags(labels: NDArray[np.uint8], volume: Volume) -> tuple[QualityFlag, ...]:
    flags = []
    right, left = (int(np.count_nonzero(labels == side)) for side in (1, 2))
    if min(right, left) < 0.1 * max(right, left):
        side = "right" if right < left else "left"
        message = f"Nearly no {side} lung was found: it is missing, collapsed, or outside the picture."
        flags.append(QualityFlag(code="one_lung", severity=Severity.WARNING, message=message))
    for end, word in ((0, "bottom"), (-1, "top")):
        area = (
            float((labels[end] > 0).sum())
            * volume.geometry.spacing_mm[1]
            * volume.geometry.spacing_mm[2]
            / 100.0
        )
        if area > 15.0:
            message = f"The lungs are cut off at the {word} of the scan ({area:.0f} cm² in the last slice)."
            flags.append(QualityFlag(code="lungs_cut", severity=Severity.WARNING, message=message))
    return tuple(flags)
