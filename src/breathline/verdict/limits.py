"""A limit as it is printed: a number, and on which side of it the condition holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from breathline.outcomes.change import ROUNDING


class Comparison(StrEnum):
    """The printed sign: ≥, >, ≤, <."""

    AT_LEAST = "at least"
    MORE_THAN = "more than"
    AT_MOST = "at most"
    LESS_THAN = "less than"


class Counted(StrEnum):
    """What an amount is counted in."""

    ABSOLUTE = "absolute"  # the unit of the measure
    RELATIVE = "relative"  # percent of the earlier value
    PERCENT_PREDICTED = "percent_predicted"  # % predicted; a change in points of it
    Z_SCORE = "z_score"


class Towards(StrEnum):
    """Which way a change is counted."""

    FALL = "fall"
    RISE = "rise"


@dataclass(frozen=True, slots=True)
class Limit:
    """One printed limit.

    Examples
    --------
    >>> Limit(Comparison.AT_LEAST, 10.0).holds(10.0), Limit(Comparison.MORE_THAN, 10.0).holds(10.0)
    (True, False)
    """

    comparison: Comparison
    value: float

    def holds(self, amount: float) -> bool:
        """Compare; what differs by no more than binary rounding (4.4 − 0.4) is equal."""
        return _HOLDS[self.comparison](amount - self.value, ROUNDING * max(1.0, abs(self.value)))


_HOLDS: Mapping[Comparison, Callable[[float, float], bool]] = {
    Comparison.AT_LEAST: lambda beyond, slack: beyond >= -slack,
    Comparison.MORE_THAN: lambda beyond, slack: beyond > slack,
    Comparison.AT_MOST: lambda beyond, slack: beyond <= slack,
    Comparison.LESS_THAN: lambda beyond, slack: beyond < -slack,
}


def at_least(value: float) -> Limit:
    """``≥ value``."""
    return Limit(Comparison.AT_LEAST, value)


def more_than(value: float) -> Limit:
    """``> value``."""
    return Limit(Comparison.MORE_THAN, value)


def at_most(value: float) -> Limit:
    """``≤ value``."""
    return Limit(Comparison.AT_MOST, value)


def less_than(value: float) -> Limit:
    """``< value``."""
    return Limit(Comparison.LESS_THAN, value)
