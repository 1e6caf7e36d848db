"""Reconstruction kernels: soft, medium or sharp, by name and by the grain of the noise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum


class Sharpness(StrEnum):
    """How much a kernel raises edges."""

    SOFT = "soft"
    MEDIUM = "medium"
    SHARP = "sharp"


SOFT_GRAIN_PER_MM = 0.27
SHARP_GRAIN_PER_MM = 0.36
"""Limits of the mean frequency of noise [1/mm]: the soft and sharp phantom kernels give 0.24 and 0.39; of the
shared scans D40s gives 0.30 to 0.32, FC51 and BONEPLUS 0.43."""

_GRADED = re.compile(r"^(?:B|BL|BR|BV|BF|D|H|HR|I|J|Q|QR|T|U|V)(\d{2})")
"""Siemens: letters for the family, two digits that grow with sharpness."""
_CANON = re.compile(r"^FC(\d{2})")
_NAMED: Sequence[tuple[tuple[str, ...], Sharpness]] = (
    (("LUNG", "BONE", "EDGE", "ULTRA", "HD LUNG", "CHST", "YA", "YB", "YC", "YD"), Sharpness.SHARP),
    (("STANDARD", "STD", "DETAIL", "CHEST"), Sharpness.MEDIUM),
    (("SOFT", "SMOOTH"), Sharpness.SOFT),
)
_LETTERS = {
    "A": Sharpness.SOFT,
    "B": Sharpness.MEDIUM,
    "C": Sharpness.MEDIUM,
    "D": Sharpness.SHARP,
    "L": Sharpness.SHARP,
}
"""Philips: one letter."""


def sharpness_by_name(kernel: str) -> Sharpness | None:
    """Give what a kernel's name stands for; None for a name that says nothing.

    >>> sharpness_by_name("B70f"), sharpness_by_name("I31f/3"), sharpness_by_name("FC51")
    (<Sharpness.SHARP: 'sharp'>, <Sharpness.SOFT: 'soft'>, <Sharpness.SHARP: 'sharp'>)
    """
    name = kernel.upper().strip()
    if name in _LETTERS:
        return _LETTERS[name]
    if graded := _GRADED.match(name):
        grade = int(graded[1])
        return Sharpness.SOFT if grade < 36 else Sharpness.MEDIUM if grade < 50 else Sharpness.SHARP
    if canon := _CANON.match(name):
        return (
            Sharpness.SHARP
            if int(canon[1]) in {*range(30, 40), *range(50, 60), *range(80, 90)}
            else Sharpness.MEDIUM
        )
    return next((kind for names, kind in _NAMED if name.startswith(names)), None)


def sharpness_by_grain(grain_per_mm: float | None) -> Sharpness | None:
    """Give what the grain of the noise shows; None where it could not be measured."""
    if grain_per_mm is None:
        return None
    if grain_per_mm < SOFT_GRAIN_PER_MM:
        return Sharpness.SOFT
    return Sharpness.MEDIUM if grain_per_mm < SHARP_GRAIN_PER_MM else Sharpness.SHARP
