"""What became of each place. Oracle: label maps drawn by hand on lungs that did not move; counting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from breathline.ct.align import Alignment
from breathline.ct.change import extent_percent, map_change
from breathline.model.ct_change import CHANGE_CODES, Transition
from breathline.model.volume import PATTERN_CODES, LabelMap

DEEP = (slice(18, 28), slice(22, 34), slice(18, 28))
"""A block inside the right lung."""
INNER = (slice(20, 26), slice(25, 31), slice(21, 25))
"""Its voxels farther than the reach of error from its border."""


@pytest.fixture
def aligned(unmoved: Alignment) -> Alignment:
    return unmoved


def patterns(alignment: Alignment, name: str, block: tuple[slice, ...] = DEEP) -> LabelMap:
    """Normal lungs with a block of one pattern."""
    inside = alignment.baseline_lungs.labels > 0
    labels = np.where(inside, PATTERN_CODES["normal"], 0).astype(np.uint8)
    labels[block] = PATTERN_CODES[name]
    return LabelMap(labels=labels, geometry=alignment.baseline_lungs.geometry, names=PATTERN_CODES)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("ground_glass", "normal", "cleared"),
        ("ground_glass", "emphysema", "cleared"),
        ("normal", "ground_glass", "new"),
        ("ground_glass", "ground_glass", "persistent"),
        ("ground_glass", "reticulation", "progressed"),
        ("ground_glass", "consolidation", "progressed"),
        ("consolidation", "ground_glass", "regressed"),
        ("reticulation", "honeycombing", "progressed"),
        ("reticulation", "ground_glass", "regressed"),
        ("normal", "vessel", "unchanged"),
        ("normal", "normal", "unchanged"),
    ],
)
def test_each_change_has_its_name(aligned, before, after, change):
    found = map_change(patterns(aligned, before), patterns(aligned, after), aligned).labels
    inside = aligned.baseline_lungs.labels > 0
    assert (found.labels[INNER] == CHANGE_CODES[change]).all()
    around = inside.copy()
    around[DEEP] = False
    assert (found.labels[around] == CHANGE_CODES["unchanged"]).all()
    assert not found.labels[~inside].any()


def test_a_border_that_moved_by_less_than_the_error_did_not_change(aligned, monkeypatch):
    monkeypatch.setattr("breathline.ct.change.REACH_MM", 2.0)  # a pixel of this coarse grid
    wider = (DEEP[0], slice(DEEP[1].start - 1, DEEP[1].stop), DEEP[2])  # one pixel of 2 mm
    found = map_change(patterns(aligned, "ground_glass"), patterns(aligned, "ground_glass", wider), aligned)
    codes = set(np.unique(found.labels.labels).tolist())
    assert codes == {0, CHANGE_CODES["unchanged"], CHANGE_CODES["persistent"]}


def test_what_is_thinner_than_the_error_to_both_sides_did_not_change(aligned, monkeypatch):
    monkeypatch.setattr("breathline.ct.change.REACH_MM", 2.0)
    sheet = (DEEP[0], DEEP[1], slice(DEEP[2].start, DEEP[2].start + 2))
    inside = aligned.baseline_lungs.labels > 0
    for before, after in (("normal", "ground_glass"), ("ground_glass", "normal")):
        pair = patterns(aligned, before, sheet), patterns(aligned, after, sheet)
        found = map_change(*pair, aligned).labels.labels
        assert (found[inside] == CHANGE_CODES["unchanged"]).all()


def test_exchanged_dates_mirror_the_change(aligned):
    haze, scar = patterns(aligned, "ground_glass"), patterns(aligned, "reticulation", INNER)
    onward = map_change(haze, scar, aligned).labels.labels
    back = map_change(scar, haze, aligned).labels.labels
    mirror = np.arange(8, dtype=np.uint8)
    for one, other in (("cleared", "new"), ("progressed", "regressed")):
        mirror[[CHANGE_CODES[one], CHANGE_CODES[other]]] = CHANGE_CODES[other], CHANGE_CODES[one]
    assert np.array_equal(mirror[onward], back)


def test_what_is_not_believed_is_not_compared(aligned):
    doubted = tuple(replace(lung, doubtful=np.ones_like(lung.doubtful)) for lung in aligned.lungs)
    blind = replace(aligned, lungs=doubted)
    found = map_change(patterns(aligned, "ground_glass"), patterns(aligned, "normal"), blind)
    inside = aligned.baseline_lungs.labels > 0
    assert (found.labels.labels[inside] == CHANGE_CODES["not_compared"]).all()
    assert found.transitions == ()
    with pytest.raises(ValueError, match="nothing was compared"):
        extent_percent(found.transitions, ["ground_glass"])


def test_transitions_count_every_voxel_once(aligned):
    found = map_change(patterns(aligned, "ground_glass"), patterns(aligned, "reticulation"), aligned)
    each = aligned.baseline_lungs.geometry.voxel_ml
    lungs = np.count_nonzero(aligned.baseline_lungs.labels) * each
    block = np.prod([s.stop - s.start for s in DEEP]) * each
    turned = [
        item for item in found.transitions if (item.before, item.after) == ("ground_glass", "reticulation")
    ]
    assert sum(item.volume_ml for item in turned) == pytest.approx(block)
    assert sum(item.followup_ml for item in turned) == pytest.approx(block, rel=0.01)
    assert sum(item.volume_ml for item in found.transitions) == pytest.approx(lungs)
    assert {item.region.split("_")[0] for item in turned} == {"right"}
    assert extent_percent(found.transitions, ["ground_glass"]) == pytest.approx((100 * block / lungs, 0.0))


def test_extents_weigh_tissue_by_its_volume_in_the_baseline():
    # 100 mL: 20 were haze and 10 net; 5 of the haze cleared, and 8 mL of normal lung became haze.
    rows = [("normal", "normal", 62.0), ("normal", "ground_glass", 8.0), ("ground_glass", "ground_glass", 15.0),
            ("ground_glass", "normal", 5.0), ("reticulation", "reticulation", 10.0)]  # fmt: skip
    transitions = tuple(
        Transition(region="right_upper_central", before=b, after=a, volume_ml=v, followup_ml=2 * v)
        for b, a, v in rows
    )
    assert extent_percent(transitions, ["ground_glass"]) == pytest.approx((20.0, 23.0))
    assert extent_percent(transitions, ["ground_glass", "reticulation"]) == pytest.approx((30.0, 33.0))
    assert extent_percent(transitions, ["honeycombing"]) == (0.0, 0.0)
