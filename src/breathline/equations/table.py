"""Reference values for a whole table: one row a person, a column a measure with its unit in the heading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from breathline.equations.equation import ReferenceEquation
from breathline.equations.table_columns import Columns, understand_headings
from breathline.equations.table_files import create_table, open_table
from breathline.equations.table_rows import Tally, standardise_rows
from breathline.progress import Progress, silent
from breathline.registry import Registry
from breathline.units import UNITS

FEWEST_TO_JUDGE_A_COLUMN = 10
ALL_BELOW_PERCENT = 45.0
"""Where so many transfer factors all stay below this, the other unit system is likely: it is 2.986 times more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSummary:
    """What was done with a table.

    Parameters
    ----------
    rows
        How many rows were written.
    refused
        How many of them have a note: a value that could not be computed, and why.
    cautions
        What a reader should look at although every row could be computed.
    """

    rows: int
    refused: int
    cautions: tuple[str, ...]


def predict_table(
    source: Path,
    target: Path,
    equations: Registry[ReferenceEquation],
    *,
    chosen: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> TableSummary:
    """Hold every value of a table against what is expected in health, and write the table with the results.

    Rows are read, computed and written a piece at a time: the memory needed does not grow with the table.

    Parameters
    ----------
    source
        CSV, or Parquet if its name ends in ``.parquet``. Columns ``sex`` (female, male), ``age_years``,
        ``height_cm``, whatever else an equation needs, and measured values with the unit in the heading,
        such as ``dlco [mL/min/mmHg]``. Other columns are carried over.
    target
        The same with five columns more for each measure (predicted, percent predicted, z, lower limit,
        equation) and ``note``; CSV or Parquet by its name. It appears whole or not at all.
    equations
        ``EQUATIONS``.
    chosen
        Equation to use for a measure instead of the first one registered, ``{"fvc": "gli_2012_fvc"}``.

    Raises
    ------
    TableError
        If the headings or the rows cannot be used, with everything that is wrong with them.
    OutputError
        If Parquet is asked for and the package for it is not installed.
    """
    with open_table(source) as reader:
        columns = understand_headings(source.name, reader.headings, equations, chosen or {})
        tallies = {column.name: Tally() for column in columns.values}
        rows = refused = 0
        with create_table(target, columns) as writer:
            for chunk in reader.chunks(progress):
                added, noted = standardise_rows(chunk, columns, tallies)
                writer.write(chunk, added)
                rows, refused = rows + chunk.count, refused + noted
    return TableSummary(rows=rows, refused=refused, cautions=tuple(_cautions(columns, tallies)))


def _cautions(columns: Columns, tallies: Mapping[str, Tally]) -> list[str]:
    """Say of a column of transfer factors that all are so low that another unit is likely."""
    found = []
    for column in columns.values:
        tally = tallies[column.name]
        other = {"mL/min/mmHg": "mmol/min/kPa", "mL/min/mmHg/L": "mmol/min/kPa/L"}.get(column.unit)
        low = tally.count >= FEWEST_TO_JUDGE_A_COLUMN and tally.highest_percent < ALL_BELOW_PERCENT
        if other in UNITS and low:
            found.append(
                f"{column.name}: none of {tally.count} values reaches {ALL_BELOW_PERCENT:g} % of what is "
                f"expected. If they were measured in {other}, write that unit in the heading."
            )
    return found
