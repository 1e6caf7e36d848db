"""The report of an assessment in memory, without files and figures: what tests of words and layout need."""

from __future__ import annotations

from collections.abc import Mapping

from breathline.figures import draw_timeline
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.report.catalogue import read_wording
from breathline.report.content import Pictures, report_content


def content_of(
    assessment: Assessment, say: Wording | None = None, *, timeline: bool = False
) -> Mapping[str, object]:
    say = say or read_wording()
    drawn = draw_timeline(assessment, say) if timeline else None
    return report_content(
        assessment, Pictures(scans=(), notices=(), densities=(), changes=(), timeline=drawn), say
    )
