"""Write a phantom, or a pair of the same patient, with its truth."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from breathline.errors import OutputError
from breathline.model.volume import (
    LUNG_CODES,
    PATTERN_CODES,
    Acquisition,
    Geometry,
    LabelArray,
    LabelMap,
    Volume,
)
from breathline.phantom.field import write_displacement
from breathline.phantom.nifti import write_labels
from breathline.phantom.scan import Scan, draw_slices, geometry_of, prepare
from breathline.phantom.scanner import KERNELS
from breathline.phantom.series import common_header, write_slice
from breathline.phantom.spec import PhantomSpec, PhantomTruth
from breathline.progress import Progress, silent


def simulate_phantom(
    spec: PhantomSpec, baseline: PhantomSpec | None = None
) -> tuple[Volume, LabelMap, LabelMap]:
    """Make a phantom in memory: the scan, its lungs and its patterns.

    Parameters
    ----------
    baseline
        The earlier scan of the same patient, where `spec` has ``progressed`` lung.
    """
    geometry = geometry_of(spec)
    hu = np.empty(geometry.shape, dtype=np.int16)
    lungs, patterns = np.empty(geometry.shape, dtype=np.uint8), np.empty(geometry.shape, dtype=np.uint8)
    for number, item in enumerate(draw_slices(prepare(spec, baseline))):
        hu[number], lungs[number], patterns[number] = item.hu, item.lungs, item.patterns
    volume = Volume(hu=hu, geometry=geometry, acquisition=acquisition_of(spec))
    return (
        volume,
        LabelMap(labels=lungs, geometry=geometry, names=LUNG_CODES, method="phantom truth"),
        LabelMap(labels=patterns, geometry=geometry, names=PATTERN_CODES, method="phantom truth"),
    )


def acquisition_of(spec: PhantomSpec) -> Acquisition:
    """Give what the header of a phantom says of how it was made."""
    return Acquisition(
        manufacturer="Breathline",
        model="Breathline chest phantom",
        kernel=KERNELS[spec.kernel].name,
        kvp=120.0,
        exposure_mas=float(round(spec.dose_mas)),
        slice_thickness_mm=spec.thickness_mm,
        patient_position="HFS" if spec.position == "supine" else "HFP",
        date="" if spec.study_date is None else spec.study_date.isoformat(),
        source_format="phantom",
    )


def write_phantom(out: Path, spec: PhantomSpec, *, progress: Progress = silent) -> PhantomTruth:
    """Write a phantom as ``out/dicom`` with its truth in ``out/truth``.

    Raises
    ------
    OutputError
        If `out` already holds a phantom or something else; nothing there is touched.
    """
    _refuse_full(out)
    with _whole(out) as making:
        truth = _write_files(making, prepare(spec), "drawing slices", progress)
    return _placed(truth, out)


def write_phantom_pair(
    out: Path, baseline: PhantomSpec, followup: PhantomSpec, *, progress: Progress = silent
) -> tuple[PhantomTruth, PhantomTruth]:
    """Write two scans of one patient and, in ``out/truth``, how the tissue moved between them.

    The seed of the follow-up must be that of the baseline; its visit is made different if it is not.
    """
    _refuse_full(out)
    visit = followup.visit if followup.visit != baseline.visit else baseline.visit + 1
    followup = replace(followup, seed=baseline.seed, visit=visit)
    with _whole(out) as making:
        first = prepare(baseline)
        before = _write_files(making / "baseline", first, "drawing baseline", progress)
        second = prepare(followup, baseline)
        after = _write_files(making / "followup", second, "drawing follow-up", progress)
        truth = making / "truth"
        truth.mkdir()
        write_displacement(truth / "displacement.nii.gz", first, second, progress)
        _write_json(truth / "truth.json", {"baseline": before.as_record(), "followup": after.as_record()})
    return _placed(before, out / "baseline"), _placed(after, out / "followup")


def _refuse_full(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(f"'{out}' is already there and not empty. Name a folder that does not exist yet.")


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """Give a folder beside `out` to write into, moved into place when whole and removed if it is not."""
    making = out.absolute().with_name(f".{out.absolute().name}.partial")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        yield making
        if out.is_dir():
            out.rmdir()
        making.rename(out)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise


def _placed(truth: PhantomTruth, out: Path) -> PhantomTruth:
    return replace(truth, dicom=out / "dicom", truth=out / "truth")


def _write_files(out: Path, scan: Scan, step: str, progress: Progress) -> PhantomTruth:
    spec, geometry = scan.spec, geometry_of(scan.spec)
    dicom, folder = out / "dicom", out / "truth"
    dicom.mkdir(parents=True)
    folder.mkdir(parents=True)
    lungs, patterns = np.empty(geometry.shape, dtype=np.uint8), np.empty(geometry.shape, dtype=np.uint8)
    header = common_header(spec, geometry)
    density = 0.0
    total = geometry.shape[0]
    progress(step, 0, total)
    for number, item in enumerate(draw_slices(scan)):
        write_slice(dicom / f"{total - number:04d}.dcm", header, spec, geometry, number, item.hu)
        lungs[number], patterns[number] = item.lungs, item.patterns
        density += item.density_sum
        progress(step, number + 1, total)
    write_labels(folder / "lungs.nii.gz", lungs, geometry)
    write_labels(folder / "patterns.nii.gz", patterns, geometry)
    truth = measure_truth(spec, geometry, lungs, patterns, density)
    _write_json(folder / "truth.json", truth.as_record())
    return truth


def measure_truth(
    spec: PhantomSpec, geometry: Geometry, lungs: LabelArray, patterns: LabelArray, density: float
) -> PhantomTruth:
    """Count what is true; `density` is the sum of HU + 1000 over the lungs."""
    counts = np.bincount(patterns.ravel(), minlength=16)
    right, left = (int(np.count_nonzero(lungs == code)) for code in (1, 2))
    whole = max(right + left, 1)
    voxel = geometry.voxel_ml
    return PhantomTruth(
        spec=spec,
        lung_volume_ml=(right + left) * voxel,
        right_lung_ml=right * voxel,
        left_lung_ml=left * voxel,
        mean_density_hu=density / whole - 1000.0,
        lung_mass_g=density / 1000.0 * voxel,
        volume_ml={name: float(counts[code]) * voxel for name, code in PATTERN_CODES.items()},
        percent={name: 100.0 * float(counts[code]) / whole for name, code in PATTERN_CODES.items()},
    )


def _write_json(target: Path, record: dict[str, object]) -> None:
    target.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")
