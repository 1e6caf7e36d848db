"""One scan from disk to its measurements, and the measurements to disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from breathline import __version__
from breathline.ct.anatomy import anatomy_facts, orient, turned_axes
from breathline.ct.coarse import shrink
from breathline.ct.histogram import density_histogram
from breathline.ct.lungs import Lungs, find_lungs
from breathline.ct.masks import read_mask
from breathline.ct.order import stored_axes, stored_grid
from breathline.ct.patterns import DEFAULT_METHOD, PATTERN_METHODS
from breathline.ct.patterns.method import PatternMap
from breathline.ct.quality import judge_quality
from breathline.ct.quantify import quantify
from breathline.ct.read import read_scan
from breathline.ct.view import choose_view
from breathline.dicom.series import Series
from breathline.errors import OutputError
from breathline.keyslices import write_key_slices
from breathline.model.volume import (
    Histogram,
    KeySlice,
    LabelMap,
    QualityFlag,
    ScanMeasurement,
    StoredGrid,
    Volume,
)
from breathline.nifti import write_stored
from breathline.outputs import whole_folder
from breathline.progress import Progress, silent
from breathline.viewing import FILES as VIEW_FILES
from breathline.viewing import write_view

SCHEMA = "breathline/measurements/1"
MARK = "measurements.json"
FILES = ("lungs.nii.gz", "airways.nii.gz", "recovered.nii.gz", "patterns.nii.gz", "slices.npz", *VIEW_FILES)
KEY_HEIGHTS = (0.15, 0.35, 0.55, 0.75)
"""Heights of the key slices above the lung bases, as fractions of lung height."""
CHEST_MARGIN_MM = 25.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasuredScan:
    """A scan with its label maps and what was measured on it; `found` is None where lungs were given.

    `classified` holds the patterns again, with where the method is in doubt, and its evidence.
    """

    volume: Volume
    lungs: LabelMap
    patterns: LabelMap
    result: ScanMeasurement
    found: Lungs | None = None
    classified: PatternMap | None = None


def measure_scan(
    source: Path | Sequence[Path] | Series,
    *,
    method: str = DEFAULT_METHOD,
    lungs: Path | LabelMap | None = None,
    predicted_tlc_l: float | None = None,
    progress: Progress = silent,
) -> MeasuredScan:
    """Measure lungs and patterns of one chest CT.

    Parameters
    ----------
    source
        DICOM folder, list of DICOM files, NIfTI, MHA or NRRD file, or a series already found.
    method
        Name of the pattern method; see ``breathline list patterns``.
    lungs
        Lungs drawn elsewhere, used instead of finding them: a NIfTI, MHA or NRRD mask, a DICOM segmentation, a
        folder of lobes as TotalSegmentator writes it, or a label map on this scan's volume. See `read_mask`.
    predicted_tlc_l
        Total lung capacity expected for the patient, to judge the breath by [L].

    Raises
    ------
    ScanError
        If the scan or the mask cannot be read, they do not fit, or the scan shows no lungs; carries every problem
        found.
    RegistryError
        If there is no such method.
    """
    PATTERN_METHODS[method]  # refused before the scan is read, not after it
    return measure_volume(
        read_scan(source, progress=progress),
        method=method,
        lungs=lungs,
        predicted_tlc_l=predicted_tlc_l,
        progress=progress,
    )


def measure_volume(
    volume: Volume,
    *,
    method: str = DEFAULT_METHOD,
    lungs: Path | LabelMap | None = None,
    predicted_tlc_l: float | None = None,
    progress: Progress = silent,
) -> MeasuredScan:
    """Measure a scan that is in memory already; parameters and errors as of `measure_scan`."""
    classifier = PATTERN_METHODS[method]
    coarse = shrink(volume)
    volume, anatomy = orient(volume, coarse)
    if anatomy.flips:
        coarse = shrink(volume)
    progress("measuring", 0, 3)
    found: Lungs | None = None
    if lungs is None:
        found = find_lungs(volume, coarse)
        lung_map = found.lungs
    else:
        lung_map = read_mask(lungs, volume)
    progress("measuring", 1, 3)
    patterns = classifier.classify(volume, lung_map)
    progress("measuring", 2, 3)
    measurements, absent = quantify(volume, lung_map, patterns)
    judged = judge_quality(volume, lung_map, predicted_tlc_l=predicted_tlc_l, coarse=coarse)
    quality = (
        *volume.quality,
        *lung_map.quality,
        *judged.flags,
        *patterns.labels.quality,
        *absent,
    )
    progress("measuring", 3, 3)
    result = ScanMeasurement(
        scan=_scan_facts(volume) | anatomy_facts(anatomy) | dict(judged.facts),
        quality=quality,
        labels=dict(patterns.labels.names),
        measurements=measurements,
        steps=(*volume.steps, *lung_map.steps, *patterns.labels.steps),
        version=__version__,
        histogram=density_histogram(volume, lung_map),
    )
    return MeasuredScan(
        volume=volume,
        lungs=lung_map,
        patterns=patterns.labels,
        classified=patterns,
        result=result,
        found=found,
    )


def _scan_facts(volume: Volume) -> dict[str, float | int | str | bool | None]:
    made, where = volume.acquisition, volume.geometry
    return {
        "modality": made.modality,
        "manufacturer": made.manufacturer,
        "model": made.model,
        "kernel": made.kernel,
        "kvp": made.kvp,
        "exposure_mas": made.exposure_mas,
        "patient_position": made.patient_position,
        "contrast": bool(made.contrast),
        "date": made.date,
        "format": made.source_format,
        "slices": where.shape[0],
        "rows": where.shape[1],
        "columns": where.shape[2],
        "slice_spacing_mm": round(where.spacing_mm[0], 4),
        "pixel_spacing_mm": round(where.spacing_mm[2], 4),
        "slice_thickness_mm": where.slice_thickness_mm,
        "interval": where.is_interval,
    }


def key_slices(volume: Volume, lungs: LabelMap, patterns: LabelMap) -> tuple[KeySlice, ...]:
    """Take axial slices at fixed heights of the lungs, cropped to the chest, for the report."""
    inside = lungs.labels > 0
    layers = np.flatnonzero(inside.any(axis=(1, 2)))
    _, dy, dx = volume.geometry.spacing_mm
    rows = _span(inside.any(axis=(0, 2)), round(CHEST_MARGIN_MM / dy))
    columns = _span(inside.any(axis=(0, 1)), round(CHEST_MARGIN_MM / dx))
    found = []
    for height in KEY_HEIGHTS:
        number = round(layers[0] + height * (layers[-1] - layers[0]))
        found.append(
            KeySlice(
                height=height,
                position_mm=_position_mm(volume, number),
                hu=volume.hu[number, rows, columns].copy(),
                labels=patterns.labels[number, rows, columns].copy(),
                pixel_mm=(dy, dx),
            )
        )
    return tuple(found)


def _position_mm(volume: Volume, number: int) -> float:
    """Place of a slice in the scan's own coordinates, which run against the volume where it was turned."""
    heights = volume.geometry.heights_mm
    height = float(heights[-1] - heights[number] if 0 in turned_axes(volume) else heights[number])
    return volume.geometry.origin_mm[2] + height


