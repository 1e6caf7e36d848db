"""What stands in the report: every section in words, from which the page and the PDF are laid out alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from breathline.figures import draw_histogram
from breathline.figures.histogram import Densities
from breathline.figures.pairing import ShownScan
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.report.drawing import Drawing, drawn
from breathline.report.pictures import exposure_figure
from breathline.report.sections.citations import Citations
from breathline.report.sections.corrections import view_corrections
from breathline.report.sections.course import view_before, view_values
from breathline.report.sections.criteria import view_criteria
from breathline.report.sections.ct_change import ChangeView
from breathline.report.sections.domains import view_courses_of_measures, view_domains
from breathline.report.sections.exposure import (
    DrugView,
    untold_responses,
    view_details,
    view_drugs,
    view_log,
    view_responses,
)
from breathline.report.sections.first_page import InFull, view_first_page
from breathline.report.sections.front import overall_verdict, view_front, view_provenance
from breathline.report.sections.harm import view_courses, view_safety
from breathline.report.sections.labs import view_labs
from breathline.report.sections.methods import write_limitations, write_methods
from breathline.report.sections.outcomes import view_outcomes
from breathline.report.sections.quality import merge_places, view_warnings
from breathline.report.sections.regions import view_regions
from breathline.report.sections.scans import view_scans
from breathline.report.sections.slopes import view_certainty, view_slopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """What the report shows besides words.

    Parameters
    ----------
    scans
        The scans that are shown side by side, with their slices.
    notices
        Why pictures are missing, in words.
    densities
        Histograms of the shown scans, as far as they were kept.
    changes
        Comparisons of scans, in words and pictures.
    figures
        Figures by name, as `breathline.report.pictures.draw_figures` gives them; without those of which there is
        nothing to draw.
    """

    scans: tuple[ShownScan, ...]
    notices: tuple[str, ...]
    densities: tuple[Densities, ...]
    changes: tuple[ChangeView, ...]
    figures: Mapping[str, Drawing]


def report_content(assessment: Assessment, pictures: Pictures, say: Wording) -> Mapping[str, object]:
    """Give every section in words; sources are numbered in the order in which the page cites them."""
    citations = Citations()
    full = _in_full(assessment, say, citations)
    content: dict[str, object] = {
        "say": say,
        "front": full.front,
        "verdict": full.verdict,
        "first": view_first_page(assessment, full, say),
        "outcomes": full.outcomes,
        "safety": full.safety,
        "labs": view_labs(assessment, say),
        "courses": view_courses(assessment, say),
        "courses_recorded": assessment.exposure.recorded,
        "dose_details": view_details(assessment, say),
        "dose_log": view_log(assessment, say),
        "balance": pictures.figures.get("balance"),
        "warnings": merge_places(full.warnings),
        "timeline": pictures.figures.get("timeline"),
        "drugs": _drugs_with_figures(assessment, pictures.figures, say, citations),
        "responses": view_responses(assessment, say),
        "untold_responses": untold_responses(assessment, say),
        "responses_sentence": assessment.exposure.responses_sentence,
        "scans": view_scans(assessment, pictures.scans, pictures.notices, say),
        "regions": view_regions(assessment, pictures.scans, say),
        "histogram": drawn(draw_histogram(pictures.densities, say)),
        "ct_changes": pictures.changes,
        "corrections": view_corrections(assessment, say),
        "domains": view_domains(assessment, say),
        "measure_courses": view_courses_of_measures(assessment),
        "before": view_before(assessment, say),
        "slopes": view_slopes(assessment, say, citations),
        "certainty": view_certainty(assessment, say),
        "values": view_values(assessment, say),
        "criteria": view_criteria(assessment, say, citations),
        "methods": write_methods(assessment, say),
        "provenance": view_provenance(assessment, say),
    }
    content["limitations"] = write_limitations(assessment, say, unverified=citations.unverified)
    content["sources"] = tuple(citations.texts)
    return content


def _in_full(assessment: Assessment, say: Wording, citations: Citations) -> InFull:
    return InFull(
        front=view_front(assessment, say),
        verdict=overall_verdict(assessment, say, citations),
        outcomes=view_outcomes(assessment, say, citations),
        safety=view_safety(assessment, say, citations),
        warnings=view_warnings(assessment, say),
    )


def _drugs_with_figures(
    assessment: Assessment, figures: Mapping[str, Drawing], say: Wording, citations: Citations
) -> tuple[DrugView, ...]:
    return tuple(
        replace(view, figure=figures.get(exposure_figure(view.key)))
        for view in view_drugs(assessment, say, citations)
    )
