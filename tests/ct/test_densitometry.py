"""Densities from a histogram. Oracle: NumPy and SciPy on the voxels themselves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from breathline.ct.densitometry import MEASURES, PERCENTILES, VALUES, statistics
from breathline.ct.measure import MeasuredScan
from breathline.ct.tally import LOWEST


def named(voxels: np.ndarray) -> dict[str, float]:
    return {measure: float(value) for (measure, _), value in zip(MEASURES, statistics(voxels), strict=True)}


def test_a_histogram_says_what_its_voxels_say() -> None:
    hu = np.random.default_rng(4).gamma(2.0, 60.0, 20_000).astype(int) - 950
    got = named(np.bincount(hu - LOWEST, minlength=VALUES.size).astype(float))
    assert got["ct_mean_density"] == pytest.approx(hu.mean())
    assert got["ct_sd_density"] == pytest.approx(hu.std())
    assert got["ct_skewness"] == pytest.approx(stats.skew(hu))
    assert got["ct_kurtosis"] == pytest.approx(stats.kurtosis(hu))
    assert got["ct_haa"] == pytest.approx(100 * ((hu >= -600) & (hu <= -250)).mean())
    assert got["ct_laa950"] == pytest.approx(100 * (hu < -950).mean())
    for rank in PERCENTILES:  # half a Hounsfield unit is the width of a step on either side
        assert got[f"ct_percentile_{rank}"] == pytest.approx(np.percentile(hu, rank), abs=0.6)
    assert got["ct_median_density"] == pytest.approx(np.median(hu), abs=0.6)


def test_one_value_has_no_spread() -> None:
    got = named(np.where(VALUES == -850, 10.0, 0.0))
    assert got["ct_mean_density"] == -850
    assert got["ct_median_density"] == pytest.approx(-850)
    assert got["ct_sd_density"] == got["ct_skewness"] == 0.0


def test_densities_of_a_scan(measured: MeasuredScan) -> None:
    inside = measured.volume.hu[measured.lungs.labels > 0]
    dz, dy, dx = measured.volume.geometry.spacing_mm
    items = {(m.measure, m.region): m for m in measured.result.measurements}
    mass = (inside + 1000.0).sum() / 1000.0 * dz * dy * dx / 1000.0
    assert items["ct_lung_mass", "lungs"].value == pytest.approx(mass, rel=1e-3)
    assert items["ct_lung_mass", "lungs"].unit == "g"
    for (measure, _), value in zip(MEASURES, statistics(_counted(inside)), strict=True):
        item = items[measure, "lungs"]
        assert item.value == pytest.approx(value, abs=1e-3)
        assert item.low is not None
        assert item.high is not None
        assert item.low <= item.value <= item.high
        if item.unit == "HU" and measure != "ct_sd_density":
            assert item.high - item.low >= 9.99  # the drift of a scanner, either way


def _counted(hu: np.ndarray) -> np.ndarray:
    return np.bincount(np.clip(hu.astype(int), LOWEST, 1023) - LOWEST, minlength=VALUES.size).astype(float)


def test_the_breath_is_told_beside_densities(measured: MeasuredScan) -> None:
    (flag,) = [flag for flag in measured.result.quality if flag.code == "breath_not_corrected"]
    litres = next(m.value for m in measured.result.measurements if m.measure == "ct_lung_volume") / 1000
    assert flag.message == (
        f"Densities were measured with {litres:.1f} L in the lungs and are not corrected for the breath: they rise "
        "as lungs empty."
    )


def test_the_histogram_holds_every_voxel_of_the_lungs(measured: MeasuredScan) -> None:
    kept = measured.result.histogram
    assert kept is not None
    inside = measured.volume.hu[measured.lungs.labels > 0]
    voxel_ml = float(np.prod(measured.volume.geometry.spacing_mm)) / 1000.0
    counted, _ = np.histogram(np.clip(inside, LOWEST, 1023), bins=256, range=(LOWEST, 1024))
    assert (kept.first_hu, kept.width_hu, len(kept.volumes_ml)) == (-1024.0, 8.0, 256)
    np.testing.assert_allclose(kept.volumes_ml, counted * voxel_ml, rtol=1e-9)
