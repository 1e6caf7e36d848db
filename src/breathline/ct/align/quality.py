"""How far an alignment can be believed, told from the two scans alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.ct.align.alignment import LungAlignment, jacobian_of
from breathline.ct.align.lattice import FloatArray, place_index, world_axes
from breathline.ct.align.matching import likeness
from breathline.ct.align.register import LEVELS, Field, Pyramid
from breathline.ct.align.unfolding import LEAST_JACOBIAN, squeezed
from breathline.ct.regions import CELLS, find_regions
from breathline.errors import Severity
from breathline.model.ct_change import LungQuality
from breathline.model.volume import LabelMap, QualityFlag

MOST_INVERSE_MM = 3.0
"""A place that comes back farther than this from where it set out is not believed [mm]."""
LEAST_LIKENESS = 0.35
"""Where detail, averaged over about 3 cm, correlates less than this, the place is not believed: on pairs of one patient
no place did, on pairs of two patients 87 to 93 % (``data-raw/alignment/quality.py``)."""
LEAST_LIKENESS_OF_LUNG, LEAST_VESSEL_OVERLAP = 0.4, 0.2
"""A lung below both is not the same lung. On pairs of one patient they were 0.64 and 0.48 or more, on pairs of two
patients 0.26 and 0.07 or less (``data-raw/alignment/quality.py``)."""
LEAST_VESSEL_OVERLAP_OF_SLICES = 0.12
"""The same between two scans of separate slices, which lie up to 2.5 mm apart: between the 0.07 of two patients and the
0.19 of one patient in a noisy pair, the only one looked at."""
MOST_MISSED = 0.3
"""A cell of which more than this meets no lung in the follow-up is not believed: its tissue is gone, or filled. A layer
of 1.5 mm of a cell of 6 mm is 0.25."""
_AROUND = 2.0
"""Standard deviation over which the likeness of cells is averaged, in cells."""
MOST_DOUBTFUL = 20.0
"""A region of which more than this is not believed is named [%]."""
MASS_AGREES = 15.0
"""Disease that comes or goes, and error of the outline, change the mass of a lung by less than this as a rule [%]."""


def judged(code: int, name: str, scans: tuple[Pyramid, Pyramid], there: Field, back: Field) -> LungAlignment:
    """Judge one lung's displacement.

    Parameters
    ----------
    scans
        Of the baseline and the follow-up.
    there, back
        From the baseline to the follow-up, and the other way round.
    """
    alike, missed, vessels = likeness(
        scans[0].fixed[-1], scans[1].moving[-1], there.displacement, LEVELS[-1].cubes
    )
    held = (alike != 0) & there.cells
    apart = inverse_error(there, back)
    least = squeezed(there.displacement, there.cells, there.step_mm)
    nearby = likeness_nearby(alike, held)
    lost = (apart > MOST_INVERSE_MM) | (missed > MOST_MISSED)
    # Bending is what costs, so a place without a partner draws its neighbours along.
    lost = ndimage.binary_dilation(lost & there.cells, np.ones((3, 3, 3), dtype=bool))
    doubtful = (lost | (nearby < LEAST_LIKENESS) | (least < LEAST_JACOBIAN)) & there.cells
    whole_likeness = float(alike[held].mean())
    overlap = float(2 * vessels[2] / max(vessels[0] + vessels[1], 1.0))
    slices = scans[0].fixed[-1].known < 1.0 and scans[1].fixed[-1].known < 1.0
    if is_unlike(whole_likeness, overlap, slices=slices):
        doubtful = there.cells.copy()
    quality = LungQuality(
        name=name,
        inverse_mm=float(apart[held].mean()),
        inverse_95_mm=float(np.percentile(apart[held], 95)),
        likeness=whole_likeness,
        vessel_overlap=overlap,
        least_jacobian=float(least[there.cells].min()),
        volume_ml=(scans[0].image.volume_ml, scans[1].image.volume_ml),
        mass_g=(scans[0].image.mass_g, scans[1].image.mass_g),
        doubtful_percent=100.0 * float(doubtful[held].mean()),
    )
    return LungAlignment(
        code=code, field=there, jacobian=jacobian_of(there), doubtful=doubtful, quality=quality
    )


def is_unlike(likeness_of_lung: float, vessel_overlap: float, *, slices: bool = False) -> bool:
    """Tell a lung that lies on another's: neither its detail nor its vessels agree.

    Parameters
    ----------
    slices
        True where both scans are of separate slices.

    >>> is_unlike(0.25, 0.06), is_unlike(0.25, 0.5), is_unlike(0.7, 0.5)
    (True, False, False)
    """
    least = LEAST_VESSEL_OVERLAP_OF_SLICES if slices else LEAST_VESSEL_OVERLAP
    return likeness_of_lung < LEAST_LIKENESS_OF_LUNG and vessel_overlap < least


def inverse_error(there: Field, back: Field) -> FloatArray:
    """Give how far each cell's centre lands from where it set out, sent there and back [mm]."""
    grid = np.indices(there.cells.shape).reshape(3, -1).T
    places = there.origin_mm + there.step_mm * grid
    moved = there.displacement.reshape(-1, 3)
    at = (places + moved - back.origin_mm) / back.step_mm
    returned = np.stack(
        [ndimage.map_coordinates(back.displacement[..., n], at.T, order=1, mode="nearest") for n in range(3)],
        axis=1,
    )
    apart = np.linalg.norm(moved + returned, axis=1)
    return np.asarray(apart.reshape(there.cells.shape), dtype=np.float32)


