"""The report on disk: the page and its figures, each written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from matplotlib.figure import Figure

from breathline.errors import OutputError
from breathline.figures import draw_balance, draw_ct, draw_exposure, draw_timeline
from breathline.figures.change import draw_change
from breathline.figures.style import png_bytes, svg_bytes
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.report.catalogue import read_wording
from breathline.report.page import render_page
from breathline.report.sections.ct_change import judged_pair, read_slices, view_ct_changes
from breathline.report.sections.scans import read_shown_scans

REPORT = "report.html"


def write_report(assessment: Assessment, folder: Path) -> Path:
    """Write ``report.html`` and ``figures/`` beside an assessment.

    Parameters
    ----------
    assessment
        The whole result; nothing is computed anew.
    folder
        Where the assessment lies; the slices of its scans are read from below it.

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
    timeline = draw_timeline(assessment, say)
    changes = view_ct_changes(assessment, folder, say)
    page = render_page(assessment, shown, notices, timeline, say, changes)
    figures: dict[str, Figure] = {}
    if timeline is not None:
        figures["timeline"] = timeline
    if any(scan.slices for scan in shown):
        figures["ct"] = draw_ct(shown, say)
    change = _draw_change(assessment, folder, say)
    if change is not None:
        figures["ct-change"] = change
    balance = draw_balance(assessment, say)
    if balance is not None:
        figures["balance"] = balance
    for drug in assessment.exposure.drugs:
        drawn = draw_exposure(assessment, drug, say)
        if drawn is not None:
            figures[f"exposure-{drug.drug.replace(' ', '-')}"] = drawn
    for name, figure in figures.items():
        _write_whole(folder / "figures" / f"{name}.png", png_bytes(figure))
        _write_whole(folder / "figures" / f"{name}.svg", svg_bytes(figure))
    target = folder / REPORT
    _write_whole(target, page.encode("utf-8"))
    return target


def _draw_change(assessment: Assessment, folder: Path, say: Wording) -> Figure | None:
    change = judged_pair(assessment)
    slices = () if change is None else read_slices(change, folder)
    if change is None or not slices:
        return None
    return draw_change(slices, change.labels, (say("ct.role.baseline"), say("ct.role.followup")), say)


def _write_whole(target: Path, content: bytes) -> None:
    """Write beside the target first, then put it in place at once."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise _refusal(target, error) from error
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.chmod(0o644)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _refusal(target, error) from error


def _refusal(target: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    return OutputError(
        f"'{target}' could not be written: {reason}. What was there before is unchanged. "
        "Free space or choose another folder, then run again."
    )
