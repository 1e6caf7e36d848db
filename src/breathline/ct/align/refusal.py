"""Pairs of scans that are not aligned, with the reason, and what is said of those that are."""

from __future__ import annotations

import numpy as np

from breathline.errors import Problem, ScanError, Severity
from breathline.model.volume import LUNG_CODES, LabelMap, QualityFlag, Volume

MOST_RATIO = 2.0
"""A lung that doubled or halved between the dates is another breath, a collapse or another patient: nothing of the
kind was tried."""
FEWEST_ML = 100.0
"""What is smaller is no lung that could be aligned [mL]."""
WIDEST_MM = 5.5
"""Slices farther apart than this carry no vessels to go by along the body [mm]."""

MOST_TILT_DEG = 3.0
"""Separate slices tilted by less rise by less than half the usual way between them across a lung: 3° over 100 mm are
5 mm [degrees]."""
FEWEST_SLICES = 8
"""Separate slices with lung below which its shape does not tell how high they lie: a judgement."""


class AlignmentError(ScanError):
    """Two scans cannot be laid on each other."""

    headline = "The scans cannot be laid on each other"


def common_lungs(
    baseline: Volume, baseline_lungs: LabelMap, followup: Volume, followup_lungs: LabelMap
) -> tuple[dict[str, int], list[QualityFlag]]:
    """Find the lungs to align, by name, and what is to be said of the pair.

    Raises
    ------
    AlignmentError
        With every reason.
    """
    problems = [
        problem
        for date, volume, lungs in (
            ("baseline", baseline, baseline_lungs),
            ("follow-up", followup, followup_lungs),
        )
        for problem in _of_scan(date, volume, lungs)
    ]
    if problems:
        raise AlignmentError(problems)
    common: dict[str, int] = {}
    for name, code in LUNG_CODES.items():
        before, after = _millilitres(baseline_lungs, code), _millilitres(followup_lungs, code)
        if max(before, after) < FEWEST_ML:
            continue
        reason = _apart(name, before, after)
        if reason is None:
            common[name] = code
        else:
            problems.append(reason)
    if not common:
        raise AlignmentError(problems)
    left_out = [_left_out(problem) for problem in problems]
    return common, left_out


_LOOK = "Look at both scans and their lung masks; give lungs drawn elsewhere if a mask is wrong."


def _of_scan(date: str, volume: Volume, lungs: LabelMap) -> list[Problem]:
    if lungs.labels.shape != volume.hu.shape:
        message = f"the lungs of the {date} are not on the grid of its scan."
        return [Problem(code="mask_grid", message=message, mend="Give the lungs of that scan.")]
    if volume.geometry.is_interval:
        return _of_slices(date, volume, lungs)
    if volume.geometry.spacing_mm[0] > WIDEST_MM:
        apart = volume.geometry.spacing_mm[0]
        message = f"the slices of the {date} lie {apart:.1f} mm apart; up to {WIDEST_MM:g} mm is allowed."
        mend = "Give a thinner reconstruction, or compare extents, not voxels."
        return [Problem(code="alignment_thick", message=message, mend=mend)]
    return [] if _has_lungs(lungs) else [_no_lungs(date)]


def _of_slices(date: str, volume: Volume, lungs: LabelMap) -> list[Problem]:
    """Say why separate slices cannot be laid on another scan, if so."""
    tilt = float(np.degrees(np.arccos(min(1.0, volume.geometry.direction[0][2]))))
    if tilt > MOST_TILT_DEG:
        message = f"the {date} is interval HRCT with slices tilted by {tilt:.0f}°; up to {MOST_TILT_DEG:g}° is allowed."
        return [
            Problem(code="alignment_tilted", message=message, mend="Compare its extents, not its slices.")
        ]
    held = np.flatnonzero(lungs.labels.any(axis=(1, 2)))
    if 0 < held.size < FEWEST_SLICES:
        message = f"the {date} is interval HRCT of {held.size} slices with lung; {FEWEST_SLICES} are needed."
        return [Problem(code="alignment_few_slices", message=message, mend="Give the whole series.")]
    return [] if _has_lungs(lungs) else [_no_lungs(date)]


def _has_lungs(lungs: LabelMap) -> bool:
    return any(_millilitres(lungs, code) >= FEWEST_ML for code in LUNG_CODES.values())


def _no_lungs(date: str) -> Problem:
    return Problem(code="no_lungs", message=f"no lungs were found in the {date}.", mend=_LOOK)


def _millilitres(lungs: LabelMap, code: int) -> float:
    return int(np.count_nonzero(lungs.labels == code)) * lungs.geometry.voxel_ml


def _apart(name: str, before: float, after: float) -> Problem | None:
    """Say why one lung cannot be laid on itself, if so."""
    words = name.replace("_", " ")
    sizes = f"{before:.0f} mL in the baseline and {after:.0f} mL in the follow-up"
    if min(before, after) < FEWEST_ML:
        message = f"the {words} is missing or tiny at one date: {sizes}."
        return Problem(code="lung_missing", message=message, mend=_LOOK)
    if max(before / after, after / before) > MOST_RATIO:
        message = (
            f"the {words} measures {sizes}, more than {MOST_RATIO:g} times as much at one date: another breath, "
            "fluid, surgery or another patient."
        )
        return Problem(code="lung_volume_differs", message=message, mend=_LOOK)
    return None


def other_patient(vessel_overlap: float) -> Problem:
    """Say that neither lung is found again in the follow-up."""
    message = (
        f"neither lung is found again in the follow-up: {100 * vessel_overlap:.0f} % of its vessels at most lie where "
        "they should. Scans of one patient share about half of them or more."
    )
    mend = (
        "See whether both scans are of the same patient. If they are, look for a scan that is moved, very noisy or "
        "of very thick slices, and compare extents, not voxels."
    )
    return Problem(code="other_patient", message=message, mend=mend)


def _left_out(problem: Problem) -> QualityFlag:
    message = f"One lung was not compared: {problem.message}"
    return QualityFlag(code=problem.code, severity=Severity.WARNING, message=message)