def _span(used: Any, margin: int) -> slice:
    where = np.flatnonzero(used)
    return slice(max(0, int(where[0]) - margin), min(used.size, int(where[-1]) + margin + 1))


def write_scan(measured: MeasuredScan, out: Path) -> None:
    """Write ``measurements.json``, ``slices.npz``, the label maps and what the review page shows, whole or not.

    Label maps are ``lungs.nii.gz``, ``patterns.nii.gz`` and, unless lungs were given, ``airways.nii.gz`` (trachea 1,
    right and left main bronchus 2 and 3) and ``recovered.nii.gz`` (dense lung that no threshold finds).

    Label maps lie on the grid of the scan as it was given. Nothing written names the patient.

    Raises
    ------
    OutputError
        If something cannot be written; what was there before is left as it was.
    """
    try:
        with whole_folder(out, mark=MARK, holds=FILES) as place:
            write_labels(measured.lungs, measured.volume, place / "lungs.nii.gz")
            if measured.found:
                write_labels(measured.found.airways, measured.volume, place / "airways.nii.gz")
                write_labels(measured.found.recovered, measured.volume, place / "recovered.nii.gz")
            write_labels(measured.patterns, measured.volume, place / "patterns.nii.gz")
            slices = key_slices(measured.volume, measured.lungs, measured.patterns)
            write_key_slices(place / "slices.npz", slices)
            stored = measured.volume.stored or plain_grid(measured.volume)
            write_view(place, measured.volume.hu, choose_view(measured.volume, measured.lungs, stored))
            text = json.dumps(as_json(measured.result), indent=2, ensure_ascii=False)
            (place / MARK).write_text(text + "\n", encoding="utf-8")
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "the disk refused"
        raise OutputError(f"The results could not be written to '{out}': {reason}.") from error


def write_labels(labels: LabelMap, volume: Volume, target: Path) -> None:
    """Write a label map as NIfTI on the scan's own grid: same shape, axis order and position as its file.

    NIfTI knows one distance between slices: where they lie unevenly, the file carries one label slice a scanned
    slice at their mean distance, as a viewer shows the series itself.
    """
    grid = volume.stored or plain_grid(volume)
    write_stored(target, stored_axes(labels.labels, grid), grid)


def plain_grid(volume: Volume) -> StoredGrid:
    """Give the grid on which a volume made in memory is written."""
    dz, dy, dx = volume.geometry.spacing_mm
    slices, rows, columns = volume.geometry.direction
    matrix = np.column_stack([columns, rows, slices])
    return stored_grid((dx, dy, dz), volume.geometry.origin_mm, tuple(float(item) for item in matrix.ravel()))


def as_json(result: ScanMeasurement) -> dict[str, Any]:
    """Give the content of ``measurements.json``."""
    return {
        "schema": SCHEMA,
        "scan": dict(result.scan),
        "quality": [flag_record(flag) for flag in result.quality],
        "labels": dict(result.labels),
        "measurements": [
            {
                "measure": item.measure,
                "region": item.region,
                "value": item.value,
                "unit": item.unit,
                "low": item.low,
                "high": item.high,
            }
            for item in result.measurements
        ],
        "histogram": _histogram(result.histogram),
        "steps": [
            {"name": step.name, "parameters": dict(step.parameters), "version": step.version}
            for step in result.steps
        ],
        "version": result.version,
    }


def _histogram(found: Histogram | None) -> dict[str, float | list[float]] | None:
    if found is None:
        return None
    volumes = [round(one, 3) for one in found.volumes_ml]
    return {"first_hu": found.first_hu, "width_hu": found.width_hu, "volumes_ml": volumes}


def flag_record(flag: QualityFlag) -> dict[str, str]:
    """Give a flag as it stands in the files."""
    return {"code": flag.code, "severity": flag.severity.value, "message": flag.message}
