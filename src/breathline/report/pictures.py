"""The figures for papers: every one that the record has data for, by the name of its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from breathline.figures import (
    draw_balance,
    draw_course,
    draw_ct,
    draw_exposure,
    draw_forest,
    draw_outcomes,
    draw_regions,
    draw_timeline,
)
from breathline.figures.change import draw_change
from breathline.figures.pairing import ShownScan
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.report.sections.ct_change import judged_pair, read_slices

EXPOSURE = "exposure-"


def figure_title(name: str, say: Wording) -> str:
    """Say in one line what a figure of `draw_figures` shows."""
    if name.startswith(EXPOSURE):
        return say("figure.title_exposure", drug=name.removeprefix(EXPOSURE).replace("-", " "))
    return say(f"figure.title_{name}")


def exposure_figure(drug: str) -> str:
    """Name the figure of the concentrations of a drug."""
    return f"{EXPOSURE}{drug.replace(' ', '-')}"


def draw_figures(
    assessment: Assessment, folder: Path, shown: Sequence[ShownScan], say: Wording
) -> Mapping[str, Figure]:
    """Draw every figure that the record has data for.

    Parameters
    ----------
    folder
        Where the assessment lies; the slices of comparisons are read from below it.
    shown
        The scans to show, with their slices.

    Returns
    -------
    Mapping
        Figures by name: ``timeline``, ``course``, ``outcomes``, ``forest``, ``balance``, ``ct``, ``ct-change``,
        ``regions`` and one
        ``exposure-<drug>`` a drug.
    """
    drawn = {
        "timeline": draw_timeline(assessment, say),
        "course": draw_course(assessment, say),
        "outcomes": draw_outcomes(assessment, say),
        "forest": draw_forest(assessment, say),
        "balance": draw_balance(assessment, say),
        "ct": draw_ct(shown, say) if any(scan.slices for scan in shown) else None,
        "ct-change": _draw_change(assessment, folder, say),
        "regions": draw_regions(assessment, shown, say),
        **{
            exposure_figure(drug.drug): draw_exposure(assessment, drug, say)
            for drug in assessment.exposure.drugs
        },
    }
    return {name: figure for name, figure in drawn.items() if figure is not None}


def _draw_change(assessment: Assessment, folder: Path, say: Wording) -> Figure | None:
    change = judged_pair(assessment)
    slices = () if change is None else read_slices(change, folder)
    if change is None or not slices:
        return None
    return draw_change(slices, change.labels, (say("ct.role.baseline"), say("ct.role.followup")), say)
