"""Outlines of labelled regions, and the lung window: what is drawn over and under a CT slice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import contourpy
import numpy as np
from numpy.typing import NDArray

from breathline.model.volume import LabelArray

LUNG_WINDOW_WIDTH = 1500.0
LUNG_WINDOW_LEVEL = -600.0
"""The lung window readers are used to, W1500 L−600 [HU]."""

Points = NDArray[np.float64]
"""(points, 2): column and row of each corner of a line [pixels]; the first pixel is centred on (0, 0)."""


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The outlines of one pattern on one slice."""

    pattern: str
    lines: tuple[Points, ...]


def window_lung(hu: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Map Hounsfield units to grey levels 0 to 255 in the lung window.

    >>> window_lung(np.array([[-1350, -600, 150]], dtype=np.int16)).tolist()
    [[0, 128, 255]]
    """
    low = LUNG_WINDOW_LEVEL - LUNG_WINDOW_WIDTH / 2
    scaled = (hu.astype(np.float32) - low) * (255.0 / LUNG_WINDOW_WIDTH)
    grey: NDArray[np.uint8] = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    return grey


def outline_pattern(labels: LabelArray, code: int) -> tuple[Points, ...]:
    """Trace the edge of one label, halfway between pixels inside and outside; nothing is smoothed away."""
    mask = np.pad((labels == code).astype(np.float64), 1)
    if not mask.any():
        return ()
    traced = contourpy.contour_generator(z=mask, line_type=contourpy.LineType.Separate).lines(0.5)
    return tuple(np.asarray(line, dtype=np.float64) - 1.0 for line in traced)


def outline_patterns(labels: LabelArray, codes: Mapping[str, int]) -> tuple[Outline, ...]:
    """Trace every pattern of `codes` that occurs on the slice, in the order of `codes`."""
    traced = ((name, outline_pattern(labels, code)) for name, code in codes.items())
    return tuple(Outline(name, lines) for name, lines in traced if lines)
