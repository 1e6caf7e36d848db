"""Against the phantom's truth: lung overlap, ground-glass extent and its interval; and the phantom's own speed."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from benchmarks.row import Row, measured
from breathline.ct.measure import measure_scan, write_scan
from breathline.phantom import PhantomSpec, write_phantom, write_phantom_pair

SCANS = (
    ("no disease", {}),
    ("ground-glass 8 %", {"ground_glass": 8}),
    ("ground-glass 15 %", {"ground_glass": 15}),
    ("ground-glass 15 %, sharp kernel, half dose", {"ground_glass": 15, "kernel": "sharp", "dose_mas": 60}),
    ("ground-glass 24 %, reticulation 5 %", {"ground_glass": 24, "reticulation": 5}),
    ("ground-glass 8 %, reticulation 5 %", {"ground_glass": 8, "reticulation": 5}),
    (
        "ground-glass 15 %, reticulation 8 %, honeycombing 4 %, consolidation 3 %",
        {"ground_glass": 15, "reticulation": 8, "honeycombing": 4, "consolidation": 3},
    ),
    ("interval HRCT, ground-glass 15 %", {"ground_glass": 15, "thickness_mm": 1.0, "spacing_mm": 10.0}),
)
SEEDS = (11, 12)


def rows() -> list[Row]:
    """Measure all of it; the seeds are not those the method was looked at with."""
    found = [_pair_row()]
    for name, options in SCANS:
        for seed in SEEDS:
            found += _scan_rows(name, seed, options)
    return found


def _scan_rows(name: str, seed: int, options: dict) -> list[Row]:
    spec = PhantomSpec(**({"thickness_mm": 2.0, "seed": seed} | options))
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "phantom"
        truth = write_phantom(made, spec)
        scan = measure_scan(made / "dicom")
        write_scan(scan, Path(folder) / "out")
        lungs, wanted = (
            sitk.GetArrayFromImage(sitk.ReadImage(str(path))) > 0
            for path in (Path(folder) / "out" / "lungs.nii.gz", made / "truth" / "lungs.nii.gz")
        )
    dice = 2.0 * np.sum(lungs & wanted) / (lungs.sum() + wanted.sum())
    extent = next(
        m
        for m in scan.result.measurements
        if (m.measure, m.region, m.unit) == ("ct_ground_glass", "lungs", "%")
    )
    true = truth.percent["ground_glass"]
    on = f"phantom, seed {seed}: {name}"
    inside = extent.low <= true <= extent.high
    figure = f"{extent.value:.2f} % ({extent.low:.2f} to {extent.high:.2f}); truth {true:.2f} %"
    return [
        Row(what="lung Dice", on=on, figure=f"{dice:.4f}", wanted="≥ 0.97", met=bool(dice >= 0.97)),
        Row(what="ground-glass extent", on=on, figure=figure, wanted="truth inside the interval", met=inside),
    ]


def _write_pair(folder: str) -> None:
    baseline = PhantomSpec(seed=11, ground_glass=24, reticulation=5, inspiration=0.92)
    followup = PhantomSpec(seed=11, ground_glass=8, reticulation=5, visit=1)
    write_phantom_pair(Path(folder) / "pair", baseline, followup)


def _pair_row() -> Row:
    with tempfile.TemporaryDirectory() as folder:
        _, seconds, peak = measured(_write_pair, folder)
    return Row(
        what="phantom pair, time and peak memory",
        on="512 × 512 × 300, twice",
        figure=f"{seconds:.0f} s, {peak:.2f} GiB",
        wanted="≤ 120 s, ≤ 3 GiB",
        met=seconds <= 120 and peak <= 3,
    )
