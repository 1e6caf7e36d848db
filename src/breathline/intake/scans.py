"""``ct/**``: the scans of the record, one a date; no pixel is read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path

from breathline.intake.findings import Findings
from breathline.intake.timeline import Timeline
from breathline.model.patient import InputFile, ScanRef
from breathline.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanDate:
    """A row of ``ct/scans.csv``: the date of a scan whose header carries none."""

    series: str
    date: Date | None
    week: float | None
    line: int


def read_scans(
    folder: Path,
    dates: Sequence[ScanDate],
    timeline: Timeline,
    *,
    weeks_only: bool,
    birth: Date | None,
    today: Date,
    findings: Findings,
    progress: Progress,
) -> tuple[tuple[ScanRef, ...], tuple[InputFile, ...]]:
    """Find the scans below a folder."""
    return (), ()
