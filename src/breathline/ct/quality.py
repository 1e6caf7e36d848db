"""What a reader should know about a scan before believing its numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breathline.dicom.series import is_lung_kernel
from breathline.errors import Severity
from breathline.model.volume import PADDING, LabelMap, QualityFlag, Volume

NOISY_HU = 60.0
"""Standard deviation in soft tissue from which single voxels say little; standard dose gives 10-30 [HU]."""
THICK_MM = 3.0
SHALLOW_ML = 2500.0
"""Both lungs of an adult hold more than this after a full breath in, unless disease shrinks them [mL]."""


def judge_quality(volume: Volume, lungs: LabelMap) -> tuple[QualityFlag, ...]:
    """Judge noise, kernel, slice thickness, contrast, field of view and depth of breath."""
    flags: list[QualityFlag] = []

    def note(code: str, message: str, severity: Severity = Severity.NOTE) -> None:
        flags.append(QualityFlag(code=code, severity=severity, message=message))

    noise = measure_noise(volume)
    if noise is not None and noise > NOISY_HU:
        note("noise", f"Noisy scan: {noise:.0f} HU in soft tissue.", Severity.WARNING)
    if is_lung_kernel(volume.acquisition.kernel):
        kernel = volume.acquisition.kernel
        note(
            "sharp_kernel", f"Edge-enhancing kernel {kernel}: densities of small structures are exaggerated."
        )
    thickness = volume.geometry.slice_thickness_mm or volume.geometry.spacing_mm[0]
    if thickness > THICK_MM:
        note("thick_slices", f"Slices of {thickness:.3g} mm blur fine disease.", Severity.WARNING)
    if volume.acquisition.contrast:
        note("contrast", "Contrast medium was given: lung and vessels are denser than without.")
    if not volume.acquisition.date:
        note("no_date", "The header gives no date.")
    lung_ml = float((lungs.labels > 0).sum()) * volume.geometry.voxel_ml
    if lung_ml < SHALLOW_ML:
        message = (
            f"Small lungs ({lung_ml:.0f} mL): a shallow breath, or disease. Density rises as lungs empty."
        )
        note("low_inspiration", message, Severity.WARNING)
    if _touches_padding(volume.hu, lungs.labels):
        message = "The lungs reach the edge of the picture: a part may lie outside and is not measured."
        note("field_of_view", message, Severity.WARNING)
    return tuple(flags)


def measure_noise(volume: Volume) -> float | None:
    """Measure the standard deviation of single voxels in soft tissue, fine structure set aside [HU].

    Returns
    -------
    float or None
        None if the scan shows too little soft tissue.
    """
    found = []
    for number in np.linspace(0.2, 0.8, 7) * (volume.hu.shape[0] - 1):
        layer = volume.hu[int(number)].astype(np.float32)
        smooth = ndimage.uniform_filter(layer, 5)
        tissue = (smooth > 0) & (smooth < 90) & (ndimage.maximum_filter(smooth, 5) < 150)
        tissue &= ndimage.minimum_filter(smooth, 5) > -60
        if tissue.sum() > 500:
            found.append(1.4826 * float(np.median(np.abs(layer - smooth)[tissue])))
    return float(np.median(found)) if found else None


def _touches_padding(hu: NDArray[np.int16], labels: NDArray[np.uint8]) -> bool:
    inside = labels > 0
    edge = int(inside[:, [0, -1], :].sum() + inside[:, :, [0, -1]].sum())
    if not edge and bool((hu[:: max(1, hu.shape[0] // 8)] == PADDING).any()):
        lost = hu == PADDING
        edge = int((inside[:, 1:] & lost[:, :-1]).sum() + (inside[:, :-1] & lost[:, 1:]).sum())
    return bool(edge > 20 * hu.shape[0] ** 0.5)
