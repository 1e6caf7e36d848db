"""Which of several series shows the lungs best, and why the others are left aside."""

from __future__ import annotations

from collections.abc import Sequence

from breathline.dicom.series import Series
from breathline.errors import Problem, ScanError

FEWEST_SLICES = 10
"""A chest is not measured from fewer slices: at 10 mm between slices they span less than half a lung."""

SHORTEST_CHEST_MM = 80.0
"""Series that cover less of the body axis than this are not chosen while another covers more [mm]."""

INTERVAL_AS_THICK_MM = 3.0
"""Interval HRCT shows fine disease but samples the lung: a contiguous volume is preferred to it if its slices are
no thicker than this [mm]."""

_DERIVED = frozenset(
    {
        "LOCALIZER",
        "REFORMATTED",
        "MPR",
        "PROJECTION IMAGE",
        "MIP",
        "MINIP",
        "MAXIMUM",
        "MINIMUM",
        "SCREEN SAVE",
    }
)
_LUNG_KERNEL = ("LUNG", "BONE", "B6", "B7", "B8", "BL5", "BL6", "BR5", "BR6", "FC5", "FC8", "YA", "YB", "L")


def is_lung_kernel(kernel: str) -> bool:
    """Tell whether a kernel's name is one of the edge-enhancing ones used for lung parenchyma.

    >>> is_lung_kernel("BONEPLUS"), is_lung_kernel("D40s")
    (True, False)
    """
    name = kernel.upper().strip()
    return any(name == mark if len(mark) == 1 else name.startswith(mark) for mark in _LUNG_KERNEL)


def why_not_lungs(series: Series) -> str:
    """Say why a series cannot be the one to measure, or empty text if it can."""
    rules = (
        (series.modality == "SEG", "it is a mask"),
        (series.modality not in ("CT", ""), f"its modality is {series.modality}, not CT"),
        (series.samples != 1, "it is a colour picture"),
        (series.rows == 0, "it holds no picture"),
        ("LOCALIZER" in series.image_type, "it is a localiser"),
        (not series.is_axial, "its slices are not axial"),
        (_is_derived(series), "it is a reformation, not the scan itself"),
        (series.n_slices < FEWEST_SLICES, f"it has only {series.n_slices} slices"),
    )
    return next((reason for broken, reason in rules if broken), "")


def _is_derived(series: Series) -> bool:
    """Tell reformations and renderings; an Enhanced CT calls the scan itself a VOLUME too."""
    words = set(series.image_type)
    return bool(words & _DERIVED) or {"DERIVED", "VOLUME"} <= words


def choose_series(series: Sequence[Series]) -> tuple[Series, str]:
    """Choose the series that shows the lungs best: axial, whole chest, thin, lung kernel, many slices.

    Returns
    -------
    series, reason
        The choice, and why, in words; the reason is empty if there was no choice to make.

    Raises
    ------
    ScanError
        If no series can be measured; carries the reason for each.
    """
    usable = [item for item in series if not why_not_lungs(item)]
    if not usable:
        raise ScanError(_refusals(series))
    widest = max(item.coverage_mm for item in usable)
    whole = [item for item in usable if item.coverage_mm >= min(0.8 * widest, max(widest, SHORTEST_CHEST_MM))]
    best = min(whole, key=_order)
    others = [item for item in series if item is not best]
    return best, _reason(best, others) if others else ""


def _order(series: Series) -> tuple[float, bool, int, str]:
    thickness = series.thickness_mm or series.slice_spacing_mm or 99.0
    if series.is_interval:
        thickness = max(thickness, INTERVAL_AS_THICK_MM + 0.1)
    return (max(thickness, 1.5), not is_lung_kernel(series.kernel), -series.n_slices, str(series.files[0]))


def _reason(best: Series, others: Sequence[Series]) -> str:
    left = "; ".join(f"{item.title} ({why_not_lungs(item) or _lesser(best, item)})" for item in others[:6])
    more = f"; and {len(others) - 6} more" if len(others) > 6 else ""
    return f"Chosen among {len(others) + 1} series: {best.title}. Left aside: {left}{more}."


def _lesser(best: Series, other: Series) -> str:
    if other.coverage_mm < 0.8 * best.coverage_mm:
        return "it covers less of the chest"
    if _order(other)[0] > _order(best)[0] and other.is_interval and not best.is_interval:
        return "it leaves gaps between slices"
    if _order(other)[0] > _order(best)[0]:
        return "its slices are thicker"
    if _order(other)[1] and not _order(best)[1]:
        return "its kernel is softer"
    return "it has fewer slices" if other.n_slices < best.n_slices else "it comes later in the folder"


def _refusals(series: Sequence[Series]) -> list[Problem]:
    mend = "Give an axial CT series of the whole chest."
    return [
        Problem(
            code="not_a_chest_ct",
            message=f"{item.title} cannot be measured: {why_not_lungs(item)}.",
            mend=mend,
            file=item.place,
        )
        for item in series
    ]
