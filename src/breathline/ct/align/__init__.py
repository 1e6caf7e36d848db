"""Two scans of one patient laid on each other, lung by lung."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from breathline import __version__
from breathline.ct.align.alignment import (
    Alignment,
    LungAlignment,
    believed_in_slice,
    component_in_slice,
    displacement_in_slice,
    jacobian_in_slice,
)
from breathline.ct.align.lattice import lung_image
from breathline.ct.align.quality import doubtful_regions, flags_of, is_unlike, judged
from breathline.ct.align.refusal import AlignmentError, common_lungs, other_patient
from breathline.ct.align.register import LEVELS, Pyramid, pyramid, register, slice_pyramid
from breathline.ct.align.slice_heights import slice_heights
from breathline.ct.align.slices import MATCH_MM, slice_stack
from breathline.ct.align.smoothing import STIFFNESS
from breathline.ct.align.warp import nearest_in_slice, warp_labels, warp_volume
from breathline.model.ct_change import LungQuality
from breathline.model.volume import LabelMap, Step, Volume

__all__ = [
    "Alignment",
    "AlignmentError",
    "LungAlignment",
    "LungQuality",
    "align",
    "believed_in_slice",
    "component_in_slice",
    "displacement_in_slice",
    "jacobian_in_slice",
    "nearest_in_slice",
    "slice_heights",
    "warp_labels",
    "warp_volume",
]

WORKERS = 2


def align(
    baseline: Volume, baseline_lungs: LabelMap, followup: Volume, followup_lungs: LabelMap
) -> Alignment:
    """Find where each place of the baseline's lungs lies in the follow-up.

    Each lung is matched by itself and inside its outline, so that it may slide along the chest wall; detail is matched,
    not density, so that neither a deeper breath nor an opacity that cleared pulls at it. See
    ``docs/explanation/registration.md``.

    Parameters
    ----------
    baseline, followup
        Two scans of one patient.
    baseline_lungs, followup_lungs
        Their lungs: right (1) and left (2), each on the grid of its scan.

    Returns
    -------
    Alignment
        Displacements in millimetres, free of folds, with their quality.

    Raises
    ------
    AlignmentError
        If they cannot be laid on each other; carries every reason.
    """
    common, flags = common_lungs(baseline, baseline_lungs, followup, followup_lungs)

    apart = baseline.geometry.is_interval, followup.geometry.is_interval

    def one(item: tuple[str, int]) -> LungAlignment:
        name, code = item
        here = _pyramid(baseline, baseline_lungs, code, partner_apart=apart[1])
        there = _pyramid(followup, followup_lungs, code, partner_apart=apart[0])
        forward = register(here.fixed, there.moving)
        backward = register(there.fixed[:-1], here.moving[:-1])  # one level coarser, as it only judges
        return judged(code, name, (here, there), forward, backward)

    with ThreadPoolExecutor(WORKERS) as pool:
        lungs = tuple(pool.map(one, common.items()))
    if all(
        is_unlike(lung.quality.likeness, lung.quality.vessel_overlap, slices=all(apart)) for lung in lungs
    ):
        raise AlignmentError([other_patient(max(lung.quality.vessel_overlap for lung in lungs))])
    regions = doubtful_regions(baseline_lungs, lungs)
    return Alignment(
        baseline_lungs=baseline_lungs,
        followup_geometry=followup.geometry,
        match_mm=_match_mm(baseline, followup),
        lungs=lungs,
        doubtful_regions=regions,
        flags=(*flags, *flags_of(lungs, regions)),
        steps=(_step(lungs),),
    )


def _pyramid(volume: Volume, lungs: LabelMap, code: int, *, partner_apart: bool) -> Pyramid:
    if volume.geometry.is_interval:
        return slice_pyramid(slice_stack(volume, lungs, code), exact=not partner_apart)
    return pyramid(lung_image(volume, lungs, code), flat=partner_apart)


def _match_mm(baseline: Volume, followup: Volume) -> float | None:
    """Give how far from a slice of an interval follow-up tissue may lie; a whole baseline has it nearer by."""
    if not followup.geometry.is_interval:
        return None
    if baseline.geometry.is_interval:
        return MATCH_MM
    return max(baseline.geometry.spacing_mm[0], followup.geometry.slice_thickness_mm or 0.0, 1.0) / 2


def _step(lungs: tuple[LungAlignment, ...]) -> Step:
    return Step(
        name="align",
        parameters={
            "lungs": ", ".join(lung.quality.name for lung in lungs),
            "levels": len(LEVELS),
            "cell_mm": lungs[0].field.step_mm,
            "stiffness_mm2": STIFFNESS,
        },
        version=__version__,
    )
