"""On real scans, where they are present: a radiologist's slice labels, lung masks, normal lungs, time, memory."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk

from benchmarks.row import Row, measured
from breathline.ct.measure import measure_scan, write_scan
from breathline.model.volume import PATTERN_CODES

REAL_CT = Path(__file__).resolve().parents[2] / "shared" / "data" / "ct"
ABNORMAL = tuple(
    PATTERN_CODES[name] for name in ("ground_glass", "reticulation", "honeycombing", "consolidation")
)


def rows() -> list[Row]:
    """Measure what is there; nothing where no real scan is."""
    if not REAL_CT.is_dir():
        return []
    found = []
    for name, wanted in (("ground-glass-P001", 0.93), ("consolidation-cap002", 0.85)):
        found += _labelled(name, wanted)
    for name, wanted in (("normal-normal001", 2.0), ("nlst-101287", 3.0)):
        found += _normal(name, wanted)
    for name, wanted in (("id001", 0.985), ("id002", 0.96)):
        found.append(_masked(name, wanted))
    return found


def _measure(source: Path, out: str) -> dict[str, float]:
    scan = measure_scan(source)
    write_scan(scan, Path(out))
    return {
        m.measure: float(m.value) for m in scan.result.measurements if m.region == "lungs" and m.unit == "%"
    }


def _run(name: str, folder: str) -> tuple[dict[str, float], Row]:
    values, seconds, peak = measured(_measure, REAL_CT / name, folder)
    slices = len(list((REAL_CT / name).rglob("*.dcm")))
    row = Row(
        what="time and peak memory, DICOM to files",
        on=f"{name} ({slices} slices)",
        figure=f"{seconds:.1f} s, {peak:.2f} GiB",
        wanted="≤ 20 s, ≤ 2.5 GiB",
        met=seconds <= 20 and peak <= 2.5,
    )
    return values, row


def _labelled(name: str, wanted: float) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        _, row = _run(name, f"{folder}/out")
        patterns = sitk.GetArrayFromImage(sitk.ReadImage(f"{folder}/out/patterns.nii.gz"))
    extent = np.isin(patterns, ABNORMAL).sum(axis=(1, 2)) * 1.0
    label = _labels_by_slice(name)
    area = _roc_area(extent, label)
    what = "area under the ROC curve, abnormal area of each slice against a radiologist's label"
    return [row, Row(what=what, on=name, figure=f"{area:.3f}", wanted=f"≥ {wanted}", met=area >= wanted)]


def _labels_by_slice(name: str) -> np.ndarray:
    """Labels from the lowest slice to the highest, as the label maps are written."""
    heights = []
    for path in (REAL_CT / name).rglob("*.dcm"):
        header = pydicom.dcmread(path, stop_before_pixels=True)
        heights.append((float(header.ImagePositionPatient[2]), int(header.InstanceNumber)))
    with (REAL_CT / name / "slice-labels.csv").open(encoding="utf-8") as stream:
        infected = {int(row["instance_number"]): int(row["infected"]) for row in csv.DictReader(stream)}
    return np.array([infected[number] for _, number in sorted(heights)])


def _roc_area(score: np.ndarray, label: np.ndarray) -> float:
    """Chance that a slice labelled abnormal scores above one that is not; ties count half."""
    sick, well = score[label == 1], score[label == 0]
    above = (sick[:, None] > well[None, :]).mean() + 0.5 * (sick[:, None] == well[None, :]).mean()
    return float(above)


def _normal(name: str, wanted: float) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        values, row = _run(name, f"{folder}/out")
    abnormal = sum(
        values.get(f"ct_{p}", 0.0) for p in ("ground_glass", "reticulation", "honeycombing", "consolidation")
    )
    what = "abnormal lung in a scan without interstitial disease"
    return [
        row,
        Row(what=what, on=name, figure=f"{abnormal:.2f} %", wanted=f"≤ {wanted} %", met=abnormal <= wanted),
    ]


def _masked(name: str, wanted: float) -> Row:
    folder = REAL_CT / "lung-masks"
    with tempfile.TemporaryDirectory() as out:
        _measure(folder / f"{name}-128x128x64.nii.gz", f"{out}/out")
        ours = sitk.GetArrayFromImage(sitk.ReadImage(f"{out}/out/lungs.nii.gz")) > 0
    theirs = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / f"{name}-128x128x64-msk.nii.gz"))) > 127
    dice = 2.0 * np.sum(ours & theirs) / (ours.sum() + theirs.sum())
    return Row(
        what="lung Dice",
        on=f"lung-masks {name}",
        figure=f"{dice:.4f}",
        wanted=f"≥ {wanted}",
        met=bool(dice >= wanted),
    )
