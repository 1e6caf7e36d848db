"""Where slices lie: evenly, in pairs, with gaps, or with slices missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breathline.dicom.series import Series, slice_normal
from breathline.errors import Problem, ScanError, Severity
from breathline.model.volume import LIKELY_THICKNESS_MM, QualityFlag, touching_mm

SAME_PLACE_MM = 0.01
LARGEST_GROUP = 4
"""Interval HRCT takes single slices or pairs, seldom three or four; longer runs are pieces of a volume."""
LARGEST_GAP_MM = 45.0
"""Over a wider gap nothing is said about the lung between: expiratory HRCT takes a slice every 20 to 30 mm [mm]."""
MOST_TILT_DEG = 5.0
"""Beyond this, what is traced from slice to slice (airways, vessels) suffers from the lean; an assumption [°]."""

Places = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the slices of a series lie along their normal.

    Parameters
    ----------
    spacing_mm
        Mean distance between slices [mm].
    positions_mm
        Place of each slice, rising [mm]; None where they are evenly spaced.
    notes
        What a reader should know about it.
    """

    spacing_mm: float
    positions_mm: tuple[float, ...] | None = None
    notes: tuple[QualityFlag, ...] = ()


def check_spacing(series: Series) -> Layout:
    """Find how slices lie, refusing a series with slices missing, doubled or out of line.

    A slice missing from a contiguous volume is refused: the file was not copied whole, which can be mended, and
    what else is missing nobody knows. In interval HRCT the lung between slices was never scanned; a wider gap
    there only makes the estimate less sure, and is told.

    Raises
    ------
    ScanError
        With the positions at which something is wrong.
    """
    if series.spacing_mm is None or len(series.positions_mm) != series.n_slices:
        message = "the headers do not say where the slices lie (pixel spacing or image position is missing)."
        mend = "Export the scan again with its geometry."
        raise ScanError([Problem(code="no_geometry", message=message, mend=mend, file=series.place)])
    positions = np.array(series.positions_mm)
    gaps = np.diff(positions)
    _refuse_doubled(series, positions, gaps)
    _refuse_out_of_line(series)
    step = float(np.median(gaps))
    if not np.any(_uneven(gaps, step)):
        mean = float(gaps.mean())
        return Layout(
            spacing_mm=mean, notes=(*interval_note(series.thickness_mm, mean), *_tilt_notes(series))
        )
    largest_inside = touching_mm(_thickness(series, gaps))
    if not _is_sampled(gaps, largest_inside) or gaps.max() > LARGEST_GAP_MM:
        raise ScanError(_gap_problems(series, positions, gaps, step))
    return Layout(
        spacing_mm=float(gaps.mean()),
        positions_mm=series.positions_mm,
        notes=(*_layout_notes(series, positions, gaps, largest_inside), *_tilt_notes(series)),
    )


def _uneven(gaps: Places, step: float) -> NDArray[np.bool_]:
    return np.asarray(np.abs(gaps - step) > 0.1 * step + 0.05)


def _thickness(series: Series, gaps: Places) -> float:
    return series.thickness_mm or min(float(gaps.min()), LIKELY_THICKNESS_MM)


def _is_sampled(gaps: Places, largest_inside: float) -> bool:
    """Tell separate slices, or small groups of touching ones, from a volume with holes."""
    starts = np.concatenate([[0], np.flatnonzero(gaps > largest_inside) + 1, [gaps.size + 1]])
    return int(np.diff(starts).max()) <= LARGEST_GROUP


def _layout_notes(
    series: Series, positions: Places, gaps: Places, largest_inside: float
) -> list[QualityFlag]:
    apart = np.flatnonzero(gaps > largest_inside)
    starts = np.concatenate([[0], apart + 1])
    sizes = np.diff(np.concatenate([starts, [positions.size]]))
    middles = np.array([part.mean() for part in np.split(positions, apart + 1)])
    between = np.diff(middles)
    usual = float(np.median(between))
    size = int(np.median(sizes))
    thickness = f" of {series.thickness_mm:g} mm" if series.thickness_mm else ""
    what = f"slices{thickness}" if size == 1 else f"groups of {size} slices{thickness}"
    if size == 2:
        what = f"pairs of slices{thickness}"
    odd = np.flatnonzero(_uneven(between, usual))
    where = f"every {usual:g} mm" if not odd.size else f"{between.min():.3g} to {between.max():.3g} mm apart"
    message = (
        f"Interval HRCT: {what} {where}. The tissue between was not scanned; each slice stands for the length "
        "around it, and volumes carry the sampling error."
    )
    notes = [QualityFlag(code="interval", severity=Severity.NOTE, message=message)]
    if odd.size:
        widest = int(gaps.argmax())
        message = (
            f"The gaps between slices are uneven, the widest from {positions[widest]:g} to "
            f"{positions[widest + 1]:g} mm: a slice may be missing there, or two series mixed."
        )
        notes.append(QualityFlag(code="uneven_gaps", severity=Severity.WARNING, message=message))
    return notes


