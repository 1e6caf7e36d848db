"""The content of a report in memory, without files of figures: what tests of words and layout need."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from breathline.figures import draw_balance, draw_exposure, draw_timeline
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.report.catalogue import read_wording
from breathline.report.content import Pictures, report_content
from breathline.report.drawing import drawn
from breathline.report.pictures import exposure_figure
from breathline.report.sections.ct_change import view_ct_changes
from breathline.report.sections.regions import read_densities
from breathline.report.sections.scans import read_shown_scans


def content_of(
    assessment: Assessment,
    say: Wording | None = None,
    *,
    timeline: bool = False,
    folder: Path | None = None,
) -> Mapping[str, object]:
    """Give the content; with a folder, the slices and histograms in it are read as for a report."""
    say = say or read_wording()
    figures = {
        "timeline": draw_timeline(assessment, say) if timeline else None,
        "balance": draw_balance(assessment, say),
        **{
            exposure_figure(drug.drug): draw_exposure(assessment, drug, say)
            for drug in assessment.exposure.drugs
        },
    }
    scans, notices = read_shown_scans(assessment, folder, say) if folder else ((), ())
    pictures = Pictures(
        scans=scans,
        notices=notices,
        densities=read_densities(scans, folder) if folder else (),
        changes=view_ct_changes(assessment, folder, say) if folder else (),
        figures={name: picture for name, figure in figures.items() if (picture := drawn(figure))},
    )
    return report_content(assessment, pictures, say)
