"""A measured scan measured again after readers painted on its maps or left regions out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from breathline import __version__
from breathline.ct.measure import MeasuredScan
from breathline.ct.patterns import DEFAULT_METHOD, PATTERN_METHODS
from breathline.ct.quantify import quantify
from breathline.errors import Severity
from breathline.model.correction import LabelEdit, ScanCorrections
from breathline.model.measurement import Measurement
from breathline.model.volume import LabelArray, LabelMap, QualityFlag, Step

WHOLE_ONLY = ("ct_lung_volume", "ct_lung_mass")
"""Of a lung that a region is left out of, these would not be what they say."""


def correct_scan(
    measured: MeasuredScan, corrections: ScanCorrections, *, method: str = DEFAULT_METHOD
) -> MeasuredScan:
    """Lay on what readers painted, leave out what they marked, and measure again.

    Lungs come first; where they were painted, patterns are found anew within them, and then painted patterns are laid
    on. A painted pattern counts only within the lungs.

    Parameters
    ----------
    measured
        The scan as it was measured without them.
    """
    if not corrections.edits and not corrections.left_out:
        return measured
    flags: list[QualityFlag] = []
    shape = measured.volume.geometry.shape
    usable = [edit for edit in corrections.edits if _fits(edit, shape, flags)]
    lungs = _painted(measured.lungs, [(n, edit) for n, name, edit in usable if name == "lungs"], flags)
    found = measured.classified
    if found is None or lungs is not measured.lungs:
        found = PATTERN_METHODS[method].classify(measured.volume, lungs)
    strokes = [(n, edit) for n, name, edit in usable if name == "patterns"]
    inside = lungs.labels > 0
    labels = _painted(found.labels, strokes, flags, lambda place, after: inside.flat[place] & (after > 0))
    # What a reader painted is not weighed against what the method believed.
    patterns = replace(found, labels=labels, evidence=found.evidence if labels is found.labels else None)
    regions = tuple(region for region, _ in corrections.left_out)
    measurements, absent = quantify(measured.volume, lungs, patterns, left_out=regions)
    flags += [_left_out(region, why) for region, why in corrections.left_out]
    kept = [flag for flag in measured.result.quality if flag.code not in {item.code for item in absent}]
    result = replace(
        measured.result,
        measurements=tuple(item for item in measurements if not _cut(item, regions)),
        quality=(*kept, *absent, *flags),
        steps=(*measured.result.steps, _step(usable, regions)),
    )
    return replace(measured, lungs=lungs, patterns=labels, classified=patterns, result=result)


def _cut(item: Measurement, regions: tuple[str, ...]) -> bool:
    """Tell a whole that would be reported although a part of it is missing."""
    return bool(regions) and item.measure in WHOLE_ONLY


def _fits(edit: tuple[int, str, LabelEdit], shape: tuple[int, int, int], flags: list[QualityFlag]) -> bool:
    number, _, content = edit
    if content.shape == shape:
        return True
    message = f"Correction {number} was painted on a scan of another size and is left out."
    flags.append(QualityFlag(code=left_out_code(number), severity=Severity.ERROR, message=message))
    return False


def left_out_code(number: int) -> str:
    """Name the flag of a correction that could not be laid on."""
    return f"correction_{number}_left_out"


Counts = Callable[[np.ndarray, LabelArray], np.ndarray]
"""Which of some voxels may carry their new label."""


def _painted(
    labels: LabelMap,
    strokes: list[tuple[int, LabelEdit]],
    flags: list[QualityFlag],
    counts: Counts = lambda place, _: np.ones(place.size, dtype=bool),
) -> LabelMap:
    if not strokes:
        return labels
    painted = labels.labels.copy()
    for number, edit in strokes:
        place, after = edit.voxels, np.repeat(edit.after, edit.lengths)
        other = int(np.count_nonzero(painted.flat[place] != np.repeat(edit.before, edit.lengths)))
        if other:
            message = (
                f"Correction {number} was painted on another map than this version draws: {other} of its "
                f"{place.size} voxels had another label. What was painted counts."
            )
            flags.append(QualityFlag(code="painted_on_other_map", severity=Severity.WARNING, message=message))
        kept = counts(place, after)
        painted.flat[place[kept]] = after[kept]
    return replace(labels, labels=painted)


def _left_out(region: str, why: str) -> QualityFlag:
    message = f"The region '{region.replace('_', ' ')}' is left out of every scan: {why}"
    return QualityFlag(code="region_left_out", severity=Severity.WARNING, message=message)


def _step(usable: list[tuple[int, str, LabelEdit]], regions: tuple[str, ...]) -> Step:
    return Step(
        name="correct_scan",
        parameters={
            "corrections": ", ".join(str(number) for number, _, _ in usable),
            "left_out": ", ".join(regions),
        },
        version=__version__,
    )
