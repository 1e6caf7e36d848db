"""Interval HRCT laid on another scan. Oracle: lungs drawn by a formula, moved by a known motion; exact arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from breathline.ct.align import (
    Alignment,
    AlignmentError,
    align,
    believed_in_slice,
    displacement_in_slice,
    warp_labels,
    warp_volume,
)
from breathline.ct.align.slices import MATCH_MM
from breathline.ct.change import map_change
from breathline.ct.sampled_extent import sampled_extents
from breathline.ct.sampling import ratio_change_error
from breathline.ct.separate_slices import compared_percent, slice_flags
from breathline.model.ct_change import CHANGE_CODES
from breathline.model.volume import PADDING, PATTERN_CODES, LabelMap, Volume
from tests.ct.vessels import ORIGIN_MM, SPACING_MM, Places, scan
from tests.once import kept_once

Scan = tuple[Volume, LabelMap]

WHOLE_MM, APART_MM = (0.8, 2.0), (1.5, 3.5)
"""Error in the lungs, mean and 95th percentile, with a whole volume as the partner, and between separate slices 9 mm
apart, where only the outline tells the height."""


def breath(at: Places) -> Places:
    """The lungs rise by up to 12 mm at their bases; from the follow-up back."""
    low = np.clip((50.0 - at[..., 2]) / 100.0, 0.0, 1.0)
    return at - np.stack([0.0 * low, 3.0 * low, 12.0 * low], axis=-1)


def breath_onward(at: Places) -> Places:
    found = at.copy()
    for _ in range(60):
        found = found + (at - breath(found))
    return found - at


def every(scanned: Scan, kept: list[int]) -> Scan:
    """Keep some slices, as if no others had been scanned."""
    volume, lungs = scanned
    heights = tuple(float(SPACING_MM[0] * (n - kept[0])) for n in kept)
    even = len(set(np.diff(heights).tolist())) == 1
    geometry = replace(
        volume.geometry,
        shape=(len(kept), *volume.hu.shape[1:]),
        spacing_mm=(heights[-1] / (len(kept) - 1), *SPACING_MM[1:]),
        origin_mm=(*ORIGIN_MM[:2], ORIGIN_MM[2] + SPACING_MM[0] * kept[0]),
        slice_thickness_mm=1.0,
        positions_mm=None if even else heights,
    )
    return (
        replace(volume, hu=volume.hu[kept], geometry=geometry),
        replace(lungs, labels=lungs.labels[kept], geometry=geometry),
    )


SINGLE = list(range(1, 44, 3))
OTHER = list(range(2, 44, 3))
PAIRS = [n for n in range(44) if n % 4 in (1, 2)]
KEPT = {"whole": None, "single": SINGLE, "other": OTHER, "pairs": PAIRS}

Laid = Callable[[str, str], tuple[Scan, Scan, Alignment]]
"""Gives the slices that a name keeps of the first visit and of the second, and how they lie on each other."""


@pytest.fixture(scope="module")
def visits() -> tuple[Scan, Scan]:
    return scan(), scan(breath, day=1)


def error(alignment: Alignment) -> np.ndarray:
    geometry = alignment.baseline_lungs.geometry
    found = []
    for number, layer in enumerate(alignment.baseline_lungs.labels):
        y, x = np.nonzero(layer)
        z = np.full(x.size, geometry.origin_mm[2] + geometry.heights_mm[number])
        places = np.stack([x * SPACING_MM[2] + ORIGIN_MM[0], y * SPACING_MM[1] + ORIGIN_MM[1], z], axis=-1)
        moved = displacement_in_slice(alignment, number)[y, x]
        found.append(np.linalg.norm(moved - breath_onward(places), axis=1))
    return np.concatenate(found)


@pytest.fixture(scope="module")
def laid(visits, tmp_path_factory) -> Laid:
    def pair(*names: str) -> tuple[Scan, Scan, Alignment]:
        first, second = (
            scanned if KEPT[name] is None else every(scanned, KEPT[name])
            for scanned, name in zip(visits, names, strict=True)
        )
        made = kept_once(tmp_path_factory, f"interval-{'-'.join(names)}", lambda: align(*first, *second))
        return first, second, made

    return pair


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        ("single", "whole", WHOLE_MM), ("whole", "other", WHOLE_MM), ("pairs", "whole", WHOLE_MM),
        ("single", "other", APART_MM), ("pairs", "other", APART_MM),
    ],
)  # fmt: skip
def test_slices_are_found_again(laid, first, second, wanted):
    *_, found = laid(first, second)
    errors = error(found)
    assert errors.mean() < wanted[0]
    assert np.percentile(errors, 95) < wanted[1]
    assert min(lung.quality.least_jacobian for lung in found.lungs) > 0.1


@pytest.fixture(scope="module")
def between_slices(laid) -> tuple[Scan, Scan, Alignment]:
    return laid("single", "other")


def test_nothing_is_compared_far_from_a_slice(between_slices):
    first, second, found = between_slices
    heights = second[1].geometry.origin_mm[2] + second[1].geometry.heights_mm
    warped = warp_volume(second[0], found).hu
    compared = 0
    for number, layer in enumerate(first[1].labels):
        here = first[1].geometry.origin_mm[2] + first[1].geometry.heights_mm[number]
        lands = here + displacement_in_slice(found, number)[..., 2]
        far = np.abs(lands[..., None] - heights).min(axis=-1) > MATCH_MM + 0.01
        believed = believed_in_slice(found, number)
        assert not believed[far].any()
        assert (warped[number][far & (layer > 0)] == PADDING).all()
        compared += int(believed.sum())
    # Slices 9 mm apart: about 5 mm of every 9 lie within reach.
    assert 0.35 < compared / np.count_nonzero(first[1].labels) < 0.75


def test_a_place_near_a_slice_gets_that_slice_and_no_mixture(between_slices):
    first, second, found = between_slices
    numbers = np.arange(1, 1 + second[1].labels.shape[0], dtype=np.uint8)[:, None, None]
    marked = replace(second[1], labels=np.where(second[1].labels > 0, numbers, 0).astype(np.uint8))
    shown = replace(second[0], hu=np.where(second[1].labels > 0, numbers * 10, -500).astype(np.int16))
    labels, values = warp_labels(marked, found).labels, warp_volume(shown, found).hu
    inside = labels > 0
    assert inside.any()
    # Across the slice's plane nothing is mixed; within it, at the lung's edge alone.
    assert (values[inside] == 10 * labels[inside].astype(int)).mean() > 0.9
    assert first[1].labels[inside].all()


def patterns(lungs: LabelMap, sick: float) -> LabelMap:
    """Ground-glass in the back of both lungs, as much of the rows as `sick` says."""
    labels = np.where(lungs.labels > 0, PATTERN_CODES["normal"], 0).astype(np.uint8)
    back = labels[:, int(labels.shape[1] * (1 - sick)) :]
    back[back > 0] = PATTERN_CODES["ground_glass"]
    return replace(lungs, labels=labels, names=PATTERN_CODES)


@pytest.mark.parametrize(
    ("first", "second"), [("single", "whole"), ("whole", "other"), ("single", "other"), ("whole", "whole")]
)
def test_extents_and_change_of_separate_slices(visits, laid, first, second):
    *pair, found = laid(first, second)
    before, after = patterns(pair[0][1], 0.5), patterns(pair[1][1], 0.35)
    change = map_change(before, after, found)
    extents = sampled_extents((before, after), pair[1][1], found)
    flags = slice_flags(found, change)
    if first == second == "whole":
        assert extents == () == flags
        return
    (flag,) = flags
    assert flag.code == "separate_slices"
    assert f"{compared_percent(change):.0f} %" in flag.message
    assert ("Dense lung" in flag.message) == ("whole" in (first, second)), (
        "one scan of each kind is told apart"
    )
    whole = [patterns(item[1], sick).labels for item, sick in zip(visits, (0.5, 0.35), strict=True)]
    true = np.diff([100.0 * (labels == 2).sum() / (labels > 0).sum() for labels in whole])[0]
    (extent,) = [item for item in extents if (item.measure, item.region) == ("ct_ground_glass", "lungs")]
    assert extent.low <= true <= extent.high
    assert extent.high - extent.low < 20.0
    assert extent.same_heights == ("whole" in (first, second))
    cleared = np.count_nonzero(change.labels.labels == CHANGE_CODES["cleared"])
    assert cleared > 20 * np.count_nonzero(change.labels.labels == CHANGE_CODES["new"])


def test_paired_slices_that_do_not_differ_have_no_error():
    heights = 10.0 * np.arange(6)
    whole, part = np.array([2.0, 4.0, 5.0, 5.0, 4.0, 2.0]), np.array([0.0, 1.0, 3.0, 2.0, 1.0, 0.0])
    assert ratio_change_error((part, part), (whole, whole), heights) == 0.0
    assert ratio_change_error((part, part[::-1]), (whole, whole), heights) > 0.0
    assert np.isinf(ratio_change_error((part[:2], part[:2]), (whole[:2], whole[:2]), heights[:2]))


def tilted(scanned: Scan, degrees: float) -> Scan:
    volume, lungs = scanned
    s, c = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    geometry = replace(volume.geometry, direction=((0.0, -s, c), (0.0, c, s), (1.0, 0.0, 0.0)))
    return replace(volume, geometry=geometry), replace(lungs, geometry=geometry)


@pytest.mark.parametrize(
    ("kept", "degrees", "message"),
    [
        (SINGLE[3:9], 0.0, "the follow-up is interval HRCT of 6 slices with lung; 8 are needed. Give the whole series."),
        (
            SINGLE, 12.0,
            "the follow-up is interval HRCT with slices tilted by 12°; up to 3° is allowed. Compare its extents, not "
            "its slices.",
        ),
    ],
)  # fmt: skip
def test_slices_that_cannot_be_placed_are_refused(visits, kept, degrees, message):
    with pytest.raises(AlignmentError) as refused:
        align(*visits[0], *tilted(every(visits[1], kept), degrees))
    assert [str(problem) for problem in refused.value.problems] == [message]


@pytest.mark.parametrize("kept", [list(range(44)), OTHER])
def test_slices_of_another_patient_are_refused(visits, kept):
    other = scan(seed=7) if len(kept) == 44 else every(scan(seed=7), kept)
    with pytest.raises(AlignmentError, match="neither lung is found again in the follow-up"):
        align(*every(visits[0], SINGLE), *other)