def likeness_nearby(values: FloatArray, where: NDArray[np.bool_]) -> FloatArray:
    """Give the mean likeness around each cell, of the cells where lung meets lung; 1 far from any."""
    weight = ndimage.gaussian_filter(where.astype(np.float32), _AROUND)
    mean = ndimage.gaussian_filter(np.where(where, values, 0).astype(np.float32), _AROUND)
    found = np.divide(mean, weight, out=np.ones_like(mean), where=weight > 0.05)
    return np.asarray(found)


def doubtful_regions(lungs: LabelMap, found: Sequence[LungAlignment]) -> dict[str, float]:
    """Give the share of each of the twelve regions that is not believed, where it is too much [%]."""
    steps = np.array([1 if lungs.geometry.is_interval else 2, 4, 4])
    coarse = tuple(slice(None, None, int(step)) for step in steps)
    cells, sides = find_regions(lungs).labels[coarse], lungs.labels[coarse]
    matrix, offset = world_axes(lungs.geometry)
    counts: Mapping[str, list[int]] = {name: [0, 0] for name in CELLS}
    for lung in found:
        index = np.argwhere(sides == lung.code)
        voxels = (index * steps).astype(np.float64)
        voxels[:, 0] = place_index(lungs.geometry, voxels[:, 0])
        places = voxels @ matrix.T + offset
        at = np.rint((places - lung.field.origin_mm) / lung.field.step_mm).astype(int)
        at = np.clip(at, 0, np.array(lung.doubtful.shape) - 1)
        doubted = lung.doubtful[tuple(at.T)]
        region = cells[tuple(index.T)]
        for name, code in CELLS.items():
            counts[name][0] += int(doubted[region == code].sum())
            counts[name][1] += int((region == code).sum())
    shares = {name: 100.0 * bad / whole for name, (bad, whole) in counts.items() if whole}
    return {name: share for name, share in shares.items() if share > MOST_DOUBTFUL}


def flags_of(found: Sequence[LungAlignment], regions: Mapping[str, float]) -> tuple[QualityFlag, ...]:
    """Tell what a reader should know before believing the alignment."""
    flags = []
    if regions:
        listed = ", ".join(f"{name.replace('_', ' ')} ({share:.0f} %)" for name, share in regions.items())
        message = f"In these regions the scans could not be laid on each other with confidence: {listed}."
        flags.append(QualityFlag(code="alignment_doubtful", severity=Severity.WARNING, message=message))
    for lung in found:
        quality = lung.quality
        before, after = quality.mass_g
        change = 100.0 * (after / before - 1.0)
        if abs(change) > MASS_AGREES:
            words = quality.name.replace("_", " ")
            message = (
                f"The mass of the {words} changed by {change:+.0f} % ({before:.0f} to {after:.0f} g): disease that "
                "came or went, an outline that differs, or another patient."
            )
            flags.append(QualityFlag(code="lung_mass_differs", severity=Severity.WARNING, message=message))
    return tuple(flags)
