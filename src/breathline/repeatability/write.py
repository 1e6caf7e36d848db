"""A study as files: ``repeatability.json`` with every pair, and ``repeatability.csv`` to read."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from breathline import __version__
from breathline.errors import OutputError
from breathline.outputs import whole_folder
from breathline.repeatability.pair import RepeatPair
from breathline.repeatability.study import Finding, Study

SCHEMA = "breathline/repeatability/1"
MARK = "repeatability.json"
FILES = ("repeatability.csv",)
DIGITS = 4

HEADING = (
    "class", "values", "measure", "unit", "pairs", "mean", "wsd", "wsd_low", "wsd_high", "rc", "bias", "bias_low",
    "bias_high", "wcv_percent", "within_rc_percent", "grows_with_level", "grows_p", "wsd_at_zero", "wsd_per_level",
)  # fmt: skip


def write_study(study: Study, out: Path) -> None:
    """Write both files, whole or not at all.

    Raises
    ------
    OutputError
        If something cannot be written; what was there before is left as it was.
    """
    try:
        with whole_folder(out, mark=MARK, holds=FILES) as place:
            with (place / "repeatability.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, HEADING)
                writer.writeheader()
                writer.writerows(finding_record(finding) for finding in study.findings)
            text = json.dumps(study_record(study), indent=2, ensure_ascii=False)
            (place / MARK).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"The results could not be written to '{out}': {error.strerror}.") from error


def study_record(study: Study) -> dict[str, Any]:
    """Give the content of ``repeatability.json``."""
    return {
        "schema": SCHEMA,
        "simulated": study.simulated,
        "findings": [finding_record(finding) for finding in study.findings],
        "pairs": [_pair_record(pair) for pair in study.pairs],
        "refused": [{"line": problem.row, "message": problem.message} for problem in study.refused],
        "version": __version__,
    }


def finding_record(finding: Finding) -> dict[str, Any]:
    """Give one row of the table."""
    spread = finding.spread
    numbers = {
        "mean": spread.mean, "wsd": spread.sd, "wsd_low": spread.sd_low, "wsd_high": spread.sd_high,
        "rc": spread.coefficient, "bias": spread.bias, "bias_low": spread.bias_low, "bias_high": spread.bias_high,
        "wcv_percent": spread.cv_percent, "within_rc_percent": spread.within_percent, "grows_p": spread.grows_p,
        "wsd_at_zero": spread.at_zero, "wsd_per_level": spread.per_level,
    }  # fmt: skip
    return {
        "class": finding.match.value,
        "values": "same_tissue" if finding.same_tissue else "as_measured",
        "measure": finding.measure,
        "unit": finding.unit,
        "pairs": spread.pairs,
        "grows_with_level": spread.grows,
    } | {name: None if value is None else rounded(value) for name, value in numbers.items()}


def rounded(value: float) -> float:
    """Round to four digits that count."""
    return float(f"{value:.{DIGITS}g}")


def _pair_record(pair: RepeatPair) -> dict[str, Any]:
    record = asdict(pair)
    record["class"] = record.pop("match")
    return record


def study_table(study: Study) -> str:
    """Give the extents as a table to read; everything else stands in the files."""
    lines = [
        f"{'class':<20} {'measure':<18} {'values':<12} pairs   mean    wSD (95 % interval)     RC   bias"
    ]
    for finding in study.findings:
        spread = finding.spread
        if finding.unit != "%":
            continue
        interval = f"{spread.sd:5.2f} ({spread.sd_low:.2f} to {spread.sd_high:.2f})"
        values = "same tissue" if finding.same_tissue else "as measured"
        lines.append(
            f"{finding.match.value:<20} {finding.measure:<18} {values:<12} {spread.pairs:5d} {spread.mean:6.2f} "
            f"{interval:>22} {spread.coefficient:6.2f} {spread.bias:+6.2f}{' grows' * spread.grows}"
        )
    return "\n".join(lines)
