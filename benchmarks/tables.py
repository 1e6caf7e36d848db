"""Tables: the whole example without its scans, and reference values by the million."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.row import Row
from breathline import demo


def rows() -> list[Row]:
    """Time the command as a user starts it."""
    with tempfile.TemporaryDirectory() as name:
        patient = Path(name) / "patient"
        patient.mkdir()
        (patient / "patient.toml").write_text(demo.PATIENT, encoding="utf-8")
        for table, lines in demo.example_tables().items():
            (patient / table).write_text("\n".join(",".join(line) for line in lines) + "\n", encoding="utf-8")
        command = [
            str(Path(sys.executable).parent / "breathline"),
            "assess",
            str(patient),
            "-o",
            f"{name}/out",
            "--quiet",
        ]
        subprocess.run(command, check=True)
        started = time.perf_counter()
        subprocess.run(command, check=True)
        seconds = time.perf_counter() - started
    return [
        Row(
            what="assess, tables alone, command to report",
            on="the example without scans",
            figure=f"{seconds:.1f} s",
            wanted="≤ 3 s",
            met=seconds <= 3,
        )
    ]
