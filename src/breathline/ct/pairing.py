"""What makes two scans of one patient hard to compare, told from how they were made, each with its effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from breathline.errors import Severity
from breathline.model.volume import QualityFlag, Volume

THICKER, MORE_DOSE = 1.5, 2.0
"""Ratios of slice thickness and of exposure up to which two scans count as made alike: a
judgement, as noise goes with the root of both."""
LAIN = frozenset({"supine", "prone"})
KVP_APART = 10.0
"""Tube voltages farther apart than this shift the density of blood and of contrast medium [kV]."""

Check = Callable[[Volume, Volume], str]
"""Gives what is to be told of a pair, or nothing."""


def pairing_flags(baseline: Volume, followup: Volume) -> tuple[QualityFlag, ...]:
    """Tell what sets two scans apart besides the lungs, and what that does to a comparison.

    What a header does not say is not judged.

    Parameters
    ----------
    baseline, followup
        Two scans said to be of one patient.

    Returns
    -------
    tuple of QualityFlag
        One for each difference, a warning each.
    """
    told = ((code, check(baseline, followup)) for code, check in CHECKS)
    return tuple(
        QualityFlag(code=code, severity=Severity.WARNING, message=message)
        for code, message in told
        if message
    )


def position_flags(baseline: Mapping[str, object], followup: Mapping[str, object]) -> tuple[QualityFlag, ...]:
    """Tell a patient who lay face up once and face down once.

    Parameters
    ----------
    baseline, followup
        Facts of the scans (`ScanMeasurement.scan`): ``position`` as the couch in the picture shows it, or else as the
        header says. What is unknown is not judged.
    """
    before, after = baseline.get("position"), followup.get("position")
    if before == after or not {before, after} <= LAIN:
        return ()
    message = (
        f"The patient lay {before}, then {after}: blood and the lung's own weight settle on the other side, so haze "
        "comes there and goes here by that alone. Only a change that is the same at the front and at the back tells of "
        "the disease."
    )
    return (QualityFlag(code="position_differs", severity=Severity.WARNING, message=message),)


def _same_scan(baseline: Volume, followup: Volume) -> str:
    if baseline.hu.shape != followup.hu.shape or not np.array_equal(baseline.hu, followup.hu):
        return ""
    return "Both scans hold the same picture: the same scan was given twice, and nothing can have changed."


def _dates(baseline: Volume, followup: Volume) -> str:
    before, after = baseline.acquisition.date, followup.acquisition.date
    if not before or not after or before < after:
        return ""
    if before == after:
        return f"Both scans are of one day ({before}): they are no baseline and follow-up, but two series of a visit."
    return f"The baseline ({before}) is later than the follow-up ({after}): they may have been exchanged."


def _kernels(baseline: Volume, followup: Volume) -> str:
    before, after = baseline.acquisition.kernel, followup.acquisition.kernel
    if not before or not after or before == after:
        return ""
    return f"The kernels differ ({before}, then {after}): fine patterns and noise differ by that alone."


def _thickness(baseline: Volume, followup: Volume) -> str:
    before, after = (
        item.acquisition.slice_thickness_mm or item.geometry.slice_thickness_mm
        for item in (baseline, followup)
    )
    if not before or not after or _ratio(before, after) <= THICKER:
        return ""
    return (
        f"The slices differ in thickness ({before:g} mm, then {after:g} mm): the thicker ones blur fine lines into "
        "haze, so reticulation and ground-glass differ by that alone."
    )


def _dose(baseline: Volume, followup: Volume) -> str:
    before, after = baseline.acquisition.exposure_mas, followup.acquisition.exposure_mas
    if not before or not after or _ratio(before, after) <= MORE_DOSE:
        return ""
    return (
        f"The exposure differs ({before:g} mAs, then {after:g} mAs): the noisier scan shows less fine detail, and "
        "noise may pass for fine patterns."
    )


def _voltage(baseline: Volume, followup: Volume) -> str:
    before, after = baseline.acquisition.kvp, followup.acquisition.kvp
    if not before or not after or abs(before - after) <= KVP_APART:
        return ""
    return f"The tube voltage differs ({before:g} kV, then {after:g} kV): blood and contrast medium differ in density."


def _contrast(baseline: Volume, followup: Volume) -> str:
    before, after = (bool(item.acquisition.contrast) for item in (baseline, followup))
    if before == after:
        return ""
    given = "baseline" if before else "follow-up"
    return (
        f"Contrast medium was given for the {given} alone: it makes the whole lung a little denser, as thin "
        "ground-glass does."
    )


def _ratio(one: float, other: float) -> float:
    return max(one / other, other / one)


CHECKS: Sequence[tuple[str, Check]] = (
    ("same_scan", _same_scan),
    ("dates_exchanged", _dates),
    ("kernels_differ", _kernels),
    ("thickness_differs", _thickness),
    ("dose_differs", _dose),
    ("voltage_differs", _voltage),
    ("contrast_differs", _contrast),
)
