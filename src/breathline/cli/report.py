"""``breathline report``: the report once more, from an assessment that is there already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from breathline.cli.telling import say, told

if TYPE_CHECKING:
    from breathline.report import Paper

PAPERS = ("a4", "letter")


def paper_of(name: str) -> Paper:
    """Give the paper of that name; loaded here, because the report loads what draws figures."""
    from breathline.report import Paper  # noqa: PLC0415

    return Paper(name)


paper_option = click.option(
    "--paper",
    type=click.Choice(PAPERS, case_sensitive=False),
    default=PAPERS[0],
    show_default=True,
    help="Paper that report.pdf is laid out for; report.html prints on either.",
)


@click.command("report")
@click.argument("folder", metavar="OUT", type=click.Path(path_type=Path))
@paper_option
@click.option("--quiet", is_flag=True, help="No messages but errors.")
def report_command(folder: Path, paper: str, quiet: bool) -> None:
    """Write report.html, report.pdf and the figures again from OUT/assessment.json; nothing is computed anew."""
    from breathline.archive import read_assessment  # noqa: PLC0415 - heavy modules load when they are needed
    from breathline.report import write_report  # noqa: PLC0415

    with told():
        source = folder if folder.is_dir() else folder.parent
        target = write_report(read_assessment(folder), source, paper=paper_of(paper))
        say(f"Report: {target} and {target.with_suffix('.pdf')}", quiet=quiet)
