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
        How likely each voxel of the lungs is interstitial abnormality of any kind, and whether its kind is sure; see
        `pack_evidence`. None where the method does not tell.
    """

    labels: LabelMap
    measured: frozenset[str]
    bands: Mapping[frozenset[str], Band] = field(default_factory=dict)
    evidence: LabelMap | None = None


KIND_SURE = 128
"""Added to the evidence where the kind of abnormality is sure."""


def pack_evidence(likely: NDArray[np.float32], sure: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Put a likelihood and whether the kind is sure into one byte: 1 + percent, and `KIND_SURE`; 0 is left for nothing.

    >>> pack_evidence(np.array([0.0, 0.5, 1.0]), np.array([False, True, False])).tolist()
    [1, 179, 101]
    """
    packed = 1 + np.rint(100.0 * np.clip(likely, 0.0, 1.0)).astype(np.uint8)
    return np.asarray(packed + np.uint8(KIND_SURE) * sure, dtype=np.uint8)


class PatternMethod(Protocol):
    """A method that tells patterns apart."""

    name: str

    def classify(self, volume: Volume, lungs: LabelMap) -> PatternMap:
        """Give every voxel of the lungs one pattern."""
