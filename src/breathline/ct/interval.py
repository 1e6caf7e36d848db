"""A value with its 95 % interval, and the Measurement it becomes."""

from __future__ import annotations

from dataclasses import dataclass

from breathline.model.measurement import Measurement, Origin

Z95 = 1.96


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> Interval:
        """Scale a value and its interval."""
        return Interval(self.value * factor, self.low * factor, self.high * factor)


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
