"""Two scans of one patient from disk to what changed between them, and that to disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from breathline import __version__
from breathline.ct.align import Alignment, align, component_in_slice, warp_volume
from breathline.ct.change import ChangeMap, map_change
from breathline.ct.change_volumes import change_volumes
from breathline.ct.lung_loss import loss_flags
from breathline.ct.measure import MeasuredScan, flag_record, measure_scan, plain_grid, write_labels
from breathline.ct.order import stored_axes, stored_slice
from breathline.ct.pairing import pairing_flags, position_flags
from breathline.ct.patterns import DEFAULT_METHOD
from breathline.ct.patterns.method import CellEvidence
from breathline.ct.read import read_scan
from breathline.ct.same_tissue import same_tissue
from breathline.ct.sampled_extent import SampledExtent, sampled_extents
from breathline.ct.separate_slices import slice_flags
from breathline.dicom.series import Series
from breathline.errors import OutputError, Problem, ScanError
from breathline.model.ct_change import CHANGE_CODES, ChangeVolume, SameTissue
from breathline.model.volume import QualityFlag, Step, Volume
from breathline.nifti import write_stored
from breathline.outputs import whole_folder
from breathline.progress import Progress, silent
from breathline.vectors import Planes, write_vectors

SCHEMA = "breathline/change/1"
MARK = "change.json"
FILES = ("displacement.nii.gz", "warped.nii.gz", "change.nii.gz")

Source = Path | Sequence[Path] | Series


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """Two scans of one patient, measured, laid on each other and compared place by place.

    Parameters
    ----------
    sampled
        Extents and how they changed where one scan or both are interval HRCT; empty otherwise.
    volumes, same_tissue
        How much changed where, and what was measured of the same tissue at both dates.
    protocol
        What sets the scans apart besides the lungs.
    quality
        What else a reader should know before believing the comparison.
    """

    baseline: MeasuredScan
    followup: MeasuredScan
    alignment: Alignment
    change: ChangeMap
    sampled: tuple[SampledExtent, ...]
    volumes: tuple[ChangeVolume, ...]
    same_tissue: tuple[SameTissue, ...]
    protocol: tuple[QualityFlag, ...]
    quality: tuple[QualityFlag, ...]
    steps: tuple[Step, ...]


def compare_scans(
    baseline: Source, followup: Source, *, method: str = DEFAULT_METHOD, progress: Progress = silent
) -> Comparison:
    """Measure two scans of one patient and tell what changed where.

    Parameters
    ----------
    baseline, followup
        Each a DICOM folder, list of DICOM files, NIfTI, MHA or NRRD file, or a series already found.
    method
        Name of the pattern method; see ``breathline list patterns``.

    Raises
    ------
    ScanError
        If a scan cannot be read or measured, or the two cannot be laid on each other; carries every reason.
    """
    found: list[MeasuredScan] = []
    problems: list[Problem] = []
    for date, source in (("baseline", baseline), ("follow-up", followup)):
        try:
            if problems:  # only to tell all that is wrong at once
                read_scan(source, progress=progress)
            else:
                found.append(measure_scan(source, method=method, progress=progress))
        except ScanError as error:
            problems += [replace(one, message=f"the {date}: {one.message}") for one in error.problems]
    if problems:
        raise ScanError(problems)
    return compare_measured(found[0], found[1], progress=progress)


def compare_measured(first: MeasuredScan, second: MeasuredScan, *, progress: Progress = silent) -> Comparison:
    """Tell what changed where between two scans that are measured already.

    Raises
    ------
    AlignmentError
        If they cannot be laid on each other; carries every reason.
    """
    progress("comparing", 0, 2)
    alignment = align(first.volume, first.lungs, second.volume, second.lungs)
    progress("comparing", 1, 2)
    change = map_change(first.patterns, second.patterns, alignment, _evidence(first, second))
    progress("comparing", 2, 2)
    return Comparison(
        baseline=first,
        followup=second,
        alignment=alignment,
        change=change,
        volumes=change_volumes(change),
        same_tissue=same_tissue(first, second, alignment, change),
        sampled=sampled_extents((first.patterns, second.patterns), second.lungs, alignment),
        protocol=(
            *pairing_flags(first.volume, second.volume),
            *position_flags(first.result.scan, second.result.scan),
        ),
        quality=(
            *slice_flags(alignment, change),
            *alignment.flags,
            *loss_flags([lung.quality for lung in alignment.lungs]),
        ),
        steps=change.labels.steps,
    )


def _evidence(first: MeasuredScan, second: MeasuredScan) -> tuple[CellEvidence, CellEvidence] | None:
    """Give how sure the patterns of both dates are; None where a method does not tell, or a reader painted."""
    before, after = (
        None if scan.classified is None else scan.classified.evidence for scan in (first, second)
    )
    return None if before is None or after is None else (before, after)


def write_comparison(comparison: Comparison, out: Path, *, progress: Progress = silent) -> None:
    """Write ``change.json``, ``change.nii.gz``, ``warped.nii.gz`` and ``displacement.nii.gz``, whole or not.

    All lie on the grid of the baseline as it was given. Nothing written names the patient.

    Raises
    ------
    OutputError
        If something cannot be written; what was there before is left as it was.
    """
    try:
        with whole_folder(out, mark=MARK, holds=FILES) as place:
            write_images(comparison, place, progress=progress)
            text = json.dumps(change_record(comparison), indent=2, ensure_ascii=False)
            (place / MARK).write_text(text + "\n", encoding="utf-8")
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "the disk refused"
        raise OutputError(f"The results could not be written to '{out}': {reason}.") from error


def write_images(
    comparison: Comparison, folder: Path, *, prefix: str = "", progress: Progress = silent
) -> Volume:
    """Write the three images of `FILES`, each name after a prefix; give the warped follow-up, which is one of them."""
    volume = comparison.baseline.volume
    displacement, warped_name, change = (folder / f"{prefix}{name}" for name in FILES)
    write_labels(comparison.change.labels, volume, change)
    _write_displacement(comparison.alignment, volume, displacement, progress)
    warped = warp_volume(comparison.followup.volume, comparison.alignment)
    _write_volume(warped, volume, warped_name)
    return warped


def _write_volume(warped: Volume, like: Volume, target: Path) -> None:
    grid = like.stored or plain_grid(like)
    write_stored(target, stored_axes(warped.hu, grid), grid, noisy=True)


def _write_displacement(alignment: Alignment, volume: Volume, target: Path, progress: Progress) -> None:
    grid = volume.stored or plain_grid(volume)
    shape = volume.geometry.shape

    def component(axis: int) -> Planes:
        if grid.axes[0] == 0:  # slices are planes of the file, and need not be held all at once
            return lambda plane: stored_slice(
                component_in_slice(alignment, shape[0] - 1 - plane if grid.flipped[0] else plane, axis), grid
            )
        whole = np.stack([component_in_slice(alignment, number, axis) for number in range(shape[0])])
        return stored_axes(whole, grid).__getitem__

    sizes = tuple(shape[axis] for axis in grid.axes)
    write_vectors(target, grid, sizes, component, lambda *told: progress("writing displacement", *told))


def change_record(comparison: Comparison) -> dict[str, Any]:
    """Give the content of ``change.json``."""
    change = comparison.change
    return {
        "schema": SCHEMA,
        "scans": {
            "baseline": dict(comparison.baseline.result.scan),
            "followup": dict(comparison.followup.result.scan),
        },
        "labels": dict(CHANGE_CODES),
        "volume_ml": {item.change: item.volume_ml for item in comparison.volumes if item.region == "lungs"},
        "volumes": [asdict(item) for item in comparison.volumes],
        "sampled_extent": [asdict(item) for item in comparison.sampled],
        "same_tissue": [asdict(item) for item in comparison.same_tissue],
        "transitions": [asdict(item) for item in change.transitions],
        "alignment": [asdict(lung.quality) for lung in comparison.alignment.lungs],
        "doubtful_regions": comparison.alignment.doubtful_regions,
        "quality": [flag_record(flag) for flag in (*comparison.protocol, *comparison.quality)],
        "steps": [
            {"name": step.name, "parameters": dict(step.parameters), "version": step.version}
            for step in comparison.steps
        ],
        "version": __version__,
    }
