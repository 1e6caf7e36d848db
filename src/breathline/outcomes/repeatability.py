"""Repeatability of the CT measures, read from the table that the simulated scan–rescan study wrote."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from math import sqrt
from types import MappingProxyType
from typing import Any

from breathline.model.change import OutcomeMeasure
from breathline.model.protocol import Match
from breathline.model.repeatability import Repeatability, WithinSubject
from breathline.outcomes.reliable import Z_95
from breathline.sources import Source

TABLE = "ct_repeatability.toml"


def repeatability_of(measure: str) -> Repeatability | None:
    """Give the repeatability of a CT measure; None where the study has not measured it."""
    table = _table()
    raw, same_tissue = (_spreads(table.get(values, {}), measure) for values in ("as_measured", "same_tissue"))
    if not raw:
        return None
    about = table["study"]
    source = Source(
        "breathline_repeatability",
        f"version {about['version']}, {about['phantoms']}",
        verified=False,
        note="simulated",
    )
    return Repeatability(source=source, raw=raw, same_tissue=same_tissue)


@cache
def _table() -> dict[str, Any]:
    text = files("breathline.outcomes").joinpath(TABLE).read_text(encoding="utf-8")
    return tomllib.loads(text)


def _spreads(table: dict[str, Any], measure: str) -> MappingProxyType[Match, WithinSubject]:
    return MappingProxyType(
        {
            Match(name): WithinSubject(sd=row["sd"], per_level=row["per_level"], pairs=row["pairs"])
            for name, rows in table.items()
            if (row := rows.get(measure)) is not None
        }
    )


def within_subject(
    measure: OutcomeMeasure, match: Match | None, *, same_tissue: bool = False
) -> WithinSubject | None:
    """Give the spread of repeated scans made so much alike; None where it is not known."""
    known = measure.repeatability
    if known is None or match is None:
        return None
    return (known.same_tissue if same_tissue else known.raw).get(match)


def repeat_error(within: WithinSubject, level: float) -> float:
    """Give the repeatability coefficient at a level: the smallest change beyond error.

    Parameters
    ----------
    level
        Mean of the two values.

    Examples
    --------
    >>> round(repeat_error(WithinSubject(sd=0.5, pairs=20), 12.0), 2)
    1.39
    """
    return Z_95 * sqrt(2.0) * within.at(level)
