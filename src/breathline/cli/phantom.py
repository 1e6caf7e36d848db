"""``breathline phantom``: a digital reference object as DICOM, with its truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from breathline.cli.telling import progress_bars, say, told

if TYPE_CHECKING:
    from breathline.phantom import PhantomTruth

PATTERNS = ("ground_glass", "reticulation", "honeycombing", "consolidation", "emphysema")


def _extent_options(command: Any) -> Any:
    for name in reversed(PATTERNS):
        words = name.replace("_", "-")
        command = click.option(
            f"--{words}", type=float, default=0.0, show_default=True, help="Extent [% of lung volume]."
        )(command)
    for name in reversed(PATTERNS):
        words = name.replace("_", "-")
        command = click.option(
            f"--followup-{words}",
            type=float,
            default=None,
            help=f"With --pair: extent of {name.replace('_', ' ')} at follow-up; by default the same.",
        )(command)
    return command


@click.command(short_help="Write a chest whose truth is known, as DICOM.")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed is the same patient.")
@click.option(
    "--variety", type=int, default=0, show_default=True, help="Look of lung and disease; 0 is the standard."
)
@click.option("--matrix", type=int, default=512, show_default=True, help="Rows and columns of a slice.")
@click.option("--fov", "fov_mm", type=float, default=360.0, show_default=True, help="Width of a slice [mm].")
@click.option("--slices", type=int, default=None, help="Number of slices; by default the lungs are covered.")
@click.option("--thickness", "thickness_mm", type=float, default=1.0, show_default=True, help="[mm]")
@click.option(
    "--spacing", "spacing_mm", type=float, default=None, help="Between slices [mm]; default contiguous."
)
@click.option("--kernel", type=click.Choice(["soft", "sharp"]), default="soft", show_default=True)
@click.option("--dose", "dose_mas", type=float, default=120.0, show_default=True, help="Exposure [mAs].")
@click.option(
    "--inspiration", type=float, default=1.0, show_default=True, help="1 breathed in, 0 breathed out."
)
@click.option("--position", type=click.Choice(["supine", "prone"]), default="supine", show_default=True)
@click.option(
    "--study-date", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Written into the header."
)
@_extent_options
@click.option("--pair", is_flag=True, help="Write baseline and follow-up of the same patient.")
@click.option(
    "--followup-inspiration", type=float, default=None, help="With --pair; default: as at baseline."
)
@click.option("--followup-date", type=click.DateTime(["%Y-%m-%d"]), default=None, help="With --pair.")
@click.option(
    "--progressed", type=float, default=0.0, help="With --pair: ground-glass become reticulation [%]."
)
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
def phantom(
    out: Path,
    *,
    pair: bool,
    quiet: bool,
    study_date: datetime | None,
    followup_date: datetime | None,
    followup_inspiration: float | None,
    progressed: float,
    **options: Any,
) -> None:
    """Write a chest phantom into OUT: dicom/ and truth/; with --pair, baseline/, followup/ and truth/."""
    # Loaded here so that every other command answers at once: the phantom brings its compiler.
    from breathline.phantom import PhantomSpec, write_phantom, write_phantom_pair  # noqa: PLC0415

    later = {name: options.pop(f"followup_{name}") for name in PATTERNS}
    with told(), progress_bars(quiet=quiet) as progress:
        spec = PhantomSpec(**options, study_date=None if study_date is None else study_date.date())
        if not pair:
            _refuse_followup([*later.values(), followup_date, followup_inspiration, progressed or None])
            say(_summary("", write_phantom(out, spec, progress=progress)), quiet=quiet)
            return
        changed = {name: value for name, value in later.items() if value is not None}
        if followup_inspiration is not None:
            changed["inspiration"] = followup_inspiration
        followup = replace(
            spec,
            visit=spec.visit + 1,
            progressed=progressed,
            study_date=None if followup_date is None else followup_date.date(),
            **changed,
        )
        before, after = write_phantom_pair(out, spec, followup, progress=progress)
        say(_summary("baseline: ", before), quiet=quiet)
        say(_summary("follow-up: ", after), quiet=quiet)


def _refuse_followup(given: list[object]) -> None:
    if any(value is not None for value in given):
        raise click.UsageError("Options of the follow-up need --pair.")


def _summary(head: str, truth: PhantomTruth) -> str:
    found = ", ".join(
        f"{name.replace('_', ' ')} {truth.percent[name]:.1f} %"
        for name in PATTERNS
        if truth.percent[name] > 0
    )
    lungs = f"lungs {truth.lung_volume_ml:.0f} mL, mean {truth.mean_density_hu:.0f} HU"
    return f"{head}{truth.dicom}: {lungs}{', ' if found else ''}{found}"
