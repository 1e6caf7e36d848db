"""The error of having scanned only some slices (interval HRCT).

Cavalieri's estimator adds the areas of parallel slices, each times the length it stands for. Its error for slices
placed without regard to the anatomy was derived by Gundersen and Jensen (1987) and Gundersen et al. (1999):
Var = (3 C0 − 4 C1 + C2) / 12, where Ck sums the products of contributions k slices apart. The divisor 12 is for
shapes whose area jumps where they start or end, as patches of disease and, at the diaphragm, lungs do; for smooth
shapes it is 240, which on phantoms covers too rarely, for lungs too.

To it comes what varies from slice to slice without any order, as diffuse disease does (the nugget): where the
covariogram, drawn as a straight line through its values one and two slices apart, stays below its value at none,
C0 − 2 C1 + C2. It is taken out of C0 and added whole. The counting of pixels adds nothing: they are too many.

Slices of a pair lie too close to tell the error between pairs: they are added up first. With few slices the variance
is itself uncertain, so Student's t with one degree of freedom less than slices takes the place of 1.96.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

FloatArray = NDArray[np.float64]
Pair = tuple[FloatArray, FloatArray]

DIVISOR = 12.0
FEWEST = 3
"""Slices, or groups of slices, below which nothing is known about the error."""


def sampling_error(parts: FloatArray, heights_mm: FloatArray) -> float:
    """Give half the 95 % interval of the sum of what slices contribute.

    Parameters
    ----------
    parts
        (slices,): contribution of each slice, its area times the length it stands for, in any unit.
    heights_mm
        (slices,): position of each slice, rising [mm].

    Returns
    -------
    float
        In the unit of `parts`; infinite for fewer than three slices.
    """
    return _error(np.trim_zeros(grouped(parts, heights_mm)))


def ratio_error(part: FloatArray, whole: FloatArray, heights_mm: FloatArray) -> float:
    """Give half the 95 % interval of a share: the sum of `part` over the sum of `whole`.

    Part and whole rise and fall together, so the error is that of what is left of the part once its share of the
    whole is taken away, slice by slice.
    """
    total = float(whole.sum())
    present = np.flatnonzero(grouped(whole, heights_mm))
    if total <= 0.0 or not present.size:
        return float("inf")
    rest = grouped(part - part.sum() / total * whole, heights_mm) / total
    return _error(rest[present[0] : present[-1] + 1])


def ratio_change_error(parts: Pair, wholes: Pair, heights_mm: FloatArray) -> float:
    """Give half the 95 % interval of how a share changed, from slices that lie at the same heights at both dates.

    What is left of each date's part once its share is taken away (see `ratio_error`) is alike where the disease is, so
    most of it falls out of the difference. What stays is patchy, and for it the covariogram promised too much (on two
    phantoms its intervals held the truth in 84 %): the estimator of successive differences for systematic samples
    (wolter_2007, chapter 8; named from memory) takes its place, which errs on the wide side where neighbours are
    alike.

    Parameters
    ----------
    parts, wholes
        Before and after, (slices,) each.
    """
    if min(float(whole.sum()) for whole in wholes) <= 0.0:
        return float("inf")
    before, after = (
        grouped(part - part.sum() / whole.sum() * whole, heights_mm) / whole.sum()
        for part, whole in zip(parts, wholes, strict=True)
    )
    present = np.flatnonzero(grouped(wholes[0] + wholes[1], heights_mm))
    return _successive_error((after - before)[present[0] : present[-1] + 1])


def statistic_errors(
    values: FloatArray, heights_mm: FloatArray, statistics: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """Give half the 95 % intervals of statistics of a histogram summed over slices.

    Parameters
    ----------
    values
        (slices, values): histogram of each slice, weighed by the length it stands for.
    statistics
        Gives some statistics of a histogram.

    Returns
    -------
    array
        (statistics,). What a slice contributes is how much the statistic changes without it; for a mean or a share
        that is the same as `ratio_error`.
    """
    groups = grouped(values, heights_mm)
    groups = groups[groups.sum(axis=1) > 0]
    total = groups.sum(axis=0)
    whole = statistics(total)
    if len(groups) < FEWEST:
        return np.full(whole.shape, np.inf)
    changes = np.array([whole - statistics(total - own) for own in groups])
    return np.array([_error(column) for column in changes.T])


def grouped(parts: FloatArray, heights_mm: FloatArray) -> FloatArray:
    """Add up slices that lie within a pair; slices evenly apart stay as they are.

    >>> grouped(np.array([1.0, 2.0, 4.0, 8.0]), np.array([0.0, 1.0, 10.0, 11.0])).tolist()
    [3.0, 12.0]
    """
    gaps = np.diff(heights_mm)
    first = np.concatenate([[0], 1 + np.flatnonzero(gaps >= 0.5 * gaps.mean())]) if gaps.size else [0]
    return np.asarray(np.add.reduceat(parts, first, axis=0))


def _error(parts: FloatArray) -> float:
    if parts.size < FEWEST:
        return float("inf")
    c0, c1, c2 = (float(np.dot(parts[k:], parts[: parts.size - k])) for k in range(3))
    nugget = min(c0, max(0.0, c0 - 2.0 * c1 + c2))
    variance = max(0.0, 3.0 * (c0 - nugget) - 4.0 * c1 + c2) / DIVISOR + nugget
    return float(stdtrit(parts.size - 1, 0.975) * np.sqrt(variance))


def _successive_error(parts: FloatArray) -> float:
    """Give half the 95 % interval of a sum from how much neighbours differ."""
    if parts.size < FEWEST:
        return float("inf")
    variance = float((np.diff(parts) ** 2).sum()) / 2.0 * parts.size / (parts.size - 1)
    return float(stdtrit(parts.size - 1, 0.975) * np.sqrt(variance))
