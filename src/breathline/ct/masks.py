"""Lungs drawn elsewhere: read, laid on the scan's own voxels, told right from left, and doubted.

Nothing is resampled: a mask must lie on the scan's grid, in whatever order its axes are stored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses
from numpy.typing import NDArray
from scipy import ndimage

from breathline import __version__
from breathline.ct.anatomy import look_at, turned_axes, turned_places
from breathline.ct.coarse import shrink
from breathline.ct.order import canonical_axes, stored_grid
from breathline.ct.segmentation import Placed, read_segmentation
from breathline.ct.sides import split_sides
from breathline.dicom.image_file import image_format
from breathline.errors import Problem, ScanError, Severity
from breathline.model.volume import (
    LUNG_CODES,
    Geometry,
    HounsfieldArray,
    LabelArray,
    LabelMap,
    QualityFlag,
    Step,
    Volume,
)

SAME_PLACE = 0.3
"""A mask's corner may lie this share of a voxel beside the scan's: rounding of headers, not another grid."""
FEWEST_ML = 300.0
"""Lungs of an adult are bigger, even when shrunk by disease [mL]."""
AERATED_HU = -250
"""Lung, even with dense ground-glass, is below this; consolidation and the body are above [HU]."""
LEAST_AERATED = 0.4
"""If less of the mask than this is aerated, it is drawn on something else: of the lungs in the shared scan with
fibrosis 0.95 is aerated, and of a lung half consolidated still 0.5."""
MOST_OUTSIDE = 0.2
"""If more of the mask than this lies outside the patient, it covers the air around."""
FEW_VALUES = 20
"""More whole numbers than this are many organs, or a mask that was resampled."""
PLATEAU = 0.7
"""Share of the filled voxels near one value in a resampled mask; 0.9 in the shared ones, 0.5 in a CT at most."""
MISSED = 0.2
"""Share of the aerated lung seen in the picture that a mask may leave out before the reader is warned."""


@dataclass(frozen=True, slots=True)
class Convention:
    """Which codes of a label map are right and which are left lung.

    Parameters
    ----------
    others
        True if the map may hold codes of other organs, which are left out.
    """

    name: str
    right: tuple[int, ...]
    left: tuple[int, ...]
    others: bool = False

    @property
    def codes(self) -> tuple[int, ...]:
        """All codes of lung."""
        return (*self.right, *self.left)


CONVENTIONS: Sequence[Convention] = (
    Convention("TotalSegmentator 2 (lobes 10 to 14)", (12, 13, 14), (10, 11), others=True),
    Convention("TotalSegmentator 1 (lobes 13 to 17)", (15, 16, 17), (13, 14), others=True),
    Convention("lungmask, lobes (1 and 2 left, 3 to 5 right)", (3, 4, 5), (1, 2)),
    Convention("LUNA16 (3 left, 4 right)", (4,), (3,), others=True),
    Convention("Breathline and lungmask R231 (1 right, 2 left)", (1,), (2,), others=False),
)
"""Tried in this order. Codes as the programs' own pages give them: the class tables of TotalSegmentator 1 and 2,
"semantics of output" of lungmask 0.2.20, the readme of the LUNA16 lung masks."""

_LOBE_FILE = re.compile(r"^lung_((upper|middle|lower)_lobe_)?(right|left)\.nii(\.gz)?$")


def read_mask(source: Path | LabelMap, volume: Volume) -> LabelMap:
    """Read lungs drawn elsewhere and lay them on a volume.

    Parameters
    ----------
    source
        NIfTI, MHA or NRRD file; DICOM segmentation; folder with one file a lobe or lung, named as
        TotalSegmentator does; or a label map on this volume.

    Returns
    -------
    LabelMap
        1 right, 2 left lung, its method ``given``. A mask of one label is split into the two lungs.

    Raises
    ------
    ScanError
        If it cannot be read, lies on another grid, or cannot be lungs; says what differs.
    """
    name = "the label map" if isinstance(source, LabelMap) else source.name
    placed = _of_label_map(source, volume) if isinstance(source, LabelMap) else _placed(source, volume)
    sides, told = _sides(placed, volume, name)
    doubts = _doubts(sides, volume, name)
    flags = [QualityFlag(code="lungs_given", severity=Severity.NOTE, message=told), *doubts]
    return LabelMap(
        labels=sides,
        geometry=volume.geometry,
        names=LUNG_CODES,
        method="given",
        quality=tuple(flags),
        steps=(Step(name="read_mask", parameters={"read_as": told}, version=__version__),),
    )


def _refused(code: str, message: str, mend: str, name: str) -> ScanError:
    return ScanError([Problem(code=code, message=message, mend=mend, file=name)])


def _of_label_map(given: LabelMap, volume: Volume) -> Placed:
    if given.labels.shape != volume.hu.shape:
        _refuse_shape(given.labels.shape, volume.hu.shape, "the label map")
    names = {code: name for name, code in given.names.items()}
    return Placed(labels=given.labels, names=names)


def _placed(path: Path, volume: Volume) -> Placed:
    if path.is_dir():
        lobes = [item for item in sorted(path.iterdir()) if _LOBE_FILE.match(item.name)]
        if lobes:
            return _read_lobes(lobes, volume)
        files = [item for item in sorted(path.iterdir()) if item.is_file() and not item.name.startswith(".")]
        if len(files) != 1:
            message = f"the folder holds {len(files)} files, none named as TotalSegmentator names lobes."
            mend = "Give one mask file, or a folder with lung_upper_lobe_right.nii.gz and the others."
            raise _refused("several_masks", message, mend, path.name)
        path = files[0]
    if image_format(path):
        return Placed(labels=_read_labels(path, volume), names={})
    found = read_segmentation(path, _header_geometry(volume))
    labels = _on_volume(found.labels, found.geometry, volume, path.name)
    return Placed(labels=labels, names=found.names, program=found.program)


def _read_lobes(files: Sequence[Path], volume: Volume) -> Placed:
    labels = np.zeros(volume.hu.shape, dtype=np.uint8)
    for path in files:
        match = _LOBE_FILE.match(path.name)
        side = LUNG_CODES[f"{match[3]}_lung"] if match else 0
        labels[_read_labels(path, volume) > 0] = side
    return Placed(
        labels=labels, names={code: name for name, code in LUNG_CODES.items()}, program="TotalSegmentator"
    )


def _read_labels(path: Path, volume: Volume) -> LabelArray:
    """Read a mask file onto the axes of the volume."""
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError:
        mend = "Copy it again from its source."
        message = f"this cannot be read as {image_format(path)}."
        raise _refused("damaged_file", message, mend, path.name) from None
    if image.GetDimension() != 3 or image.GetNumberOfComponentsPerPixel() != 1:
        message = "this is not one three-dimensional mask."
        raise _refused("not_a_mask", message, "Give one label map.", path.name)
    values = sitk.GetArrayFromImage(image)
    stored = stored_grid(image.GetSpacing(), image.GetOrigin(), image.GetDirection())
    turned, geometry = canonical_axes(_as_codes(values, path.name), stored, None)
    return _on_volume(turned, geometry, volume, path.name)


def _as_codes(values: NDArray[np.generic], name: str) -> NDArray[np.int16]:
    """Take values for label codes; a mask blurred by resampling is cut half-way."""
    numbers = np.asarray(values, dtype=np.float32)
    if not np.isfinite(numbers).all():
        raise _refused("not_a_mask", "some voxels are not numbers.", "Write whole numbers.", name)
    whole = bool((numbers == np.rint(numbers)).all())
    if whole and numbers.min() >= 0 and numbers.max() <= 255 and np.unique(numbers).size <= FEW_VALUES:
        return numbers.astype(np.int16)
    level = _plateau(numbers)
    if level is not None:
        return (numbers > 0.5 * level).astype(np.int16)
    if whole and numbers.min() >= 0 and numbers.max() <= 255:
        return numbers.astype(np.int16)
    message = f"its values run from {numbers.min():g} to {numbers.max():g}: this is a picture, not a mask."
    raise _refused("not_a_mask", message, "Give the mask, with 0 outside the lungs.", name)


def _plateau(numbers: NDArray[np.float32]) -> float | None:
    """Give the value inside a mask that resampling blurred: most of what is not 0 lies near it."""
    level = float(np.percentile(numbers, 99))
    if level <= 0:
        return None
    level = float(np.median(numbers[numbers > 0.5 * level]))
    filled = numbers[np.abs(numbers) > 0.1 * level]
    return level if float(np.mean(np.abs(filled / level - 1) < 0.1)) > PLATEAU else None


def _header_geometry(volume: Volume) -> Geometry:
    """Give the geometry as the file's header states it, before the volume was turned."""
    return turned_places(volume.geometry, turned_axes(volume))


