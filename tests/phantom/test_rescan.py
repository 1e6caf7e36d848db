"""One phantom scanned again: the tissue stays, the scanner changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from breathline.phantom import BareScan, PhantomSpec, draw_bare, scan_bare

SPEC = PhantomSpec(seed=7, visit=1, matrix=64, slices=12, thickness_mm=1.2, spacing_mm=5.0, ground_glass=15.0)


@pytest.fixture(scope="module")
def bare() -> BareScan:
    return draw_bare(SPEC)


def test_noise_is_as_strong_as_the_dose_says(bare: BareScan) -> None:
    # Oracle: quantum noise goes with the root of the dose; 120 to 30 mAs doubles it.
    def noise(dose_mas: float) -> float:
        one, other = (scan_bare(bare, dose_mas=dose_mas, noise=n).hu.astype(float) for n in (0, 1))
        inside = bare.hu > -950
        return float(np.std((one - other)[inside]))

    assert noise(30.0) == pytest.approx(2.0 * noise(120.0), rel=0.03)


def test_thicker_slices_are_means_of_neighbours(bare: BareScan) -> None:
    thin, thick = (scan_bare(bare, dose_mas=2000.0, layers=layers) for layers in (1, 2))
    assert thick.hu.shape[0] == 6
    assert thick.geometry.spacing_mm[0] == 10.0
    assert thick.geometry.origin_mm[2] == pytest.approx(thin.geometry.origin_mm[2] + 2.5)
    assert thick.acquisition.slice_thickness_mm == pytest.approx(2.4)
    means = thin.hu.reshape(6, 2, 64, 64).mean(axis=1)
    # What is left is noise: 21 HU at 100 mAs and 1 mm, so some 5 HU at 2000 mAs, and less in the means.
    assert np.abs(thick.hu - means)[bare.hu[::2] > -950].mean() < 6.0


def test_a_deeper_breath_keeps_the_diseased_tissue(bare: BareScan) -> None:
    # Cut at the same height of its fields, the extent changes only by how much more that tissue grew than the rest.
    shallow = replace(SPEC, visit=2, inspiration=0.57)
    same = draw_bare(shallow, bare)
    assert same.scan.scene.level.tolist() == bare.scan.scene.level.tolist()
    assert draw_bare(shallow).scan.scene.level.tolist() != bare.scan.scene.level.tolist()


def test_the_same_noise_again(bare: BareScan) -> None:
    assert np.array_equal(scan_bare(bare).hu, scan_bare(bare).hu)
    assert not np.array_equal(scan_bare(bare).hu, scan_bare(bare, noise=1).hu)
