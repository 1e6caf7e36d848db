"""What a reader should know about a scan before believing its numbers: measured, then judged.

Where limits come from stands beside each. "Phantoms" are Breathline's own, whose truth is known; "shared scans" the
real ones of the project.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from breathline.ct.anatomy import Seen, look_at
from breathline.ct.coarse import Coarse
from breathline.ct.coverage import Coverage, measure_coverage
from breathline.ct.kernel import Sharpness, sharpness_by_grain, sharpness_by_name
from breathline.ct.motion import measure_jitter
from breathline.ct.noise import Noise, measure_noise
from breathline.ct.trachea import Trachea, measure_trachea
from breathline.errors import Problem, ScanError, Severity
from breathline.model.volume import LabelMap, QualityFlag, Volume

NOISY_HU = 60.0
"""Standard deviation in soft tissue from which single voxels say little; standard dose gives 10-30 [HU]."""
THICK_MM = 3.0
"""High-resolution CT has slices of 1.5 mm or less; beyond twice that fine lines are lost. An assumption [mm]."""
SHALLOW_ML = 2500.0
"""Both lungs of an adult hold more than this after a full breath in, unless disease shrinks them [mL]."""
SHALLOW_PERCENT = 70.0
"""Percent of predicted TLC from which a breath is called shallow. Lying down, healthy people reach some 85 to 95;
an assumption, told in the message as a number so that the reader can judge."""
JITTER_MM = 0.25
"""Shared scans without motion give 0.09 to 0.10, slices shifted at random by 0.5 mm 0.9, breathing by 3 to 8 mm
along the body 0.4 to 0.6, one step of 4 mm 0.3 [mm]; wider pixels raise all of it."""
AIR_OFF_HU = 40.0
"""The air of the trachea measures −1026 to −953 in the shared scans; scatter makes it less dark than −1000 (Judy,
Am J Respir Crit Care Med 2012; 185: A2037). Beyond this from −1000 densities are told to be off [HU]."""
AIR_WRONG_HU = 150.0
"""Values whose air is this far off are no Hounsfield units [HU]."""
ENHANCED_HU = 110.0
"""Median of blood in the heart's slices; without contrast it is 30 to 70 [HU]."""
METAL_HU = 2500
"""Denser than any bone of an adult [HU]."""
METAL_ML = 0.05
BOWED_MM = 1.0
"""A back wall of the trachea that bows in by more than this is a sign of breathing out [mm]."""
FEWEST_LUNG_SLICES = 5
WORTH_TELLING_ML = 10.0
LARGE_LOSS = 0.03
"""Share of the lungs outside the picture from which the reader is warned."""
FEW_COMPUTED = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Flags for a reader, and the numbers they rest on, by name."""

    flags: tuple[QualityFlag, ...]
    facts: Mapping[str, float | int | str | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    """All that was measured before anything is judged."""

    volume: Volume
    lung_ml: float
    noise: Noise
    coverage: Coverage
    jitter_mm: float | None
    trachea: Trachea | None
    blood_hu: float | None
    metal_ml: float
    predicted_tlc_l: float | None


def judge_quality(
    volume: Volume, lungs: LabelMap, *, predicted_tlc_l: float | None = None, coarse: Coarse | None = None
) -> Quality:
    """Judge a scan and the protocol it was made with.

    Parameters
    ----------
    predicted_tlc_l
        Total lung capacity expected for the patient's age, height and sex, if known [L].
    coarse
        The coarse copy of the volume, where it was made already.

    Raises
    ------
    ScanError
        If the scan cannot be measured: its values are no Hounsfield units, or too few slices show lung.
    """
    seen = look_at(volume, coarse)
    counts = (lungs.labels > 0).sum(axis=(1, 2))
    _, dy, dx = volume.geometry.spacing_mm
    measured = _Measured(
        volume=volume,
        lung_ml=float((counts * volume.geometry.spans_mm).sum()) * dy * dx / 1000.0,
        noise=measure_noise(volume),
        coverage=measure_coverage(volume, lungs),
        jitter_mm=measure_jitter(volume, lungs),
        trachea=measure_trachea(volume, seen),
        blood_hu=_blood(seen),
        metal_ml=float(np.count_nonzero(volume.hu > METAL_HU)) * volume.geometry.voxel_ml,
        predicted_tlc_l=predicted_tlc_l,
    )
    _refuse_unmeasurable(measured)
    flags = tuple(flag for judge in _JUDGES for flag in judge(measured))
    return Quality(flags=flags, facts=_facts(measured))


def _blood(seen: Seen) -> float | None:
    tissue = seen.hu[seen.between & (seen.hu > -20) & (seen.hu < 700)]
    return float(np.median(tissue)) if tissue.size > 100 else None


def _refuse_unmeasurable(found: _Measured) -> None:
    problems = []
    trachea = found.trachea
    if trachea is not None and abs(trachea.air_hu + 1000.0) > AIR_WRONG_HU:
        message = f"the air in the trachea measures {trachea.air_hu:.0f} HU instead of about -1000."
        mend = "Export the scan with its rescale slope and intercept, in Hounsfield units."
        problems.append(Problem(code="not_hounsfield", message=message, mend=mend))
    if found.coverage.slices_with_lung < FEWEST_LUNG_SLICES:
        message = f"only {found.coverage.slices_with_lung} slices show lung."
        problems.append(
            Problem(code="few_lung_slices", message=message, mend="Give a CT of the whole chest.")
        )
    if problems:
        raise ScanError(problems)


def _flag(code: str, message: str, severity: Severity = Severity.NOTE) -> QualityFlag:
    return QualityFlag(code=code, severity=severity, message=message)


def _judge_noise(found: _Measured) -> list[QualityFlag]:
    noise = found.noise.hu
    if noise is None or noise <= NOISY_HU:
        return []
    dose = found.volume.acquisition.exposure_mas
    why = f" (exposure {dose:g} mAs)" if dose else ""
    message = f"Noisy scan: {noise:.0f} HU in soft tissue{why}; small extents of disease are less certain."
    return [_flag("noise", message, Severity.WARNING)]


def _judge_kernel(found: _Measured) -> list[QualityFlag]:
    kernel = found.volume.acquisition.kernel
    named, shown = sharpness_by_name(kernel), sharpness_by_grain(found.noise.grain_per_mm)
    flags = []
    if Sharpness.SHARP in (named, shown):
        which = f" {kernel}" if kernel else ""
        message = f"Edge-enhancing kernel{which}: densities of small structures are exaggerated."
        flags.append(_flag("sharp_kernel", message))
    if {named, shown} == {Sharpness.SOFT, Sharpness.SHARP}:
        message = (
            f"The kernel's name ({kernel}) says {named}, but the noise of the picture is that of a {shown} "
            "kernel: the picture was filtered afterwards, or the header is wrong."
        )
        flags.append(_flag("kernel_mismatch", message, Severity.WARNING))
    return flags


def _judge_slices(found: _Measured) -> list[QualityFlag]:
    geometry = found.volume.geometry
    flags = []
    thickness = geometry.slice_thickness_mm or (0.0 if geometry.is_interval else geometry.spacing_mm[0])
    if thickness > THICK_MM:
        flags.append(
            _flag("thick_slices", f"Slices of {thickness:.3g} mm blur fine disease.", Severity.WARNING)
        )
    if found.noise.made_up > FEW_COMPUTED:
        message = (
            "Many slices are only the mean of their neighbours: the scan was interpolated, not acquired so."
        )
        flags.append(_flag("interpolated_slices", message, Severity.WARNING))
    if found.noise.repeated > 0:
        message = "Some slices repeat the one below: the scan was copied or filled up, and volumes may be too large."
        flags.append(_flag("repeated_slices", message, Severity.WARNING))
    return flags


def _judge_header(found: _Measured) -> list[QualityFlag]:
    return [] if found.volume.acquisition.date else [_flag("no_date", "The header gives no date.")]


def _judge_contrast(found: _Measured) -> list[QualityFlag]:
    told, blood = bool(found.volume.acquisition.contrast), found.blood_hu
    shown = blood is not None and blood > ENHANCED_HU
    if not (told or shown):
        return []
    message = "Contrast medium was given: lung and vessels are denser than without."
    if shown and not told:
        message = (
            f"Contrast medium is seen (blood {blood:.0f} HU) though the header does not tell: lung and vessels "
            "are denser than without."
        )
    return [_flag("contrast", message)]


def _judge_breath(found: _Measured) -> list[QualityFlag]:
    flags = []
    trachea = found.trachea
    bowed = trachea is not None and trachea.bow_mm > BOWED_MM
    if found.predicted_tlc_l:
        percent = 0.1 * found.lung_ml / found.predicted_tlc_l
        if percent < SHALLOW_PERCENT:
            message = (
                f"The lungs hold {found.lung_ml / 1000:.1f} L, {percent:.0f} % of predicted TLC "
                f"({found.predicted_tlc_l:.1f} L): a shallow breath, or disease. Density rises as lungs empty."
            )
            flags.append(_flag("low_inspiration", message, Severity.WARNING))
    elif found.lung_ml < SHALLOW_ML:
        message = f"Small lungs ({found.lung_ml:.0f} mL): a shallow breath, or disease. Density rises as lungs empty."
        flags.append(_flag("low_inspiration", message, Severity.WARNING))
    if bowed and trachea is not None:
        message = (
            f"The back wall of the trachea bows in by {trachea.bow_mm:.1f} mm, as in breathing out: do not compare "
            "density with a scan after a full breath in."
        )
        flags.append(_flag("expiration", message, Severity.WARNING))
    return flags


def _judge_coverage(found: _Measured) -> list[QualityFlag]:
    flags = []
    coverage = found.coverage
    beside = {side: lost for side, lost in coverage.beside_ml.items() if lost > 0}
    if beside:
        sides = " and ".join(beside)
        lost = sum(beside.values())
        message = (
            f"The picture cuts the lungs ({sides}); about {max(1.0, lost):.0f} mL lie outside and are not "
            "measured."
        )
        flags.append(_flag("field_of_view", message, Severity.WARNING))
    for name, lost in (("apices", coverage.apices_ml), ("bases", coverage.bases_ml)):
        if lost > WORTH_TELLING_ML:
            message = (
                f"The scan does not cover the {name}: about {lost:.0f} mL of lung or more are not measured."
            )
            large = lost > LARGE_LOSS * found.lung_ml
            flags.append(_flag(f"{name}_cut", message, Severity.WARNING if large else Severity.NOTE))
    return flags


def _judge_motion(found: _Measured) -> list[QualityFlag]:
    limit = JITTER_MM * max(1.0, found.volume.geometry.spacing_mm[2] / 0.8)
    if found.jitter_mm is None or found.jitter_mm <= limit:
        return []
    message = (
        f"The patient breathed or moved: slices lie {found.jitter_mm:.1f} mm beside their neighbours. Double edges "
        "can look like disease."
    )
    return [_flag("motion", message, Severity.WARNING)]


def _judge_metal(found: _Measured) -> list[QualityFlag]:
    if found.metal_ml < METAL_ML:
        return []
    message = f"Metal in the picture ({found.metal_ml:.1f} mL): its streaks can look like disease or hide it."
    return [_flag("metal", message)]


def _judge_calibration(found: _Measured) -> list[QualityFlag]:
    if found.trachea is None or abs(found.trachea.air_hu + 1000.0) <= AIR_OFF_HU:
        return []
    air = found.trachea.air_hu
    message = (
        f"The air in the trachea measures {air:.0f} HU, {abs(air + 1000):.0f} off: densities and the share of "
        "emphysema are shifted alike; compare them only with scans of the same scanner."
    )
    return [_flag("calibration", message)]


_JUDGES: tuple[Callable[[_Measured], list[QualityFlag]], ...] = (
    _judge_noise,
    _judge_kernel,
    _judge_slices,
    _judge_contrast,
    _judge_header,
    _judge_breath,
    _judge_coverage,
    _judge_motion,
    _judge_metal,
    _judge_calibration,
)


def _word(sharpness: Sharpness | None) -> str | None:
    return None if sharpness is None else sharpness.value


def _facts(found: _Measured) -> dict[str, float | int | str | bool | None]:
    """Give what was measured, by name; None where it could not be."""

    def rounded(value: float | None, digits: int = 1) -> float | None:
        return None if value is None else round(value, digits)

    trachea, coverage = found.trachea, found.coverage
    predicted = found.predicted_tlc_l
    geometry = found.volume.geometry
    thickness = geometry.slice_thickness_mm
    return {
        "slice_gap_mm": None if thickness is None else round(max(0.0, geometry.spacing_mm[0] - thickness), 4),
        "kernel_by_name": _word(sharpness_by_name(found.volume.acquisition.kernel)),
        "kernel_by_picture": _word(sharpness_by_grain(found.noise.grain_per_mm)),
        "noise_hu": rounded(found.noise.hu),
        "noise_grain_per_mm": rounded(found.noise.grain_per_mm, 3),
        "trachea_air_hu": rounded(trachea.air_hu if trachea else None),
        "trachea_noise_hu": rounded(trachea.noise_hu if trachea else None),
        "trachea_width_to_depth": rounded(trachea.width_to_depth if trachea else None, 2),
        "trachea_bow_mm": rounded(trachea.bow_mm if trachea else None),
        "blood_hu": rounded(found.blood_hu),
        "jitter_mm": rounded(found.jitter_mm, 2),
        "metal_ml": rounded(found.metal_ml, 2),
        "cut_beside_ml": rounded(sum(coverage.beside_ml.values())),
        "cut_apices_ml": rounded(coverage.apices_ml),
        "cut_bases_ml": rounded(coverage.bases_ml),
        "percent_of_predicted_tlc": rounded(0.1 * found.lung_ml / predicted if predicted else None),
    }