def _on_volume(labels: NDArray[np.int16], geometry: Geometry, volume: Volume, name: str) -> LabelArray:
    _refuse_other_grid(geometry, _header_geometry(volume), name)
    turned = turned_axes(volume)
    codes = np.clip(labels, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.flip(codes, turned)) if turned else codes


def _refuse_shape(found: tuple[int, ...], wanted: tuple[int, ...], name: str) -> None:
    message = (
        f"the mask has {_by(found)} voxels (slices, rows, columns), the scan {_by(wanted)}: it was drawn on "
        "another series or resampled."
    )
    raise _refused("mask_grid", message, _MEND_GRID, name)


_MEND_MASK = "Look at it over the scan; give lungs, or leave the mask out."
_MEND_GRID = "Give a mask on this scan's own grid; masks are not resampled, which would move their edges."


def _by(numbers: Sequence[int]) -> str:
    return " × ".join(str(number) for number in numbers)


def _refuse_other_grid(mask: Geometry, scan: Geometry, name: str) -> None:
    if mask.shape != scan.shape:
        _refuse_shape(mask.shape, scan.shape, name)
    even = scan.positions_mm is None  # where slices lie unevenly, a volume file cannot say where they are
    apart = [abs(a - b) / b for a, b in zip(mask.spacing_mm, scan.spacing_mm, strict=True)]
    if max(apart if even else apart[1:]) > 0.01:
        found, wanted = (", ".join(f"{step:.3g}" for step in grid.spacing_mm) for grid in (mask, scan))
        message = f"the mask's voxels measure {found} mm (slices, rows, columns), the scan's {wanted} mm."
        raise _refused("mask_grid", message, _MEND_GRID, name)
    shift = np.array(mask.origin_mm) - np.array(scan.origin_mm)
    most = SAME_PLACE * np.array(scan.spacing_mm)
    along = np.abs(np.array(scan.direction) @ shift)
    turn = np.abs(np.array(mask.direction) @ np.array(scan.direction).T - np.eye(3)).max()
    far = turn * max(size * step for size, step in zip(scan.shape, scan.spacing_mm, strict=True))
    if bool(np.any(along > most)) or far > max(1.0, *scan.spacing_mm):
        message = (
            f"the mask lies elsewhere: {along[2]:.1f} mm off across, {along[1]:.1f} mm from front to back and "
            f"{along[0]:.1f} mm along the body."
        )
        raise _refused("mask_grid", message, _MEND_GRID, name)


