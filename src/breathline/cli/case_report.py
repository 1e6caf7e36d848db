"""``breathline case-report``: a draft to be worked on, from an assessment that exists."""

from __future__ import annotations

from pathlib import Path

import click

from breathline.cli.telling import say, told


@click.command("case-report")
@click.argument("assessment", type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="New folder for the draft.")
@click.option("--quiet", is_flag=True, help="No messages but errors.")
def case_report(assessment: Path, out: Path, quiet: bool) -> None:
    """Draft a case report after the CARE guidelines from the folder ASSESSMENT that 'breathline assess' wrote.

    Dates become weeks. What no record holds is marked to be written by a person. A draft is never overwritten.
    """
    from breathline.archive import read_assessment  # noqa: PLC0415 - heavy modules load when they are needed
    from breathline.report.care import write_case_report  # noqa: PLC0415

    with told():
        found = read_assessment(assessment)
        folder = assessment if assessment.is_dir() else assessment.parent
        refuse_inside(folder, out)
        draft = write_case_report(found, folder, out)
    states = [item.state for item in draft.items]
    say(
        f"Draft: {out / 'case-report.docx'} and case-report.md\n"
        f"Of the {len(states)} items of the CARE checklist {states.count('filled')} are filled from the record, "
        f"{states.count('part')} in part, {states.count('open')} are to be written.",
        quiet=quiet,
    )


def refuse_inside(assessment: Path, out: Path) -> None:
    """Refuse a place inside the assessment, which is replaced as a whole when the patient is assessed again."""
    inside, draft = assessment.resolve(), out.resolve()
    if inside == draft or inside in draft.parents:
        raise click.UsageError(
            "The draft cannot lie inside the folder of the assessment, which is replaced when the patient is "
            "assessed again. Name another folder with -o."
        )
