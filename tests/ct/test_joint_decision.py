"""Decisions from both dates together. Oracle: the exchange of dates; lung that did not change; cells drawn by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breathline.ct.align import Alignment, align
from breathline.ct.change import map_change
from breathline.ct.joint_decision import decide, decide_together
from breathline.ct.patterns.method import CERTAIN, INTERSTITIAL, CellEvidence
from breathline.model.ct_change import CHANGE_CODES
from breathline.model.volume import PATTERN_CODES, LabelMap
from tests.ct.vessels import scan

BLOCK = (slice(6, 30), slice(14, 42), slice(12, 34))
"""A large block inside the right lung, and its middle, farther from its border than the windows are wide."""
MIDDLE = (slice(14, 22), slice(24, 32), slice(20, 26))
LOOKS = {"normal": (None, 0), "ground_glass": ("ground_glass", 220), "consolidation": ("consolidation", 830)}
"""The kind that a method is certain of, and its excess density [HU]."""


@pytest.fixture(scope="module")
def aligned() -> Alignment:
    first = scan()
    return align(*first, *first)


def evidence(alignment: Alignment, look: str) -> CellEvidence:
    """A cell a voxel, clear but for a block of one look."""
    lungs = alignment.baseline_lungs.labels > 0
    likely = np.zeros((len(INTERSTITIAL) + 1, *lungs.shape), np.uint8)
    excess = np.zeros(lungs.shape, np.int16)
    kind, height = LOOKS[look]
    if kind is not None:
        likely[(INTERSTITIAL.index(kind), *BLOCK)] = CERTAIN
        excess[BLOCK] = height
    return CellEvidence(
        likely=likely, excess=excess, inside=lungs, first=0, layers=1,
        row=np.arange(lungs.shape[1]), column=np.arange(lungs.shape[2]),
        spacing_mm=alignment.baseline_lungs.geometry.spacing_mm, separate=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("normal", "normal", "unchanged"),
        ("ground_glass", "normal", "cleared"),
        ("normal", "ground_glass", "new"),
        ("ground_glass", "ground_glass", "persistent"),
        ("consolidation", "consolidation", "persistent"),
        ("ground_glass", "consolidation", "progressed"),
        ("consolidation", "ground_glass", "regressed"),
    ],
)
def test_plain_evidence_is_followed(aligned, before, after, change):
    found = decide_together(evidence(aligned, before), evidence(aligned, after), aligned)
    assert (found[MIDDLE] == CHANGE_CODES[change]).all()


LOOK = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(-200, 900))


def looks(*cells: tuple[float, float, float]) -> np.ndarray:
    """Likelihood of disease, share of it that is no ground-glass, and excess density, as `decide` takes them."""
    likely, share, excess = np.array(cells, np.float32).T
    return np.stack([likely, likely * share, excess])


@given(LOOK, LOOK)
def test_exchanged_dates_give_the_exchanged_answer(first, second):
    (onward,), (back,) = decide(looks(first), looks(second)), decide(looks(second), looks(first))
    mirror = {"cleared": "new", "new": "cleared", "progressed": "regressed", "regressed": "progressed"}
    names = {code: name for name, code in CHANGE_CODES.items()}
    assert mirror.get(names[onward], names[onward]) == names[back]


@given(LOOK, LOOK)
def test_nothing_comes_where_the_lung_grew_no_denser(first, second):
    if second[2] <= first[2]:
        assert decide(looks(first), looks(second))[0] not in (CHANGE_CODES["new"], CHANGE_CODES["progressed"])


@pytest.mark.parametrize("look", LOOKS)
def test_lung_that_is_the_same_did_not_change(aligned, look):
    same = evidence(aligned, look)
    found = decide_together(same, same, aligned)
    assert set(np.unique(found).tolist()) <= {0, CHANGE_CODES["unchanged"], CHANGE_CODES["persistent"]}


def test_cells_that_the_follow_up_does_not_show_are_not_told(aligned):
    whole = evidence(aligned, "normal")
    cut = whole.inside.copy()
    cut[20:] = False
    found = decide_together(whole, replace(whole, inside=cut), aligned)
    assert not found[21:].any()
    assert (found[:19] > 0).sum() == whole.inside[:19].sum()


def test_the_map_takes_the_decision(aligned):
    lungs = aligned.baseline_lungs
    normal = LabelMap(
        labels=np.where(lungs.labels > 0, PATTERN_CODES["normal"], 0).astype(np.uint8),
        geometry=lungs.geometry,
        names=PATTERN_CODES,
    )
    both = evidence(aligned, "ground_glass"), evidence(aligned, "normal")
    assert (map_change(normal, normal, aligned, both).labels.labels[MIDDLE] == CHANGE_CODES["cleared"]).all()
    assert (map_change(normal, normal, aligned).labels.labels[MIDDLE] == CHANGE_CODES["unchanged"]).all()
