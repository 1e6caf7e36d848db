"""Print every figure and write ``docs/validation.md``."""

from __future__ import annotations

import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    align,
    change,
    coverage,
    exposure,
    interval_hrct,
    interval_pairs,
    landmarks,
    lungs,
    mutants,
    phantom_truth,
    published_groups,
    real_ct,
    repeatability,
    review,
    speed,
    tables,
    trajectory,
)
from benchmarks.row import Row
from breathline import __version__

TARGET = Path(__file__).resolve().parents[1] / "docs" / "validation.md"

PARTS = {
    "Tables": tables,
    "Speed and memory of one scan": speed,
    "Slopes of one patient": trajectory,
    "Published groups by the criteria": published_groups,
    "Doses and exposure": exposure,
    "The lung mask": lungs,
    "Against the phantom's truth": phantom_truth,
    "Patterns on whole phantoms": coverage,
    "Interval HRCT against the whole volume": interval_hrct,
    "On real scans": real_ct,
    "Two scans laid on each other": align,
    "Two real visits with landmarks": landmarks,
    "Interval HRCT laid on another scan": interval_pairs,
    "What changed between two scans": change,
    "Scanned again": repeatability,
    "The review page": review,
    "What the tests notice": mutants,
}

UNFINISHED = "Not finished: the figures below are those that were there when it was stopped."

HEAD = """\
# Validation

Written by `make bench`, or part by part by `python -m benchmarks PART`; nothing here is typed by hand. Two cores
shared with other work: times are upper bounds. Figures that miss what was wanted stay here and say so.

**Not validated for**: diagnosis; children; scans with contrast; motion; reticulation, honeycombing, consolidation and
emphysema of real patients, whose kinds were judged on phantoms alone; agreement with a radiologist's percentage;
repeat scans of the same patient; drug exposure in lung or connective-tissue disease, which is simulated alone.
"""


def table(rows: list[Row]) -> str:
    """Give rows as a Markdown table."""
    lines = ["| what | on | measured | wanted | |", "|---|---|---|---|---|"]
    signs = {True: "met", False: "**missed**", None: ""}
    lines += [f"| {r.what} | {r.on} | {r.figure} | {r.wanted} | {signs[r.met]} |" for r in rows]
    return "\n".join(lines)


def written(page: str) -> dict[str, str]:
    """Give the parts of the page by title, as an earlier run wrote them."""
    parts = (part.split("\n", 1) for part in page.split("\n## ")[1:])
    return {title: body.strip() for title, body in parts}


def made() -> str:
    """Say what the figures were made with."""
    day = datetime.now(UTC).date().isoformat()
    return f"Version {__version__}, {day}, {platform.system()}, Python {platform.python_version()}."


def write(title: str, body: str) -> None:
    """Write a part into the page."""
    kept = written(TARGET.read_text(encoding="utf-8")) | {title: f"{made()}\n\n{body}"}
    page = HEAD + "".join(f"\n## {one}\n\n{kept[one]}\n" for one in PARTS if one in kept)
    TARGET.write_text(page, encoding="utf-8")


def main() -> int:
    """Run all parts, or those named on the command line, and write each figure into the page when it is there."""
    wanted = sys.argv[1:]
    for title, part in PARTS.items():
        if wanted and part.__name__.split(".")[-1] not in wanted:
            continue
        print(f"\n## {title}\n", flush=True)
        rows = []
        for row in part.rows():
            rows.append(row)
            print(table([row]).splitlines()[-1], flush=True)
            write(title, f"{UNFINISHED}\n\n{table(rows)}")
        write(title, table(rows) if rows else "The real scans are not here, so nothing was measured.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
