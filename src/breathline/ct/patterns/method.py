"""What a method that tells patterns apart takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from breathline.model.volume import PATTERN_CODES, LabelMap, Volume

Counts = NDArray[np.float64]
"""(side, code): share of the voxels of the right (0) and left (1) lung that carry each pattern code."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PatternMap:
    """Patterns of the lungs, and how far their extents move when thresholds do.

    Parameters
    ----------
    labels
        Codes of ``PATTERN_CODES`` on every voxel of the lungs, 0 outside.
    measured
        Patterns this method can tell; the others are absent from its results, not zero.
    shifted
        Shares (see `Counts`) with thresholds placed stricter and looser within their uncertainty.
    """

    labels: LabelMap
    measured: frozenset[str]
    shifted: tuple[Counts, ...] = ()


class PatternMethod(Protocol):
    """A method that tells patterns apart."""

    name: str

    def classify(self, volume: Volume, lungs: LabelMap) -> PatternMap:
        """Give every voxel of the lungs one pattern."""


def shares(labels: NDArray[np.uint8], sides: NDArray[np.uint8]) -> Counts:
    """Share of each side's voxels that carry each code.

    >>> shares(np.array([1, 1, 2, 1], np.uint8), np.array([1, 1, 1, 2], np.uint8))[:, 1].round(2).tolist()
    [0.67, 1.0]
    """
    width = max(PATTERN_CODES.values()) + 1
    table = np.zeros((2, width))
    for side in (1, 2):
        counts = np.bincount(labels[sides == side], minlength=width)[:width]
        table[side - 1] = counts / max(1, counts.sum())
    return table
