"""``breathline check``: everything that is wrong with a patient folder, and what it holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from breathline.cli.problems import group_problems
from breathline.cli.telling import progress_bars, told
from breathline.errors import Problem, RecordError, Severity
from breathline.progress import Progress

if TYPE_CHECKING:
    from breathline.intake.overview import Overview
    from breathline.model.patient import PatientRecord, ScanRef

_HEADINGS = {Severity.ERROR: "must be mended", Severity.WARNING: "warning", Severity.NOTE: "note"}
_ORDER = tuple(_HEADINGS)


@click.command()
@click.argument("patient", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout.")
@click.option("--quiet", is_flag=True, help="Tell only what must be mended.")
def check(patient: Path, *, as_json: bool, quiet: bool) -> None:
    """Read everything in the folder PATIENT and report every problem at once.

    Ends with 0 where the record can be used, with 3 where something must be mended first.
    """
    with told():
        problems, overview = _read(patient, quiet=quiet or as_json)
        usable = overview is not None
        if as_json:
            click.echo(json.dumps(_as_json(problems, overview), indent=2, ensure_ascii=False))
        else:
            _print(problems, overview, quiet=quiet)
    raise SystemExit(0 if usable else RecordError.exit_code)


def _read(patient: Path, *, quiet: bool) -> tuple[tuple[Problem, ...], Overview | None]:
    # Loaded here: every other command would wait for it.
    from breathline.intake.overview import describe_record  # noqa: PLC0415
    from breathline.outcomes import OUTCOMES  # noqa: PLC0415
    from breathline.record import read_patient  # noqa: PLC0415

    try:
        with progress_bars(quiet=quiet) as progress:
            record = read_patient(patient, progress=progress)
            usable, problems = _check_scans(record, progress)
    except RecordError as error:
        return error.problems, None
    return (*record.warnings, *problems), describe_record(replace(record, scans=usable), OUTCOMES)


def _check_scans(
    record: PatientRecord, progress: Progress
) -> tuple[tuple[ScanRef, ...], tuple[Problem, ...]]:
    if not record.scans:
        return (), ()
    from breathline.scans import check_scans  # noqa: PLC0415 - what reads pictures loads only for pictures

    return check_scans(record.scans, progress)


def _as_json(problems: Sequence[Problem], overview: Overview | None) -> dict[str, Any]:
    return {
        "schema": "breathline/check/1",
        "usable": overview is not None,
        "errors": sum(p.severity is Severity.ERROR for p in problems),
        "warnings": sum(p.severity is Severity.WARNING for p in problems),
        "problems": [asdict(problem) for problem in _sorted(problems)],
        "found": list(overview.found) if overview else [],
        "missing": list(overview.missing) if overview else [],
    }


def _sorted(problems: Sequence[Problem]) -> list[Problem]:
    worst: dict[str, int] = {}
    for problem in problems:
        rank = _ORDER.index(problem.severity)
        worst[problem.file] = min(rank, worst.get(problem.file, rank))
    return sorted(
        problems, key=lambda p: (worst[p.file], p.file, _ORDER.index(p.severity), p.row or 0, p.column)
    )


def _print(problems: Sequence[Problem], overview: Overview | None, *, quiet: bool) -> None:
    shown = [p for p in _sorted(problems) if not quiet or p.severity is Severity.ERROR]
    file = None
    for group in group_problems(shown):
        problem = group.problem
        if problem.file != file:
            file = problem.file
            click.echo(f"{file or 'The folder'}")
        click.echo(f"  [{_HEADINGS[problem.severity]}] {group.text(with_file=False)}")
    if shown:
        click.echo("")
    if overview is None:
        count = sum(p.severity is Severity.ERROR for p in problems)
        things = "1 thing" if count == 1 else f"{count} things"
        click.echo(f"The record cannot be used yet: {things} must be mended. Nothing was computed.")
    elif not quiet:
        click.echo("The record can be used.\n\nFound")
        for line in overview.found:
            click.echo(f"  {line}")
        if overview.missing:
            click.echo("\nMissing, and what that means")
            for line in overview.missing:
                click.echo(f"  {line}")
