"""Measures of the same tissue at another breath. Oracle: lungs drawn by a formula and stretched by a known factor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from breathline.ct.align import align
from breathline.ct.change import map_change
from breathline.ct.change_volumes import change_volumes
from breathline.ct.measure import MeasuredScan
from breathline.ct.same_tissue import same_tissue
from breathline.model.ct_change import CHANGE_CODES, SameTissue
from tests.ct.vessels import HAZE_MM, measured, scan

GROWN = 1.05
"""By how much every length of the lungs is longer at the follow-up."""


@pytest.fixture(scope="module")
def pair() -> tuple[MeasuredScan, MeasuredScan]:
    first = scan(haze=HAZE_MM)
    deeper = scan(lambda at: at / GROWN, squeeze=GROWN**-3, day=1, haze=HAZE_MM)
    return measured(*first), measured(*deeper, grown=GROWN)


@pytest.fixture(scope="module")
def found(pair) -> dict[str, SameTissue]:
    first, second = pair
    alignment = align(first.volume, first.lungs, second.volume, second.lungs)
    change = map_change(first.patterns, second.patterns, alignment)
    return {item.measure: item for item in same_tissue(first, second, alignment, change)}


def test_a_deeper_breath_is_no_change_of_extent(found):
    haze = found["ct_ground_glass"]
    assert haze.followup - haze.baseline == pytest.approx(0.0, abs=0.5)
    assert haze.low <= 0.0 <= haze.high


def test_density_is_given_at_the_baseline_s_breath(found):
    density = found["ct_mean_density"]
    # The lung holds 1.05³ times the volume, so 1000 + HU falls by as much.
    raw = (1000.0 + density.baseline_raw) / GROWN**3 - 1000.0
    assert density.followup_raw == pytest.approx(raw, abs=4.0)
    assert density.followup == pytest.approx(density.baseline, abs=4.0)
    assert density.low <= 0.0 <= density.high


def test_high_attenuation_is_given_at_the_baseline_s_breath(found):
    high = found["ct_haa"]
    assert abs(high.followup - high.baseline) < abs(high.followup_raw - high.baseline_raw)


def test_what_was_measured_on_each_scan_stands_beside_it(pair, found):
    for item in found.values():
        raw = [
            next(one.value for one in scan.result.measurements if (one.measure, one.region, one.unit) ==
                 (item.measure, "lungs", item.unit))
            for scan in pair
        ]  # fmt: skip
        assert [item.baseline_raw, item.followup_raw] == raw


def test_volumes_of_change_add_up_in_every_region(pair):
    first = pair[0]
    alignment = align(first.volume, first.lungs, first.volume, first.lungs)
    cleared = replace(first.patterns, labels=np.minimum(first.patterns.labels, 1))
    change = map_change(first.patterns, cleared, alignment)
    volumes = change_volumes(change)
    each = first.volume.geometry.voxel_ml
    counts = np.bincount(change.labels.labels.ravel(), minlength=8)
    whole = {item.change: item for item in volumes if item.region == "lungs"}
    for name, code in CHANGE_CODES.items():
        assert whole[name].volume_ml == pytest.approx(counts[code] * each, abs=0.01)
    for name in CHANGE_CODES:
        regions = [item for item in volumes if item.change == name and item.region.count("_") == 2]
        assert sum(item.volume_ml for item in regions) == pytest.approx(whole[name].volume_ml, abs=0.1)
    haze = np.count_nonzero(first.patterns.labels == 2) * each
    assert whole["cleared"].low_ml <= haze <= whole["cleared"].high_ml
    assert whole["cleared"].volume_ml > 0.7 * haze
