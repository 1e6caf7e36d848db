"""One patient scanned again and again: the same tissue, drawn once a posture and shown by any protocol."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from breathline.model.volume import Geometry, Volume
from breathline.phantom.scan import Scan, draw_slices, geometry_of, prepare
from breathline.phantom.scanner import Scanner, blurred, noisy, set_up
from breathline.phantom.spec import PhantomSpec
from breathline.phantom.write import acquisition_of


@dataclass(frozen=True, slots=True, eq=False)
class BareScan:
    """A chest in one posture as it is, before a scanner blurs it and adds noise.

    Parameters
    ----------
    hu
        (slices, rows, columns), without blur of a kernel and without noise [HU].
    percent
        What is true: share of each pattern in the lungs, by pattern code [%].
    """

    scan: Scan
    hu: NDArray[np.int16]
    percent: NDArray[np.float64]

    @property
    def spec(self) -> PhantomSpec:
        """What was asked for."""
        return self.scan.spec


def draw_bare(spec: PhantomSpec, tissue_of: BareScan | None = None) -> BareScan:
    """Draw a chest without a scanner.

    Parameters
    ----------
    tissue_of
        An earlier scan of the patient whose disease this one shall have, place by place of the tissue. Without it the
        extents asked for are met at this scan's own breath, so that a deeper breath moves the borders of disease.
    """
    scan = prepare(spec, tissue_of=None if tissue_of is None else tissue_of.scan)
    plain = Scanner(
        blur=np.ones_like(scan.scanner.blur), grain=scan.scanner.grain, streaks=scan.scanner.streaks,
        sigma_hu=0.0, pixel_mm=spec.pixel_mm,
    )  # fmt: skip
    hu = np.empty(geometry_of(spec).shape, dtype=np.int16)
    counts = np.zeros(16)
    for number, item in enumerate(draw_slices(replace(scan, scanner=plain))):
        hu[number] = item.hu
        counts += np.bincount(item.patterns.ravel(), minlength=16)
    return BareScan(scan, hu, 100.0 * counts / max(1.0, counts[1:].sum()))


def scan_bare(
    bare: BareScan, *, kernel: str = "soft", dose_mas: float = 120.0, layers: int = 1, noise: int = 0
) -> Volume:
    """Show a chest by a protocol.

    Parameters
    ----------
    kernel, dose_mas
        As of `PhantomSpec`.
    layers
        How many neighbouring slices make one, so that slices are so many times as thick and as far apart.
    noise
        Number of the noise: another one gives another scan of the same chest in the same posture.
    """
    spec = bare.spec
    made = replace(
        spec, kernel=kernel, dose_mas=dose_mas, thickness_mm=layers * spec.thickness_mm,
        spacing_mm=layers * spec.gap_mm, slices=spec.slice_count // layers,
    )  # fmt: skip
    scanner = set_up(made)
    planes = bare.hu[: layers * made.slice_count].reshape(made.slice_count, layers, *bare.hu.shape[1:])
    hu = np.empty((made.slice_count, *bare.hu.shape[1:]), dtype=np.int16)
    for number, group in enumerate(planes):
        random = np.random.default_rng([spec.seed, spec.visit, 29, noise, number])
        image = noisy(scanner, blurred(scanner, group.mean(axis=0, dtype=np.float32)), random)
        hu[number] = np.rint(np.clip(image, -1024, 3071))
    return Volume(hu=hu, geometry=_geometry(bare, made, layers), acquisition=acquisition_of(made))


def _geometry(bare: BareScan, made: PhantomSpec, layers: int) -> Geometry:
    first = geometry_of(bare.spec)
    x, y, z = first.origin_mm
    low = z + (layers - 1) / 2.0 * first.spacing_mm[0]
    return replace(geometry_of(made), origin_mm=(x, y, low))
