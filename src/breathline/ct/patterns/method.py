"""What a method that tells patterns apart takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from breathline.model.volume import PATTERN_CODES, LabelMap, Volume

Counts = NDArray[np.float64]
"""(side, code): share of the voxels of the right (0) and left (1) lung that carry each pattern code."""


INTERSTITIAL = ("ground_glass", "reticulation", "honeycombing", "consolidation")
"""Patterns that together are the interstitial abnormality."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """Blocks about which a method is in doubt, as shares of the right and the left lung: (2,).

    Parameters
    ----------
    leave
        Carry the pattern and may be something else.
    join
        Carry something else and may be the pattern.
    """

    leave: Counts
    join: Counts


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
        Shares (see `Counts`) as labelled, and with thresholds placed stricter and looser within their
        uncertainty.
    doubtful
        Shares of blocks that carry a pattern although they may be another one that the method cannot tell;
        an extent may be lower by these.
    bands
        Doubtful blocks of single patterns and of groups of them.
    borders
        Faces between blocks of a pattern and other lung, as a share of all blocks: how much border there is.
    """

    labels: LabelMap
    measured: frozenset[str]
    shifted: tuple[Counts, ...] = ()
    borders: Counts | None = None
    doubtful: Counts | None = None
    bands: Mapping[frozenset[str], Band] = field(default_factory=dict)


class PatternMethod(Protocol):
    """A method that tells patterns apart."""

    name: str

    def classify(self, volume: Volume, lungs: LabelMap) -> PatternMap:
        """Give every voxel of the lungs one pattern."""


def border_shares(labels: NDArray[np.uint8], sides: NDArray[np.uint8], *, separate: bool) -> Counts:
    """Count the faces that each code shares with others, as a share of each side's blocks.

    Across the gap of interval HRCT nothing is shared.

    >>> row = np.array([[[1, 2, 2, 1]]], np.uint8)
    >>> border_shares(row, np.ones_like(row), separate=False)[0, 2]
    np.float64(0.5)
    """
    width = max(PATTERN_CODES.values()) + 1
    table = np.zeros((2, width))
    for axis in (1, 2) if separate else (0, 1, 2):
        size = labels.shape[axis]
        first, second = (np.arange(0, size - 1), np.arange(1, size))
        a, b = labels.take(first, axis=axis), labels.take(second, axis=axis)
        side = sides.take(first, axis=axis)
        differ = (a != b) & (a > 0) & (b > 0) & (side > 0)
        for number in (1, 2):
            mine = differ & (side == number)
            table[number - 1] += np.bincount(a[mine], minlength=width) + np.bincount(b[mine], minlength=width)
    totals = np.array([[max(1, int((sides == number).sum()))] for number in (1, 2)])
    return np.asarray(table / totals)


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