def _sides(placed: Placed, volume: Volume, name: str) -> tuple[LabelArray, str]:
    """Give right and left from the labels, and in words how they were read."""
    counts = np.bincount(placed.labels.ravel(), minlength=256)
    counts[0] = 0
    codes = [int(code) for code in np.flatnonzero(counts)]
    if not codes:
        message = "the mask is empty: every voxel is 0."
        raise _refused("mask_empty", message, "Give a mask of the lungs.", name)
    made = f", made by {placed.program}" if placed.program else ""
    lungs = [code for code in codes if _names_lung(placed.names.get(code, ""))]
    if placed.names and not lungs:
        listed = ", ".join(f"'{placed.names.get(code, code)}'" for code in codes[:8])
        message = f"none of its segments is named as lung: {listed}."
        raise _refused("mask_labels", message, "Give the segmentation that holds the lungs.", name)
    named = _by_name(placed.names, lungs)
    if named is not None:
        told = f"Lungs as given in {name}{made}; sides by the names of the labels."
        return _coded(placed.labels, named), told
    if lungs or len(codes) == 1:
        told = f"Lungs as given in {name}{made} (one label); right and left were told apart by Breathline."
        return _split(np.isin(placed.labels, lungs or codes), volume), told
    convention = _convention(placed.labels, codes, counts, volume, name)
    sides = _coded(placed.labels, convention)
    if _exchanged(sides):
        sides = np.where(sides > 0, 3 - sides, 0).astype(np.uint8)
        return sides, (
            f"Lungs as given in {name}, read as {convention.name}, but its labels lie on the other sides of the "
            "picture: right and left are taken from where they lie."
        )
    return sides, f"Lungs as given in {name}, read as {convention.name}."


def _names_lung(words: str) -> bool:
    """Tell whether a segment's name means lung or lobe, not something in it.

    >>> _names_lung("lung_upper_lobe_left"), _names_lung("Lung nodule")
    (True, False)
    """
    plain = words.lower().replace("_", " ")
    part = r"\b(nodules?|tumou?rs?|lesions?|cancer|carcinoma|vessels?|airways?|trachea|opacit\w*)\b"
    return bool(re.search(r"\b(lungs?|lobes?)\b", plain)) and not re.search(part, plain)


def _by_name(names: Mapping[int, str], codes: Sequence[int]) -> Convention | None:
    """Read sides from the names of the lung labels, if every one names its side."""
    found: dict[str, list[int]] = {"right": [], "left": []}
    for code in codes:
        plain = names[code].lower().replace("_", " ")
        sides = [side for side in found if re.search(rf"\b{side}\b", plain)]
        if len(sides) != 1:
            return None
        found[sides[0]].append(code)
    if not codes:
        return None
    return Convention("named", tuple(found["right"]), tuple(found["left"]), others=True)


def _coded(labels: LabelArray, convention: Convention) -> LabelArray:
    table = np.zeros(256, dtype=np.uint8)
    table[list(convention.right)] = LUNG_CODES["right_lung"]
    table[list(convention.left)] = LUNG_CODES["left_lung"]
    return np.asarray(table[labels])


