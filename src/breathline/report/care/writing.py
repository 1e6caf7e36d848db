"""A draft on disk: Markdown, Word and its figures, in a folder of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from matplotlib.figure import Figure

from breathline.errors import OutputError
from breathline.figures.pairing import ShownScan
from breathline.figures.style import PRINT_DPI, png_bytes, svg_bytes
from breathline.model.assessment import Assessment
from breathline.outputs import LEFT_BY_SYSTEMS, whole_folder
from breathline.report.care.case import case_wording
from breathline.report.care.content import Block, Draft, Picture
from breathline.report.care.deidentified import counted_from_start, deidentify
from breathline.report.care.draft import write_draft
from breathline.report.care.markdown import to_markdown
from breathline.report.care.word import to_docx
from breathline.report.pictures import draw_figures, figure_title
from breathline.report.sections.scans import read_shown_scans

MARKDOWN, WORD = "case-report.md", "case-report.docx"


def write_case_report(assessment: Assessment, folder: Path, target: Path) -> Draft:
    """Write ``case-report.md``, ``case-report.docx`` and ``figures/`` into a new folder.

    Parameters
    ----------
    assessment
        The whole result; nothing is computed anew.
    folder
        Where the assessment lies; the slices of its scans are read from below it.
    target
        A folder that is new or empty.

    Raises
    ------
    OutputError
        If `target` holds anything: a draft is made to be worked on, so that one is never overwritten.
    """
    if target.is_dir() and any(entry.name not in LEFT_BY_SYSTEMS for entry in target.iterdir()):
        raise OutputError(
            f"'{target}' holds files already, perhaps a draft that somebody has worked on. "
            "Name a new or empty folder."
        )
    say = case_wording(counted_from_start=counted_from_start(assessment))
    draft = write_draft(assessment)
    shown = deidentify(assessment)
    scans, _ = read_shown_scans(assessment, folder, say)
    figures = draw_figures(shown, folder, [_as_shown(scan, shown) for scan in scans], say)
    draft = _with(draft, figures)
    titles = {name: figure_title(name, say) for name in figures}
    pictures = {name: png_bytes(one, PRINT_DPI, titles[name]) for name, one in figures.items()}
    with whole_folder(target, mark=WORD, holds=(MARKDOWN, "figures")) as work:
        (work / MARKDOWN).write_text(to_markdown(draft, say), encoding="utf-8")
        (work / WORD).write_bytes(to_docx(draft, pictures, say))
        (work / "figures").mkdir()
        for name, figure in figures.items():
            (work / "figures" / f"{name}.png").write_bytes(pictures[name])
            (work / "figures" / f"{name}.svg").write_bytes(svg_bytes(figure, titles[name]))
    return draft


def _as_shown(scan: ShownScan, shown: Assessment) -> ShownScan:
    """Give a scan with its slices, its summary de-identified like everything else."""
    summary = next(one for one in shown.scans if one.folder == scan.summary.folder)
    return replace(scan, summary=summary)


def _with(draft: Draft, figures: Mapping[str, Figure]) -> Draft:
    """Leave out the pictures for which there is nothing to draw."""

    def kept(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(b for b in blocks if not isinstance(b, Picture) or b.name in figures)

    return replace(draft, items=tuple(replace(item, blocks=kept(item.blocks)) for item in draft.items))
