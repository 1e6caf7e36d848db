"""How far a measure of an unchanged patient differs from one scan to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from breathline.model.protocol import Match
from breathline.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class WithinSubject:
    """Spread of repeated values of one patient.

    Parameters
    ----------
    sd
        Standard deviation within a subject [unit of the measure]; where it grows with the level, that at 0.
    per_level
        How much of it comes with each unit of the level; 0 where it does not grow.
    pairs
        Pairs of scans that it was found on.
    """

    sd: float
    per_level: float = 0.0
    pairs: int

    def at(self, level: float) -> float:
        """Give the standard deviation within a subject at a level, the mean of two values."""
        return self.sd + self.per_level * max(0.0, level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeatability:
    """The spread of a measure, by how alike two scans were made.

    Parameters
    ----------
    raw
        Of values as measured.
    same_tissue
        Of extents of the same tissue in two scans laid on each other.
    """

    source: Source
    raw: Mapping[Match, WithinSubject]
    same_tissue: Mapping[Match, WithinSubject]
