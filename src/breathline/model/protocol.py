"""How a scan was made, as far as it bears on comparing it with another, and how alike two were made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Match(StrEnum):
    """How alike two scans of one patient were made."""

    MATCHED = "matched"
    KERNEL = "kernel_differs"
    THICKNESS = "thickness_differs"
    DOSE = "dose_differs"
    INSPIRATION = "inspiration_differs"
    INTERVAL = "interval"  # both interval HRCT, otherwise matched
    SEVERAL = "several_differ"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanProtocol:
    """How a scan was made. Empty text and None mean that nobody says.

    Parameters
    ----------
    scanner
        Manufacturer and model.
    position
        How the patient lay.
    interval
        True for slices with gaps between.
    lung_volume_ml
        How deeply the patient had breathed in [mL].
    """

    kernel: str = ""
    slice_thickness_mm: float | None = None
    exposure_mas: float | None = None
    kvp: float | None = None
    scanner: str = ""
    contrast: bool = False
    position: str = ""
    interval: bool = False
    lung_volume_ml: float | None = None
