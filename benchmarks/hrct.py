"""HRCT: accuracy on phantoms and on real scans, time and memory. ``python -m benchmarks.hrct [--quick]``."""

from __future__ import annotations

import csv
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses
from scipy.stats import rankdata

from breathline.ct.lungs import segment_lungs
from breathline.ct.measure import MeasuredScan, measure_scan, write_scan
from breathline.ct.order import stored_axes
from breathline.ct.read import read_scan
from breathline.model.volume import PATTERN_CODES
from breathline.phantom import PhantomSpec, write_phantom

REAL_CT = Path(__file__).resolve().parents[2] / "shared" / "data" / "ct"

PHANTOMS = {
    "normal": PhantomSpec(seed=1, thickness_mm=2.0),
    "10 %, soft": PhantomSpec(seed=1, thickness_mm=2.0, ground_glass=10),
    "30 %, soft": PhantomSpec(seed=2, thickness_mm=2.0, ground_glass=30),
    "5 %, sharp": PhantomSpec(seed=3, thickness_mm=2.0, ground_glass=5, kernel="sharp"),
    "20 %, quarter dose": PhantomSpec(seed=4, thickness_mm=2.0, ground_glass=20, dose_mas=30),
    "15 %, sharp, quarter dose": PhantomSpec(
        seed=5, thickness_mm=2.0, ground_glass=15, kernel="sharp", dose_mas=30
    ),
    "10 %, shallow breath": PhantomSpec(seed=7, thickness_mm=2.0, ground_glass=10, inspiration=0.6),
    "30 %, interval": PhantomSpec(seed=2, thickness_mm=1.0, spacing_mm=10.0, ground_glass=30),
    "mixed": PhantomSpec(
        seed=6,
        thickness_mm=2.0,
        ground_glass=10,
        reticulation=6,
        honeycombing=3,
        consolidation=3,
        emphysema=4,
    ),
}


def area_under_curve(score: np.ndarray, label: np.ndarray) -> float:
    """Probability that a slice called ill scores higher than one called well (Mann and Whitney)."""
    ill = int(label.sum())
    ranks = rankdata(score)[label == 1].sum()
    return float((ranks - ill * (ill + 1) / 2) / (ill * (len(label) - ill)))


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * (one & other).sum() / max(1, one.sum() + other.sum()))


def extent(measured: MeasuredScan, measure: str) -> tuple[float, float, float]:
    (item,) = [
        i for i in measured.result.measurements if (i.measure, i.unit, i.region) == (measure, "%", "lungs")
    ]
    return float(item.value), float(item.low or 0.0), float(item.high or 0.0)


def slice_scores(measured: MeasuredScan, table: Path) -> float:
    with table.open() as stream:
        rows = list(csv.DictReader(stream))
    bottom, step = measured.volume.geometry.origin_mm[2], measured.volume.geometry.spacing_mm[0]
    ill = np.isin(measured.patterns.labels, [PATTERN_CODES["ground_glass"], PATTERN_CODES["consolidation"]])
    areas = ill.sum(axis=(1, 2))
    score = np.array([areas[round((float(row["z_mm"]) - bottom) / step)] for row in rows])
    return area_under_curve(score, np.array([int(row["infected"]) for row in rows]))


def real_scans() -> None:
    if not REAL_CT.is_dir():
        print("real scans: not here")
        return
    for name in (
        "ground-glass-P001",
        "consolidation-cap002",
        "normal-normal001",
        "nlst-101287",
        "ipf-interval-419",
    ):
        start = time.perf_counter()
        measured = measure_scan(REAL_CT / name)
        seconds = time.perf_counter() - start
        value = extent(measured, "ct_ground_glass")[0] + extent(measured, "ct_consolidation")[0]
        line = f"{name:22s} abnormal {value:5.2f} %  {seconds:5.1f} s"
        table = REAL_CT / name / "slice-labels.csv"
        print(f"{line}  AUC {slice_scores(measured, table):.3f}" if table.exists() else line)
    for name in ("id001", "id002"):
        path = REAL_CT / "lung-masks" / f"{name}-128x128x64.nii.gz"
        volume = read_scan(path)
        assert volume.stored is not None
        ours = stored_axes(segment_lungs(volume).labels, volume.stored) > 0
        mask = sitk.ReadImage(str(path.with_name(f"{name}-128x128x64-msk.nii.gz")))
        print(f"{name:22s} lung Dice {dice(ours, sitk.GetArrayFromImage(mask) > 127):.4f}")


def phantoms(folder: Path) -> None:
    for name, spec in PHANTOMS.items():
        place = folder / name.replace(" ", "-").replace("%", "pc").replace(",", "")
        write_phantom(place, spec)
        measured = measure_scan(place / "dicom")
        lungs = sitk.GetArrayFromImage(sitk.ReadImage(str(place / "truth" / "lungs.nii.gz")))
        patterns = sitk.GetArrayFromImage(sitk.ReadImage(str(place / "truth" / "patterns.nii.gz")))
        truth = 100.0 * (patterns == PATTERN_CODES["ground_glass"]).sum() / (lungs > 0).sum()
        value, low, high = extent(measured, "ct_ground_glass")
        held = "holds" if low <= truth <= high else "MISSES"
        overlap = dice(measured.lungs.labels > 0, lungs > 0)
        print(
            f"{name:26s} ground-glass {truth:5.2f} % measured {value:5.2f} "
            f"({low:.2f} to {high:.2f}, {held})  "
            f"lung Dice {overlap:.4f}"
        )


def whole_scan(folder: Path) -> None:
    write_phantom(folder / "whole", PhantomSpec(seed=1, ground_glass=10, slices=320, thickness_mm=0.94))
    start = time.perf_counter()
    write_scan(measure_scan(folder / "whole" / "dicom"), folder / "out")
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"512 x 512 x 320, DICOM to files: {seconds:.1f} s, peak memory of the process {peak:.2f} GiB")


def main() -> None:
    real_scans()
    if "--quick" not in sys.argv:
        with tempfile.TemporaryDirectory() as name:
            phantoms(Path(name))
            whole_scan(Path(name))


if __name__ == "__main__":
    main()
