"""Change one thing of a module at a time, and see whether a test notices::

    python -m benchmarks.mutants src/breathline/verdict tests/verdict 80 7

Eighty mutants (`benchmarks.mutations`) are drawn with seed 7; one is killed if a test fails. No file is touched. What
is run on import is changed by importing the module anew, from memory, in a process of its own. A function is changed
in place, in a process that has collected the tests already; that costs next to nothing.

A run on the code as it is tells which tests call which function, and only those are asked about a mutant of it. It is
kept in ``benchmarks/out``; a test written since is asked about every mutant. Tests that killed mutants of the same
module come first, and the first that fails ends it.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from benchmarks.mutant_runs import (
    ROOT,
    Changed,
    Drawn,
    Watch,
    answer_of,
    change_in_place,
    collected,
    in_a_child,
    limit_process,
    run_tests,
)
from benchmarks.mutations import mutants
from benchmarks.row import Row, measured

KEPT = ROOT / "benchmarks" / "out"

FOLDERS = {
    "verdict": ("tests/verdict",),
    "outcomes": ("tests/outcomes",),
    "equations": ("tests/equations", "tests/cli/test_predict.py"),
    "physiology": ("tests/physiology", "tests/equations"),
}
PAGES = ("test_pages.py", "test_page.py")
"""They hold a page against what is built in, so that they notice every number and know of none whether it is right."""

COUNT, SEED = 100, 20261127
WANTED = 90.0

LIBRARIES = ("pydantic", "numpy", "scipy.stats", "numba")
BELOW = {
    "breathline.physiology": ("breathline.units", "breathline.model.patient", "breathline.sources"),
    "breathline.equations": ("breathline.physiology", "breathline.model.measurement"),
    "breathline.outcomes": ("breathline.equations", "breathline.model.assessment"),
    "breathline.verdict": ("breathline.outcomes",),
}
"""What is loaded once for all mutants: never the package that is changed, nor what imports it."""


@dataclass(slots=True)
class Known:
    """What is known of the tests.

    Parameters
    ----------
    seconds
        What each takes, by its name.
    callers
        The tests that call a function, by ``file:name``; an empty one where it is called on import.
    kills
        How often each killed a mutant of a module, by module.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    callers: dict[str, list[str]] = field(default_factory=dict)
    kills: dict[str, dict[str, int]] = field(default_factory=dict)

    def is_imported(self, drawn: Drawn) -> bool:
        """Whether a mutant shows in what is run on import; a lambda, of which a line may hold two, counts as one."""
        return (
            not drawn.mutant.place.outermost
            or "<lambda>" in drawn.mutant.place.outermost
            or bool(drawn.mutant.needs)
            or "" in self.callers.get(drawn.callee, [""])
        )

    def asked(self, drawn: Drawn, tests: Iterable[str]) -> list[str]:
        """Give those tests that may notice a mutant, those first that are likely to."""
        callers = None if self.is_imported(drawn) else set(self.callers[drawn.callee])
        kills = self.kills.get(drawn.module, {})

        def likely(test: str) -> tuple[int, bool, float]:
            return -kills.get(test, 0), drawn.path.stem not in test, self.seconds.get(test, 0.0)

        return sorted(
            (one for one in tests if callers is None or one in callers or one not in self.seconds), key=likely
        )

    def remember(self, drawn: Drawn, killer: str) -> None:
        """Count a test that killed a mutant."""
        kills = self.kills.setdefault(drawn.module, {})
        kills[killer] = kills.get(killer, 0) + 1


def _killer(drawn: Drawn, known: Known, items: Sequence[pytest.Item]) -> str:
    """Give the first test that notices a mutant; empty if none does."""
    by_name = {item.nodeid: item for item in items}
    asked = known.asked(drawn, by_name)
    return run_tests([by_name[one] for one in asked]).failed if asked else ""


def _in_place(drawn: Drawn, known: Known, items: Sequence[pytest.Item]) -> str:
    def work() -> str:
        limit_process()
        change_in_place(drawn)
        return _killer(drawn, known, items)

    return answer_of(*in_a_child(work))


def _anew(drawn: Drawn, known: Known, files: Sequence[str]) -> str:
    """Ask the most likely file of tests first, then all others."""
    likely = [one.partition("::")[0] for one in known.asked(drawn, known.seconds)]
    first = next((one for one in likely if one in files), files[0])

    def work(chosen: Sequence[str]) -> str:
        limit_process()
        sys.meta_path.insert(0, Changed(drawn))
        found: list[str] = []
        status = collected(chosen, lambda items: found.append(_killer(drawn, known, items)))
        return found[0] if found else f"collecting, {status}"

    for chosen in ([first], [one for one in files if one != first]):
        found = answer_of(*in_a_child(lambda chosen=chosen: work(chosen)))
        if found:
            return found
    return ""


def _look(items: Sequence[pytest.Item], watch: Watch) -> Known:
    """Run the tests on the code as it is, and learn what they call."""

    def work() -> list:
        reports = run_tests(items, watch.begin)
        sys.settrace(None)
        if reports.failed:
            raise SystemExit(f"{reports.failed} fails on the code as it is.")
        return [reports.seconds, {place: list(by) for place, by in watch.called.items()}]

    status, found = in_a_child(work)
    if status:
        raise SystemExit("The tests fail on the code as it is; LOUD=1 shows them.")
    return Known(*found)


