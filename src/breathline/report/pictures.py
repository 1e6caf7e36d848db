"""The figures for papers: every one that the record has data for, by the name of its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from breathline.figures.pairing import ShownScan
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment

EXPOSURE = "exposure-"


def figure_title(name: str, say: Wording) -> str:
    """Say in one line what a figure of `draw_figures` shows."""
    if name.startswith(EXPOSURE):
        return say("figure.title_exposure", drug=name.removeprefix(EXPOSURE).replace("-", " "))
    return say(f"figure.title_{name}")


def draw_figures(assessment: Assessment, shown: Sequence[ShownScan], say: Wording) -> Mapping[str, Figure]:
    """Draw every figure that the record has data for.

    Parameters
    ----------
    shown
        The scans to show, with their slices.

    Returns
    -------
    Mapping
        Figures by name: ``timeline``, ``course``, ``outcomes``, ``forest``, ``balance``, ``ct``, ``regions`` and one
        ``exposure-<drug>`` a drug.
    """
    drawn = {
        "timeline": draw_timeline(assessment, say),
        "course": draw_course(assessment, say),
        "outcomes": draw_outcomes(assessment, say),
        "forest": draw_forest(assessment, say),
        "balance": draw_balance(assessment, say),
        "ct": draw_ct(shown, say) if any(scan.slices for scan in shown) else None,
        "regions": draw_regions(assessment, shown, say),
        **{
            f"{EXPOSURE}{drug.drug.replace(' ', '-')}": draw_exposure(assessment, drug, say)
            for drug in assessment.exposure.drugs
        },
    }
    return {name: figure for name, figure in drawn.items() if figure is not None}