def interval_note(thickness_mm: float | None, spacing: float) -> list[QualityFlag]:
    """Tell of evenly spaced slices with gaps."""
    if spacing <= touching_mm(thickness_mm or LIKELY_THICKNESS_MM):
        return []
    thickness = f" of {thickness_mm:g} mm" if thickness_mm else ", of a thickness not told,"
    message = (
        f"Interval HRCT: slices{thickness} every {spacing:g} mm. "
        "The tissue between slices was not scanned; volumes carry the sampling error."
    )
    return [QualityFlag(code="interval", severity=Severity.NOTE, message=message)]


def _refuse_doubled(series: Series, positions: Places, gaps: Places) -> None:
    doubled = positions[1:][gaps < SAME_PLACE_MM]
    if not doubled.size:
        return
    places = ", ".join(f"{place:g}" for place in doubled[:3])
    message = (
        f"{doubled.size} positions hold more than one slice (the first at {places} mm): two series are mixed "
        "and nothing in their headers tells them apart."
    )
    mend = "Put each series in a folder of its own."
    raise ScanError([Problem(code="mixed_series", message=message, mend=mend, file=series.place)])


def _refuse_out_of_line(series: Series) -> None:
    """Slices of one scan lie on a straight line; those of two scans do not."""
    origins = np.array(series.origins_mm)
    positions = np.array(series.positions_mm)
    fit = np.polynomial.polynomial.polyfit(positions, origins, 1)
    straight = fit[0] + positions[:, None] * fit[1]
    off = np.linalg.norm(origins - straight, axis=1)
    if off.max() <= 2.0:
        return
    worst = positions[int(off.argmax())]
    message = (
        f"the slices do not lie on one line: the one at {worst:g} mm lies {off.max():.1f} mm beside it, "
        "as if two series were mixed."
    )
    mend = "Put each series in a folder of its own."
    raise ScanError([Problem(code="mixed_series", message=message, mend=mend, file=series.place)])


def _gap_problems(series: Series, positions: Places, gaps: Places, step: float) -> list[Problem]:
    problems = []
    for number in np.flatnonzero(_uneven(gaps, step)):
        low, high, times = positions[number], positions[number + 1], gaps[number] / step
        whole = round(times)
        if whole >= 2 and abs(times - whole) < 0.15:
            count = f"{whole - 1} slice{'s are' if whole > 2 else ' is'} missing"
            message = f"{count} between {low:g} and {high:g} mm (slices lie {step:g} mm apart)."
            mend = "Export the whole series again."
            problems.append(Problem(code="missing_slice", message=message, mend=mend, file=series.place))
    if problems:
        return problems
    message = f"slices lie between {gaps.min():g} and {gaps.max():g} mm apart, without a regular order."
    mend = "Give one regular series: parts of two may be mixed."
    return [Problem(code="irregular_slices", message=message, mend=mend, file=series.place)]


def _tilt_notes(series: Series) -> list[QualityFlag]:
    along = np.array(series.origins_mm[-1]) - np.array(series.origins_mm[0])
    normal = np.array(slice_normal(series.orientation))
    cosine = abs(float(np.dot(along, normal))) / max(float(np.linalg.norm(along)), 1e-9)
    degrees = float(np.degrees(np.arccos(min(1.0, cosine))))
    if degrees < 0.5:
        return []
    lean = float(np.linalg.norm(along)) * np.sin(np.radians(degrees)) / (len(series.origins_mm) - 1)
    message = (
        f"The gantry was tilted by {degrees:.0f}°. Volumes are right, for slices are counted by the distance between "
        f"their planes; shapes lean by {lean:.1f} mm from slice to slice, here and in the label maps."
    )
    severity = Severity.WARNING if degrees > MOST_TILT_DEG else Severity.NOTE
    return [QualityFlag(code="gantry_tilt", severity=severity, message=message)]
