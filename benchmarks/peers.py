"""Other programs for deformable registration, each as its makers advise, on one grid of 2 mm that holds the lungs.

Each runs in a process of its own, whose interpreter is named by ``BREATHLINE_PEERS``: their packages are large and are
no part of Breathline. Without it, none runs.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import ndimage

from benchmarks.pairs import Pair
from breathline.ct.align import lattice
from breathline.model.volume import LabelMap, Volume

GRID_MM = 2.0
MARGIN_MM = 10.0
PEERS = (
    "convexAdam",
    "convexAdam, for lungs",
    "convexAdam, for lungs, masked",
    "ANTs SyN-CC, masked",
    "elastix",
    "ANTs SyN-CC",
    "ANTs SyN-MI",
    "SimpleITK demons",
)
LIMIT_S = 1800


@dataclass(frozen=True, slots=True)
class Found:
    """What a program did on a pair; without numbers where it failed."""

    figure: str
    mean_mm: float = np.inf
    processor_s: float = np.inf


def peers_here() -> tuple[str, ...]:
    """Name the programs that can run here."""
    return PEERS if os.environ.get("BREATHLINE_PEERS") else ()


def peer_error(peer: str, pair: Pair, folder: Path) -> Found:
    """Run a peer on a pair whose grid lies in `folder` (see `write_grid`)."""
    target = folder / "moved.npz"
    target.unlink(missing_ok=True)
    script = Path(__file__).with_name("peer_programs.py")
    interpreter = Path(os.environ["BREATHLINE_PEERS"]).absolute()
    try:
        ran = subprocess.run(
            [str(interpreter), str(script), peer, str(folder / "grid.npz"), str(target)],
            check=False, capture_output=True, text=True, timeout=LIMIT_S, cwd=folder,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Found(f"not finished within {LIMIT_S} s")
    if not target.is_file():
        told = ran.stderr.strip().splitlines()
        return Found(f"failed: {told[-1][:90] if told else 'no message'}")
    with np.load(target) as got, np.load(folder / "grid.npz") as grid:
        moved, seconds = got["moved"], got["seconds"]
        origin, inside = grid["origin"], grid["fixed_mask"] > 0
    errors = _errors(moved, origin, pair)
    slopes = [np.stack(np.gradient(moved[axis], GRID_MM), -1) for axis in range(3)]
    folds = np.linalg.det(np.stack(slopes, -2) + np.eye(3))[inside] <= 0
    return Found(
        f"{errors.mean():.2f} mm, {np.percentile(errors, 95):.2f} mm; {100 * folds.mean():.3f} %; "
        f"{seconds[0]:.0f} s, {seconds[1]:.0f} s of processor",
        float(errors.mean()),
        float(seconds[1]),
    )


def _errors(moved: np.ndarray, origin: np.ndarray, pair: Pair) -> np.ndarray:
    at = ((pair.points_mm[:, ::-1] - origin) / GRID_MM).T
    found = [ndimage.map_coordinates(moved[axis], at, order=1, mode="nearest") for axis in (2, 1, 0)]
    return np.linalg.norm(np.stack(found, 1) - pair.moved_mm, axis=1)


def write_grid(pair: Pair, folder: Path) -> None:
    """Lay both scans on one grid, in Hounsfield units, with their lungs."""
    scans = ((pair.baseline, pair.baseline_lungs), (pair.followup, pair.followup_lungs))
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for volume, lungs in scans:
        matrix, offset = lattice.world_axes(volume.geometry)
        places = np.argwhere(lungs.labels) @ matrix.T + offset
        low, high = np.minimum(low, places.min(axis=0)), np.maximum(high, places.max(axis=0))
    origin = low - MARGIN_MM
    counts = 2 * np.ceil((high + MARGIN_MM - origin) / (2 * GRID_MM)).astype(int)
    made = {}
    for name, (volume, lungs) in zip(("fixed", "moving"), scans, strict=True):
        everything = replace(lungs, labels=np.ones_like(lungs.labels))
        both = replace(lungs, labels=(lungs.labels > 0).astype(np.uint8))
        density, seen = _on_grid(volume, everything, origin, counts)
        made[name] = np.where(seen > 0, 1000 * (density - 1), -1000).astype(np.float32)
        made[f"{name}_mask"] = (_on_grid(volume, both, origin, counts)[1] > 0.5).astype(np.uint8)
    np.savez(folder / "grid.npz", origin=origin, spacing=GRID_MM, **made)


def _on_grid(
    volume: Volume, labels: LabelMap, origin: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    density, share = np.zeros(counts, np.float32), np.zeros(counts, np.float32)
    lattice.draw(volume, labels, 1, origin, GRID_MM, density, share)
    return density, share
