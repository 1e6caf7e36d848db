"""Decisions from both dates together. Oracle: the exchange of dates; lung that did not change; cells drawn by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from breathline.ct.align import Alignment, align
from breathline.ct.change import map_change
from breathline.ct.change_network import CHANGES, EXCHANGED
from breathline.ct.joint_decision import both_dates, carried, decide, decide_together, denser
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


CHANCES = hnp.arrays(np.float32, len(CHANGES), elements=st.floats(0, 1, width=32))
RISE = st.floats(-900, 900)
NAMES = {code: name for name, code in CHANGE_CODES.items()}


def told(chances: np.ndarray, rise: float) -> str:
    """What `decide` says of one cell."""
    return NAMES[int(decide(chances, np.float32(rise)))]


@given(CHANCES, RISE)
def test_exchanged_dates_give_the_exchanged_answer(chances, rise):
    mirror = dict(zip(CHANGES, (CHANGES[n] for n in EXCHANGED), strict=True))
    assert told(chances[list(EXCHANGED)], -rise) == mirror[told(chances, rise)]


@given(CHANCES, RISE)
def test_nothing_comes_where_the_lung_grew_no_denser(chances, rise):
    if rise <= 0:
        assert told(chances, rise) not in ("new", "progressed")
    if rise >= 0:
        assert told(chances, rise) not in ("cleared", "regressed")


@pytest.mark.parametrize("change", CHANGES)
def test_the_likeliest_change_is_told_where_density_allows_it(change):
    chances = np.full(len(CHANGES), 0.1, np.float32)
    chances[CHANGES.index(change)] = 0.5
    assert told(chances, -70.0 if change in ("cleared", "regressed") else 70.0) == change


@pytest.mark.parametrize(("change", "rise"), [("progressed", 50.0), ("regressed", -50.0)])
def test_no_kind_turns_into_another_at_much_the_same_density(change, rise):
    """As where one scan has a sharp kernel."""
    chances = np.zeros(len(CHANGES), np.float32)
    chances[[CHANGES.index(change), CHANGES.index("persistent")]] = 0.9, 0.1
    assert told(chances, rise) == "persistent"


def test_density_is_taken_at_the_breath_between(aligned):
    """A block of 220 HU over normal whose volume doubles: 220/√2 before, 220·√2 after; more than threefold counts as 3."""
    hazy = evidence(aligned, "ground_glass")
    places, _ = carried(hazy, aligned, 14, 22)
    for grown, counted in ((2.0, 2.0), (9.0, 3.0)):
        where = places, np.full(places.shape[1:], grown, np.float32)
        both = both_dates(hazy, hazy, where, 14)
        middle = both.excess[:, 4, 28, 23]
        np.testing.assert_allclose(middle, 220 * np.array([counted**-0.5, counted**0.5]), rtol=1e-5)


@pytest.mark.parametrize("apart", [0, 1])
def test_sheets_are_looked_at_alone_where_either_date_has_gaps(aligned, apart):
    dates = [evidence(aligned, "normal")] * 2
    dates[apart] = replace(dates[apart], separate=True)
    assert both_dates(*dates, carried(dates[0], aligned, 14, 22), 14).separate


def test_vessels_do_not_make_the_lung_denser(aligned):
    clear = evidence(aligned, "normal")
    likely, excess = clear.likely.copy(), clear.excess.copy()
    likely[(-1, *BLOCK)], excess[BLOCK] = CERTAIN, 800
    where = carried(clear, aligned, 14, 22)
    both = both_dates(clear, replace(clear, likely=likely, excess=excess), where, 14)
    assert np.abs(denser(both)).max() == 0.0


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
