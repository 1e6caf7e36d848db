"""Turn the thresholds of a measure into its unit for one pair of values."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt

from breathline.model.change import Scale, Threshold
from breathline.model.measurement import Measurement, Standardised


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values of one measure in one unit, with what was expected of them."""

    baseline: float
    followup: float
    baseline_standardised: Standardised | None = None
    followup_standardised: Standardised | None = None

    @property
    def delta(self) -> float:
        """Follow-up minus baseline."""
        return self.followup - self.baseline

    @property
    def predicted(self) -> float | None:
        """Mean of the two expected values (they differ by the patient's ageing); None where there is none."""
        both = (self.baseline_standardised, self.followup_standardised)
        found = [s.predicted for s in both if s is not None]
        return sum(found) / len(found) if found else None


def error_in_unit(threshold: Threshold, pair: Pair) -> float | None:
    """Give the measurement error of a change, in the unit of the measure; None where it cannot be resolved.

    A relative error is a coefficient of variation, the same at both dates, so the standard deviation of the
    difference is proportional to √(b² + f²), and the limit to the root mean square of the two values.
    """
    rms = hypot(pair.baseline, pair.followup) / sqrt(2.0)
    return _in_unit(threshold, pair, rms)


def importance_in_unit(threshold: Threshold, pair: Pair) -> float | None:
    """Give the smallest change that matters, in the unit of the measure; None where it cannot be resolved.

    Publications print a relative change against the baseline, by which a fall from 10 to 8 is larger than
    the rise from 8 to 10. Here it is counted on the larger of the two values: a fall is judged as printed,
    and the rise that undoes it alike, a little more strictly than printed.
    """
    return _in_unit(threshold, pair, max(abs(pair.baseline), abs(pair.followup)))


def _in_unit(threshold: Threshold, pair: Pair, whole: float) -> float | None:
    if threshold.scale is Scale.ABSOLUTE:
        return threshold.value
    if threshold.scale is Scale.RELATIVE:
        return threshold.value / 100.0 * whole
    return None if pair.predicted is None else threshold.value / 100.0 * pair.predicted


def interval_of_difference(baseline: Measurement, followup: Measurement) -> tuple[float, float] | None:
    """Give the 95 % interval of follow-up minus baseline from the intervals of the two values.

    The half-widths that face the same way are added in quadrature (errors of two scans are independent):
    the lower one from below the follow-up and above the baseline, the upper one from the other two. It holds
    as far as the two errors are independent and the intervals roughly normal on each side.
    """
    b, f = baseline.value, followup.value
    ends = (baseline.low, baseline.high, followup.low, followup.high)
    if not isinstance(b, float) or not isinstance(f, float) or None in ends:
        return None
    b_low, b_high, f_low, f_high = (float(end) for end in ends if end is not None)
    delta = f - b
    return delta - hypot(f - f_low, b_high - b), delta + hypot(f_high - f, b - b_low)
