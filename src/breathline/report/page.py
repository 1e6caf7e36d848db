"""The page: all sections put into words, then laid out by the templates."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from breathline.figures import draw_balance, draw_exposure
from breathline.figures.pairing import ShownScan
from breathline.figures.style import PALETTE, svg_bytes
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.change import Change
from breathline.report.sections.citations import Citations
from breathline.report.sections.corrections import view_corrections
from breathline.report.sections.course import view_before, view_values
from breathline.report.sections.criteria import view_criteria
from breathline.report.sections.ct_change import ChangeView
from breathline.report.sections.domains import view_courses_of_measures, view_domains
from breathline.report.sections.exposure import (
    DrugView,
    ordered_drugs,
    untold_responses,
    view_details,
    view_drugs,
    view_log,
    view_responses,
)
from breathline.report.sections.front import overall_verdict, patient_line
from breathline.report.sections.harm import view_courses, view_safety
from breathline.report.sections.labs import view_labs
from breathline.report.sections.methods import write_limitations, write_methods
from breathline.report.sections.outcomes import view_outcomes
from breathline.report.sections.quality import view_warnings
from breathline.report.sections.scans import view_scans
from breathline.report.sections.slopes import view_certainty, view_slopes

LONG_HISTORY = 3000
"""Notes longer than this stand at the end of the report, so that nobody pages past them to the methods."""


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("breathline.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render_page(
    assessment: Assessment,
    shown: tuple[ShownScan, ...],
    notices: tuple[str, ...],
    timeline: Figure | None,
    say: Wording,
    ct_changes: tuple[ChangeView, ...] = (),
) -> str:
    """Lay out the whole report as one HTML document."""
    return (
        _environment()
        .get_template("report.html.jinja")
        .render(page_content(assessment, shown, notices, timeline, say), ct_changes=ct_changes)
    )


def page_content(
    assessment: Assessment,
    shown: tuple[ShownScan, ...],
    notices: tuple[str, ...],
    timeline: Figure | None,
    say: Wording,
) -> Mapping[str, object]:
    """Give every section in words; sources are numbered in the order in which the page cites them."""
    citations = Citations()
    content: dict[str, object] = {
        "say": say,
        "style": _style(),
        "assessment": assessment,
        "patient": patient_line(assessment.patient, say),
        "verdict": overall_verdict(assessment, say, citations),
        "compared": _compared(assessment.changes, say),
        "outcomes": view_outcomes(assessment, say, citations),
        "safety": view_safety(assessment, say, citations),
        "labs": view_labs(assessment, say),
        "courses": view_courses(assessment, say),
        "dose_details": view_details(assessment, say),
        "dose_log": view_log(assessment),
        "balance": _optional_uri(draw_balance(assessment, say)),
        "warnings": view_warnings(assessment, say),
        "timeline": _optional_uri(timeline),
        "drugs": _drugs_with_figures(assessment, say, citations),
        "responses": view_responses(assessment, say),
        "untold_responses": untold_responses(assessment, say),
        "scans": view_scans(assessment, shown, notices, say),
        "corrections": view_corrections(assessment, say),
        "domains": view_domains(assessment, say),
        "measure_courses": view_courses_of_measures(assessment),
        "before": view_before(assessment, say),
        "slopes": view_slopes(assessment, say, citations),
        "certainty": view_certainty(assessment, say),
        "values": view_values(assessment, say),
        "criteria": view_criteria(assessment, say, citations),
        "long_history": len(assessment.patient.history) > LONG_HISTORY,
        "methods": write_methods(assessment, say),
    }
    content["limitations"] = write_limitations(assessment, say, unverified=citations.unverified)
    content["sources"] = tuple(citations.texts)
    return content


def _drugs_with_figures(assessment: Assessment, say: Wording, citations: Citations) -> tuple[DrugView, ...]:
    views = view_drugs(assessment, say, citations)
    figures = (draw_exposure(assessment, drug, say) for drug in ordered_drugs(assessment))
    return tuple(
        replace(view, figure=_optional_uri(figure) or "") for view, figure in zip(views, figures, strict=True)
    )


def _compared(changes: tuple[Change, ...], say: Wording) -> str:
    """Say which two dates are compared, where one pair holds for every measure that has one."""
    pairs = {(c.baseline_when, c.followup_when) for c in changes if c.baseline_when and c.followup_when}
    if len(pairs) != 1:
        return ""
    baseline, followup = pairs.pop()
    return say("verdict.basis", baseline=say.moment(baseline), followup=say.moment(followup))


def _style() -> Markup:
    palette = " ".join(f"--{name}: {colour};" for name, colour in PALETTE.items())
    rules = files("breathline.report").joinpath("templates/report.css").read_text(encoding="utf-8")
    # Our own file, no part of it from the record: the one text that is not escaped.
    return Markup(f":root {{ {palette} }}\n{rules}")  # noqa: S704


def _optional_uri(figure: Figure | None) -> str | None:
    if figure is None:
        return None
    return "data:image/svg+xml;base64," + base64.b64encode(svg_bytes(figure)).decode("ascii")
