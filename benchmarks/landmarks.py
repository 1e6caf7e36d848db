"""One lung at two real visits with landmarks in both pictures: its mass, and how far off landmarks are left.

The follow-up's picture lies on the baseline already, where another program put it; the lung's outline at follow-up is
given where it was. So density comes from the pictures, volume from the outlines, and landmarks can be met by the
outlines alone: an upper bound, as vessels have no say. The pictures themselves can only show how far the two programs
disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

from benchmarks.row import Row
from breathline.ct.align import Alignment, align, displacement_in_slice
from breathline.ct.align.lattice import lung_image
from breathline.ct.align.register import pyramid, register
from breathline.model.volume import LUNG_CODES, Geometry, LabelMap, Volume

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "ct" / "landmark-pair"
MASS_PERCENT = 12.0


@dataclass(frozen=True, eq=False)
class Visit:
    """The lung at one visit; the picture lies on the baseline's grid."""

    picture: Volume
    lung: LabelMap
    landmarks_mm: np.ndarray


def visits(folder: Path = FOLDER) -> tuple[Visit, Visit]:
    """Read both visits."""
    grid = sitk.ReadImage(str(folder / "followup_on_baseline.mha"))
    half = sitk.ReadImage(str(folder / "baseline_half.mha"))
    pictures = sitk.Resample(half, grid, sitk.Transform(), sitk.sitkLinear, -1000), grid
    found = []
    for name, picture in zip(("baseline", "followup"), pictures, strict=True):
        mask = sitk.ReadImage(str(folder / f"{name}_mask.mha"))
        labels = (sitk.GetArrayFromImage(mask) > 0).astype(np.uint8)
        hu = sitk.GetArrayFromImage(picture).astype(np.int16)
        found.append(
            Visit(
                picture=Volume(hu=hu, geometry=_geometry(picture)),
                lung=LabelMap(labels=labels, geometry=_geometry(mask), names=LUNG_CODES),
                landmarks_mm=np.loadtxt(folder / f"{name}_landmarks.txt", skiprows=2),
            )
        )
    before, after = found
    kept = _inside(before) & _inside(after)  # landmarks were set in both lungs, the masks show one
    return (
        replace(before, landmarks_mm=before.landmarks_mm[kept]),
        replace(after, landmarks_mm=after.landmarks_mm[kept]),
    )


def _inside(visit: Visit) -> np.ndarray:
    at = _voxels(visit.lung.geometry, visit.landmarks_mm)
    there = ((at >= 0) & (at < visit.lung.labels.shape)).all(axis=1)
    return there & (visit.lung.labels[tuple(np.where(there[:, None], at, 0).T)] > 0)


def _voxels(geometry: Geometry, places: np.ndarray) -> np.ndarray:
    return np.rint((places - geometry.origin_mm) / np.asarray(geometry.spacing_mm)[::-1]).astype(int)[:, ::-1]


def _geometry(image: sitk.Image) -> Geometry:
    x, y, z = image.GetSpacing()
    return Geometry(shape=image.GetSize()[::-1], spacing_mm=(z, y, x), origin_mm=image.GetOrigin())


def masses_g(before: Visit, after: Visit, alignment: Alignment) -> tuple[float, float]:
    """Give the lung's mass at both visits: its mean density as `align` measures it, times its own volume [g]."""
    (lung,) = alignment.lungs
    volumes = (before.lung, after.lung)
    densities = (
        mass / volume for mass, volume in zip(lung.quality.mass_g, lung.quality.volume_ml, strict=True)
    )
    first, second = (
        density * np.count_nonzero(item.labels) * item.geometry.voxel_ml
        for density, item in zip(densities, volumes, strict=True)
    )
    return float(first), float(second)


def rows() -> Iterator[Row]:
    """Measure the pair, where it is here."""
    if not FOLDER.is_dir():
        return
    before, after = visits()
    alignment = align(before.picture, before.lung, after.picture, before.lung)
    masses = masses_g(before, after, alignment)
    apart = 100.0 * (masses[1] / masses[0] - 1.0)
    yield Row(
        what="lung mass of two real visits", on="landmark-pair",
        figure=f"{masses[0]:.0f} g, {masses[1]:.0f} g ({apart:+.1f} %)", wanted=f"within {MASS_PERCENT:.0f} %",
        met=abs(apart) <= MASS_PERCENT,
    )  # fmt: skip
    truth = after.landmarks_mm - before.landmarks_mm
    errors, unaligned = (
        np.linalg.norm(by_outline(before, after) - truth, axis=1),
        np.linalg.norm(truth, axis=1),
    )
    yield Row(
        what="landmarks met by the outlines alone: mean, 95th percentile",
        on=f"landmark-pair, {len(truth)} landmarks, {unaligned.mean():.1f} mm apart",
        figure=f"{errors.mean():.1f} mm, {np.percentile(errors, 95):.1f} mm",
    )
    left = np.linalg.norm(_moved_at(alignment, before.landmarks_mm), axis=1)
    yield Row(
        what="displacement left where another program had laid the pictures: mean, 95th percentile",
        on=f"landmark-pair, {len(left)} landmarks", figure=f"{left.mean():.2f} mm, {np.percentile(left, 95):.2f} mm",
    )  # fmt: skip


def by_outline(before: Visit, after: Visit) -> np.ndarray:
    """Give how landmarks of the baseline move when the outlines are laid on each other, x, y, z [mm]."""
    images = []
    for lung in (before.lung, after.lung):
        even = Volume(hu=np.full(lung.labels.shape, -850, np.int16), geometry=lung.geometry)
        images.append(pyramid(lung_image(even, lung, 1)))
    field = register(images[0].fixed, images[1].moving)
    at = ((before.landmarks_mm[:, ::-1] - field.origin_mm) / field.step_mm).T
    found = [ndimage.map_coordinates(field.displacement[..., axis], at, order=1) for axis in (2, 1, 0)]
    return np.stack(found, axis=1)


def _moved_at(alignment: Alignment, places: np.ndarray) -> np.ndarray:
    """Give the displacement of places in the lung, as of the voxels they lie in."""
    at = _voxels(alignment.baseline_lungs.geometry, places)
    return np.array([displacement_in_slice(alignment, int(z))[y, x] for z, y, x in at])