def _convention(
    labels: LabelArray, codes: Sequence[int], counts: NDArray[np.int64], volume: Volume, name: str
) -> Convention:
    """Choose the convention whose lung labels hold most of the aerated voxels."""
    best: tuple[float, Convention | None] = (0.0, None)
    aerated = np.bincount(labels[volume.hu < AERATED_HU], minlength=256).astype(float)
    for item in CONVENTIONS:
        wanted = list(item.codes)
        whole = set(wanted) <= set(codes) and (item.others or set(codes) <= set(wanted))
        share = aerated[wanted].sum() / max(1, int(counts[wanted].sum()))
        if whole and share >= LEAST_AERATED and aerated[wanted].sum() > best[0]:
            best = (float(aerated[wanted].sum()), item)
    if best[1] is not None:
        return best[1]
    listed = ", ".join(str(code) for code in codes[:12]) + (" …" if len(codes) > 12 else "")
    message = f"the mask holds the labels {listed}, and nothing says which of them are the lungs."
    known = "; ".join(item.name for item in CONVENTIONS)
    mend = f"Give a mask of one label, or one of: {known}."
    raise _refused("mask_labels", message, mend, name)


def _exchanged(sides: LabelArray) -> bool:
    """Tell whether what is labelled left lies to the right of what is labelled right."""
    columns = [(sides == code).sum(axis=(0, 1)).astype(float) for code in (1, 2)]
    if not all(item.sum() for item in columns):
        return False
    right, left = (float(np.average(np.arange(item.size), weights=item)) for item in columns)
    return right > left


def _split(lungs: NDArray[np.bool_], volume: Volume) -> LabelArray:
    """Tell right from left on the coarse grid; every voxel of the mask gets the nearest side."""
    coarse = shrink(volume)
    where = [
        np.minimum((np.arange(size) - first).clip(0) // fold, count - 1)
        for size, first, fold, count in zip(
            volume.hu.shape, coarse.start, coarse.factor, coarse.hu.shape, strict=True
        )
    ]
    filled = np.zeros(coarse.hu.shape, dtype=np.int64)
    z, y, x = np.nonzero(lungs)
    np.add.at(filled, (where[0][z], where[1][y], where[2][x]), 1)
    sides = split_sides(filled * 2 >= np.prod(coarse.factor), coarse)
    if not sides.any():
        return np.where(lungs, 1, 0).astype(np.uint8)
    steps = coarse.spacing_mm
    nearest = ndimage.distance_transform_edt(sides == 0, steps, return_distances=False, return_indices=True)
    everywhere = sides[tuple(nearest)]
    labels = np.zeros(lungs.shape, dtype=np.uint8)
    labels[z, y, x] = everywhere[where[0][z], where[1][y], where[2][x]]
    return labels


def _doubts(sides: LabelArray, volume: Volume, name: str) -> list[QualityFlag]:
    """Refuse a mask that cannot be lungs; flag one that may be wrong."""
    inside = sides > 0
    values: HounsfieldArray = volume.hu[inside]
    found_ml = values.size * volume.geometry.voxel_ml
    if found_ml < FEWEST_ML:
        message = (
            f"the mask holds {found_ml:.0f} mL; the lungs of an adult hold more than {FEWEST_ML:.0f} mL."
        )
        raise _refused("mask_implausible", message, _MEND_MASK, name)
    aerated = float(np.mean(values < AERATED_HU))
    if aerated < LEAST_AERATED:
        message = f"only {100 * aerated:.0f} % of the mask is aerated: it covers the body, or lies beside the lungs."
        raise _refused("mask_implausible", message, _MEND_MASK, name)
    return _left_out(inside, volume, name)


def _left_out(inside: NDArray[np.bool_], volume: Volume, name: str) -> list[QualityFlag]:
    """Hold the mask against the body and the aerated lungs that are seen on a coarse grid."""
    seen = look_at(volume)
    covered = inside[np.ix_(*seen.pick)]
    outside = float((covered & ~seen.body).sum()) / max(1.0, float(covered.sum()))
    if outside > MOST_OUTSIDE:
        message = f"{100 * outside:.0f} % of the mask lies in the air around the patient."
        raise _refused("mask_implausible", message, _MEND_MASK, name)
    missed = float((seen.lungs & ~covered).sum()) / max(1.0, float(seen.lungs.sum()))
    if missed <= MISSED:
        return []
    millilitres = float((seen.lungs & ~covered).sum()) * seen.voxel_ml
    message = f"The mask leaves out about {millilitres:.0f} mL of aerated lung that is seen in the picture."
    return [QualityFlag(code="mask_incomplete", severity=Severity.WARNING, message=message)]
