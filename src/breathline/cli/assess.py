"""``breathline assess`` and ``breathline demo``: the main job."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from breathline.cli.problems import group_problems
from breathline.cli.report import PAPERS, paper_of, paper_option
from breathline.cli.telling import progress_bars, say, told
from breathline.errors import OutputError
from breathline.model.safety import CtcaeVersion
from breathline.outputs import check_folder, whole_folder

if TYPE_CHECKING:
    from breathline.model.assessment import Assessment

MARK = "assessment.json"
CORRECTIONS = "corrections"
RESULTS = ("report.html", "report.pdf", "figures", "ct", "run.json")
"""What a folder of results may hold beside the assessment."""


@click.command("assess")
@click.argument("patient", type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
@click.option(
    "--criterion",
    "criteria",
    multiple=True,
    help="Apply this criterion (repeat for more); all without it. 'breathline list criteria' names them.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the assessment as JSON on standard output.")
@click.option(
    "--ctcae",
    type=click.Choice([version.value for version in CtcaeVersion]),
    default=CtcaeVersion.V5.value,
    show_default=True,
    help="Version of CTCAE for laboratory values and adverse events.",
)
@click.option(
    "--corrections",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder of corrections that the review page wrote; they are applied, and both results are told.",
)
@paper_option
@click.option("--quiet", is_flag=True, help="No progress and no messages but errors.")
def assess_command(
    patient: Path,
    out: Path,
    *,
    criteria: tuple[str, ...],
    as_json: bool,
    ctcae: str,
    corrections: Path | None,
    paper: str,
    quiet: bool,
) -> None:
    """Assess the patient folder PATIENT: assessment.json, report.html, report.pdf and the label maps of the scans."""
    with told():
        assessment = assess_folder(
            patient,
            out,
            criteria=criteria or None,
            ctcae=CtcaeVersion(ctcae),
            corrections=corrections,
            paper=paper,
            quiet=quiet,
        )
        if as_json:
            click.echo((out / "assessment.json").read_text(encoding="utf-8"), nl=False)
        tell(assessment, out, quiet=quiet)


def assess_folder(
    patient: Path,
    out: Path,
    *,
    criteria: tuple[str, ...] | None = None,
    ctcae: CtcaeVersion = CtcaeVersion.V5,
    corrections: Path | None = None,
    paper: str = PAPERS[0],
    quiet: bool,
) -> Assessment:
    """Read, assess and report one patient; the folder of results appears whole or not at all."""
    from breathline.archive import write_assessment  # noqa: PLC0415 - heavy modules load when they are needed
    from breathline.corrections import copy_corrections  # noqa: PLC0415
    from breathline.pipeline import assess, run_facts  # noqa: PLC0415
    from breathline.record import read_patient  # noqa: PLC0415
    from breathline.report import write_report  # noqa: PLC0415
    from breathline.verdict import check_names  # noqa: PLC0415

    started, clock = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
    refuse_inside(patient, out)
    holds = check_results(out, corrections)
    check_names(criteria or ())
    with progress_bars(quiet=quiet) as progress:
        record = read_patient(patient, progress=progress)
    for group in group_problems(record.warnings):
        say(f"{group.problem.severity.capitalize()}: {group.text()}", quiet=quiet)
    with whole_folder(out, mark=MARK, holds=holds) as folder:
        with progress_bars(quiet=quiet) as progress:
            assessment = assess(
                record,
                folder=folder,
                criteria=criteria,
                ctcae=ctcae,
                corrections=corrections,
                progress=progress,
            )
        if corrections is not None:
            copy_corrections(corrections, folder / CORRECTIONS)
        write_assessment(assessment, folder / "assessment.json")
        write_report(assessment, folder, paper=paper_of(paper))
        facts = run_facts(started, time.monotonic() - clock)
        (folder / "run.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return assessment


def check_results(out: Path, corrections: Path | None) -> tuple[str, ...]:
    """Refuse a folder whose content would be lost, corrections above all; give what may stand in it."""
    from breathline.corrections import holds_all  # noqa: PLC0415 - as above

    if not (out / CORRECTIONS).is_dir():
        check_folder(out, mark=MARK, holds=RESULTS)
        return RESULTS
    if corrections is None or out.resolve() == corrections.resolve().parent:
        raise OutputError(
            f"Readers corrected the assessment in '{out}', and it must stay beside what they said. Name another folder "
            f"with -o, and add --corrections '{out / CORRECTIONS}' to have the corrections counted."
        )
    if not holds_all(corrections, out / CORRECTIONS):
        raise OutputError(
            f"The corrections in '{out / CORRECTIONS}' are not all among those in '{corrections}', and would be lost. "
            "Name another folder with -o."
        )
    check_folder(out, mark=MARK, holds=(*RESULTS, CORRECTIONS))
    return (*RESULTS, CORRECTIONS)


def refuse_inside(patient: Path, out: Path) -> None:
    """Refuse to write results into the patient folder: the next run would read them as input."""
    inside, results = patient.resolve(), out.resolve()
    if inside.is_dir() and inside in (results, *results.parents):
        raise click.UsageError(
            "The results cannot lie inside the patient folder. Name another folder with -o."
        )
    if results in inside.parents and (results / MARK).exists():
        raise click.UsageError(
            "The patient folder lies inside the folder of the results, where it would be replaced with them. "
            "Name another folder with -o."
        )


def tell(assessment: Assessment, out: Path, *, quiet: bool) -> None:
    """Say the answer and where the report lies."""
    for scan in assessment.scans:
        if not scan.folder:
            say(f"The scan of {scan.name} could not be measured and is left out:", quiet=quiet)
            for flag in scan.quality:
                say(f"  - {flag.message}", quiet=quiet)
    say(f"\n{assessment.verdicts[0].statement}\n\n{assessment.summary}\n", quiet=quiet)
    if assessment.verdicts[0].label == "cannot_tell" and assessment.verdicts[0].missing:
        lines = "\n".join(f"  - {line}" for line in assessment.verdicts[0].missing)
        say(f"What is missing:\n{lines}\n", quiet=quiet)
    say(f"Report: {out / 'report.html'} and {out / 'report.pdf'}", quiet=quiet)


@click.command("demo")
@click.argument("folder", default=Path("breathline-demo"), type=click.Path(path_type=Path))
@click.option("--quiet", is_flag=True, help="No progress and no messages but errors.")
def demo_command(folder: Path, quiet: bool) -> None:
    """Write the example patient into FOLDER/patient and assess it into FOLDER/assessment."""
    from breathline.demo import write_example  # noqa: PLC0415 - the phantom is not needed by other commands

    with told():
        check_folder(folder / "assessment", mark=MARK, holds=RESULTS)
        with progress_bars(quiet=quiet) as progress:
            write_example(folder / "patient", progress=progress)
        assessment = assess_folder(folder / "patient", folder / "assessment", quiet=quiet)
        tell(assessment, folder / "assessment", quiet=quiet)
