"""DICOM segmentations: frames placed by their position on the slices of a scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray

from breathline.ct.order import canonical_axes, stored_grid
from breathline.errors import Problem, ScanError
from breathline.model.volume import Geometry, LabelArray

SAME_SLICE = 0.3
"""A frame may lie this share of the distance between slices beside its slice: rounding of headers."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Label codes on the axes of a volume, the names of the codes where the file gives them, and who made it."""

    labels: LabelArray
    names: Mapping[int, str] = field(default_factory=dict)
    program: str = ""


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A segmentation on the slices of a scan, from feet to head, with the geometry its own header gives."""

    labels: NDArray[np.int16]
    geometry: Geometry
    names: Mapping[int, str]
    program: str


def _refused(code: str, message: str, path: Path, mend: str = "") -> ScanError:
    return ScanError([Problem(code=code, message=message, mend=mend, file=path.name)])


def read_segmentation(path: Path, scan: Geometry) -> Segmentation:
    """Read a DICOM segmentation onto the slices of a scan.

    Parameters
    ----------
    path
        The SEG object: one segment for the lungs, one each for right and left, or lobes.
    scan
        Where the scan's slices lie. Frames may be missing where a segment is empty.

    Raises
    ------
    ScanError
        If it is no segmentation, cannot be decoded, or a frame lies between the scan's slices.
    """
    data = _read(path)
    frames, places, numbers, orientation, spacing = _frames(data, path)
    across, down = np.array(orientation[:3]), np.array(orientation[3:6])
    normal = np.cross(across, down)
    along = np.array(scan.direction[0])
    if abs(float(np.dot(normal, along))) < 0.99:
        message = "its frames lie in another plane than the scan's slices."
        raise _refused("mask_grid", message, path, "Give a segmentation drawn on this series.")
    slices = np.array(scan.origin_mm) @ normal + scan.heights_mm * float(np.dot(along, normal))
    order = np.argsort(slices)
    heights = slices[order]
    stack = np.zeros((heights.size, *frames.shape[1:]), dtype=np.int16)
    gap = float(np.min(np.diff(heights))) if heights.size > 1 else 1.0
    for frame, place, number in zip(frames, places @ normal, numbers, strict=True):
        layer = int(np.abs(heights - place).argmin())
        if abs(heights[layer] - place) > SAME_SLICE * gap:
            message = (
                f"a frame at {place:.1f} mm lies {abs(heights[layer] - place):.1f} mm from the nearest slice."
            )
            raise _refused("mask_grid", message, path, "Give a segmentation drawn on this series.")
        stack[layer][frame > 0] = number if number else frame[frame > 0]
    first = places[0] + normal * (heights[0] - float(places[0] @ normal))
    matrix = np.column_stack([across, down, normal]).ravel()
    grid = stored_grid(
        (spacing[1], spacing[0], scan.spacing_mm[0]),
        (float(first[0]), float(first[1]), float(first[2])),
        tuple(float(item) for item in matrix),
    )
    labels, geometry = canonical_axes(stack, grid, None)
    program = str(data.get("ManufacturerModelName") or data.get("Manufacturer") or "")
    return Segmentation(labels, geometry, _names(data), program)


def _read(path: Path) -> Any:
    try:
        with pydicom.config.disable_value_validation():
            data = pydicom.dcmread(path)
    except Exception:  # noqa: BLE001  # a damaged file can make the parser raise anything
        message = "this is neither a mask file nor a DICOM segmentation."
        mend = "Give a NIfTI, MHA or NRRD mask, or a DICOM SEG."
        raise _refused("not_a_mask", message, path, mend) from None
    if str(data.get("Modality", "")) != "SEG":
        kind = str(data.get("Modality", "")) or "unknown"
        message = f"this is a DICOM object of modality {kind}, not a segmentation (SEG)."
        raise _refused("not_a_mask", message, path, "Give the SEG object that holds the lungs.")
    return data


def _frames(
    data: Any, path: Path
) -> tuple[NDArray[np.int16], NDArray[np.float64], list[int], list[float], list[float]]:
    """Give the frames, their positions, the segment each belongs to, their orientation and pixel spacing."""
    try:
        pixels = np.asarray(data.pixel_array)
        pixels = pixels.reshape(-1, int(data.Rows), int(data.Columns))
        shared = data.SharedFunctionalGroupsSequence[0]
        each = list(data.PerFrameFunctionalGroupsSequence)
        places = np.array(
            [[float(v) for v in group.PlanePositionSequence[0].ImagePositionPatient] for group in each]
        )
        kind = str(data.get("SegmentationType", "BINARY"))
        numbers = [0 if kind == "LABELMAP" else _segment(group, shared) for group in each]
        orientation = _common("PlaneOrientationSequence", shared, each).ImageOrientationPatient
        spacing = _common("PixelMeasuresSequence", shared, each).PixelSpacing
    except Exception:  # noqa: BLE001  # whatever a damaged or unusual object lacks
        message = "the segmentation is damaged, or its frames do not say where they lie."
        raise _refused("damaged_file", message, path, "Export it again.") from None
    if kind == "FRACTIONAL":
        pixels = pixels * 2 > int(data.get("MaximumFractionalValue", 255))
    if len(each) != len(pixels):
        message = f"it holds {len(pixels)} pictures and describes {len(each)}."
        raise _refused("damaged_file", message, path, "Export it again.")
    return (
        pixels.astype(np.int16),
        places,
        numbers,
        [float(v) for v in orientation],
        [float(v) for v in spacing],
    )


def _common(name: str, shared: Any, each: list[Any]) -> Any:
    return (shared if name in shared else each[0])[name].value[0]


def _segment(group: Any, shared: Any) -> int:
    holder = group if "SegmentIdentificationSequence" in group else shared
    return int(holder.SegmentIdentificationSequence[0].ReferencedSegmentNumber)


def _names(data: Any) -> dict[int, str]:
    """Join all that a segment says of itself: its label, its coded type and the side as a modifier."""
    names = {}
    for segment in data.get("SegmentSequence", []):
        words = [str(segment.get("SegmentLabel", ""))]
        for item in segment.get("SegmentedPropertyTypeCodeSequence", []):
            words.append(str(item.get("CodeMeaning", "")))
            modifiers = item.get("SegmentedPropertyTypeModifierCodeSequence", [])
            words += [str(modifier.get("CodeMeaning", "")) for modifier in modifiers]
        names[int(segment.SegmentNumber)] = " ".join(words)
    return names
