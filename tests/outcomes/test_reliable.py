"""The reliable change index and its probabilities."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breathline.model.change import Direction
from breathline.outcomes import OUTCOMES
from breathline.outcomes.reliable import Z_95, rely_on
from tests.outcomes.test_change import judge

UP, DOWN = Direction.HIGHER, Direction.LOWER
AMOUNTS = st.floats(-50.0, 50.0, allow_subnormal=False)


def test_the_example_of_jacobson_and_truax() -> None:
    # Jacobson & Truax 1991, table 1: SD 7.5, reliability 0.80, from 32.5 to 47.5; they print S_diff 4.74, RC 3.16.
    error = Z_95 * sqrt(2.0) * 7.5 * sqrt(1.0 - 0.80)
    found = rely_on(47.5 - 32.5, error, None, UP)
    assert found is not None
    assert error / Z_95 == pytest.approx(4.74, abs=0.005)
    assert found.index == pytest.approx(3.16, abs=0.005)
    assert found.better_enough is found.worse_enough is None


@pytest.mark.parametrize(
    ("delta", "direction", "better", "enough", "worse"),
    [
        # Oracle: scipy.stats.norm.cdf, with s = 4.0/1.96 and an important difference of 1.5.
        (4.0, UP, 0.9750021, 0.8897124, 0.0035194),
        (4.0, DOWN, 0.0249979, 0.0035194, 0.8897124),
        (-1.0, UP, 0.3120669, 0.1102876, 0.4032282),
        (0.0, UP, 0.5, 0.2311697, 0.2311697),
    ],
)
def test_probabilities(
    delta: float, direction: Direction, better: float, enough: float, worse: float
) -> None:
    found = rely_on(delta, 4.0, 1.5, direction)
    assert found is not None
    assert found.better == pytest.approx(better, abs=5e-8)
    assert (found.better_enough, found.worse_enough) == pytest.approx((enough, worse), abs=5e-8)


def test_beyond_error_is_97_5_percent() -> None:
    found = rely_on(1.96, 1.96, None, UP)
    assert found is not None
    assert found.index == 1.96
    assert found.better == pytest.approx(0.975, abs=5e-6)


def test_without_an_error_there_is_nothing_to_weigh() -> None:
    assert rely_on(3.0, 0.0, 1.0, UP) is None
    assert judge("nyha_class", 3.0, 2.0).reliability is None
    assert judge("dlco", 9.0, 9.0).reliability is not None


@settings(deadline=None)
@given(delta=AMOUNTS, error=st.floats(0.1, 20.0), importance=st.floats(0.01, 20.0))
def test_the_mirror(delta: float, error: float, importance: float) -> None:
    there, back = rely_on(delta, error, importance, UP), rely_on(-delta, error, importance, UP)
    other = rely_on(-delta, error, importance, DOWN)
    assert there is not None and back is not None and other is not None
    assert there.index == -back.index
    assert there.better == pytest.approx(1.0 - back.better, abs=1e-12)
    assert there.better_enough == back.worse_enough
    assert (other.better, other.better_enough) == (there.better, there.better_enough)


@settings(deadline=None)
@given(deltas=st.tuples(AMOUNTS, AMOUNTS), error=st.floats(0.1, 20.0), importance=st.floats(0.01, 20.0))
def test_a_larger_rise_is_never_less_sure(
    deltas: tuple[float, float], error: float, importance: float
) -> None:
    small, large = (rely_on(delta, error, importance, UP) for delta in sorted(deltas))
    assert small is not None and large is not None
    assert small.better <= large.better
    assert (small.better_enough or 0.0) <= (large.better_enough or 0.0)
    assert (small.worse_enough or 0.0) >= (large.worse_enough or 0.0)
    assert large.better >= (large.better_enough or 0.0)


def test_a_change_carries_its_probabilities_and_its_standardised_change() -> None:
    change = judge("dlco", 8.2, 12.8)
    assert change.reliability is not None and change.reliability.index == pytest.approx(4.6 / (4.0 / 1.96))
    assert change.delta_percent_predicted is change.delta_z is None  # nothing was expected of either value
    assert not change.reported and change.made_of == ()
    assert judge("nyha_class", 3.0, 2.0).reported and judge("borg", 3.0, 2.0).reported
    assert judge("cpi", 50.0, 30.0).made_of == OUTCOMES["cpi"].made_of == ("fvc", "fev1", "dlco")
