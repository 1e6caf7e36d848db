"""Scans laid on each other: the error on pairs whose displacement is known, beside other programs', and its price.

Other programs run where their packages are installed (``pip install torch convexAdam antspyx itk-elastix``), on the
same images in the same run: both scans on one grid of 2 mm that holds the lungs.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np

from benchmarks.pairs import Pair, phantom_pair, real_pair, to_world
from benchmarks.peers import PEERS, peer_error, write_grid
from benchmarks.row import Row, measured
from breathline.ct.align import Alignment, align, displacement_in_slice
from breathline.ct.compare import change_record, compare_scans, write_comparison
from breathline.ct.lungs import find_lungs
from breathline.ct.read import read_scan
from breathline.model.volume import LabelMap, Volume
from breathline.phantom import PhantomSpec, write_phantom_pair

REAL_CT = Path(__file__).resolve().parents[2] / "shared" / "data" / "ct"
REAL = (("ground-glass-P001", 1, 1.0), ("normal-normal001", 2, -1.0), ("nlst-101287", 3, 1.0))
MEAN_MM, NEARLY_ALL_MM = 0.6, 1.5


def rows() -> list[Row]:
    """Measure every pair; the peers on the real ones."""
    found = []
    for name in pairs_here():
        found += _of_pair(name)
    return [*found, *comparison_rows()]


def pairs_here() -> list[str]:
    """Name the pairs that can be made here."""
    return ["phantom", *(name for name, _, _ in REAL if (REAL_CT / name).is_dir())]


def make(name: str) -> Pair:
    """Make a pair by its name."""
    if name == "phantom":
        before = PhantomSpec(seed=31, ground_glass=20, reticulation=5)
        after = PhantomSpec(seed=31, visit=1, ground_glass=8, reticulation=5, inspiration=0.78)
        return phantom_pair(name, before, after)
    _, seed, breath = next(item for item in REAL if item[0] == name)
    volume = read_scan(REAL_CT / name)
    return real_pair(name, volume, find_lungs(volume).lungs, seed, breath)


def _of_pair(name: str) -> Iterator[Row]:
    pair = make(name)
    apart = np.linalg.norm(pair.moved_mm, axis=1)
    on = f"{name}, lungs {apart.mean():.1f} mm apart on average"
    align(*_scans(pair))  # compiles
    (errors, folds, seconds), _, peak = measured(_error, pair)
    mean, most = float(errors.mean()), float(np.percentile(errors, 95))
    yield Row(
        what="error inside the lungs, mean and 95th percentile; folded cells",
        on=on,
        figure=f"{mean:.2f} mm, {most:.2f} mm; {folds}",
        wanted=f"≤ {MEAN_MM} mm, ≤ {NEARLY_ALL_MM} mm; 0",
        met=mean <= MEAN_MM and most <= NEARLY_ALL_MM and folds == 0,
    )
    yield Row(
        what="the same where ground-glass came or went", on=on, figure=f"{errors[pair.changed].mean():.2f} mm"
    )
    took = f"{seconds[0]:.1f} s, {seconds[1]:.1f} s of processor; {peak:.2f} GiB"
    yield Row(what="time and peak memory of the registration", on=on, figure=took)
    with tempfile.TemporaryDirectory() as folder:
        write_grid(pair, Path(folder))
        for peer in PEERS:
            figure = peer_error(peer, pair, Path(folder))
            if figure:
                yield Row(what=f"{peer}: mean, 95th percentile; folded share; time", on=on, figure=figure)


def comparison_rows() -> Iterator[Row]:
    """Compare two visits from DICOM to files: price, and what cleared beside the phantom's truth."""
    size = {"seed": 41, "slices": 300, "thickness_mm": 320 / 300}
    before = PhantomSpec(ground_glass=24, study_date=date(2023, 1, 10), **size)
    after = PhantomSpec(ground_glass=8, study_date=date(2023, 7, 10), visit=1, inspiration=0.92, **size)
    with tempfile.TemporaryDirectory() as folder:
        truths = write_phantom_pair(Path(folder) / "pair", before, after)
        scans = [Path(folder) / "pair" / name / "dicom" for name in ("baseline", "followup")]
        measured(_compared, *scans, f"{folder}/out")  # compiles
        (record, spent), seconds, peak = measured(_compared, *scans, f"{folder}/out")
    on = "phantom 512 × 512 × 300, ground-glass 24 % then 8 %"
    yield Row(
        what="two scans from DICOM to what changed, all files written: time, peak memory", on=on,
        figure=f"{seconds:.0f} s, {spent:.0f} s of processor; {peak:.2f} GiB", wanted="≤ 60 s, ≤ 3.5 GiB",
        met=seconds <= 60 and peak <= 3.5,
    )  # fmt: skip
    extent = next(item for item in record["extent"] if item["pattern"] == "ground_glass")
    change = extent["followup_same_tissue"] - extent["baseline_same_tissue"]
    true = truths[1].percent["ground_glass"] - truths[0].percent["ground_glass"]
    yield Row(
        what="change of ground-glass in the same tissue; truth", on=on,
        figure=f"{change:+.1f} points; {true:+.1f} points",
    )  # fmt: skip


def _compared(baseline: Path, followup: Path, out: str) -> tuple[dict, float]:
    found = compare_scans(baseline, followup)
    write_comparison(found, Path(out))
    return change_record(found), time.process_time()


def _scans(pair: Pair) -> tuple[Volume, LabelMap, Volume, LabelMap]:
    return pair.baseline, pair.baseline_lungs, pair.followup, pair.followup_lungs


def _error(pair: Pair) -> tuple[np.ndarray, int, np.ndarray]:
    started = np.array([time.perf_counter(), time.process_time()])
    alignment = align(*_scans(pair))
    seconds = np.array([time.perf_counter(), time.process_time()]) - started
    return (
        errors_of(alignment, pair),
        sum(lung.quality.least_jacobian <= 0 for lung in alignment.lungs),
        seconds,
    )


def errors_of(alignment: Alignment, pair: Pair) -> np.ndarray:
    """Give the distance between where each point was found and where it is [mm]."""
    geometry = pair.baseline.geometry
    start = to_world(geometry, np.zeros((1, 3)))
    steps = np.linalg.inv(np.asarray(geometry.direction) * np.asarray(geometry.spacing_mm)[:, None])
    voxels = np.rint((pair.points_mm - start) @ steps).astype(int)
    errors = np.empty(len(voxels))
    for number in np.unique(voxels[:, 0]):
        here = voxels[:, 0] == number
        moved = displacement_in_slice(alignment, int(number))[voxels[here, 1], voxels[here, 2]]
        errors[here] = np.linalg.norm(moved - pair.moved_mm[here], axis=1)
    return errors
