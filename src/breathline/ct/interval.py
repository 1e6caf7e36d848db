"""A value with its 95 % interval, and the Measurement it becomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from breathline.model.measurement import Measurement, Origin


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> Interval:
        """Scale a value and its interval."""
        return Interval(self.value * factor, self.low * factor, self.high * factor)

    def widened(self, by: float, *, least: float = 0.0, most: float = float("inf")) -> Interval:
        """Add an error of its own to both ends, which stay between `least` and `most`."""
        down, up = np.hypot(self.value - self.low, by), np.hypot(self.high - self.value, by)
        return Interval(self.value, float(max(least, self.value - down)), float(min(most, self.value + up)))


def measurement(measure: str, region: str, unit: str, found: Interval) -> Measurement:
    """Give a value of a scan as a Measurement."""
    return Measurement(
        measure=measure,
        value=round(found.value, 4),
        unit=unit,
        low=round(found.low, 4),
        high=round(found.high, 4),
        region=region,
        origin=Origin(scan="ct"),
    )
