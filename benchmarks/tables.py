"""Tables: the whole example without its scans, and reference values by the million."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as arrow
import pyarrow.csv
import pyarrow.parquet

from benchmarks.row import Row
from breathline import demo
from breathline.equations import EQUATIONS, expected_arrays, predict_arrays

COMMAND = str(Path(sys.executable).parent / "breathline")
PEOPLE = 1_000_000
ROWS_A_MINUTE = 1_000_000
VALUES_A_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Run:
    """What a command took."""

    seconds: float
    cpu_seconds: float
    peak_mib: float


TIMER = """
import json, resource, subprocess, sys, time
started = time.perf_counter()
subprocess.run(sys.argv[1:], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""
"""A small process starts the command: the peak of a child is never less than what its parent held."""


def command(*arguments: str) -> Run:
    """Time the command as a user starts it."""
    done = subprocess.run(
        [sys.executable, "-c", TIMER, COMMAND, *arguments], check=True, capture_output=True, text=True
    )
    return Run(*json.loads(done.stdout.splitlines()[-1]))


def rows() -> list[Row]:
    """Time the commands, and the equations alone."""
    with tempfile.TemporaryDirectory() as name:
        return [assess_tables(Path(name)), *predict_tables(Path(name)), equations_alone()]


def assess_tables(folder: Path) -> Row:
    patient = folder / "patient"
    patient.mkdir()
    (patient / "patient.toml").write_text(demo.PATIENT, encoding="utf-8")
    for table, lines in demo.example_tables().items():
        (patient / table).write_text("\n".join(",".join(line) for line in lines) + "\n", encoding="utf-8")
    arguments = ("assess", str(patient), "-o", str(folder / "out"), "--quiet")
    command(*arguments)
    run = command(*arguments)
    return Row(
        what="assess, tables alone, command to report",
        on="the example without scans",
        figure=f"{run.seconds:.1f} s ({run.cpu_seconds:.1f} s of processor)",
        wanted="≤ 3 s",
        met=run.seconds <= 3,
    )


MEASURED = {
    "fvc [L]": "gli_2022_fvc",
    "fev1 [L]": "gli_2022_fev1",
    "dlco [mL/min/mmHg]": "gli_2017_dlco",
}


def people() -> dict[str, np.ndarray]:
    """Draw people with 40 to 110 % of what is expected of them."""
    draw = np.random.default_rng(5)
    person = {
        "sex": np.where(draw.random(PEOPLE) < 0.5, "female", "male"),
        "age_years": draw.uniform(20, 80, PEOPLE).round(1),
        "height_cm": draw.uniform(150, 190, PEOPLE).round(),
    }
    part = draw.uniform(0.4, 1.1, PEOPLE)
    medians = {column: expected_arrays(EQUATIONS[key], **person).M for column, key in MEASURED.items()}
    return person | {column: (part * median).round(2) for column, median in medians.items()}


def predict_tables(folder: Path) -> list[Row]:
    """Run the command on a million people, CSV to CSV and Parquet to Parquet."""
    table = arrow.table(people())
    found = []
    for kind, write in (("csv", arrow.csv.write_csv), ("parquet", arrow.parquet.write_table)):
        source = folder / f"people.{kind}"
        write(table, source)
        run = command("predict", str(source), "-o", str(folder / f"out.{kind}"), "--quiet")
        rate = 60.0 * PEOPLE / run.cpu_seconds  # the clock also counts what else the machine does
        found.append(
            Row(
                what=f"predict, {kind} in and out: FVC, FEV1, DLCO with % predicted, z and lower limit",
                on=f"{PEOPLE:,} people",
                figure=f"{rate / 1e6:.1f} million rows a minute of one core ({run.seconds:.0f} s by the clock, "
                f"{run.peak_mib:.0f} MiB)",
                wanted="≥ 1 million rows a minute",
                met=rate >= ROWS_A_MINUTE,
            )
        )
    return found


def equations_alone() -> Row:
    """Time the three equations in memory."""
    given = people()
    person = {name: given[name] for name in ("sex", "age_years", "height_cm")}

    def once() -> tuple[float, float]:
        started = time.perf_counter(), time.process_time()
        for column, key in MEASURED.items():
            predict_arrays(EQUATIONS[key], given[column], unit=EQUATIONS[key].unit, **person)
        return time.perf_counter() - started[0], time.process_time() - started[1]

    seconds, cpu = min(once() for _ in range(5))
    rate = 3 * PEOPLE / cpu
    return Row(
        what="the three equations in memory: median, % predicted, z and lower limit of every value",
        on=f"{3 * PEOPLE:,} values",
        figure=f"{rate / 1e6:.1f} million values a second of one core ({seconds:.1f} s by the clock)",
        wanted="≥ 1 million values a second",
        met=rate >= VALUES_A_SECOND,
    )
