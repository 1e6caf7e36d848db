"""Closed forms of concentration; the oracle is a numerical solution of the differential equations (scipy)."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from breathline.exposure.kernel import concentrations, follow_doses, make_kernel

TIMES = [0.0, 24.0, 48.0, 60.0, 96.0]
AMOUNTS = [400.0, 400.0, 0.0, 200.0, 600.0]
AT = [0.5, 1.7, 3.0, 23.9, 25.0, 47.0, 61.0, 70.0, 97.5, 120.0, 168.0]


def one(**parameters: float) -> dict[str, np.ndarray]:
    return {name: np.array([value]) for name, value in parameters.items()}


def solved(rate_of, dose_into, states: int, observed: int, volume: float) -> np.ndarray:
    """Solve the equations between doses; `dose_into` adds a dose to the state."""
    marks = sorted({0.0, *TIMES, *AT})
    state, found, now = np.zeros(states), {}, 0.0
    for mark in marks:
        if mark > now:
            run = solve_ivp(rate_of, (now, mark), state, rtol=1e-10, atol=1e-12, max_step=0.25)
            state, now = run.y[:, -1], mark
        found[mark] = state[observed] / volume
        for time, amount in zip(TIMES, AMOUNTS, strict=True):
            if time == mark:
                state = dose_into(state, amount)
    return np.array([found[at] for at in AT])


def test_first_order_absorption_solves_its_equations():
    CL, V, ka = 14.3, 347.0, 0.61
    truth = solved(
        lambda t, y: [-ka * y[0], ka * y[0] - CL / V * y[1]], lambda y, a: y + np.array([a, 0.0]), 2, 1, V
    )
    got = concentrations(make_kernel(one(clearance=CL, volume=V, absorption=ka)), TIMES, AMOUNTS, AT)[0]
    np.testing.assert_allclose(got, truth, rtol=1e-7)


def test_input_at_an_even_rate_solves_its_equations():
    CL, V, D = 15.8, 430.0, 3.1

    def rate(t, y):
        running = sum(a / D for time, a in zip(TIMES, AMOUNTS, strict=True) if time <= t < time + D)
        return [running - CL / V * y[0]]

    marks = sorted({0.0, *TIMES, *AT, *(time + D for time in TIMES)})
    state, found, now = np.zeros(1), {0.0: 0.0}, 0.0
    for mark in marks[1:]:
        middle = partial(rate, (now + mark) / 2)  # the rate of input is even between marks
        run = solve_ivp(lambda _, y, of=middle: of(y), (now, mark), state, rtol=1e-10, atol=1e-12)
        state, now = run.y[:, -1], mark
        found[mark] = state[0] / V
    got = concentrations(make_kernel(one(clearance=CL, volume=V), duration_h=D), TIMES, AMOUNTS, AT)[0]
    np.testing.assert_allclose(got, [found[at] for at in AT], rtol=1e-7)


@pytest.mark.parametrize(
    "transit_time", [0.45, 3.0]
)  # a chain faster and slower than the absorption behind it
def test_transit_and_two_compartments_solve_their_equations(transit_time):
    CL, V, Q, V2, ka, n = 13.15, 22.95, 26.44, 336.03, 2.98, 7
    k = n / transit_time

    def rate(t, y):
        chain = [-k * y[0], *(k * (y[i - 1] - y[i]) for i in range(1, n))]
        gut = k * y[n - 1] - ka * y[n]
        centre = ka * y[n] - (CL + Q) / V * y[n + 1] + Q / V2 * y[n + 2]
        return [*chain, gut, centre, Q / V * y[n + 1] - Q / V2 * y[n + 2]]

    def into(y, a):
        y = y.copy()
        y[0] += a
        return y

    truth = solved(rate, into, n + 3, n + 1, V)
    kernel = make_kernel(
        one(clearance=CL, volume=V, exchange=Q, peripheral=V2, absorption=ka, transit_time=transit_time),
        transits=n,
    )
    np.testing.assert_allclose(concentrations(kernel, TIMES, AMOUNTS, AT)[0], truth, rtol=1e-6, atol=1e-9)


def test_absorption_as_fast_as_elimination_has_its_own_limit():
    # Exact limit for ka = k: dose · k · t · e^(−kt) / V
    k, V, t = 0.1, 50.0, 7.0
    got = concentrations(make_kernel(one(clearance=k * V, volume=V, absorption=k)), [0.0], [100.0], [t])[0, 0]
    assert got == pytest.approx(100.0 * k * t * np.exp(-k * t) / V, rel=1e-5)


def test_a_lag_shifts_the_curve_and_leaves_the_trough_at_the_dose():
    parameters = one(clearance=10.0, volume=100.0, absorption=0.5)
    late, prompt = (make_kernel(parameters, lag_h=lag) for lag in (0.4, 0.0))
    shifted = concentrations(prompt, TIMES, AMOUNTS, [at - 0.4 for at in AT])
    np.testing.assert_allclose(concentrations(late, TIMES, AMOUNTS, AT), shifted, rtol=1e-12)
    followed = follow_doses(late, TIMES, AMOUNTS, 120.0)
    np.testing.assert_allclose(
        followed.trough[:, 0],
        concentrations(late, TIMES, AMOUNTS, [24.0, 48.0, 60.0, 96.0, 120.0])[0],
        rtol=1e-9,
    )


KERNELS = {
    "absorbed": make_kernel(one(clearance=14.3, volume=347.0, absorption=0.61)),
    "even rate": make_kernel(one(clearance=15.8, volume=430.0), duration_h=3.1),
    "transit": make_kernel(
        one(clearance=13.15, volume=22.95, exchange=26.44, peripheral=336.0, absorption=2.98, transit_time=0.45),
        transits=7,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KERNELS)
def test_following_from_dose_to_dose_gives_the_same_as_counting_every_dose(name):
    kernel = KERNELS[name]
    followed = follow_doses(kernel, TIMES, AMOUNTS, 120.0)
    ends = [24.0, 48.0, 60.0, 96.0, 120.0]
    before = [end - 1e-9 for end in ends]
    np.testing.assert_allclose(
        followed.trough[:, 0], concentrations(kernel, TIMES, AMOUNTS, before)[0], rtol=1e-7
    )
    for place, (first, last) in enumerate(zip(TIMES, ends, strict=True)):
        grid = np.linspace(first, last, 20001)
        curve = concentrations(kernel, TIMES, AMOUNTS, grid.tolist())[0]
        assert followed.auc[place, 0] == pytest.approx(np.trapezoid(curve, grid), rel=1e-6)
        # Drawn by a parabola between points of a grid: at the sharpest peak, of mycophenolate, 0.2 % off.
        assert followed.peak[place, 0] == pytest.approx(curve.max(), rel=2e-3)


def test_doses_that_still_enter_when_the_next_is_taken_are_not_lost():
    kernel = make_kernel(one(clearance=5.0, volume=50.0), duration_h=6.0)
    times, amounts = [0.0, 2.0, 4.0, 20.0], [100.0, 50.0, 25.0, 100.0]
    followed = follow_doses(kernel, times, amounts, 30.0)
    exact = concentrations(kernel, times, amounts, [2.0, 4.0, 20.0, 30.0])[0]
    np.testing.assert_allclose(followed.trough[:, 0], exact, rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.floats(1, 50), st.floats(20, 800), st.floats(0.05, 5), st.integers(1, 6))
def test_all_that_is_taken_is_eliminated(clearance, volume, absorption, count):
    # Mass balance: the whole area is the whole dose over clearance.
    kernel = make_kernel(one(clearance=clearance, volume=volume, absorption=absorption))
    end = 24.0 * count + 60.0 / min(clearance / volume, absorption)
    followed = follow_doses(kernel, [24.0 * n for n in range(count)], [100.0] * count, end)
    assert followed.auc.sum() == pytest.approx(100.0 * count / clearance, rel=1e-6)
