"""What a method that tells patterns apart takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from breathline.model.volume import LabelMap, Volume

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
class CellEvidence:
    """How likely the kinds of abnormality are in cells of lung, and how dense those are.

    Parameters
    ----------
    likely
        (kinds, sheets, rows, columns): likelihood of each of `INTERSTITIAL` and of vessel or airway, in parts of
        `CERTAIN`; 0 outside.
    excess
        Density above what normal lung of this patient has in this place [HU].
    inside
        Cells that count as lung.
    first, layers
        First slice, and slices in a sheet.
    row, column
        Cell of each row and column of the volume; −1 where there is none.
    separate
        Sheets are slices with gaps between: their neighbours tell nothing.
    """

    likely: NDArray[np.uint8]
    excess: NDArray[np.int16]
    inside: NDArray[np.bool_]
    first: int
    layers: int
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    spacing_mm: tuple[float, float, float]
    separate: bool


CERTAIN = 255
"""A likelihood of one in `CellEvidence`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PatternMap:
    """Patterns of the lungs, and where the method is in doubt.

    Parameters
    ----------
    labels
        Codes of ``PATTERN_CODES`` on every voxel of the lungs, 0 outside.
    measured
        Patterns this method can tell; the others are absent from its results, not zero.
    bands
        Doubtful blocks of single patterns and of groups of them.
    evidence
        How likely the kinds of abnormality are, cell by cell; None where the method does not tell.
    """

    labels: LabelMap
    measured: frozenset[str]
    bands: Mapping[frozenset[str], Band] = field(default_factory=dict)
    evidence: CellEvidence | None = None


class PatternMethod(Protocol):
    """A method that tells patterns apart."""

    name: str

    def classify(self, volume: Volume, lungs: LabelMap) -> PatternMap:
        """Give every voxel of the lungs one pattern."""
