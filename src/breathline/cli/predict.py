"""``breathline predict``: reference values for every row of a table."""

from __future__ import annotations

from pathlib import Path

import click

from breathline.cli.telling import progress_bars, say, told
from breathline.equations import EQUATIONS
from breathline.equations.table import predict_table

SPREADSHEETS = (".xlsx", ".xls", ".ods")


@click.command()
@click.argument("table", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option(
    "--equation",
    "chosen",
    multiple=True,
    metavar="MEASURE=KEY",
    help="Another equation for a measure, such as fvc=gli_2012_fvc; see 'breathline list equations'.",
)
@click.option("--quiet", is_flag=True, help="Tell nothing.")
def predict(table: Path, output: Path, chosen: tuple[str, ...], quiet: bool) -> None:
    """Add expected values, % predicted, z and lower limit of normal to every row of TABLE.

    TABLE is CSV, or Parquet if its name ends in .parquet, with the columns sex, age_years, height_cm (and
    weight_kg for the walk), and measured values with their unit in the heading, such as
    'dlco [mL/min/mmHg]'. OUTPUT is CSV or Parquet by its name. Values that cannot be computed stay empty, and
    the column 'note' says why.
    """
    _check_output(table, output)
    with told():
        pairs = _pairs(chosen)
        with progress_bars(quiet=quiet) as progress:
            done = predict_table(table, output, EQUATIONS, chosen=pairs, progress=progress)
    say(f"{done.rows} rows written to {output}; {done.refused} with a note.", quiet=quiet)
    for caution in done.cautions:
        say(caution, quiet=quiet)


def _pairs(chosen: tuple[str, ...]) -> dict[str, str]:
    """Read the equations chosen; a measure is held against one equation only."""
    pairs: dict[str, str] = {}
    for measure, key in map(_pair, chosen):
        if pairs.setdefault(measure, key) != key:
            raise click.BadParameter(
                f"'{measure}' is given two equations, {pairs[measure]} and {key}. A patient is followed with "
                "one; name one of them.",
                param_hint="--equation",
            )
    return pairs


def _pair(text: str) -> tuple[str, str]:
    measure, equals, key = text.partition("=")
    if not (measure and equals and key):
        raise click.BadParameter(f"'{text}' is not MEASURE=KEY.", param_hint="--equation")
    measure, key = measure.strip(), key.strip()
    if EQUATIONS[key].measure != measure:
        raise click.BadParameter(
            f"'{key}' gives expected values of '{EQUATIONS[key].measure}', not of '{measure}'.",
            param_hint="--equation",
        )
    return measure, key


def _check_output(table: Path, output: Path) -> None:
    if output.resolve() == table.resolve():
        raise click.BadParameter(
            "This is the table itself, which would be overwritten. Name another file.", param_hint="-o"
        )
    if output.suffix.lower() in SPREADSHEETS:
        raise click.BadParameter(
            "A spreadsheet cannot be written. Name a file that ends in .csv or .parquet.", param_hint="-o"
        )
    if not output.absolute().parent.is_dir():
        raise click.BadParameter(f"There is no folder '{output.parent}'. Make it first.", param_hint="-o")
