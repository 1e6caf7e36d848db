"""Real scans, where they are. Oracle: a radiologist's slice labels and published masks beside the scans."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses
from scipy.stats import rankdata

from breathline.ct.lungs import segment_lungs
from breathline.ct.measure import MeasuredScan, measure_scan
from breathline.ct.order import stored_axes
from breathline.ct.patterns.method import INTERSTITIAL
from breathline.ct.read import read_scan
from breathline.model.volume import PATTERN_CODES

pytestmark = pytest.mark.real_ct


def percent(measured: MeasuredScan, measure: str) -> float:
    (item,) = [
        i for i in measured.result.measurements if (i.measure, i.unit, i.region) == (measure, "%", "lungs")
    ]
    return float(item.value)


def area_under_curve(score: np.ndarray, label: np.ndarray) -> float:
    """Probability that a slice called ill scores higher than one called well (Mann and Whitney)."""
    ill = int(label.sum())
    ranks = rankdata(score)[label == 1].sum()
    return float((ranks - ill * (ill + 1) / 2) / (ill * (len(label) - ill)))


def test_disease_follows_the_radiologist(real_ct: Path) -> None:
    measured = measure_scan(real_ct / "ground-glass-P001")
    with (real_ct / "ground-glass-P001" / "slice-labels.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    bottom, step = measured.volume.geometry.origin_mm[2], measured.volume.geometry.spacing_mm[0]
    ill = np.isin(measured.patterns.labels, [PATTERN_CODES[name] for name in INTERSTITIAL])
    extent = ill.sum(axis=(1, 2))
    score = np.array([extent[round((float(row["z_mm"]) - bottom) / step)] for row in rows])
    assert area_under_curve(score, np.array([int(row["infected"]) for row in rows])) >= 0.93


def test_a_normal_sharp_noisy_scan_is_normal(real_ct: Path) -> None:
    measured = measure_scan(real_ct / "nlst-101287")
    assert percent(measured, "ct_ild") <= 3.0


def test_interval_hrct_of_fibrosis(real_ct: Path) -> None:
    measured = measure_scan(real_ct / "ipf-interval-419")
    assert measured.volume.geometry.is_interval
    assert measured.volume.hu.shape[0] == 28
    assert "interval" in {flag.code for flag in measured.result.quality}
    assert percent(measured, "ct_fibrosis") > 5.0  # a patient with idiopathic pulmonary fibrosis


@pytest.mark.parametrize(("name", "least"), [("id001", 0.983), ("id002", 0.96)])
def test_lungs_against_masks(real_ct: Path, name: str, least: float) -> None:
    path = real_ct / "lung-masks" / f"{name}-128x128x64.nii.gz"
    volume = read_scan(path)
    assert volume.stored is not None
    ours = stored_axes(segment_lungs(volume).labels, volume.stored) > 0
    theirs = (
        sitk.GetArrayFromImage(sitk.ReadImage(str(path.with_name(f"{name}-128x128x64-msk.nii.gz")))) > 127
    )
    assert 2 * (ours & theirs).sum() / (ours.sum() + theirs.sum()) >= least