def draw(folder: Path, count: int, seed: int, only: str = "") -> tuple[list[Drawn], int]:
    """Draw so many mutants of a folder; also say of how many."""
    package = ".".join(folder.parts[folder.parts.index("breathline") :])
    every = [
        Drawn(package if path.stem == "__init__" else f"{package}.{path.stem}", path, mutant)
        for path in sorted(folder.glob("*.py"))
        if only in ("", path.stem)
        for mutant in mutants(path.read_text(encoding="utf-8"))
    ]
    return random.Random(seed).sample(every, min(count, len(every))), len(every)


def _files(folder: Path, tests: Sequence[str]) -> list[str]:
    """Give every file of tests, and the modules that hold examples."""
    found = [
        path
        for one in tests
        for path in ([Path(one)] if one.endswith(".py") else sorted(Path(one).glob("test_*.py")))
    ]
    examples = [
        path.relative_to(ROOT) for path in sorted(folder.glob("*.py")) if ">>>" in path.read_text("utf-8")
    ]
    return [str(path) for path in (*found, *examples) if path.name not in PAGES]


def measure(
    folder: str, tests: Sequence[str], count: int, seed: int, only: str = ""
) -> tuple[int, int, list[str]]:
    """Give how many mutants of a folder there are, how many were drawn, and those that lived."""
    os.chdir(ROOT)
    where = (ROOT / folder).resolve()
    package = ".".join(where.parts[where.parts.index("breathline") :])
    for name in (*LIBRARIES, *BELOW[package]):
        importlib.import_module(name)
    assert package not in sys.modules, "the modules to be changed are loaded already"
    files = _files(where, tests)
    drawn, every = draw(where, count, seed, only)
    kept = KEPT / f"mutants-{where.name}.json"
    status, lived = in_a_child(lambda: _changed_in_place(drawn, files, where, kept), silent=False)
    known = _recall(kept)
    if status or known is None:
        raise SystemExit("The tests cannot be run on the code as it is.")
    nothing = replace(
        drawn[0], mutant=replace(drawn[0].mutant, index=0, new=ast.parse(drawn[0].mutant.source))
    )
    assert not _anew(nothing, known, files), "nothing was changed, and yet a test fails"
    lived += [
        str(one) for one in drawn if known.is_imported(one) and _lives(one, _anew(one, known, files), known)
    ]
    _keep(kept, known)
    return every, len(drawn), sorted(lived)


def _changed_in_place(drawn: Sequence[Drawn], files: Sequence[str], where: Path, kept: Path) -> list[str]:
    """Collect the tests, run them once if that was not done yet, and change one function after the other."""
    lived: list[str] = []
    watch = Watch(where)

    def work(items: Sequence[pytest.Item]) -> None:
        sys.settrace(None)
        known = _recall(kept) or _look(items, watch)
        _keep(kept, known)
        lived.extend(
            str(one)
            for one in drawn
            if not known.is_imported(one) and _lives(one, _in_place(one, known, items), known)
        )
        _keep(kept, known)

    sys.settrace(watch)
    if collected(files, work):
        raise SystemExit("The tests cannot be collected.")
    return lived


def _lives(drawn: Drawn, killer: str, known: Known) -> bool:
    if killer:
        known.remember(drawn, killer)
    print(f"{drawn}: {killer or 'LIVED'}", file=sys.stderr, flush=True)
    return not killer


def _recall(kept: Path) -> Known | None:
    return Known(*json.loads(kept.read_text(encoding="utf-8"))) if kept.exists() else None


def _keep(kept: Path, known: Known) -> None:
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps([known.seconds, known.callers, known.kills]), encoding="utf-8")


def rows() -> list[Row]:
    """Measure every folder on mutants drawn with the seed of this file."""
    found = []
    for folder, tests in FOLDERS.items():
        (every, drawn, lived), _, _ = measured(measure, f"src/breathline/{folder}", tests, COUNT, SEED)
        killed = 100.0 * (drawn - len(lived)) / drawn
        on = f"`{folder}`, {drawn} of {every} drawn with seed {SEED}"
        figure = f"{killed:.0f} % ({drawn - len(lived)})"
        found.append(
            Row(what="mutants killed", on=on, figure=figure, wanted=f"≥ {WANTED:g} %", met=killed >= WANTED)
        )
        found += [Row(what="lived", on=folder, figure=f"`{one}`".replace("|", "\\|")) for one in lived]
    return found


def main() -> int:
    """Take a folder of the package, tests (separated by commas), how many mutants, a seed, and perhaps one module."""
    folder, tests, count, seed, only = [*sys.argv[1:], "", "", "", ""][:5]
    every, drawn, lived = measure(folder, tests.split(","), int(count or COUNT), int(seed or SEED), only)
    for one in lived:
        print(f"lived: {one}")
    print(f"{folder}: {drawn} of {every} mutants drawn, {drawn - len(lived)} killed, {len(lived)} lived")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
