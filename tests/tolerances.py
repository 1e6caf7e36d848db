"""Tolerances of the tests: half the last published digit, never chosen to pass."""

from __future__ import annotations


def half_last_digit(printed: str) -> float:
    """Give half a unit of the last digit of a number as printed.

    >>> half_last_digit("19.33")
    0.005
    """
    decimals = len(printed.partition(".")[2])
    return 0.5 * 10.0**-decimals
