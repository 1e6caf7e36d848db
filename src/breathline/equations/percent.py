"""Values given as percent of predicted: what they can be, and what is said where they cannot."""

from __future__ import annotations

from math import isfinite

from breathline.errors import OutOfRangeError
from breathline.model.measurement import Absence, Value

PERCENT_OF_PREDICTED = (5.0, 200.0)
"""A guard against slips of the keyboard; no clinical statement hangs on it [%]."""

LARGEST_FRACTION = 1.5
"""Up to here a number looks like a fraction of predicted, above it like litres."""


def check_percent(name: str, value: Value) -> None:
    """Refuse a percentage of predicted that cannot be; the reason why there is none passes.

    Parameters
    ----------
    name
        What it is a percentage of, as the message says it: "FVC".
    value
        The percentage [% of predicted].

    Raises
    ------
    OutOfRangeError
        Below 5 or above 200 %, or not a number; a fraction is recognised.

    Examples
    --------
    >>> check_percent("FVC", 0.62)
    Traceback (most recent call last):
        ...
    breathline.errors.OutOfRangeError: FVC of 0.62 % of predicted cannot be (5 to 200 are allowed). 0.62 looks \
like a fraction; give 62.
    """
    if isinstance(value, Absence):
        return
    low, high = PERCENT_OF_PREDICTED
    if isfinite(value) and low <= value <= high:
        return
    text = f"{name} of {value:g} % of predicted cannot be ({low:g} to {high:g} are allowed)."
    if value > high:
        text += " A percentage above 200 cannot be; look up the value."
    elif value > LARGEST_FRACTION:
        text += f" {value:g} looks like the measured value; give it as percent of predicted."
    elif value >= low / 100.0:
        text += f" {value:g} looks like a fraction; give {100.0 * value:g}."
    raise OutOfRangeError(text)
