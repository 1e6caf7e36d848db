"""The report on disk: the page and its figures, each written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from matplotlib.figure import Figure

from breathline.errors import OutputError
from breathline.figures.style import png_bytes, svg_bytes
from breathline.model.assessment import Assessment
from breathline.outputs import whole_file
from breathline.report.catalogue import read_wording
from breathline.report.content import Pictures, report_content
from breathline.report.drawing import Drawing
from breathline.report.page import render_page
from breathline.report.pdf import Paper, render_pdf
from breathline.report.pictures import draw_figures, figure_title
from breathline.report.rasters import PPI, holds_pixels, rasterise
from breathline.report.sections.ct_change import view_ct_changes
from breathline.report.sections.regions import read_densities
from breathline.report.sections.scans import read_shown_scans

REPORT, PRINTED = "report.html", "report.pdf"


def write_report(assessment: Assessment, folder: Path, *, paper: Paper = Paper.A4) -> Path:
    """Write ``report.html``, ``report.pdf`` and ``figures/`` beside an assessment.

    Parameters
    ----------
    assessment
        The whole result; nothing is computed anew.
    folder
        Where the assessment lies; the slices of its scans are read from below it.
    paper
        The paper that the PDF is laid out for; the page prints on either.

    Returns
    -------
    Path
        The report: one file from which no request leaves.

    Raises
    ------
    OutputError
        If a file cannot be written; a report that was there before stays as it was.
    """
    say = read_wording()
    shown, notices = read_shown_scans(assessment, folder, say)
    figures = draw_figures(assessment, folder, shown, say)
    titles = {name: figure_title(name, say) for name in figures}
    drawings = {name: svg_bytes(figure, title=titles[name]) for name, figure in figures.items()}
    pictures = Pictures(
        scans=shown,
        notices=notices,
        densities=read_densities(shown, folder),
        changes=view_ct_changes(assessment, folder, say),
        figures={name: Drawing(svg) for name, svg in drawings.items()},
    )
    content = report_content(assessment, pictures, say)
    with ThreadPoolExecutor() as pool:  # Typst works on its own while Python lays out the page
        printing = pool.submit(render_pdf, content, paper)
        rastering = pool.submit(_rasterised, figures, drawings, titles)
        page = render_page(content)
        printed, rasters = printing.result(), rastering.result()
    for name, svg in drawings.items():
        _write_whole(folder / "figures" / f"{name}.png", rasters[name])
        _write_whole(folder / "figures" / f"{name}.svg", svg)
    _write_whole(folder / PRINTED, printed)
    target = folder / REPORT
    _write_whole(target, page.encode("utf-8"))
    return target


def _rasterised(
    figures: Mapping[str, Figure], drawings: Mapping[str, bytes], titles: Mapping[str, str]
) -> dict[str, bytes]:
    """Give every figure as PNG; those that hold pixels are drawn anew, for the others their SVG is enough."""
    of_lines = {name: svg for name, svg in drawings.items() if not holds_pixels(svg)}
    anew = {
        name: png_bytes(figure, dpi=PPI, title=titles[name])
        for name, figure in figures.items()
        if name not in of_lines
    }
    return {**rasterise(of_lines, titles), **anew}


def _write_whole(target: Path, content: bytes) -> None:
    """Write beside the target first, then put it in place at once."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(target, content) as beside:
            beside.replace(target)
    except OSError as error:
        raise _refusal(target, error) from error


def _refusal(target: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    return OutputError(
        f"'{target}' could not be written: {reason}. What was there before is unchanged. "
        "Free space or choose another folder, then run again."
    )
