"""One measured figure, and what runs a step in a process of its own so that its memory can be told."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured, on what, the figure, and what was wanted."""

    what: str
    on: str
    figure: str
    wanted: str = ""
    met: bool | None = None


def _child(pipe, work, arguments) -> None:
    started = time.perf_counter()
    result = work(*arguments)
    seconds = time.perf_counter() - started
    pipe.send((result, seconds, _peak_gib()))


def _peak_gib() -> float:
    """Give the most memory this process has held; where the system tells it only with its parent's, that [GiB]."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return float(line.split()[1]) / 1024**2
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def measured(work: Callable, *arguments) -> tuple[object, float, float]:
    """Run `work` in a new process; give its result, its seconds and its peak memory [GiB]."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(theirs, work, arguments))
    process.start()
    result = ours.recv()
    process.join()
    return result
