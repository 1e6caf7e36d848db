"""A comparison of two scans as the assessment keeps it, and its files in the folder of results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from breathline.ct.align import AlignmentError
from breathline.ct.compare import FILES, Comparison, write_images
from breathline.ct.lung_loss import LOSSES
from breathline.ct.measure import key_slices
from breathline.errors import OutputError
from breathline.keyslices import write_change_slices
from breathline.model.ct_change import CHANGE_CODES, ChangeSlice, Compared, CtChange
from breathline.model.volume import QualityFlag, Volume
from breathline.progress import Progress, silent

FOLDER = "ct/change"
SLICES = "slices.npz"
MOST_LEFT_OUT = 20.0
"""The same tissue is believed to stand for the lungs if no more of them than this was left out [%]."""
IDENTICAL = "same_scan"
OTHER_PATIENT = "other_patient"


def write_change(
    comparison: Comparison, folder: Path, followup: str, *, progress: Progress = silent
) -> Mapping[str, str]:
    """Write the images of a comparison, and its slices for the report, into the folder of an assessment.

    Returns
    -------
    mapping
        Path of each file relative to `folder`, as `CtChange.files` gives them.

    Raises
    ------
    OutputError
        If something cannot be written.
    """
    target, prefix = folder / FOLDER, f"{followup}."
    try:
        target.mkdir(parents=True, exist_ok=True)
        warped = write_images(comparison, target, prefix=prefix, progress=progress)
        write_change_slices(target / f"{prefix}{SLICES}", change_slices(comparison, warped))
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "the disk refused"
        raise OutputError(f"The comparison could not be written to '{target}': {reason}.") from error
    return {name.partition(".")[0]: f"{FOLDER}/{prefix}{name}" for name in (*FILES, SLICES)}


def change_slices(comparison: Comparison, warped: Volume) -> tuple[ChangeSlice, ...]:
    """Take the slices that are kept of the baseline, with the follow-up and the change on the same pixels."""
    first = comparison.baseline
    there = key_slices(first.volume, first.lungs, comparison.change.labels)
    later = key_slices(warped, first.lungs, comparison.change.labels)
    return tuple(
        ChangeSlice(
            height=before.height,
            position_mm=before.position_mm,
            baseline=before.hu,
            followup=after.hu,
            change=before.labels,
            pixel_mm=before.pixel_mm,
        )
        for before, after in zip(there, later, strict=True)
    )


def summarise_comparison(
    comparison: Comparison, names: tuple[str, str], days: float, files: Mapping[str, str]
) -> CtChange:
    """Give what the assessment keeps of a comparison; `names` are those of the scans."""
    flags = (*comparison.protocol, *comparison.quality)
    scans = comparison.baseline.volume, comparison.followup.volume
    whole = not any(volume.geometry.is_interval for volume in scans)
    obstacle = _obstacle(flags)
    return CtChange(
        baseline=names[0],
        followup=names[1],
        days=days,
        compared=Compared.PLACES if whole else Compared.SLICES,
        obstacle=obstacle,
        believed=whole and not obstacle and _left_out(comparison) <= MOST_LEFT_OUT,
        labels=dict(CHANGE_CODES),
        volumes=comparison.volumes,
        transitions=comparison.change.transitions,
        same_tissue=comparison.same_tissue,
        lungs=tuple(lung.quality for lung in comparison.alignment.lungs),
        doubtful_regions=comparison.alignment.doubtful_regions,
        protocol=comparison.protocol,
        quality=comparison.quality,
        files=files,
        steps=comparison.steps,
    )


def summarise_refusal(error: AlignmentError, names: tuple[str, str], days: float) -> CtChange:
    """Give what the assessment keeps of two scans that cannot be laid on each other."""
    strangers = any(problem.code == OTHER_PATIENT for problem in error.problems)
    return CtChange(
        baseline=names[0],
        followup=names[1],
        days=days,
        compared=Compared.NOTHING,
        reason=" ".join(problem.message for problem in error.problems),
        obstacle="The two scans may be of different patients." if strangers else "",
    )


def _obstacle(flags: Sequence[QualityFlag]) -> str:
    """Say why measures of the two scans may not be held against each other, if so."""
    codes = {flag.code for flag in flags}
    if IDENTICAL in codes:
        return "The same scan stands at both dates."
    if LOSSES[0] in codes:
        return "One lung lost tissue between the scans, by surgery, fluid or collapse."
    return ""


def _left_out(comparison: Comparison) -> float:
    """Share of the lungs that was not compared [%]."""
    volumes = {item.change: item.volume_ml for item in comparison.volumes if item.region == "lungs"}
    return 100.0 * volumes["not_compared"] / sum(volumes.values())
