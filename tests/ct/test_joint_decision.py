"""Decisions from both dates together. Oracle: the rule written out for single places."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breathline.ct.joint_decision import decide_together
from breathline.ct.patterns.method import pack_evidence

CLEAR, HAZE, NET, MUTE = 0, 1, 3, 200


def decided(was: int, now: int, first: tuple[float, bool], second: tuple[float, bool]) -> tuple[int, int]:
    before, after = (np.full((1, 1, 1), group, np.uint8) for group in (was, now))
    packed = (
        pack_evidence(np.full((1, 1, 1), likely), np.full((1, 1, 1), sure))
        for likely, sure in (first, second)
    )
    decide_together(before, after, *packed)
    return int(before[0, 0, 0]), int(after[0, 0, 0])


@pytest.mark.parametrize(
    ("was", "now", "first", "second", "found"),
    [
        # Haze at both dates, hardly likely at the second: it went, and the border was drawn too wide.
        (HAZE, HAZE, (0.95, True), (0.40, True), (HAZE, CLEAR)),
        # As likely at both dates, whatever the border: it stayed.
        (HAZE, CLEAR, (0.60, True), (0.45, True), (HAZE, HAZE)),
        # Likely at the first and not at the second: it went, as the labels say.
        (HAZE, CLEAR, (0.90, True), (0.05, True), (HAZE, CLEAR)),
        # Neither date is sure of anything: the labels stand.
        (HAZE, CLEAR, (0.20, True), (0.10, True), (HAZE, CLEAR)),
        # A net that one date takes for haze, unsure of the kind, did not progress.
        (HAZE, NET, (0.95, False), (0.95, True), (NET, NET)),
        (HAZE, NET, (0.95, True), (0.95, True), (HAZE, NET)),
        # Lung that is clear at both dates, and vessels, are left as they are.
        (CLEAR, CLEAR, (0.60, True), (0.10, True), (CLEAR, CLEAR)),
        (MUTE, HAZE, (0.10, True), (0.90, True), (MUTE, HAZE)),
    ],
)
def test_each_doubt_is_settled(was, now, first, second, found):
    assert decided(was, now, first, second) == found


LIKELY = st.tuples(st.integers(0, 100).map(lambda n: n / 100), st.booleans())


@given(st.integers(0, 4), st.integers(0, 4), LIKELY, LIKELY)
def test_exchanged_dates_give_the_exchanged_answer(was, now, first, second):
    assert decided(now, was, second, first) == decided(was, now, first, second)[::-1]


@given(st.integers(0, 4), LIKELY)
def test_equal_dates_change_nothing(group, evidence):
    assert decided(group, group, evidence, evidence) == (group, group)
