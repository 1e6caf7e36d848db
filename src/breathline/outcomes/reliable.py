"""The probability that a measured change is real, and that it is large enough to matter.

The reliable change index is the measured change divided by the standard error of a difference of two
measurements, s = √2 · SD of repeated measurements (Jacobson & Truax 1991). The limit of error of a measure is
1.96 s, so s is that limit divided by 1.96.

With the error taken as normal and nothing assumed of the true change beforehand (every size alike), the true
change is normal about the measured one with standard deviation s. So

    P(true change > limit) = Φ((measured change − limit) / s).

That nothing is assumed beforehand is generous to large changes: most patients change little. The probability is
of error alone; that the treatment was the cause it does not say.
"""

from __future__ import annotations

from math import erf, sqrt

from breathline.model.change import Direction, Reliability
from breathline.sources import Source

SOURCE = Source("jacobson_1991", "equations 1 and 2", verified=False, note="the reliable change index")

Z_95 = 1.96
"""Standard deviations on either side that hold 95 % of a normal distribution."""


def rely_on(delta: float, error: float, importance: float | None, direction: Direction) -> Reliability | None:
    """Give the reliable change index and its probabilities.

    Parameters
    ----------
    delta
        Follow-up minus baseline.
    error
        Smallest change beyond error (1.96 standard errors of a difference), in the same unit.
    importance
        Smallest change that matters, in the same unit; None where it is not known.
    direction
        Which way is better.

    Returns
    -------
    Reliability or None
        None where the error is zero, so that there is nothing to weigh.

    References
    ----------
    Jacobson NS, Truax P, J Consult Clin Psychol 1991;59:12.

    Examples
    --------
    A rise of DLCO by 4.0 where 4.0 is the limit of error: 97.5 % that it rose at all.

    >>> found = rely_on(4.0, 4.0, 1.5, Direction.HIGHER)
    >>> round(found.index, 2), round(found.better, 3), round(found.better_enough, 3)
    (1.96, 0.975, 0.89)
    """
    spread = error / Z_95
    if spread <= 0:
        return None
    gain = delta if direction is Direction.HIGHER else -delta
    return Reliability(
        index=delta / spread,
        better=_below(gain / spread),
        better_enough=None if importance is None else _below((gain - importance) / spread),
        worse_enough=None if importance is None else _below((-gain - importance) / spread),
    )


def _below(z: float) -> float:
    """Give Φ(z), the share of a standard normal distribution below z."""
    return 0.5 * (1.0 + erf(z / sqrt(2.0)))
