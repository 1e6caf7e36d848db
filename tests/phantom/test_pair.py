from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import SimpleITK
from scipy.ndimage import binary_dilation

from breathline.model.volume import PATTERN_CODES
from breathline.phantom import PhantomSpec, simulate_phantom
from breathline.phantom.breathing import posture
from breathline.phantom.field import displacement_at


def warped(pair: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Labels of the baseline, and those of the follow-up brought onto the baseline grid."""
    # oracle: SimpleITK's own resampling by the field as read from disk, in LPS
    field = SimpleITK.ReadImage(str(pair / "truth" / "displacement.nii.gz"), SimpleITK.sitkVectorFloat64)
    before = SimpleITK.ReadImage(str(pair / "baseline" / "truth" / name))
    after = SimpleITK.ReadImage(str(pair / "followup" / "truth" / name))
    moved = SimpleITK.Resample(
        after, before, SimpleITK.DisplacementFieldTransform(field), SimpleITK.sitkNearestNeighbor, 0
    )
    return SimpleITK.GetArrayFromImage(before), SimpleITK.GetArrayFromImage(moved)


def dice(first: np.ndarray, second: np.ndarray) -> float:
    return 2 * np.count_nonzero(first & second) / (np.count_nonzero(first) + np.count_nonzero(second))


def test_lungs_land_on_lungs(pair: Path) -> None:
    before, moved = warped(pair, "lungs.nii.gz")
    after = SimpleITK.GetArrayFromImage(
        SimpleITK.ReadImage(str(pair / "followup" / "truth" / "lungs.nii.gz"))
    )
    for side in (1, 2):
        assert dice(before == side, moved == side) > 0.96
        assert dice(before == side, moved == side) > dice(before == side, after == side) + 0.01


def test_remaining_ground_glass_was_ground_glass(pair: Path) -> None:
    before, moved = warped(pair, "patterns.nii.gz")
    haze = PATTERN_CODES["ground_glass"]
    remaining = moved == haze
    was = binary_dilation(before == haze)  # a voxel at the border may fall to either side
    assert np.count_nonzero(remaining & was) > 0.97 * np.count_nonzero(remaining)


def test_field_does_not_fold(pair: Path) -> None:
    field = SimpleITK.ReadImage(str(pair / "truth" / "displacement.nii.gz"), SimpleITK.sitkVectorFloat64)
    jacobian = SimpleITK.GetArrayFromImage(SimpleITK.DisplacementFieldJacobianDeterminant(field))
    assert jacobian.min() > 0.3
    assert np.abs(SimpleITK.GetArrayFromImage(field)).max() < 40


def test_truth_of_the_pair(pair: Path) -> None:
    told = json.loads((pair / "truth" / "truth.json").read_text())
    assert told["baseline"]["options"]["seed"] == told["followup"]["options"]["seed"]
    assert told["baseline"]["options"]["visit"] != told["followup"]["options"]["visit"]
    assert told["followup"]["lung_volume_ml"] < told["baseline"]["lung_volume_ml"]


def test_vessels_land_on_vessels() -> None:
    spec = PhantomSpec(matrix=256, thickness_mm=1.4, slices=16)
    later = replace(spec, visit=1, inspiration=0.95, slices=40)
    vessel = PATTERN_CODES["vessel"]
    _, _, first = simulate_phantom(spec)
    _, _, second = simulate_phantom(later)
    index = np.argwhere(first.labels == vessel)
    origin, step = np.array(first.geometry.origin_mm), np.array(first.geometry.spacing_mm)
    points = origin + index[:, ::-1] * step[::-1]
    moved = points + displacement_at(posture(spec), posture(later), points)
    low = np.array(second.geometry.origin_mm)
    target = binary_dilation(second.labels == vessel)

    def share(at: np.ndarray) -> float:
        k, j, i = np.rint((at - low) / step[::-1]).astype(int).T[::-1]
        inside = (k >= 0) & (k < target.shape[0])
        return float(target[k[inside], j[inside], i[inside]].mean())

    assert share(moved) > 0.95
    assert share(moved) > share(points) + 0.2
