"""Repeatability from pairs of values, in the terms of QIBA (Raunig et al. 2015).

Two values of one subject differ by d. Then

    within-subject standard deviation  wSD = √(Σd² / 2n)
    repeatability coefficient          RC  = 1.96 · √2 · wSD = 2.77 wSD

95 % of the differences between two measurements of an unchanged subject lie within ±RC. Where the two were not made
alike, the same sums give a reproducibility coefficient, and the mean difference is a part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

FloatArray = NDArray[np.float64]

COVERAGE = 0.95
Z_95 = 1.96
LEAST_FOR_LEVEL = 10
"""Fewer pairs than this cannot tell whether the spread grows with the level."""
LIKELY = 0.05
"""The spread is taken to grow with the level where chance alone would show it less often than this."""
DRAWS = 2000
FAR_FROM_ZERO = 4.0
"""A coefficient of variation is given where every level lies this many wSD above zero: below, it says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far the two values of pairs differ, in the unit of the measure.

    Parameters
    ----------
    pairs
        Number of pairs.
    mean
        Mean of all values.
    sd, sd_low, sd_high
        Within-subject standard deviation over all levels, with its 95 % interval: by the chi-square distribution, or,
        where the spread grows with the level, by drawing pairs anew (bootstrap).
    coefficient
        Repeatability coefficient, the smallest change beyond error.
    bias, bias_low, bias_high
        Mean of second minus first, with its 95 % interval; the interval is None for a single pair.
    cv_percent
        Within-subject coefficient of variation [%]; None where the measure has no zero or comes close to it.
    within_percent
        Share of pairs that differ by the coefficient or less [%]: about 95 where differences are normal.
    grows_p
        Probability that chance alone makes the size of differences follow the level as it does (Kendall, one-sided);
        None for fewer than ten pairs, and for measures without a zero.
    at_zero, per_level
        Where the spread grows: wSD = at_zero + per_level · level (Bland & Altman 1999, section 3.2). Else the wSD
        and 0.
    lower_half_sd
        Within-subject standard deviation of the half of the pairs with the lower levels.
    """

    pairs: int
    mean: float
    sd: float
    sd_low: float
    sd_high: float
    coefficient: float
    bias: float
    bias_low: float | None
    bias_high: float | None
    cv_percent: float | None
    within_percent: float
    grows_p: float | None
    at_zero: float
    per_level: float
    lower_half_sd: float

    @property
    def grows(self) -> bool:
        """Whether the spread grows with the level."""
        return self.per_level > 0.0


def spread_of(first: Sequence[float], second: Sequence[float], *, has_zero: bool = True) -> Spread:
    """Measure the spread of pairs.

    Parameters
    ----------
    first, second
        One value a subject each, in the same order.
    has_zero
        False for measures whose zero is a convention (HU, skewness): they have no coefficient of variation, and no
        spread that grows from zero.

    Raises
    ------
    ValueError
        If there is no pair, or the two do not match.

    Examples
    --------
    >>> found = spread_of([10.0, 20.0], [11.0, 18.0])
    >>> round(found.sd, 4), round(found.coefficient, 2)
    (1.118, 3.1)
    """
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.size == 0 or one.shape != other.shape:
        raise ValueError("one value a subject is needed on both sides")
    differences, levels = other - one, (one + other) / 2.0
    sd = within_sd(differences)
    grows_p = _grows(differences, levels) if has_zero else None
    line = _line(differences, levels) if grows_p is not None and grows_p < LIKELY else None
    low, high = _interval(differences, sd, by_chance=line is not None)
    coefficient = Z_95 * sqrt(2.0) * sd
    return Spread(
        pairs=int(one.size),
        mean=float(levels.mean()),
        sd=sd,
        sd_low=low,
        sd_high=high,
        coefficient=coefficient,
        bias=float(differences.mean()),
        bias_low=_bias_end(differences, -1.0),
        bias_high=_bias_end(differences, 1.0),
        cv_percent=_variation(differences, levels, sd) if has_zero else None,
        within_percent=100.0 * float(np.mean(np.abs(differences) <= coefficient)),
        grows_p=grows_p,
        at_zero=sd if line is None else line[0],
        per_level=0.0 if line is None else line[1],
        lower_half_sd=within_sd(differences[np.argsort(levels, kind="stable")[: (one.size + 1) // 2]]),
    )


def within_sd(differences: FloatArray) -> float:
    """Give the within-subject standard deviation of pairs that differ so."""
    return float(np.sqrt(np.mean(differences**2) / 2.0))


def _interval(differences: FloatArray, sd: float, *, by_chance: bool) -> tuple[float, float]:
    n, tail = differences.size, (1.0 - COVERAGE) / 2.0
    if by_chance:
        drawn = np.random.default_rng(1).integers(0, n, (DRAWS, n))
        spreads = np.sqrt(np.mean(differences[drawn] ** 2, axis=1) / 2.0)
        low, high = np.quantile(spreads, [tail, 1.0 - tail])
        return float(low), float(high)
    return (
        sd * sqrt(n / float(stats.chi2.ppf(1.0 - tail, n))),
        sd * sqrt(n / float(stats.chi2.ppf(tail, n))),
    )


def _bias_end(differences: FloatArray, side: float) -> float | None:
    n = differences.size
    if n < 2:
        return None
    half = float(stats.t.ppf((1.0 + COVERAGE) / 2.0, n - 1)) * float(differences.std(ddof=1)) / sqrt(n)
    return float(differences.mean()) + side * half


def _variation(differences: FloatArray, levels: FloatArray, sd: float) -> float | None:
    if float(levels.min()) <= 0.0 or float(levels.min()) < FAR_FROM_ZERO * sd:
        return None
    return 100.0 * float(np.sqrt(np.mean((differences / levels) ** 2) / 2.0))


def _grows(differences: FloatArray, levels: FloatArray) -> float | None:
    """Probability of so much agreement between the size of differences and the level by chance alone."""
    if differences.size < LEAST_FOR_LEVEL or np.ptp(levels) == 0.0 or np.ptp(np.abs(differences)) == 0.0:
        return None
    return float(stats.kendalltau(np.abs(differences), levels, alternative="greater").pvalue)


def _line(differences: FloatArray, levels: FloatArray) -> tuple[float, float]:
    """Give wSD at zero and its growth with the level, neither below zero.

    The mean size of a normal difference is √(2/π) of its standard deviation, and that is √2 of the wSD.
    """
    scale = float(levels.max())
    design = np.column_stack([np.ones_like(levels), levels / scale])
    (at_zero, growth), _ = optimize.nnls(design, np.abs(differences))
    factor = sqrt(pi / 2.0) / sqrt(2.0)
    return factor * float(at_zero), factor * float(growth) / scale
