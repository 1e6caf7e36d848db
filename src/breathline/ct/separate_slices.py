"""What is said of a comparison in which one scan or both are interval HRCT."""

from __future__ import annotations

import numpy as np

from breathline.ct.align import Alignment
from breathline.ct.change import ChangeMap
from breathline.errors import Severity
from breathline.model.ct_change import CHANGE_CODES
from breathline.model.volume import QualityFlag

_EXTENTS = "Extents carry the error of having scanned only some slices."
_UNLIKE = (
    "Dense lung beside heart and diaphragm is found less often in separate slices than in a whole volume, so "
    "consolidation and fibrosis may differ by that alone."
)


def slice_flags(alignment: Alignment, change: ChangeMap) -> tuple[QualityFlag, ...]:
    """Tell where places were compared, and how extents are; nothing of two whole volumes."""
    here, there = alignment.baseline_lungs.geometry.is_interval, alignment.followup_geometry.is_interval
    if not (here or there):
        return ()
    share = f"{compared_percent(change):.0f} %"
    if alignment.match_mm is None:
        message = (
            "The baseline is interval HRCT and the follow-up a whole volume: places are compared in the slices of the "
            f"baseline ({share} of the lung in them), and the follow-up's extents are taken where these slices lie."
        )
    elif here:
        message = (
            "Both scans are interval HRCT: places are compared only where a slice of the follow-up lies within "
            f"{alignment.match_mm:g} mm of the baseline's slice ({share} of the lung scanned), the rest is not "
            "compared. How high a slice lies is told from the lungs' outline alone."
        )
    else:
        message = (
            "The baseline is a whole volume and the follow-up interval HRCT: places are compared only within "
            f"{alignment.match_mm:g} mm of the follow-up's slices ({share} of the lung), the rest is not compared, and "
            "the baseline's extents are taken where these slices lie."
        )
    text = f"{message} {_EXTENTS}" if here and there else f"{message} {_EXTENTS} {_UNLIKE}"
    return (QualityFlag(code="separate_slices", severity=Severity.WARNING, message=text),)


def compared_percent(change: ChangeMap) -> float:
    """Share of the baseline's lung, as scanned, that was compared [%]."""
    counts = np.bincount(change.labels.labels.ravel(), minlength=1 + max(CHANGE_CODES.values()))
    whole = int(counts[1:].sum())
    return 100.0 * (1.0 - int(counts[CHANGE_CODES["not_compared"]]) / max(1, whole))
