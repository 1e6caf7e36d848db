"""Scores that add up points: the table of a publication, and the sum for one patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """One line of a table of points.

    Parameters
    ----------
    printed
        The words of the publication: "50–75 %".
    points
        What it scores.
    low
        Where it begins.
    included
        Whether `low` itself belongs to it.
    """

    printed: str
    points: int
    low: float = float("-inf")
    included: bool = True

    def holds(self, value: float) -> bool:
        """Tell whether a value lies at or beyond the beginning of the line."""
        return value >= self.low if self.included else value > self.low


@dataclass(frozen=True, slots=True)
class Scored:
    """One part of a score for one patient.

    Parameters
    ----------
    name
        "age", "FVC % of predicted" …
    printed
        The line of the table that applies; empty where the value is missing.
    lowest, highest
        The points; they differ only where the value is missing and could be either.
    """

    name: str
    printed: str
    lowest: int
    highest: int

    @property
    def missing(self) -> bool:
        """Whether the value is missing."""
        return not self.printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Mortality:
    """Deaths that the publication expects [%], printed without an interval."""

    one_year: float
    two_years: float
    three_years: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A range of points with a name and the mortality printed for it.

    Parameters
    ----------
    low, high
        First and last number of points that belong to it.
    """

    label: str
    low: int
    high: int
    mortality: Mortality


@dataclass(frozen=True, slots=True, kw_only=True)
class PointScore:
    """The sum for one patient.

    Parameters
    ----------
    points
        The sum; None where something is missing.
    lowest, highest
        The least and the most it can be, whatever the missing values are.
    stage
        The stage; None where what is missing could change it.
    missing
        What is missing, in words.
    parts
        Every part with the printed line that applied.
    """

    points: int | None
    lowest: int
    highest: int
    stage: Stage | None
    missing: tuple[str, ...]
    parts: tuple[Scored, ...]


def score_value(name: str, value: float | None, bands: Sequence[Band]) -> Scored:
    """Find the line of a table, from the highest beginning down; a missing value could be any of them."""
    if value is None:
        return _unknown(name, bands)
    band = next(band for band in sorted(bands, key=lambda b: -b.low) if band.holds(value))
    return Scored(name, band.printed, band.points, band.points)


def score_choice(name: str, choice: str | None, table: Sequence[tuple[str, Band]]) -> Scored:
    """Find the line of a table of words; a missing choice could be any of them."""
    if choice is None:
        return _unknown(name, [band for _, band in table])
    band = dict(table)[choice]
    return Scored(name, band.printed, band.points, band.points)


def _unknown(name: str, bands: Sequence[Band]) -> Scored:
    points = [band.points for band in bands]
    return Scored(name, "", min(points), max(points))


def add_points(parts: Sequence[Scored], stages: Sequence[Stage]) -> PointScore:
    """Add the parts up; a sum outside every stage is moved to the nearest end, as the tables do."""
    ends = min(stage.low for stage in stages), max(stage.high for stage in stages)
    lowest, highest = (
        min(max(sum(points), ends[0]), ends[1])
        for points in ([part.lowest for part in parts], [part.highest for part in parts])
    )
    missing = tuple(part.name for part in parts if part.missing)
    first, last = (next(s for s in stages if s.low <= points <= s.high) for points in (lowest, highest))
    return PointScore(
        points=None if missing else lowest,
        lowest=lowest,
        highest=highest,
        stage=first if first == last else None,
        missing=missing,
        parts=tuple(parts),
    )
