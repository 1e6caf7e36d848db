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

    def beyond(self, amount: float) -> float:
        """Give how far an amount lies above the limit; what differs by no more than binary rounding is equal."""
        found = amount - self.value
        return found if abs(found) > ROUNDING * max(1.0, abs(self.value)) else 0.0

    def holds(self, amount: float) -> bool:
        """Tell whether an amount lies on the printed side of the limit."""
        return _HOLDS[self.comparison](self.beyond(amount))


_HOLDS: Mapping[Comparison, Callable[[float], bool]] = {
    Comparison.AT_LEAST: lambda beyond: beyond >= 0.0,
    Comparison.MORE_THAN: lambda beyond: beyond > 0.0,
    Comparison.AT_MOST: lambda beyond: beyond <= 0.0,
    Comparison.LESS_THAN: lambda beyond: beyond < 0.0,
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
